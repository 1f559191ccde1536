// Checks that compact returns the fewest entries that fold to the same leases, numbers and tokens, whatever follows
// (docs/format.md 7).
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { text } from "../../src/core/words.js";
import { compact, type Entry, leaseGenerations, nextSeq, replay } from "../../src/index.js";
import type { Foreign } from "../generate/foreign.js";
import { engines } from "../support/engines.js";
import { about, acquire, thrownBy, writeLines } from "./journals.js";

const misnamed = { op: "ACQUIRE", lane: "a", loop_ts: "T1", lease: { lane: "b", loop_ts: "T9", n: 1 } };

describe("compact", () => {
  it("turns an empty journal into a bare checkpoint", () => {
    expect(compact([])).toEqual([{ op: "CHECKPOINT", leases: [], seq_watermark: 0 }]);
  });

  it("puts leases into the checkpoint with their rows, in map order, and keeps the numbers", () => {
    const entries = [acquire("a"), { ...acquire("b"), seq: 8 }, about("RELEASE", "a"), { ...acquire("c"), seq: 2 }];
    expect(compact(entries)).toEqual([
      {
        op: "CHECKPOINT",
        leases: [
          { lane: "b", loop_ts: "T1" },
          { lane: "c", loop_ts: "T1" },
        ],
        seq_watermark: 8,
        generations: [
          { loop_ts: "T1", lane: "b", generation: 2 },
          { loop_ts: "T1", lane: "c", generation: 3 },
        ],
        generation_watermark: 3,
      },
    ]);
  });

  it("keeps only the watermark of the assigned tokens if no lease is live", () => {
    const [checkpoint] = compact([acquire("a"), about("RELEASE", "a")]);
    expect(checkpoint).toEqual({ op: "CHECKPOINT", leases: [], seq_watermark: 0, generation_watermark: 1 });
  });

  it("adds no row for a live lease without a generation", () => {
    const [checkpoint] = compact([{ op: "CHECKPOINT", leases: [{ lane: "a", loop_ts: "T1" }] }, acquire("b")]);
    expect(checkpoint?.["generations"]).toEqual([{ loop_ts: "T1", lane: "b", generation: 1 }]);
  });

  it("appends, from the first lease whose fields differ from its identity, ACQUIRE entries in order", () => {
    const compacted = compact([acquire("x"), misnamed, acquire("y")]);
    expect(compacted.map((entry) => entry["op"])).toEqual(["CHECKPOINT", "ACQUIRE", "ACQUIRE"]);
    expect(compacted[0]?.["leases"]).toEqual([{ lane: "x", loop_ts: "T1" }]);
    expect(compacted.slice(1)).toEqual([misnamed, acquire("y")]);
  });

  it("assigns a new generation to each lease after the checkpoint, so that its old token is rejected", () => {
    const entries = [acquire("x"), misnamed];
    const [, stale] = leaseGenerations(entries);
    const [, fresh] = leaseGenerations(compact(entries));
    expect(fresh?.lane).toBe("a");
    expect(fresh?.generation).toBeGreaterThan(stale?.generation ?? Infinity);
  });

  it("keeps every _CORRUPT entry, also stored ones, unchanged and in order", () => {
    const stored = { op: "_CORRUPT", _raw: "x", _line: 1, extra: true };
    const made = { op: "_CORRUPT", _raw: "y", _line: 7 };
    expect(compact([stored, acquire("a"), made]).slice(1)).toEqual([stored, made]);
  });

  it("accepts any iterable and changes none of its entries", () => {
    const given = [acquire("a"), about("HEARTBEAT", "a", "T1", { ts: "9" }), misnamed];
    const before = structuredClone(given);
    expect(compact(new Set(given))).toEqual(compact(given));
    expect(given).toEqual(before);
  });

  it.each([undefined, null, 5, [1], [null]])("throws a TypeError for entries of %j", (given) => {
    expect(thrownBy(() => Reflect.apply(compact, undefined, [given]))).toBeInstanceOf(TypeError);
  });
});

