// Packs the working tree into a tarball and installs that into empty folders, with and without a compiler.
import { spawnSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { inject } from "vitest";
import { builtExecutable, builtFile } from "../support/built.js";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** The output of a command. */
export interface Outcome {
  status: number | null;
  stdout: string;
  stderr: string;
}

/**
 * Returns the environment of a user's shell. Of npm's own variables it keeps only those that name the sources of
 * packages and headers, because the others tell a child that it runs inside this project.
 */
export function userEnvironment(more: { [name: string]: string } = {}): NodeJS.ProcessEnv {
  const wanted = /^npm_config_(registry|userconfig|globalconfig|cache|nodedir|cafile|proxy|https_proxy)$/i;
  const scrubbed = /^(npm_|LANE_|DISPATCH_|JOB_|VITEST|NODE_OPTIONS$|NODE_ENV$|INIT_CWD$)/i;
  const kept = Object.entries(process.env).filter(([name]) => wanted.test(name) || !scrubbed.test(name));
  // Two jobs, because the test machines have two cores: most of the time goes into the build from source.
  return { ...Object.fromEntries(kept), npm_config_jobs: "2", ...more };
}

export function run(command: string, args: string[], cwd: string, env = userEnvironment()): Outcome {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, env, encoding: "utf8", timeout: 600_000 });
  if (error !== undefined) throw error;
  return { status, stdout, stderr };
}

/** Like `run`, but returns stdout, and throws what was printed unless the exit code is 0. */
export function mustRun(command: string, args: string[], cwd: string, env = userEnvironment()): string {
  const { status, stdout, stderr } = run(command, args, cwd, env);
  if (status === 0) return stdout;
  throw new Error(`${command} ${args.join(" ")}: expected exit code 0, found ${status}\n${stdout}${stderr}`);
}

/** Returns the tarball that `npm pack` makes, in `folder`. It is packed once for all suites of a run. */
export function packProject(folder: string): string {
  const shared = path.join(inject("runFolder"), "packed.tgz");
  const tarball = path.join(folder, "lane-journal.tgz");
  if (existsSync(shared)) {
    copyFileSync(shared, tarball);
    return tarball;
  }
  renameSync(pack(folder), tarball);
  // Another suite may pack at the same time: the last of the two equal tarballs stays.
  const temporary = `${shared}.${process.pid}`;
  copyFileSync(tarball, temporary);
  renameSync(temporary, shared);
  return tarball;
}

/** Runs `npm pack` and returns the tarball. It skips the scripts because dist/ is built already. */
function pack(folder: string): string {
  // An executable in its place would be packed for all platforms.
  const command = readFileSync(builtFile("package/lj"), "latin1");
  if (!command.startsWith("#!")) throw new Error("dist/package/lj is not the script: run `npm run build:ts`");
  mustRun("npm", ["pack", "--ignore-scripts", "--silent", "--pack-destination", folder], root);
  const tarballs = readdirSync(folder).filter((name) => name.endsWith(".tgz"));
  if (tarballs[0] === undefined || tarballs.length > 1) throw new Error(`found ${tarballs.length} tarballs`);
  return path.join(folder, tarballs[0]);
}

/** Returns the paths in a tarball, without the `package/` that npm prepends to each. */
export function listTarball(tarball: string): string[] {
  const listed = mustRun("tar", ["tzf", tarball], path.dirname(tarball)).trimEnd().split("\n");
  return listed.map((name) => name.replace(/^package\//, ""));
}

/** Returns the tarball with a change to its content. */
function repack(tarball: string, name: string, change: (unpacked: string) => void): string {
  const folder = path.join(path.dirname(tarball), `unpacked-${name}`);
  mkdirSync(folder);
  mustRun("tar", ["xzf", tarball, "-C", folder], folder);
  change(path.join(folder, "package"));
  const changed = path.join(folder, `${name}.tgz`);
  mustRun("tar", ["czf", changed, "package"], folder);
  return changed;
}

function removePrebuilds(unpacked: string): void {
  rmSync(path.join(unpacked, "prebuilds"), { recursive: true, force: true });
}

/** Removes the prebuilt addons, so that only the compiler determines what an install does. */
export function dropPrebuilds(tarball: string): string {
  return repack(tarball, "bare", removePrebuilds);
}

/**
 * Adds one prebuilt addon for this machine: a copy of `addon` under the name that prebuildify would use, and
 * `executable` beside it.
 */
export function putPrebuild(tarball: string, name: string, addon: Buffer, executable?: Buffer): string {
  return repack(tarball, name, (unpacked) => {
    removePrebuilds(unpacked);
    const folder = path.join(unpacked, "prebuilds", `${process.platform}-${process.arch}`);
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, "lane-journal.glibc.node"), addon);
    if (executable !== undefined) writeFileSync(path.join(folder, "lj.glibc"), executable);
  });
}

/** The addon that was built in the working tree. */
export function readBuiltAddon(): Buffer {
  return readFileSync(path.join(root, "build", "Release", "lane_journal.node"));
}

/** The executable that was built in the working tree. */
export function readBuiltExecutable(): Buffer {
  return readFileSync(builtExecutable());
}

/** Installs a tarball into a new project. */
export function install(
  tarball: string,
  folder: string,
  env: NodeJS.ProcessEnv,
  more: readonly string[] = [],
): Outcome {
  mkdirSync(folder);
  writeFileSync(path.join(folder, "package.json"), '{ "name": "consumer", "version": "1.0.0", "private": true }\n');
  const options = ["--no-audit", "--no-fund", "--prefer-offline", "--foreground-scripts"];
  return run("npm", ["install", ...options, ...more, tarball], folder, env);
}

/** Returns an environment without a compiler: a PATH of a few links, and compilers that do not exist. */
export function withoutCompiler(folder: string, more: { [name: string]: string } = {}): NodeJS.ProcessEnv {
  const bin = path.join(folder, "bin");
  if (!existsSync(bin)) {
    mkdirSync(bin);
    for (const name of ["node", "npm", "sh", "env", "python3"]) {
      symlinkSync(mustRun("sh", ["-c", `command -v ${name}`], folder).trim(), path.join(bin, name));
    }
  }
  return userEnvironment({ PATH: bin, CC: "/nonexistent/cc", CXX: "/nonexistent/c++", ...more });
}
