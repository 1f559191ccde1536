// This process -> the most memory it has held so far, in bytes.
import { readFileSync } from "node:fs";

/**
 * On Linux the process's own mark: what `resourceUsage` says there begins at the peak of the parent, from which the
 * child was forked.
 */
export function peakBytes(): number {
  if (process.platform !== "linux") return process.resourceUsage().maxRSS * 1024;
  const mark = /^VmHWM:\s+([0-9]+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"));
  if (mark === null) throw new Error("/proc/self/status: expected a line VmHWM, found none");
  return Number(mark[1]) * 1024;
}
