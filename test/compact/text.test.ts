// Checks how a compaction writes what a journal contains: canonical lines with unchanged numbers (docs/format.md 7,
// docs/format.md 8).
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { rewriteText } from "../../src/compact/canonical.js";
import { type CompactionPlan, planCompaction } from "../../src/compact/plan.js";
import type { Entry } from "../../src/index.js";
import { compact, formatLine, leaseGenerations, readAll, replay, scan } from "../../src/index.js";
import { about, acquire, brokenLine, thrownBy, writeJournal, writeLines } from "../contract/journals.js";
import { foreign } from "../generate/foreign.js";
import { engines } from "../support/engines.js";
import { compactWith, foldOf, linesOf } from "./compacting.js";

/** Returns the text of the lines that hold the leases. */
function textOf({ texts }: Pick<CompactionPlan, "texts">): string {
  return Buffer.concat(Array.from(texts(), (text) => Buffer.from(text))).toString();
}

describe("rewriteText", () => {
  it.each([
    ['{"b":1,"a":[1,2,{}],"a":[ ]}', '{"a": [], "b": 1}'],
    [
      "[12345678901234567890,1.0,-0,1E5,1e400,NaN,-Infinity]",
      "[12345678901234567890, 1.0, -0, 1E5, 1e400, NaN, -Infinity]",
    ],
    ['{"\\u0061":"\\u00e9\\/\\u001F","é":"\u2028"}', '{"a": "é/\\u001f", "é": "\\u2028"}'],
    ['{"\u{1f600}":1,"\uffff":2}', '{"\uffff": 2, "\u{1f600}": 1}'],
    ['{"__proto__":{"x":1},"constructor":null}', '{"__proto__": {"x": 1}, "constructor": null}'],
    [' {\t"a" :\r[ true , false ] } ', '{"a": [true, false]}'],
    ['"\\ud83d\\ude00\\ud800"', '"\u{1f600}\\ud800"'],
    ['{"":"","\\"":"\\\\"}', '{"": "", "\\"": "\\\\"}'],
  ])("%s becomes %s", (text, canonical) => {
    expect(rewriteText(text).text).toBe(canonical);
  });

  it("returns the maximum number of open containers", () => {
    expect(rewriteText('{"a":[[]],"b":{}}').depth).toBe(3);
    expect(rewriteText("1").depth).toBe(0);
  });

  it.each(["", "{", '{"a" 1}', "[1 2]", '"a', "{} {}"])("rejects %j, which does not parse", (text) => {
    expect(thrownBy(() => rewriteText(text))).toBeInstanceOf(SyntaxError);
  });
});

