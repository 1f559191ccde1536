// Runs module code in a process of its own, on the built package, and returns what it prints: for reads that may hang,
// crash or need other permissions. The code finds the package's exports in `lane` and the arguments in `given`.

import { spawn, spawnSync } from "node:child_process";
import { builtFile } from "../support/built.js";

export const builtPackage = builtFile("package/index.js");

/** Long enough for a loaded machine; ends a read that hangs. */
const timeoutMilliseconds = 600_000;

export interface ChildAnswer {
  /** The exit code, or the signal that ended it. */
  ended: number | string;
  stdout: string;
  stderr: string;
}

export interface ChildOptions {
  given?: readonly string[];
  /** The maximum number of open files. */
  openFilesMax?: number;
}

export function runChild(code: string, { given = [], openFilesMax }: ChildOptions = {}): ChildAnswer {
  const node = [process.execPath, ...nodeArguments(code, given)];
  const limited = ["/bin/sh", "-c", `ulimit -n ${openFilesMax} && exec "$0" "$@"`, ...node];
  // Only if it is needed: a shell cannot run under the thread sanitizer.
  const [command = "", ...rest] = openFilesMax === undefined ? node : limited;
  const run = spawnSync(command, rest, { encoding: "utf8", timeout: timeoutMilliseconds, killSignal: "SIGKILL" });
  if (run.error !== undefined && !("code" in run.error && run.error.code === "ETIMEDOUT")) throw run.error;
  return { ended: run.status ?? run.signal ?? "unknown", stdout: run.stdout, stderr: run.stderr };
}

/** Runs a process while `use` runs. The process prints a line once it has begun, and must not end by itself. */
export async function besideChild(code: string, given: readonly string[], use: () => Promise<void>): Promise<void> {
  const child = spawn(process.execPath, nodeArguments(code, given), { stdio: ["ignore", "pipe", "inherit"] });
  const gone = new Promise((resolve) => child.once("close", resolve));
  try {
    await new Promise((resolve, reject) => {
      child.stdout.once("data", resolve);
      child.once("error", reject);
      child.once("exit", (status) => reject(new Error(`expected the child to go on, found it ended with ${status}`)));
    });
    await use();
  } finally {
    child.kill("SIGKILL");
    await gone;
  }
}

function nodeArguments(code: string, given: readonly string[]): string[] {
  const prelude = `import * as lane from ${JSON.stringify(builtPackage.href)}; const given = process.argv.slice(1);`;
  return ["--input-type=module", "--eval", prelude + code, "--", ...given];
}
