// Checks the error for each way in which the fold of a new file may differ from that of the old one (docs/format.md 7,
// docs/faults.md A3).
import { describe, expect, it } from "vitest";
import { checkCompaction } from "../../src/compact/check.js";
import { LeaseDigests } from "../../src/compact/digests.js";
import type { CompactionPlan } from "../../src/compact/plan.js";
import type { HeldLease } from "../../src/core/held-lease.js";
import type { Fold } from "../../src/engine/engine.js";

const none = { count: 0, first: [] };
const report = {
  live: 2,
  nextSeq: 8,
  bytes: 100,
  lines: 2,
  entries: 2,
  ops: { CHECKPOINT: 1, _CORRUPT: 1 },
  engine: "js" as const,
  corrupt: none,
  tornTail: null,
  isJournal: true,
  nonObjects: none,
  illFormedUtf8: none,
  repeatedKeys: none,
  oddSeq: none,
  heartbeatBack: none,
  seqBack: none,
  tsBack: none,
  strayEnd: none,
  strayBeat: none,
  refusedAcquire: none,
  sharedLane: none,
  badChecks: none,
  checked: { values: 0, bytes: 0 },
};
const rider: HeldLease = { loop_ts: "T", lane: "a", generation: 3, text: '{"lane": "a", "n": 1.0}' };
const follower: HeldLease = { loop_ts: "T", lane: "b", generation: 4, text: '{"lane": "x"}' };

interface Answers {
  report: Partial<typeof report> | object;
  nextSeq: number;
  counter: number;
  held: HeldLease[];
}

function foldOf(answers: Partial<Answers>): Fold {
  const never = (): never => {
    throw new Error("expected nobody to ask");
  };
  return {
    offset: 100,
    hasOpenLine: false,
    endDamaged: false,
    content: "entries",
    mark: never,
    step: never,
    stepAsync: never,
    generations: never,
    snapshot: never,
    leases: never,
    drop: never,
    nextSeq: () => answers.nextSeq ?? 8,
    scan: never,
    report: () => ({ ...report, ...answers.report }),
    heldLeases: () => ({ counter: answers.counter ?? 5, leases: answers.held ?? [rider, follower] }),
  };
}

/** A lease after the checkpoint gets a new generation. */
const written = [rider, { ...follower, generation: 6 }];

function planOf(counter: number, expected: readonly HeldLease[]): CompactionPlan {
  const texts = { riding: 1, following: 1, bytes: 100, texts: () => [], digests: digestsOf(...expected) };
  return { ...texts, scan: report, sentinels: 1, entries: 2, nextSeq: 8, counter };
}

function digestsOf(...leases: HeldLease[]): Buffer {
  const digests = new LeaseDigests();
  for (const lease of leases) digests.add(lease);
  return digests.bytes();
}

function check(found: Partial<Answers>, plan = planOf(5, written)): void {
  checkCompaction(plan, foldOf({ counter: 6, held: written, ...found }), 100);
}

describe("a compaction that is read back", () => {
  it("passes if everything folds to the same, and each lease after the checkpoint has a new token", () => {
    expect(() => check({})).not.toThrow();
  });

  it("passes if the texts differ only in spaces and order", () => {
    const held = [{ ...rider, text: '{"n":1.0,"lane":"a"}' }, ...written.slice(1)];
    expect(() => check({ held })).not.toThrow();
  });

  it.each<[string, Partial<Answers>]>([
    ["bytes: expected 100, found 99", { report: { bytes: 99 } }],
    ["entries: expected 2, found 3", { report: { entries: 3 } }],
    ["damaged lines: expected 0, found 1", { report: { corrupt: { count: 1, first: [] } } }],
    [
      "damaged lines: expected 0, found 1",
      { report: { tornTail: { line: 1, offset: 9, terminated: false, damaged: false } } },
    ],
    ["damaged lines: expected 0, found 1", { report: { nonObjects: { count: 1, first: [] } } }],
    ["sentinels: expected 1, found 0", { report: { ops: { CHECKPOINT: 1 } } }],
    ["next seq: expected 8, found 7", { nextSeq: 7 }],
    ["generation counter: expected 6, found 5", { counter: 5 }],
    ["leases: expected 2, found 1", { held: written.slice(0, 1) }],
    ["expected 2 leases, found more", { held: [...written, rider] }],
    ['found lease 0 (lane "c", loop_ts "T")', { held: [{ ...rider, lane: "c" }, ...written.slice(1)] }],
    ['found lease 0 (lane "a", loop_ts "U")', { held: [{ ...rider, loop_ts: "U" }, ...written.slice(1)] }],
    ["found lease 0", { held: [{ ...rider, generation: undefined }, ...written.slice(1)] }],
    ["found lease 1", { held: [rider, follower] }],
    ["found lease 0", { held: [...written].reverse() }],
    ['{"lane":"a","n":1}', { held: [{ ...rider, text: '{"lane":"a","n":1}' }, ...written.slice(1)] }],
  ])("says %s", (message, found) => {
    expect(() => check(found)).toThrow(/^read back: /);
    expect(() => check(found)).toThrow(message);
  });

  it("quotes at most 200 characters of a text", () => {
    const held = [{ ...rider, text: `{"lane": "${"y".repeat(500)}"}` }, ...written.slice(1)];
    const found = `{"lane": "${"y".repeat(190)}...`;
    const place = 'lease 0 (lane "a", loop_ts "T")';
    expect(() => check({ held })).toThrow(
      new Error(`read back: expected the lease that was folded, found ${place}: ${found}`),
    );
  });

  it("expects no token after the last safe integer", () => {
    const counter = Number.MAX_SAFE_INTEGER;
    const held = [rider, { ...follower, generation: undefined }];
    expect(() => check({ counter, held }, planOf(counter, held))).not.toThrow();
  });
});

describe("the digest of a lease", () => {
  it("differs if a letter moves from one text to the next", () => {
    const lease = { loop_ts: "T", lane: "ab", generation: 1, text: "{}" };
    expect(digestsOf(lease)).toEqual(digestsOf({ ...lease }));
    expect(digestsOf(lease)).not.toEqual(digestsOf({ ...lease, loop_ts: "Ta", lane: "b" }));
    expect(digestsOf(lease, lease).subarray(8)).toEqual(digestsOf(lease));
  });
});