describe.each(engines)("a compacted file (%s)", (engine) => {
  const compacted = (...lines: (string | Entry)[]): string => {
    const path = writeLines(...lines);
    compactWith(engine, path);
    return path;
  };

  it("equals the result of the pure compact, line by line, as far as JSON can represent it", () => {
    const misnamed = { op: "ACQUIRE", lane: "a", loop_ts: "T1", lease: { lane: "z", loop_ts: "T1" } };
    const entries = [
      { ...acquire("x", "T1", { tree: ["é/**"], pid: 7 }), seq: 41 },
      about("HEARTBEAT", "x", "T1", { ts: "2026-03-04T05:06:07Z" }),
      misnamed,
      { op: "_CORRUPT", _raw: "half\u2028", _line: 3 },
      acquire("y"),
    ];
    expect(readFileSync(compacted(...entries), "utf8")).toBe(compact(entries).map(formatLine).join(""));
  });

  it("keeps the digits of every number of a lease, and of the values set on it since", () => {
    const path = compacted(
      '{"op":"ACQUIRE","lane":"a","loop_ts":"T","lease":{"loop_ts":"T","lane":"a","n":12345678901234567890,"f":1.0}}',
      '{"op":"ADOPT","lane":"a","loop_ts":"T","pid":98765432109876543210,"heartbeat_at":1.50}',
    );
    expect(linesOf(path)[0]).toContain(
      '{"f": 1.0, "heartbeat_at": 1.50, "lane": "a", "loop_ts": "T", ' +
        '"n": 12345678901234567890, "pid": 98765432109876543210}',
    );
    const once = readFileSync(path);
    compactWith(engine, path);
    expect(readFileSync(path)).toEqual(once);
  });

  it("keeps the digits of a lease made of its entry's own fields", () => {
    const path = compacted('{"pid":1.0,"op":"RECONCILE","loop_ts":"T","lane":"a","ttl_minutes":5e1,"other":1.0}');
    expect(linesOf(path)[0]).toContain('"leases": [{"lane": "a", "loop_ts": "T", "pid": 1.0, "ttl_minutes": 5e1}]');
  });

  it("keeps NaN, the infinities and -0 in a lease and in a sentinel, unlike an append", () => {
    const path = compacted(
      '{"op":"ACQUIRE","lane":"a","loop_ts":"T","lease":{"lane":"a","loop_ts":"T","x":NaN,"y":[-Infinity]}}',
      '{"op":"_CORRUPT","_raw":"x","_line":Infinity,"z":-0}',
    );
    expect(linesOf(path)[0]).toContain('{"lane": "a", "loop_ts": "T", "x": NaN, "y": [-Infinity]}');
    expect(linesOf(path)[1]).toBe('{"_line": Infinity, "_raw": "x", "op": "_CORRUPT", "z": -0}');
    expect(replay(path, { engine })).toEqual([{ lane: "a", loop_ts: "T", x: Number.NaN, y: [-Infinity] }]);
  });

  it("takes the last of repeated keys, reads a BOM and CRLF, and keeps __proto__ an ordinary key", () => {
    const lease = '{"lane":"b","loop_ts":"T","lane":"a","__proto__":{"p":1},"\\u006e":1,"n":2}';
    const path = writeJournal(`\ufeff{"op":"ACQUIRE","lane":"a","loop_ts":"T","lease":${lease}}\r\n`);
    compactWith(engine, path);
    expect(linesOf(path)).toEqual([
      '{"generation_watermark": 1, "generations": [{"generation": 1, "lane": "a", "loop_ts": "T"}], ' +
        '"leases": [{"__proto__": {"p": 1}, "lane": "a", "loop_ts": "T", "n": 2}], ' +
        '"op": "CHECKPOINT", "seq_watermark": 0}',
    ]);
  });

  it("A8: keeps a lease without fields and one under another identity, and a RELEASE still reaches them", () => {
    const empty = { op: "ACQUIRE", lane: "e", loop_ts: "T", lease: {} };
    const misnamed = { op: "ACQUIRE", lane: "m", loop_ts: "T", lease: { lane: "a", loop_ts: "T" } };
    const release = about("RELEASE", "m", "T");
    const before = [acquire("a", "T"), misnamed, empty];
    const path = compacted(...before);
    expect(replay(path, { engine })).toEqual(replay(before));
    expect(readAll(path, { engine }).map(({ op }) => op)).toEqual(["CHECKPOINT", "ACQUIRE", "ACQUIRE"]);
    const released = writeJournal(`${readFileSync(path, "utf8")}${JSON.stringify(release)}\n`);
    expect(replay(released, { engine })).toEqual([{ lane: "a", loop_ts: "T" }, {}]);
    expect(leaseGenerations(path, { engine }).map(({ generation }) => generation)).toEqual([1, 4, 5]);
  });

  it("keeps the key order of an identity that is an object, although the keys of the lease are sorted", () => {
    const lane = { b: 1, a: 2 };
    const path = compacted(foreign({ op: "ACQUIRE", lane, loop_ts: "T", lease: { lane, loop_ts: "T" } }));
    expect(linesOf(path)[1]).toBe(
      '{"lane": "{\\"b\\":1,\\"a\\":2}", "lease": {"lane": {"a": 2, "b": 1}, "loop_ts": "T"}, ' +
        '"loop_ts": "T", "op": "ACQUIRE"}',
    );
    const release = JSON.stringify({ op: "RELEASE", lane, loop_ts: "T" });
    expect(replay(writeJournal(`${readFileSync(path, "utf8")}${release}\n`), { engine })).toEqual([]);
  });

  it("turns bad lines into stored sentinels with their line numbers, and drops a torn tail", () => {
    const path = writeJournal(`${JSON.stringify(acquire("a"))}\n${brokenLine}\n\n\u0000\u0000\n{"op":"REL`);
    compactWith(engine, path);
    expect(linesOf(path).slice(1)).toEqual([
      `{"_line": 1, "_raw": ${JSON.stringify(brokenLine)}, "op": "_CORRUPT"}`,
      '{"_line": 3, "_raw": "\\u0000\\u0000", "op": "_CORRUPT"}',
    ]);
    expect(scan(path, { engine })).toMatchObject({ tornTail: null, corrupt: { count: 0 }, entries: 3 });
  });

  it("A7: a bad last line that has its LF is kept as a sentinel", () => {
    const path = writeJournal(`${JSON.stringify(acquire("a"))}\n \t${brokenLine}\r\n`);
    expect(compactWith(engine, path)).toMatchObject({ entriesBefore: 1, entriesAfter: 2 });
    expect(linesOf(path)[1]).toBe(`{"_line": 1, "_raw": ${JSON.stringify(brokenLine)}, "op": "_CORRUPT"}`);
  });

  it("keeps more than 1,000 sentinels in order, stored and new, also in the next compaction", () => {
    const stored = '{"op":"_CORRUPT","_raw":"s","_line":0,"extra":1e400}';
    const path = compacted(stored, ...Array.from({ length: 1500 }, (_, i) => `bad ${i}`), stored);
    const sentinels = linesOf(path).slice(1);
    expect(sentinels).toHaveLength(1502);
    expect(sentinels[0]).toBe('{"_line": 0, "_raw": "s", "extra": Infinity, "op": "_CORRUPT"}');
    expect(sentinels[1500]).toBe('{"_line": 1500, "_raw": "bad 1499", "op": "_CORRUPT"}');
    const once = readFileSync(path);
    compactWith(engine, path);
    expect(readFileSync(path)).toEqual(once);
  });

  it("A9: keeps the counters of numbers and tokens without any live lease", () => {
    const path = compacted({ ...acquire("a"), seq: 9 }, about("RELEASE", "a"));
    expect(linesOf(path)).toEqual([
      '{"generation_watermark": 1, "leases": [], "op": "CHECKPOINT", "seq_watermark": 9}',
    ]);
  });

  it("keeps an exhausted counter, and leases after the checkpoint get no token", () => {
    const last = Number.MAX_SAFE_INTEGER;
    const misnamed = { op: "ACQUIRE", lane: "m", loop_ts: "T1", lease: {} };
    const counted = { op: "CHECKPOINT", leases: [], generation_watermark: last - 2 };
    const path = compacted(counted, acquire("a"), misnamed, acquire("b"));
    expect(leaseGenerations(path, { engine })).toEqual([{ lane: "a", loop_ts: "T1", generation: last - 1 }]);
    expect(replay(path, { engine })).toEqual(replay([acquire("a"), misnamed, acquire("b")]));
  });

  it("keeps the tokens if the counter is exhausted by the last lease before the compaction", () => {
    const counted = { op: "CHECKPOINT", leases: [], generation_watermark: Number.MAX_SAFE_INTEGER - 3 };
    const misnamed = { op: "ACQUIRE", lane: "m", loop_ts: "T1", lease: {} };
    const path = compacted(counted, acquire("a"), acquire("b"), misnamed);
    expect(leaseGenerations(path, { engine }).map(({ lane }) => lane)).toEqual(["a", "b"]);
  });
});

