// Finds the default journal's path from the environment, and formats time stamps (docs/format.md 8, "Where" and
// "Append").
import { lstatSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import { JournalError } from "../errors.js";
import { lateWorkspaceFile } from "../late.js";

/**
 * The rule that named the journal (docs/format.md 8, "Where"). The last two mean the default path below that folder.
 */
export type JournalRule =
  | "DISPATCH_LANE_JOURNAL_PATH"
  | "JOB_LANE_JOURNAL_PATH"
  | "dos.toml"
  | "DISPATCH_WORKSPACE"
  | "current folder";

const variables = ["DISPATCH_LANE_JOURNAL_PATH", "JOB_LANE_JOURNAL_PATH"] as const;

/**
 * Returns the path of the default journal: the variable `DISPATCH_LANE_JOURNAL_PATH`, else `JOB_LANE_JOURNAL_PATH`,
 * else `lane_journal` in the table `[paths]` of the workspace's `dos.toml` (relative to the workspace), else
 * `.dos/lane-journal.jsonl` in the workspace. The workspace is `DISPATCH_WORKSPACE`, or the current folder. An empty
 * variable counts as unset. All of them are read at each call (docs/format.md, section 8, "Where").
 *
 * Throws `ERR_CONFIG_INVALID` if there is a `dos.toml` that cannot be used, and `ERR_PATH_REFUSED` if the current
 * folder is needed and has been deleted.
 */
export function journalPath(environment: NodeJS.ProcessEnv = process.env): string {
  return locateJournal(environment).path;
}

/** Like `journalPath`, and also returns the rule that applied. */
export function locateJournal(environment: NodeJS.ProcessEnv = process.env): { path: string; rule: JournalRule } {
  for (const rule of variables) {
    const path = environment[rule];
    if (path) return { path, rule };
  }
  const given = environment["DISPATCH_WORKSPACE"];
  const workspace = given || workingFolder();
  const file = join(workspace, "dos.toml");
  const named = isThere(file) ? lateWorkspaceFile().readWorkspaceFile(file) : undefined;
  if (named !== undefined) return { path: isAbsolute(named) ? named : join(workspace, named), rule: "dos.toml" };
  const path = join(workspace, ".dos", "lane-journal.jsonl");
  return { path, rule: given ? "DISPATCH_WORKSPACE" : "current folder" };
}

/** Returns `process.cwd()`. If that folder has been deleted, the error says so. */
export function workingFolder(): string {
  try {
    return process.cwd();
  } catch (cause) {
    const message = "the current folder cannot be determined, it has probably been deleted: use an absolute path";
    throw new JournalError("ERR_PATH_REFUSED", message, { cause });
  }
}

/** Also true for a dangling link. If it cannot be determined, reading the file reports why. */
function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return true;
  }
}

/** `YYYY-MM-DDTHH:MM:SSZ`, UTC. */
export function journalNowIso(now: Date = new Date()): string {
  return now.toISOString().replace(/\.\d{3}Z$/, "Z");
}
