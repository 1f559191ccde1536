// Runs a program of Node in a process of its own and reports its peak memory and its processor time.
import { spawnSync } from "node:child_process";

export interface MeasuredRun {
  code: number | null;
  stdout: string;
  stderr: string;
  /** The most memory that the process held, in bytes. */
  peak: number;
  /** User and system time of all its threads, which other processes hardly change. */
  seconds: number;
}

/** Loaded before the program; writes a last line to stderr when the process exits. */
const preload = `data:text/javascript,${encodeURIComponent(
  'import { readFileSync } from "node:fs";' +
    'const peak = () => /VmHWM:\\s+(\\d+)/.exec(readFileSync("/proc/self/status", "utf8"))[1];' +
    "const seconds = () => { const { user, system } = process.cpuUsage(); return (user + system) / 1e6; };" +
    'process.on("exit", () => process.stderr.write("\\n" + peak() + " " + seconds()));',
)}`;

/** Only for Linux. `cwd` is the process's folder, and `heapMegabytes` the limit of its heap. */
export function runMeasured(args: readonly string[], cwd: string, heapMegabytes: number): MeasuredRun {
  const node = [`--max-old-space-size=${heapMegabytes}`, "--import", preload, ...args];
  const { status, stdout, stderr } = spawnSync(process.execPath, node, {
    cwd,
    encoding: "utf8",
    maxBuffer: 1024 * 1024 * 1024,
  });
  const lines = stderr.split("\n");
  const [kilobytes = Number.NaN, seconds = Number.NaN] = (lines.at(-1) ?? "").split(" ").map(Number);
  return { code: status, stdout, stderr: lines.slice(0, -1).join("\n"), peak: kilobytes * 1024, seconds };
}
