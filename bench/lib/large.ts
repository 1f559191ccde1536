// Generates lines, one by one and at any size, whose values would take far more memory than their text (docs/faults.md,
// "Hostile lines").

import { appendFileSync, statSync, writeFileSync } from "node:fs";

const chunkCharacters = 1024 * 1024;

/** Writes a journal of `count` calls of `line` and returns its size in bytes. */
export function writeLarge(path: string, count: number, line: (i: number) => string): number {
  writeFileSync(path, "");
  let waiting = "";
  for (let i = 0; i < count; i++) {
    waiting += line(i);
    if (waiting.length < chunkCharacters && i < count - 1) continue;
    appendFileSync(path, waiting);
    waiting = "";
  }
  return statSync(path).size;
}

/** Returns an array of empty arrays, for which JavaScript takes about twenty times as much memory as its text. */
export function emptyArrays(characters: number): string {
  return `[${"[],".repeat(characters / 3)}[]]`;
}

/** Generates the lines of the lease numbered `i`, by the place of its long value. */
export const largeLeases: { [where: string]: (i: number, value: string) => string } = {
  "a key that nobody knows": (i, value) =>
    `{"op": "ACQUIRE", "lane": "l${i}", "loop_ts": "t", "lease": {"lane": "l${i}", "loop_ts": "t", "v": ${value}}}\n`,
  "the holder": (i, value) => `{"op": "ACQUIRE", "lane": "l${i}", "loop_ts": "t", "holder": ${value}}\n`,
  "a stamp": (i, value) =>
    `{"op": "ACQUIRE", "lane": "l${i}", "loop_ts": "t"}\n` +
    `{"op": "HEARTBEAT", "lane": "l${i}", "loop_ts": "t", "heartbeat_at": ${value}}\n`,
  "a new holder": (i, value) =>
    `{"op": "ACQUIRE", "lane": "l${i}", "loop_ts": "t"}\n` +
    `{"op": "ADOPT", "lane": "l${i}", "loop_ts": "t", "holder": ${value}, "ts": "2026-06-01T13:58:00Z"}\n`,
};

/** Returns an ordinary lease that is never released, as a writer writes it. */
export function orphan(i: number): string {
  const identity = `"lane": "lane-${i}", "lane_kind": "exclusive"`;
  const loop = `"loop_ts": "2026-06-01T13:58:00Z-${i}"`;
  const own = `"acquired_at": "2026-06-01T13:58:00Z", "holder": "agent-${i}"`;
  const lease = `{${own}, ${identity}, ${loop}, "ttl_minutes": 50}`;
  return `{${identity}, "lease": ${lease}, ${loop}, "op": "ACQUIRE", "seq": ${i + 1}, "ts": "2026-06-01T13:58:00Z"}\n`;
}
