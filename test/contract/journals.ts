// Lines, bytes or entries -> a journal in a folder that goes away after the test; and short ways to write entries.
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { isMainThread } from "node:worker_threads";
import { onTestFinished } from "vitest";
import type { Entry } from "../../src/index.js";
import type { Foreign } from "../generate/foreign.js";

/** An empty folder that is removed when the running test ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), "lane-journal-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A journal of these bytes, as its path. */
export function writeJournal(content: string | Uint8Array): string {
  const file = path.join(temporaryFolder(), "journal.jsonl");
  writeFileSync(file, content);
  return file;
}

/** A journal of these entries or ready lines, each ended by a LF, as its path. */
export function writeLines(...lines: (string | Entry)[]): string {
  return writeJournal(lines.map((line) => `${typeof line === "string" ? line : JSON.stringify(line)}\n`).join(""));
}

/** An ACQUIRE whose lease has just the identity, and what else is given. */
export function acquire(lane: string, loopTs = "T1", lease: Foreign = {}): Entry {
  return { op: "ACQUIRE", lane, loop_ts: loopTs, lease: { lane, loop_ts: loopTs, ...lease } };
}

/** An entry that has an identity and whatever else is given. */
export function about(op: string, lane: string, loopTs = "T1", rest: Foreign = {}): Entry {
  return { op, lane, loop_ts: loopTs, ...rest };
}

/** A line that no parser takes. */
export const brokenLine = '{"op": "ACQUIRE", "lane": "gho';

/** How many descriptors this process has open; 0 in a worker thread, whose process has others at work. */
export function openDescriptors(): number {
  return isMainThread ? readdirSync("/proc/self/fd").length : 0;
}

/** What a call throws, which must be something. */
export function thrownBy(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  throw new Error("expected a throw, found none");
}
