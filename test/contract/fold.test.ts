// Checks live leases, generations and the next number (docs/format.md 4, 5 and 6), from a file and from memory.
import { describe, expect, it } from "vitest";
import { type Entry, leaseGenerations, nextSeq, replay, scan } from "../../src/index.js";
import { foreign } from "../generate/foreign.js";
import { engines } from "../support/engines.js";
import { about, acquire, writeLines } from "./journals.js";

/** The ways to fold: each engine over a file, and entries in memory. */
const ways = [
  ...engines.map((engine) => ({
    way: `a file, ${engine}`,
    leases: (entries: Entry[]) => replay(writeLines(...entries), { engine }),
    tokens: (entries: Entry[]) => leaseGenerations(writeLines(...entries), { engine }),
  })),
  {
    way: "memory",
    leases: (entries: Entry[]) => replay(entries),
    tokens: (entries: Entry[]) => leaseGenerations(entries),
  },
];

function lanes(leases: Entry[]): unknown[] {
  return leases.map((lease) => lease["lane"]);
}

describe.each(ways)("the fold over $way", ({ leases }) => {
  it("a lease acquired again keeps its place, and one released and acquired again goes last", () => {
    const again = [acquire("a"), acquire("b"), acquire("c"), acquire("a", "T1", { pid: 2 })];
    expect(leases(again)).toMatchObject([{ lane: "a", pid: 2 }, { lane: "b" }, { lane: "c" }]);
    expect(lanes(leases([...again, about("RELEASE", "b"), acquire("b")]))).toEqual(["a", "c", "b"]);
  });

  it.each(["ACQUIRE", "RECONCILE"])("%s without a lease object takes the entry's own fields in their order", (op) => {
    const entry = { run_id: "R", lane: "a", loop_ts: "T1", pid: 1, reason: "r", op, lease: [1], lane_kind: null };
    const [lease] = leases([foreign(entry)]);
    expect(JSON.stringify(lease)).toBe('{"lane":"a","lane_kind":null,"loop_ts":"T1","pid":1,"run_id":"R"}');
  });

  it.each(["RELEASE", "SCAVENGE"])("%s removes the identity and no other", (op) => {
    expect(lanes(leases([acquire("a"), acquire("a", "T2"), about(op, "a"), about(op, "b")]))).toEqual(["a"]);
  });

  it("the identity comes from the entry, not from the nested lease", () => {
    const misplaced = { op: "ACQUIRE", lane: "a", loop_ts: "T1", lease: { lane: "b", loop_ts: "T2" } };
    expect(leases([misplaced, about("RELEASE", "b", "T2")])).toEqual([{ lane: "b", loop_ts: "T2" }]);
    expect(leases([misplaced, about("RELEASE", "a", "T1")])).toEqual([]);
  });

  it("a heartbeat sets heartbeat_at in place, or appends it", () => {
    const first = acquire("a", "T1", { heartbeat_at: "0", pid: 1 });
    const entries = [
      first,
      acquire("b"),
      about("HEARTBEAT", "a", "T1", { heartbeat_at: "5" }),
      about("HEARTBEAT", "b", "T1", { ts: "6" }),
    ];
    expect(JSON.stringify(leases(entries))).toBe(
      '[{"lane":"a","loop_ts":"T1","heartbeat_at":"5","pid":1},{"lane":"b","loop_ts":"T1","heartbeat_at":"6"}]',
    );
  });

  it("a heartbeat without a stamp, or without a live lease, changes nothing", () => {
    expect(leases([acquire("a"), about("HEARTBEAT", "a"), about("HEARTBEAT", "b", "T1", { ts: "1" })])).toEqual([
      { lane: "a", loop_ts: "T1" },
    ]);
  });

  it("ADOPT sets the fields that are present and not null, then heartbeat_at", () => {
    const adopted = about("ADOPT", "a", "T1", { holder: "", pid: null, host_id: 0, ts: "9" });
    const [lease] = leases([acquire("a", "T1", { holder: "x", pid: 4 }), adopted]);
    expect(JSON.stringify(lease)).toBe(
      '{"lane":"a","loop_ts":"T1","holder":"","pid":4,"host_id":0,"heartbeat_at":"9"}',
    );
    expect(leases([adopted])).toEqual([]);
  });

  it("only ADOPT changes the holder, and only the named fields", () => {
    const first = acquire("a", "T1", { holder: "x", pid: 4, host_id: "H" });
    const [beaten] = leases([first, about("HEARTBEAT", "a", "T1", { holder: "y", pid: 5, host_id: "I", ts: "9" })]);
    expect(beaten).toEqual({ lane: "a", loop_ts: "T1", holder: "x", pid: 4, host_id: "H", heartbeat_at: "9" });
    const [adopted] = leases([first, about("ADOPT", "a", "T1", { pid: 5 })]);
    expect(JSON.stringify(adopted)).toBe('{"lane":"a","loop_ts":"T1","holder":"x","pid":5,"host_id":"H"}');
  });

  it("CHECKPOINT replaces everything, and a repeated identity keeps the first place and the last value", () => {
    const rows = [{ lane: "b", n: 1 }, 7, null, [], { lane: "c" }, {}, { lane: "b", n: 2 }];
    const found = leases([acquire("a"), { op: "CHECKPOINT", leases: rows }]);
    expect(found).toEqual([{ lane: "b", n: 2 }, { lane: "c" }]);
    expect(leases([acquire("a"), { op: "CHECKPOINT", leases: "none" }])).toEqual([]);
  });

  it.each(["REFUSE", "HALT", "ENFORCE", "ATTEMPT", "SPAWN", "_CORRUPT", "acquire", "", 7])(
    "%s changes nothing",
    (op) => {
      const others = [foreign({ op, lane: "a", loop_ts: "T1" }), foreign({ ...acquire("b"), op })];
      expect(lanes(leases([acquire("a"), ...others]))).toEqual(["a"]);
    },
  );

  it("op is compared as text, so that an array of one op is not that op", () => {
    expect(leases([foreign({ ...acquire("a"), op: ["ACQUIRE"] })])).toEqual([]);
  });

  it("an empty identity is ignored, but not a partial one", () => {
    expect(leases([foreign({ op: "ACQUIRE", lane: [], loop_ts: 0, lease: { x: 1 } })])).toEqual([]);
    expect(leases([{ op: "ACQUIRE", loop_ts: "T1", lease: { x: 1 } }])).toEqual([{ x: 1 }]);
  });

  it.each([
    [7, "7"],
    [1.5, "1.5"],
    [1e21, "1e+21"],
    [true, "true"],
    [["x", null], '["x",null]'],
    [{ b: 1, a: "é" }, '{"b":1,"a":"é"}'],
    [0, ""],
    [false, null],
    [{}, []],
  ])("a lane of %j is the lane %j", (lane, same) => {
    expect(
      leases([
        foreign({ op: "ACQUIRE", lane, loop_ts: "T1", lease: {} }),
        foreign({ op: "RELEASE", lane: same, loop_ts: "T1" }),
      ]),
    ).toEqual([]);
  });

  it("the parts of an identity are not joined", () => {
    const both = [acquire("b", "a"), acquire("", "ab"), acquire("ab", "")];
    expect(leases(both)).toHaveLength(3);
  });

  it("many leases released in any order leave the others in order", () => {
    const names = Array.from({ length: 2_000 }, (_, i) => `lane-${i}`);
    const odd = names.filter((_, i) => i % 2 === 1);
    const entries = [...names.map((name) => acquire(name)), ...odd.toReversed().map((name) => about("RELEASE", name))];
    expect(lanes(leases(entries))).toEqual(names.filter((_, i) => i % 2 === 0));
  });
});

