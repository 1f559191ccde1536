// The folds of an old and of a new file that differ in one thing in; an error that says in which out (docs/format.md 7,
// docs/faults.md A3).
import { describe, expect, it } from "vitest";
import { checkCompaction } from "../../src/compact/check.js";
import type { CompactionPlan } from "../../src/compact/plan.js";
import type { HeldLease } from "../../src/core/held-lease.js";
import type { Fold } from "../../src/engine/engine.js";
import type { Lease } from "../../src/types.js";

const none = { count: 0, first: [] };
const scan = {
  leases: [],
  generations: [],
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
};
const plan: CompactionPlan = { scan, pieces: [], bytes: 100, riding: 1, following: 1, sentinels: 1, entries: 2 };

const rider: HeldLease = { loop_ts: "T", lane: "a", generation: 3, text: '{"lane": "a", "n": 1.0}' };
const follower: HeldLease = { loop_ts: "T", lane: "b", generation: 4, text: '{"lane": "x"}' };
const values: Lease[] = [{ lane: "a", n: 1 }, { lane: "x" }];

interface Answers {
  scan: Partial<typeof scan> | object;
  nextSeq: number;
  counter: number;
  held: HeldLease[];
  values: Lease[];
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
    leases: () => answers.values ?? values,
    nextSeq: () => answers.nextSeq ?? 8,
    scan: () => ({ ...scan, ...answers.scan }),
    heldLeases: () => ({ counter: answers.counter ?? 5, leases: answers.held ?? [rider, follower] }),
  };
}

/** What follows the checkpoint is handed a new generation. */
const written = [rider, { ...follower, generation: 6 }];

function check(found: Partial<Answers>, old: Partial<Answers> = {}): void {
  checkCompaction(plan, foldOf(old), foldOf({ counter: 6, held: written, ...found }), 100);
}

describe("a compaction that is read back", () => {
  it("is good if everything folds to the same, and what follows the checkpoint has a new token", () => {
    expect(() => check({})).not.toThrow();
  });

  it("is good where the texts differ in spaces and order alone", () => {
    const held = [{ ...rider, text: '{"n":1.0,"lane":"a"}' }, ...written.slice(1)];
    expect(() => check({ held })).not.toThrow();
  });

  it.each<[string, Partial<Answers>]>([
    ["bytes: expected 100, found 99", { scan: { bytes: 99 } }],
    ["entries: expected 2, found 3", { scan: { entries: 3 } }],
    ["damaged lines: expected 0, found 1", { scan: { corrupt: { count: 1, first: [] } } }],
    [
      "damaged lines: expected 0, found 1",
      { scan: { tornTail: { line: 1, offset: 9, terminated: false, damaged: false } } },
    ],
    ["damaged lines: expected 0, found 1", { scan: { nonObjects: { count: 1, first: [] } } }],
    ["sentinels: expected 1, found 0", { scan: { ops: { CHECKPOINT: 1 } } }],
    ["next seq: expected 8, found 7", { nextSeq: 7 }],
    ["generation counter: expected 6, found 5", { counter: 5 }],
    ['expected lease 1 (lane "b", loop_ts "T"), found none', { held: written.slice(0, 1) }],
    ["expected 2 leases, found more", { held: [...written, rider] }],
    ['lease 0 (lane "a", loop_ts "T"): lane: expected a, found c', { held: [{ ...rider, lane: "c" }, ...written] }],
    ["loop_ts: expected T, found U", { held: [{ ...rider, loop_ts: "U" }, ...written] }],
    ["generation: expected 3, found undefined", { held: [{ ...rider, generation: undefined }, ...written] }],
    ["generation: expected 6, found 4", { held: [rider, follower] }],
    [
      'text: expected {"lane": "a", "n": 1.0}, found {"lane": "a", "n": 1}',
      { held: [{ ...rider, text: '{"lane":"a","n":1}' }] },
    ],
  ])("says %s", (message, found) => {
    expect(() => check(found)).toThrow(/^read back: /);
    expect(() => check(found)).toThrow(message);
  });

  it("says that the engine's own answer is another lease than the text", () => {
    expect(() => check({}, { values: [{ lane: "a", n: 2 }, { lane: "x" }] })).toThrow(
      "expected the lease that was folded",
    );
    expect(() => check({}, { values: [...values, {}] })).toThrow("leases: expected 3, found 2");
  });

  it("says no more than 200 characters of a text", () => {
    const held = [{ ...rider, text: `{"lane": "${"y".repeat(500)}"}` }, ...written];
    const found = `{"lane": "${"y".repeat(190)}...`;
    expect(() => check({ held })).toThrow(
      new Error(`read back: lease 0 (lane "a", loop_ts "T"): text: expected ${rider.text}, found ${found}`),
    );
  });

  it("expects no tokens past the last number there is", () => {
    const counter = Number.MAX_SAFE_INTEGER;
    const held = [rider, { ...follower, generation: undefined }];
    expect(() => check({ counter, held }, { counter })).not.toThrow();
  });
});
