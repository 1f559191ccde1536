// Installs the test runners and bundlers of tools/package.json into a temporary folder, with the packed package.
import { cpSync, mkdirSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { mustRun, packProject, putPrebuild, readBuiltAddon } from "../package/installs.js";

/** Hundreds of packages come from the registry, and a busy machine takes minutes to unpack them. */
export const installMsMax = 600_000;

const here = fileURLToPath(new URL(".", import.meta.url));

/**
 * Returns a folder with the tools and with the package as a user has it, with a prebuilt addon. The caller removes it.
 */
export function installTools(): string {
  const folder = mkdtempSync(path.join(tmpdir(), "lane-journal-hosts-"));
  cpSync(path.join(here, "tools"), folder, { recursive: true });
  cpSync(path.join(here, "programs"), path.join(folder, "programs"), { recursive: true });
  mkdirSync(path.join(folder, "packed"));
  const tarball = putPrebuild(packProject(path.join(folder, "packed")), "prebuilt", readBuiltAddon());
  const quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"];
  mustRun("npm", ["ci", ...quiet], folder);
  mustRun("npm", ["install", "--no-save", ...quiet, tarball], folder);
  return folder;
}
