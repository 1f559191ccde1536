// A program of this folder and its arguments in, a process that runs it on the compiled package out.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { builtFile } from "../../support/built.js";

// The programs import it.
builtFile("package/index.js");

export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

export interface Child {
  process: ChildProcess;
  /** True once it has said that it begins; false if it ended before. */
  ready: Promise<boolean>;
  /** All it said on its standard output. */
  output(): string;
  exit: Promise<Exit>;
}

/** What still runs is killed by `killAll`. */
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

/** What a file says that others make and remove meanwhile; `undefined` if it is not there. */
export function readNow(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

/** A whole number above 0 from the environment; `soak` if only `LANE_SOAK` is set. */
export function chooseCount(variable: string, short: number, soak: number): number {
  const asked = process.env[variable] || String(process.env["LANE_SOAK"] ? soak : short);
  const count = Number(asked);
  if (Number.isSafeInteger(count) && count > 0) return count;
  throw new Error(`${variable}: expected a whole number above 0, found "${asked}"`);
}
