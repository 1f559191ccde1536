// Creates a project into which Yarn installs a tarball of the package with Plug'n'Play, from a registry on this host.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { mustRun, type Outcome, run, userEnvironment } from "../package/installs.js";

const here = fileURLToPath(new URL(".", import.meta.url));
const root = path.join(here, "..", "..");

/** Installs the Yarn of yarn/package.json below `folder` and returns its program. */
export function installYarn(folder: string): string {
  const at = path.join(folder, "yarn");
  cpSync(path.join(here, "yarn"), at, { recursive: true });
  mustRun("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"], at);
  return path.join(at, "node_modules", "@yarnpkg", "cli-dist", "bin", "yarn.js");
}

export interface Registry {
  address: string;
  process: ChildProcess;
}

/** Serves the tarball, and passes every other request to the registry that npm uses. The caller ends the process. */
export async function startRegistry(tarball: string): Promise<Registry> {
  const upstream = mustRun("npm", ["config", "get", "registry"], root).trim();
  const script = path.join(here, "programs", "serve-package.mjs");
  const child = spawn(process.execPath, [script, tarball, path.join(root, "package.json"), upstream]);
  const [printed] = await once(child.stdout, "data");
  return { address: String(printed).trim(), process: child };
}

/** Creates a project that depends only on the package. `mayBuild`: Yarn may run its install script. */
export class YarnProject {
  readonly #yarn: string;
  readonly folder: string;

  constructor(yarn: string, folder: string, { address }: Registry) {
    this.#yarn = yarn;
    this.folder = folder;
    mkdirSync(folder);
    writeFileSync(path.join(folder, "yarn.lock"), "");
    const settings = [
      `npmRegistryServer: "${address}"`,
      'unsafeHttpWhitelist: ["127.0.0.1"]',
      "enableTelemetry: false",
      "enableImmutableInstalls: false",
      "enableGlobalCache: false",
      'globalFolder: "./.yarn-global"',
    ];
    writeFileSync(path.join(folder, ".yarnrc.yml"), `${settings.join("\n")}\n`);
  }

  install({ mayBuild }: { mayBuild: boolean }): Outcome {
    const dependenciesMeta = mayBuild ? { "lane-journal": { built: true } } : {};
    const described = { name: "consumer", private: true, dependencies: { "lane-journal": "*" }, dependenciesMeta };
    writeFileSync(path.join(this.folder, "package.json"), JSON.stringify(described));
    return this.run("install");
  }

  run(...args: string[]): Outcome {
    return run(process.execPath, [this.#yarn, ...args], this.folder, userEnvironment({ LANE_REQUIRE_NATIVE: "1" }));
  }
}
