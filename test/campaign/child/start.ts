// Starts a program of this folder in a process of its own, on the compiled package.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { builtFile } from "../../support/built.js";

// The programs import the package.
builtFile("package/index.js");

export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

export interface Child {
  process: ChildProcess;
  /** True once the program has reported that it is ready; false if it ended first. */
  ready: Promise<boolean>;
  /** Everything the program has written to standard output. */
  output(): string;
  exit: Promise<Exit>;
}

/** The processes that are still running, for `killAll`. */
const running = new Set<Child>();

export function startChild(program: string, given: object): Child {
  const file = fileURLToPath(new URL(program, import.meta.url));
  const command = program.endsWith(".py") ? "python3" : process.execPath;
  const child = spawn(command, [file, JSON.stringify(given)], { stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  const exit = once(child, "close").then(() => ({ code: child.exitCode, signal: child.signalCode }));
  const said = once(child.stdout, "data").then(() => true);
  const started = { process: child, ready: Promise.race([said, exit.then(() => false)]), output: () => output, exit };
  running.add(started);
  void exit.then(() => running.delete(started));
  return started;
}

export async function killAll(): Promise<void> {
  const left = Array.from(running);
  for (const { process: child } of left) child.kill("SIGKILL");
  await Promise.all(left.map(({ exit }) => exit));
}

/** Returns the text of a file that other processes create and delete; `undefined` if it does not exist. */
export function readNow(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

/** Returns a positive integer from the environment. Defaults to `soak` if `LANE_SOAK` is set, to `short` otherwise. */
export function chooseCount(variable: string, short: number, soak: number): number {
  const asked = process.env[variable] || String(process.env["LANE_SOAK"] ? soak : short);
  const count = Number(asked);
  if (Number.isSafeInteger(count) && count > 0) return count;
  throw new Error(`${variable}: expected a whole number above 0, found "${asked}"`);
}
