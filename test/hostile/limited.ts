// Runs Node with limited memory. A process that needs more dies, so a test does not depend on when V8 collects garbage.
import { spawnSync } from "node:child_process";

/** Other systems do not count what a process really uses. */
export const isLimitable = process.platform === "linux";
if (!isLimitable) process.stderr.write("hostile: memory limits are skipped, because only Linux enforces them\n");

export interface Limits {
  /** The limit of V8's heap. V8 collects garbage before it exceeds the limit. */
  heapMegabytes: number;
  /** The limit of all private memory, the heap included, beyond that of an idle process. */
  dataBytes: number;
  cwd: string;
}

export interface LimitedRun {
  /** null if a signal ended it. */
  code: number | null;
  stdout: string;
  stderr: string;
}

/** The private memory of a process that does nothing, of which the stacks of Node's threads are the largest part. */
let idleBytes: number | undefined;

function readIdleBytes(): number {
  const program = 'console.log(/VmData:\\s+(\\d+)/.exec(require("fs").readFileSync("/proc/self/status", "utf8"))[1])';
  return Number(spawnSync(process.execPath, ["--eval", program], { encoding: "utf8" }).stdout) * 1024;
}

export function runLimited(args: readonly string[], { heapMegabytes, dataBytes, cwd }: Limits): LimitedRun {
  idleBytes ??= readIdleBytes();
  const kilobytes = Math.ceil((idleBytes + dataBytes) / 1024);
  const node = [process.execPath, `--max-old-space-size=${heapMegabytes}`, ...args];
  const limited = ["-c", 'ulimit -d "$0" && exec "$@"', `${kilobytes}`, ...node];
  const { status, stdout, stderr } = spawnSync("/bin/sh", limited, { cwd, encoding: "utf8", maxBuffer: 2 ** 30 });
  return { code: status, stdout, stderr };
}
