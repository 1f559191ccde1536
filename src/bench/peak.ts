// Reads the peak memory use of this process, in bytes.
import { readFileSync } from "node:fs";

/** On Linux, reads the process's own peak: `resourceUsage` starts there at the peak of the parent, which was forked. */
export function peakBytes(): number {
  if (process.platform !== "linux") return process.resourceUsage().maxRSS * 1024;
  const mark = /^VmHWM:\s+([0-9]+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"));
  if (mark === null) throw new Error("/proc/self/status: expected a line VmHWM, found none");
  return Number(mark[1]) * 1024;
}
