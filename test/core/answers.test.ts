// Checks the small parts of a fold: tokens, findings, a compaction in memory, and lines that are not entries
// (docs/format.md 3 to 7).
import { describe, expect, it } from "vitest";
import { compact } from "../../src/compact/entries.js";
import { UNPARSEABLE } from "../../src/core/dialect.js";
import { BLANK, makeSentinel, NON_OBJECT, parseEntry } from "../../src/core/entry.js";
import { Findings } from "../../src/core/findings.js";
import { Generations } from "../../src/core/generations.js";
import { identityKey, noIdentity } from "../../src/core/identity.js";

const keyOf = (lane: string): string => identityKey({ loop_ts: "T", lane });
const row = (lane: string, generation: unknown) => ({ loop_ts: "T", lane, generation });

describe("tokens", () => {
  it("are numbers that rise by one, and an ended lease has none", () => {
    const tokens = new Generations();
    for (const lane of ["a", "b", "a"]) tokens.advance(keyOf(lane));
    expect(tokens.rows()).toEqual([row("a", 3), row("b", 2)]);
    tokens.delete(keyOf("a"));
    expect([tokens.get(keyOf("a")), tokens.get(keyOf("b")), tokens.counter]).toEqual([undefined, row("b", 2), 3]);
  });

  it("end with the last safe integer, after which a lease that is acquired again has none", () => {
    const tokens = new Generations();
    tokens.restore({ generations: [row("a", Number.MAX_SAFE_INTEGER - 1)] });
    tokens.advance(keyOf("a"));
    expect(tokens.get(keyOf("a"))).toEqual(row("a", Number.MAX_SAFE_INTEGER));
    tokens.advance(keyOf("a"));
    expect([tokens.rows(), tokens.counter]).toEqual([[], Number.MAX_SAFE_INTEGER]);
  });

  it("of a checkpoint are its valid rows, and the counter rises to their highest and the watermark", () => {
    const tokens = new Generations();
    const odd = [null, 3, "x", [], row("s", "7"), row("f", 1.5), row("h", 2 ** 53), { generation: 9 }];
    tokens.restore({ generations: [...odd, row("a", 4), row("b", -0), row("c", -2)], generation_watermark: 6 });
    expect(tokens.rows()).toEqual([row("a", 4), row("b", 0), row("c", -2)]);
    expect(Object.is(tokens.get(keyOf("b"))?.generation, 0)).toBe(true);
    expect(tokens.counter).toBe(6);
    tokens.restore({ generations: { 0: row("a", 1) }, generation_watermark: "99" });
    expect([tokens.rows(), tokens.counter]).toEqual([[], 6]);
    tokens.restore({ generations: [row("z", 8)] });
    expect(tokens.counter).toBe(8);
  });

  it("of a fork are independent", () => {
    const tokens = new Generations();
    tokens.advance(keyOf("a"));
    const fork = tokens.fork();
    fork.advance(keyOf("b"));
    expect([tokens.rows(), tokens.counter]).toEqual([[row("a", 1)], 1]);
    expect([fork.rows(), fork.counter]).toEqual([[row("a", 1), row("b", 2)], 2]);
  });
});

describe("findings", () => {
  it("are counted without limit, but at most a thousand places are kept", () => {
    const findings = new Findings();
    for (let line = 0; line < 1500; line++) findings.add("oddSeq", { line, offset: line * 10 });
    const { count, first } = findings.list("oddSeq");
    expect({ count, kept: first.length, last: first.at(-1) }).toEqual({
      count: 1500,
      kept: 1000,
      last: { line: 999, offset: 9990 },
    });
    expect(findings.list("corrupt")).toEqual({ count: 0, first: [] });
  });

  it("of a copy are independent, and so is a returned list", () => {
    const findings = new Findings();
    findings.add("corrupt", { line: 1, offset: 2 });
    const copy = new Findings(findings);
    copy.add("corrupt", { line: 3, offset: 4 });
    copy.list("corrupt").first.length = 0;
    expect([findings.list("corrupt").count, copy.list("corrupt").count]).toEqual([1, 2]);
    expect(copy.list("corrupt").first).toHaveLength(2);
  });

  it("are restored only with as many places as their count requires", () => {
    const findings = new Findings();
    const places = Array.from({ length: 1000 }, (_, line) => ({ line, offset: line }));
    findings.restore("oddSeq", 2000, places);
    expect(findings.list("oddSeq")).toEqual({ count: 2000, first: places });
    expect(() => findings.restore("oddSeq", 2, places.slice(0, 1))).toThrow("oddSeq: expected the places of 2 lines");
    expect(() => findings.restore("oddSeq", 1, [])).toThrow("oddSeq");
  });
});

