// Determines which program answers as `lj`: the executable, or the JavaScript command, and why (docs/architecture.md,
// "Installing the command").
import { spawnSync } from "node:child_process";
import { closeSync, existsSync, openSync, readdirSync, readFileSync, readSync } from "node:fs";
import { join, relative } from "node:path";
import { findPackage } from "./package.js";

export interface ProgramState {
  name: "executable" | "JavaScript";
  /** A message for people, without a full stop. */
  reason: string;
}

/** `executable` is the path of the one that handed this command line over. */
export function examineProgram(executable: string | undefined): ProgramState {
  const { root } = findPackage();
  if (executable === undefined) return { name: "JavaScript", reason: explainScript(root) };
  const place = relative(root, executable);
  const shown = place.startsWith("..") ? executable : place;
  return { name: "executable", reason: `${shown} handed this command line over to the JavaScript command` };
}

function explainScript(root: string): string {
  if (process.platform === "win32") return "there is no executable for Windows";
  const command = join(root, "dist", "package", "lj");
  if (isProgram(command)) {
    const fault = faultOf(command);
    if (fault !== undefined) return `${command} does not run here: ${fault}; npm rebuild lane-journal mends it`;
    return `Node was started with a file of the package; the executable is ${command}`;
  }
  const executable = findExecutable(root);
  if (executable === undefined) return `no executable for ${process.platform}-${process.arch} in ${root}`;
  const note = join(root, "dist", "package", "command.txt");
  const why = existsSync(note)
    ? readFileSync(note, "utf8").trim()
    : "no install script put the executable in its place";
  return `${why}; the executable is ${executable}`;
}

/** Whether npm's install script has put the executable there (native/place.cjs). */
function isProgram(command: string): boolean {
  if (!existsSync(command)) return false;
  const fd = openSync(command, "r");
  try {
    const start = Buffer.alloc(2);
    return readSync(fd, start) === start.length && start.toString("latin1") !== "#!";
  } finally {
    closeSync(fd);
  }
}

/** Returns why the program does not start, which is so if it was copied here from a system with another libc. */
function faultOf(command: string): string | undefined {
  const { error, status, signal } = spawnSync(command, ["--version"], { stdio: "ignore" });
  if (error !== undefined) return error.message;
  return status === 0 ? undefined : `it ended with ${status ?? signal}`;
}

/** Returns the executable that was built here, or else a prebuilt one, which may be for another libc. */
export function findExecutable(root: string): string | undefined {
  const built = join(root, "build", "Release", "lj");
  if (existsSync(built)) return built;
  const folder = join(root, "prebuilds", `${process.platform}-${process.arch}`);
  const name = existsSync(folder) ? readdirSync(folder).find((file) => /^lj(\.[a-z]{1,9})?$/.test(file)) : undefined;
  return name === undefined ? undefined : join(folder, name);
}
