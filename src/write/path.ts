// The environment and the clock in, the default journal's path and a time stamp out (SPEC 8, "Where" and "Append").
import { join } from "node:path";

/** SPEC 8: the first variable that is set and not empty, else the workspace's journal. Read at each call. */
export function journalPath(environment: NodeJS.ProcessEnv = process.env): string {
  const named = environment["DISPATCH_LANE_JOURNAL_PATH"] || environment["JOB_LANE_JOURNAL_PATH"];
  return named || join(environment["DISPATCH_WORKSPACE"] || process.cwd(), ".dos", "lane-journal.jsonl");
}

/** `YYYY-MM-DDTHH:MM:SSZ`, UTC. */
export function journalNowIso(now: Date = new Date()): string {
  return now.toISOString().replace(/\.\d{3}Z$/, "Z");
}