describe("a compaction in memory", () => {
  const lease = (lane: string, rest = {}) => ({ lane, loop_ts: "T", ...rest });
  const acquire = (lane: string, rest = {}) => ({ op: "ACQUIRE", ...lease(lane), lease: lease(lane, rest) });

  it("of no entries is an empty checkpoint", () => {
    expect(compact([])).toEqual([{ op: "CHECKPOINT", leases: [], seq_watermark: 0 }]);
  });

  it("has the leases, their tokens and both watermarks, which include a released lease", () => {
    const gone = { op: "RELEASE", ...lease("b") };
    expect(compact([acquire("a"), { ...acquire("b"), seq: 7 }, gone])).toEqual([
      {
        op: "CHECKPOINT",
        leases: [lease("a")],
        seq_watermark: 7,
        generation_watermark: 2,
        generations: [row("a", 1)],
      },
    ]);
    expect(compact([acquire("a"), { op: "RELEASE", ...lease("a") }])).toEqual([
      { op: "CHECKPOINT", leases: [], seq_watermark: 0, generation_watermark: 1 },
    ]);
  });

  it("keeps leases without a token, as from a checkpoint", () => {
    const checkpoint = { op: "CHECKPOINT", leases: [lease("a")] };
    expect(compact([checkpoint])).toEqual([{ ...checkpoint, seq_watermark: 0 }]);
  });

  it("puts the first lease under another identity, and all later ones, after the checkpoint, then sentinels", () => {
    const stranger = { op: "ACQUIRE", ...lease("b"), lease: lease("other") };
    const sentinel = { op: "_CORRUPT", _raw: "x", _line: 3, deep: [1] };
    const [checkpoint, ...rest] = compact([acquire("a"), sentinel, stranger, acquire("c")]);
    expect(checkpoint).toMatchObject({ leases: [lease("a")], generation_watermark: 3 });
    expect(checkpoint?.["generations"]).toEqual([row("a", 1), row("b", 2), row("c", 3)]);
    expect(rest).toEqual([stranger, acquire("c"), sentinel]);
    expect(rest[2]?.["deep"]).not.toBe(sentinel.deep);
  });
});

describe("a line", () => {
  it.each(["", " ", "\t", "\r", " \t\r"])("of %j is blank", (text) => {
    expect(parseEntry(text)).toBe(BLANK);
  });

  it.each(["\v", "x", "}", "]", '{"a":1', '{"a":1}x', "{", "[", '"', "-", " {", "\ufeff{}", "tru", "{}{}"])(
    "of %j is unparseable",
    (text) => {
      expect(parseEntry(text)).toBe(UNPARSEABLE);
    },
  );

  it.each(["[1]", "17", "-1", "null", "true", "false", '"x"', "NaN", "Infinity", "-Infinity", " 1 ", "\t[]\r"])(
    "of %j is no object",
    (text) => {
      expect(parseEntry(text)).toBe(NON_OBJECT);
    },
  );

  it.each(["{}", " {} ", "\t{}\t", "\r{}\r"])("of %j is an entry", (text) => {
    expect(parseEntry(text)).toEqual({});
  });

  it("that is damaged becomes a sentinel", () => {
    expect(makeSentinel("x", 3)).toEqual({ op: "_CORRUPT", _raw: "x", _line: 3 });
  });
});

it("treats an identity of two empty texts as missing", () => {
  expect(identityKey({})).toBe(noIdentity);
  expect(identityKey({ lane: "a" })).not.toBe(noIdentity);
});