it.each([
  [[null], "entries[0]: expected an object, found null"],
  [[{}, []], "entries[1]: expected an object, found an array"],
  [[{}, {}, "x"], "entries[2]: expected an object, found a string"],
])("the fold of %j in memory throws a TypeError", (entries, message) => {
  for (const fold of [replay, leaseGenerations]) {
    expect(() => Reflect.apply(fold, undefined, [entries])).toThrow(new TypeError(message));
  }
});

describe.each(ways)("generations over $way", ({ tokens, leases }) => {
  it("ACQUIRE and RECONCILE assign the next number, RELEASE and SCAVENGE drop the row", () => {
    const entries = [
      acquire("a"),
      acquire("b"),
      about("RELEASE", "a"),
      { ...acquire("c"), op: "RECONCILE" },
      acquire("b"),
    ];
    expect(tokens(entries)).toEqual([
      { loop_ts: "T1", lane: "b", generation: 4 },
      { loop_ts: "T1", lane: "c", generation: 3 },
    ]);
  });

  it("HEARTBEAT and ADOPT change no generation, and no lease contains one", () => {
    const entries = [
      acquire("a"),
      about("ADOPT", "a", "T1", { holder: "n" }),
      about("HEARTBEAT", "a", "T1", { ts: "1" }),
    ];
    expect(tokens(entries)).toEqual([{ loop_ts: "T1", lane: "a", generation: 1 }]);
    expect(leases(entries)[0]).not.toHaveProperty("generation");
  });

  it("CHECKPOINT sets its rows and raises the counter to the highest of rows and watermark", () => {
    const row = (lane: string, generation: unknown) => ({ loop_ts: "T1", lane, generation });
    const checkpoint = {
      op: "CHECKPOINT",
      leases: [{ lane: "a", loop_ts: "T1" }],
      generations: [row("a", 5), row("b", "6"), row("c", 7.5), { generation: 9 }, 3, row("d", 2 ** 53)],
      generation_watermark: 4,
    };
    expect(tokens([acquire("x"), checkpoint])).toEqual([{ loop_ts: "T1", lane: "a", generation: 5 }]);
    expect(tokens([checkpoint, acquire("n")]).at(-1)).toEqual({ loop_ts: "T1", lane: "n", generation: 6 });
  });

  it.each([
    [20, 21],
    ["20", 2],
    [20.5, 2],
    [-3, 2],
    [2 ** 53, 2],
  ])("a watermark of %j makes the next number %d", (watermark, next) => {
    const entries = [acquire("a"), { op: "CHECKPOINT", leases: [], generation_watermark: watermark }, acquire("b")];
    expect(tokens(entries).at(-1)?.generation).toBe(next);
  });
});

describe.each(engines)("numbering on the %s engine", (engine) => {
  it("nextSeq is one more than the highest seq or seq_watermark of any entry, in any order", () => {
    expect(
      nextSeq(writeLines({ seq: 9 }, { op: "CHECKPOINT", seq: 2, seq_watermark: 30 }, { seq: 4 }), { engine }),
    ).toBe(31);
  });

  it.each([
    [7.9, 8],
    [-5, 1],
    [true, 2],
    ["1_000", 1001],
    [" \t\v\f\r\n+7 ", 8],
    ["-7", 1],
    ["1__0", 1],
    ["1.0", 1],
    ["0x10", 1],
    ["\u0667", 1],
    ["\u00a07", 1],
    ["9007199254740991", 2 ** 53],
    ["9007199254740992", 1],
    [[7], 1],
    [null, 1],
  ])("a seq of %j makes the next number %d", (seq, next) => {
    const file = writeLines(foreign({ seq }));
    expect(nextSeq(file, { engine })).toBe(next);
    expect(scan(file, { engine }).nextSeq).toBe(next);
  });
});
