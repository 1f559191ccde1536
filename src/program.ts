// Determines which program answers as `lj`: the executable, or the JavaScript command, and why (docs/architecture.md,
// "Installing the command").
import { closeSync, existsSync, openSync, readdirSync, readFileSync, readSync } from "node:fs";
import { join, relative } from "node:path";
import { findPackage } from "./package.js";

export interface ProgramState {
  name: "executable" | "JavaScript";
  /** A message for people, without a full stop. */
  reason: string;
}

/** The executable sets this variable to its own path when it hands a command line over. */
export const executableVariable = "LANE_JOURNAL_EXECUTABLE";

/** `executable` is the value of the variable. */
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
  if (isProgram(command)) return `Node was started with a file of the package; the executable is ${command}`;
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

function findExecutable(root: string): string | undefined {
  const built = join(root, "build", "Release", "lj");
  if (existsSync(built)) return built;
  const folder = join(root, "prebuilds", `${process.platform}-${process.arch}`);
  const name = existsSync(folder) ? readdirSync(folder).find((file) => /^lj(\.[a-z]{1,9})?$/.test(file)) : undefined;
  return name === undefined ? undefined : join(folder, name);
}