const lane = fc.constantFrom<unknown>("a", "b", "", 1, true, null);
const loopTs = fc.constantFrom<unknown>("T1", "T2", "", 0);
const op = fc.constantFrom(
  "ACQUIRE",
  "ACQUIRE",
  "RECONCILE",
  "RELEASE",
  "SCAVENGE",
  "HEARTBEAT",
  "ADOPT",
  "REFUSE",
  "_CORRUPT",
);
const seq = fc.constantFrom<unknown>(undefined, null, 3, "12", 40.7, true);
const leaseOf = (ownLane: fc.Arbitrary<unknown>) => fc.record({ lane: ownLane, loop_ts: loopTs, pid: fc.nat(9) });
const sameIdentity: fc.Arbitrary<Foreign> = fc
  .record({ op, lane, loop_ts: loopTs, seq, ts: fc.constantFrom("1", "2") })
  .map((entry) => ({ ...entry, lease: { lane: entry.lane, loop_ts: entry.loop_ts } }));
const anyIdentity: fc.Arbitrary<Foreign> = fc.record({
  op,
  lane,
  loop_ts: loopTs,
  seq,
  lease: fc.option(leaseOf(lane)),
  holder: fc.constantFrom("h", null),
});
const row = fc.record({ lane, loop_ts: loopTs, generation: fc.integer({ min: -2, max: 50 }) });
const checkpoint = fc.record({
  op: fc.constant("CHECKPOINT"),
  leases: fc.array(leaseOf(lane), { maxLength: 3 }),
  generations: fc.array(row, { maxLength: 3 }),
  generation_watermark: fc.option(fc.nat(60)),
  seq_watermark: fc.nat(60),
});
const history = fc.array<Entry>(
  fc.oneof(
    { arbitrary: sameIdentity, weight: 6 },
    { arbitrary: anyIdentity, weight: 2 },
    { arbitrary: checkpoint, weight: 1 },
  ),
  { maxLength: 14 },
);

function tokens(entries: Entry[]): Map<string, number> {
  return new Map(
    leaseGenerations(entries).map((found) => [JSON.stringify([found.loop_ts, found.lane]), found.generation]),
  );
}

describe("compact, for any history and any continuation", () => {
  it("keeps the leases in the same order", () => {
    fc.assert(
      fc.property(history, history, (before, after) => {
        expect(replay([...compact(before), ...after])).toEqual(replay([...before, ...after]));
      }),
      { numRuns: 2_000 },
    );
  });

  it("keeps the same leases and sentinels the second time", () => {
    fc.assert(
      fc.property(history, (before) => {
        const once = compact(before);
        expect(replay(compact(once))).toEqual(replay(before));
        const corrupt = (entries: Entry[]) => entries.filter((entry) => text(entry["op"]) === "_CORRUPT");
        expect(corrupt(compact(once))).toEqual(corrupt(before));
      }),
      { numRuns: 1_000 },
    );
  });

  it("assigns no generation twice, and never moves a valid one to another lease", () => {
    fc.assert(
      fc.property(history, history, (before, after) => {
        const issued = Math.max(0, ...tokens(before).values());
        const compacted = tokens(compact(before));
        const old = tokens(before);
        for (const [identity, generation] of compacted) {
          if (generation !== old.get(identity)) expect(generation).toBeGreaterThan(issued);
        }
        const next = { op: "ACQUIRE", lane: "fresh", loop_ts: "fresh" };
        const plain = tokens([...before, ...after, next]).get('["fresh","fresh"]') ?? Infinity;
        expect(tokens([...compact(before), ...after, next]).get('["fresh","fresh"]')).toBeGreaterThanOrEqual(plain);
      }),
      { numRuns: 2_000 },
    );
  });

  it.each(engines)("keeps the numbering (%s)", (engine) => {
    fc.assert(
      fc.property(history, (before) => {
        const after = nextSeq(writeLines(...compact(before)), { engine });
        expect(after).toBeGreaterThanOrEqual(nextSeq(writeLines(...before), { engine }));
      }),
      { numRuns: 100 },
    );
  });
});
