// Writes lines, bytes or entries to a journal in a folder that is removed after the test, and builds short entries.
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { isMainThread } from "node:worker_threads";
import { onTestFinished } from "vitest";
import type { Entry } from "../../src/index.js";
import type { Foreign } from "../generate/foreign.js";

/** Creates an empty folder that is removed when the running test ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), "lane-journal-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes a journal of these bytes and returns its path. */
export function writeJournal(content: string | Uint8Array): string {
  const file = path.join(temporaryFolder(), "journal.jsonl");
  writeFileSync(file, content);
  return file;
}

/** Writes a journal of these entries or complete lines, each with a LF, and returns its path. */
export function writeLines(...lines: (string | Entry)[]): string {
  return writeJournal(lines.map((line) => `${typeof line === "string" ? line : JSON.stringify(line)}\n`).join(""));
}

/** Returns an ACQUIRE whose lease has only the identity and the given fields. */
export function acquire(lane: string, loopTs = "T1", lease: Foreign = {}): Entry {
  return { op: "ACQUIRE", lane, loop_ts: loopTs, lease: { lane, loop_ts: loopTs, ...lease } };
}

/** Returns an entry with an identity and the given fields. */
export function about(op: string, lane: string, loopTs = "T1", rest: Foreign = {}): Entry {
  return { op, lane, loop_ts: loopTs, ...rest };
}

/** A line that no parser accepts. */
export const brokenLine = '{"op": "ACQUIRE", "lane": "gho';

/**
 * Returns how many descriptors this process has open; 0 in a worker thread, because other threads of its process open
 * some too.
 */
export function openDescriptors(): number {
  return isMainThread ? readdirSync("/proc/self/fd").length : 0;
}

/** Returns what a call throws. The call must throw. */
export function thrownBy(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  throw new Error("expected a throw, found none");
}
