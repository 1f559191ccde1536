// Installs the packed package with pnpm and with Yarn 1, which may write a script of their own, and checks
// that the JavaScript command runs and says why. pnp.test.ts does so for Yarn 4.
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { mustRun, packProject, putPrebuild, readBuiltAddon, readBuiltExecutable } from "../package/installs.js";
import { installMsMax } from "./tools.js";

vi.setConfig({ testTimeout: installMsMax });

let folder = "";
let tarball = "";

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "lane-journal-managers-"));
  const managers = path.join(folder, "managers");
  cpSync(fileURLToPath(new URL("managers", import.meta.url)), managers, { recursive: true });
  mustRun("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"], managers);
  mkdirSync(path.join(folder, "packed"));
  const packed = packProject(path.join(folder, "packed"));
  tarball = putPrebuild(packed, "prebuilt", readBuiltAddon(), readBuiltExecutable());
}, installMsMax);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Creates a project whose package manager may run the package's install script. */
function createProject(name: string): string {
  const at = path.join(folder, `${name} project`);
  const registry = mustRun("npm", ["config", "get", "registry"], folder).trim();
  const described = {
    name: "consumer",
    private: true,
    dependencies: { "lane-journal": `file:${tarball}` },
    pnpm: { onlyBuiltDependencies: ["lane-journal"] },
  };
  mkdirSync(at);
  writeFileSync(path.join(at, "package.json"), JSON.stringify(described));
  writeFileSync(
    path.join(at, ".npmrc"),
    `registry=${registry}\nstore-dir=${folder}/store\ncache-dir=${folder}/cache\n`,
  );
  writeFileSync(path.join(at, ".yarnrc"), `registry "${registry}"\ncache-folder "${path.join(folder, "cache")}"\n`);
  return at;
}

describe.each([
  // It does not run the install script of a tarball on the disk, whatever package.json allows.
  {
    name: "pnpm",
    program: "pnpm/bin/pnpm.cjs",
    isSlow: false,
    why: "no install script put the executable in its place",
  },
  {
    name: "yarn",
    program: "yarn/bin/yarn.js",
    isSlow: true,
    why: "installed the package, and only npm starts a program without Node",
  },
])("$name", ({ name, program, isSlow, why }) => {
  it.skipIf(isSlow && process.env["LANE_SOAK"] === undefined)("leaves the JavaScript command and says why", () => {
    const at = createProject(name);
    const manager = path.join(folder, "managers", "node_modules", program);
    mustRun(process.execPath, [manager, "install"], at);
    const command = path.join(at, "node_modules", "lane-journal", "dist", "package", "lj");
    expect(readFileSync(command, "latin1")).toMatch(/^#!/);
    const journal = path.join(at, "journal.jsonl");
    writeFileSync(journal, '{"op": "ACQUIRE", "lane": "a", "loop_ts": "T"}\n');
    const lj = path.join(at, "node_modules", ".bin", "lj");
    expect(mustRun(lj, ["replay", "--json", journal], at)).toBe('[{"lane": "a", "loop_ts": "T"}]\n');
    const told = mustRun(lj, ["--version"], at);
    expect(told).toContain("\ncommand JavaScript: ");
    expect(told).toContain(why);
  });
});