describe.each(engines)("limits of a line (%s)", (engine) => {
  const nested = (depth: number): string => `${"[".repeat(depth)}${"]".repeat(depth)}`;
  const line = (depth: number): string =>
    `{"op":"ACQUIRE","lane":"a","loop_ts":"T","lease":{"lane":"a","loop_ts":"T","x":${nested(depth)}}}`;

  it("a lease as deep as a checkpoint allows is in it, and a deeper one follows it", () => {
    const opsAfter = (depth: number): unknown[] => {
      const path = writeLines(line(depth));
      compactWith(engine, path);
      expect(replay(path, { engine })).toHaveLength(1);
      return readAll(path, { engine }).map(({ op }) => op);
    };
    expect(opsAfter(1021)).toEqual(["CHECKPOINT"]);
    expect(opsAfter(1022)).toEqual(["CHECKPOINT", "ACQUIRE"]);
  });

  it("a lease too deep for any line causes an error that names it, and the journal stays", () => {
    const path = writeLines(`{"op":"ACQUIRE","lane":"a","loop_ts":"T","tree":${nested(1023)}}`);
    const before = readFileSync(path);
    expect(replay(path, { engine })).toHaveLength(1);
    expect(String(thrownBy(() => compactWith(engine, path)))).toMatch(
      /"lane": "a".*1023 nested containers, found 1024/,
    );
    expect(readFileSync(path)).toEqual(before);
  });

  it("a lease of more than a megabyte keeps its text, with the values set on it since", () => {
    const long = `{"v":[${"1,".repeat(600_000)}1],"lane":"a","loop_ts":"T","heartbeat_at":"1"}`;
    const acquired = `{"op": "ACQUIRE", "lane": "a", "loop_ts": "T", "lease": ${long}}`;
    const path = writeLines(acquired, '{"op": "HEARTBEAT", "lane": "a", "loop_ts": "T", "heartbeat_at": "2"}');
    const before = replay(path, { engine });
    compactWith(engine, path);
    expect(readFileSync(path, "utf8")).toContain(`${long.slice(0, -1)},"heartbeat_at":"2"}`);
    expect(replay(path, { engine })).toEqual(before);
  });

  it("leases that do not fit into the checkpoint follow as ACQUIRE entries, in order", () => {
    const entries = Array.from({ length: 20 }, (_, i) => acquire(`lane ${i}`, "T", { note: "x".repeat(50) }));
    const path = writeLines(...entries);
    const fold = foldOf(engine, path);
    for (const bytesMax of [300, 1000, 1500, 2500, 3100, 3900, 5000]) {
      const plan = planCompaction(fold, bytesMax);
      const text = textOf(plan);
      const lines = text.split("\n").slice(0, -1);
      for (const written of lines) expect(Buffer.byteLength(written)).toBeLessThanOrEqual(bytesMax);
      expect(lines).toHaveLength(1 + plan.following);
      expect(plan.riding + plan.following).toBe(20);
      expect(replay(writeLines(...lines), { engine })).toEqual(replay(entries));
    }
    expect(planCompaction(fold, 300).riding).toBeLessThan(planCompaction(fold, 1500).riding);
    expect(planCompaction(fold).following).toBe(0);
  });

  it("a checkpoint omits leases only if it is too long, apart from its separators", () => {
    const fold = foldOf(engine, writeLines(acquire("a"), acquire("b")));
    const bytes = textOf(planCompaction(fold)).length - 1;
    const riding = (bytesMax: number): number => planCompaction(fold, bytesMax).riding;
    expect(riding(bytes + 8)).toBe(2);
    expect(riding(bytes - 1)).toBe(1);
  });
});
