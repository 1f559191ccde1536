// Checks how the bytes of a journal become lines, entries, sentinels and a torn tail (docs/format.md 2 and 3,
// docs/format.md 10).
import { appendFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readAll, replay, scan, tail } from "../../src/index.js";
import { engines } from "../support/engines.js";
import { about, acquire, brokenLine, writeJournal, writeLines } from "./journals.js";

const good = '{"op":"REFUSE","lane":"a"}';
const goodEntry = { op: "REFUSE", lane: "a" };

function sentinel(raw: string, line: number) {
  return { op: "_CORRUPT", _raw: raw, _line: line };
}

describe.each(engines)("lines on the %s engine", (engine) => {
  const read = (content: string | Uint8Array) => readAll(writeJournal(content), { engine });

  it("an empty file has no lines", () => {
    const { lines, entries, bytes, nextSeq } = scan(writeJournal(""), { engine });
    expect({ lines, entries, bytes, nextSeq }).toEqual({ lines: 0, entries: 0, bytes: 0, nextSeq: 1 });
  });

  it("the text after the last LF is a line if it is not empty", () => {
    expect(scan(writeJournal(`${good}\n`), { engine }).lines).toBe(1);
    expect(scan(writeJournal(`${good}\n `), { engine }).lines).toBe(2);
  });

  it("space, tab and CR make a blank line, and are ignored around a text (C9)", () => {
    expect(read(` \t\r\n\t ${good}\r \n`)).toEqual([goodEntry]);
  });

  it.each([
    ["VT", "\v"],
    ["FF", "\f"],
    ["0x1F", "\x1f"],
    ["NEL", "\u0085"],
    ["NBSP", "\u00a0"],
    ["U+2028", "\u2028"],
    ["a BOM", "\ufeff"],
  ])("%s is neither blank nor whitespace around a text", (_name, character) => {
    const ops = read(`${good}\n${character}\n${good}${character}\n${good}\n`).map((entry) => entry["op"]);
    expect(ops).toEqual(["REFUSE", "_CORRUPT", "_CORRUPT", "REFUSE"]);
  });

  it.each([
    ["a BOM before the first entry is not part of it", `\ufeff${good}\n`, [goodEntry]],
    ["a BOM before a blank first line leaves it blank", `\ufeff\n${good}\n`, [goodEntry]],
    ["a file of only a BOM has no entries", "\ufeff", []],
    ["a second BOM is damage", `\ufeff\ufeff${good}\n${good}\n`, [sentinel(`\ufeff${good}`, 0), goodEntry]],
  ])("%s", (_name, content, want) => {
    expect(read(content)).toEqual(want);
  });

  it("a file of only a BOM has no lines but three bytes", () => {
    const { lines, bytes } = scan(writeJournal("\ufeff"), { engine });
    expect({ lines, bytes }).toEqual({ lines: 0, bytes: 3 });
  });

  it("line 0 after a BOM begins at offset 3", () => {
    const { corrupt } = scan(writeJournal(`\ufeffno\n${good}\n`), { engine });
    expect(corrupt).toEqual({ count: 1, first: [{ line: 0, offset: 3 }] });
  });

  it("a value that is not an object is skipped, and listed by scan (C4)", () => {
    const file = writeJournal(`[1]\n17\n${good}\nnull\n"x"`);
    expect(readAll(file, { engine })).toEqual([goodEntry]);
    expect(scan(file, { engine }).nonObjects).toEqual({
      count: 4,
      first: [
        { line: 0, offset: 0 },
        { line: 1, offset: 4 },
        { line: 3, offset: 34 },
        { line: 4, offset: 39 },
      ],
    });
  });

  it("a last line that parses is an entry even without its LF", () => {
    expect(read(`${good}\n${good}`)).toEqual([goodEntry, goodEntry]);
  });

  it("each maximal ill-formed subpart becomes one U+FFFD", () => {
    const bytes = Buffer.concat([
      Buffer.from('{"s":"'),
      Buffer.from([0xf0, 0x9f, 0x92, 0x41, 0xc0, 0x80]),
      Buffer.from('"}\n'),
    ]);
    expect(read(bytes)).toEqual([{ s: "\ufffdA\ufffd\ufffd" }]);
  });

  it("six characters and no others are trimmed from the raw text of a sentinel", () => {
    expect(read(`\v\f no\u00a0\u3000 \r\n${good}\n`)[0]).toEqual(sentinel("no\u00a0\u3000", 0));
  });

  it("the raw text is cut at 65,536 bytes before it is decoded, so that half a character becomes U+FFFD", () => {
    const [entry] = read(`${"x".repeat(65_535)}\u00e9\n${good}\n`);
    expect(entry).toEqual(sentinel(`${"x".repeat(65_535)}\ufffd`, 0));
  });

  it("a repeated key keeps the first place and the last value", () => {
    const [entry] = read('{"a":1,"b":2,"\\u0061":3}\n');
    expect(JSON.stringify(entry)).toBe('{"a":3,"b":2}');
  });

  it("__proto__ is an ordinary key", () => {
    const [lease] = replay(writeJournal('{"op":"ACQUIRE","lane":"a","lease":{"__proto__":{"lane":"b"}}}\n'), {
      engine,
    });
    expect(Object.keys(lease ?? {})).toEqual(["__proto__"]);
    expect(lease?.["lane"]).toBeUndefined();
  });

  it("numbers beyond JSON's are read (C6, C8)", () => {
    const [entry] = read('{"n":[NaN,Infinity,-Infinity,1e400,-1e400]}\n');
    expect(entry).toEqual({ n: [Number.NaN, Infinity, -Infinity, Infinity, -Infinity] });
  });

  it("1,024 open containers parse and 1,025 do not", () => {
    const nested = (depth: number) => `{"a":${"[".repeat(depth - 1)}${"]".repeat(depth - 1)}}`;
    const found = scan(writeLines(nested(1024), nested(1025), good), { engine });
    expect(found.corrupt).toEqual({ count: 1, first: [{ line: 1, offset: nested(1024).length + 1 }] });
  });
});

describe.each(engines)("a bad last line on the %s engine", (engine) => {
  it.each([
    ["without its LF", brokenLine, false],
    ["with its LF", `${brokenLine}\n`, true],
  ])("%s is a torn tail, which is not an entry and is reported by scan", (_name, ending, terminated) => {
    const file = writeJournal(`${good}\n${ending}`);
    expect(readAll(file, { engine })).toEqual([goodEntry]);
    expect(tail(5, file, { engine })).toEqual([goodEntry]);
    const found = scan(file, { engine });
    expect(found.tornTail).toEqual({ line: 1, offset: good.length + 1, terminated, damaged: terminated });
    expect(found.corrupt.count).toBe(0);
    expect(found.lines).toBe(2);
  });

  it.each([
    ["an empty line", "\n"],
    ["a line of spaces", "  \n"],
    ["spaces without a LF", " "],
  ])("a torn tail followed by %s is no longer last", (_name, blank) => {
    const file = writeJournal(`${good}\n${brokenLine}\n${blank}`);
    expect(readAll(file, { engine })).toEqual([goodEntry, sentinel(brokenLine, 1)]);
    expect(tail(1, file, { engine })).toEqual([sentinel(brokenLine, 1)]);
    expect(scan(file, { engine }).tornTail).toBeNull();
  });

  it("a torn tail that is completed later is an entry", () => {
    const file = writeJournal('{"op":"ACQUIRE","lane":"a"');
    expect(replay(file, { engine })).toEqual([]);
    appendFileSync(file, "}\n");
    expect(replay(file, { engine })).toEqual([{ lane: "a" }]);
  });

  it("the only line may be torn", () => {
    const tornTail = { line: 0, offset: 0, terminated: false, damaged: false };
    expect(scan(writeJournal(brokenLine), { engine })).toMatchObject({ tornTail, isJournal: true });
  });
});

describe.each(engines)("the findings of scan on the %s engine", (engine) => {
  const places = (...lines: (string | { [key: string]: unknown })[]) => scan(writeLines(...lines), { engine });

  it("a stored _CORRUPT entry counts as an op, not as damage", () => {
    const found = places({ op: "_CORRUPT", _raw: "x", _line: 4 }, "no", good);
    expect(found.ops).toEqual({ _CORRUPT: 2, REFUSE: 1 });
    expect(found.corrupt.count).toBe(1);
    expect(found.entries).toBe(3);
  });

  it("ops counts by the text of op, and its sum is the number of entries", () => {
    const found = places({ op: 7 }, { op: null }, {}, { op: true }, { op: ["A"] }, { op: "7" });
    expect(found.ops).toEqual({ 7: 2, "": 2, true: 1, '["A"]': 1 });
  });

  it("ill-formed UTF-8 is listed for all lines that parse, and not for damage (C5)", () => {
    const bad = Buffer.from([0x22, 0xff, 0x22]);
    const content = Buffer.concat([
      Buffer.from("{"),
      bad,
      Buffer.from(":1}\n"),
      bad,
      Buffer.from("\n\xff\n", "latin1"),
    ]);
    const found = scan(writeJournal(Buffer.concat([content, Buffer.from(`${good}\n`)])), { engine });
    expect(found.illFormedUtf8).toEqual({
      count: 2,
      first: [
        { line: 0, offset: 0 },
        { line: 1, offset: 8 },
      ],
    });
    expect(found.corrupt).toEqual({ count: 1, first: [{ line: 2, offset: 12 }] });
  });

  it.each([
    ["at the top level", '{"op":"A","op":"B"}', 1],
    ["written with an escape", '{"op":"A","\\u006fp":"B"}', 1],
    ["at the lease's top level", '{"lease":{"a":1,"a":2}}', 1],
    ["in two places is listed once", '{"a":1,"a":2,"lease":{"b":1,"b":2}}', 1],
    ["deeper in the lease", '{"lease":{"x":{"a":1,"a":2}}}', 0],
    ["in another object", '{"proposal":{"a":1,"a":2}}', 0],
    ["when it is the lease itself", '{"lease":1,"lease":{"a":1}}', 1],
    ["in a lease that is not the entry's", '{"b":{"lease":{"a":1,"a":2}}}', 0],
  ])("a key repeated %s", (_name, line, count) => {
    expect(places(line, good).repeatedKeys.count).toBe(count);
  });

  it.each([
    ["0", 0],
    ["-0.0", 0],
    ["null", 0],
    ["7", 0],
    ['"7"', 0],
    ["true", 0],
    ["1.5", 0],
    ['"0"', 1],
    ["0.5", 1],
    ["false", 1],
    ['""', 1],
    ["[]", 1],
    ["1e400", 1],
    ["9007199254740992", 1],
    ['"x"', 1],
  ])("a seq of %s counts as odd %d times (C3)", (seq, count) => {
    expect(places(`{"op":"REFUSE","seq":${seq}}`).oddSeq.count).toBe(count);
  });

  it("an odd seq_watermark is not an odd seq", () => {
    expect(places('{"op":"CHECKPOINT","seq_watermark":"x"}').oddSeq.count).toBe(0);
  });

  it.each([
    ["a smaller heartbeat_at", { heartbeat_at: "2026-01-01" }, 1],
    ["the same", { heartbeat_at: "2026-01-02" }, 0],
    ["a ts in place of an empty heartbeat_at", { heartbeat_at: "", ts: "2026-01-01" }, 1],
    ["a number", { heartbeat_at: 5 }, 0],
    ["no stamp", { heartbeat_at: "", ts: "" }, 0],
  ])("a heartbeat back (B19): %s", (_name, beat, count) => {
    for (const op of ["HEARTBEAT", "ADOPT"]) {
      const found = places(acquire("a", "T1", { heartbeat_at: "2026-01-02" }), about(op, "a", "T1", beat));
      expect(found.heartbeatBack.count, op).toBe(count);
    }
  });

  it("stamps are compared by code point", () => {
    const found = places(
      acquire("a", "T1", { heartbeat_at: "\u{1f680}" }),
      about("HEARTBEAT", "a", "T1", { ts: "\uffee" }),
    );
    expect(found.heartbeatBack).toMatchObject({ count: 1, first: [{ line: 1 }] });
  });

  it("a stamp that is the last member of a lease is not confused with an array after the lease", () => {
    const held = '{"op":"ACQUIRE","lane":"a","loop_ts":"T1","lease":{"heartbeat_at":"2"},"tree":["9"]}';
    const found = places(
      held,
      held,
      about("HEARTBEAT", "a", "T1", { ts: "5" }),
      about("ADOPT", "a", "T1", { ts: "4" }),
    );
    expect(found.heartbeatBack).toMatchObject({ count: 1, first: [{ line: 3 }] });
  });

  it("a heartbeat of a lease that is not live is not a heartbeat back", () => {
    const lease = acquire("a", "T1", { heartbeat_at: "2" });
    const found = places(lease, about("RELEASE", "a"), about("HEARTBEAT", "a", "T1", { ts: "1" }));
    expect(found.heartbeatBack.count).toBe(0);
  });

  it("only a heartbeat and an adoption can move a stamp back", () => {
    const lease = acquire("a", "T1", { heartbeat_at: "2" });
    for (const op of ["HALT", "RECONCILE", "RELEASE"]) {
      expect(places(lease, about(op, "a", "T1", { ts: "1" })).heartbeatBack.count, op).toBe(0);
    }
  });

  it("a list is cut at 1,000 places and keeps its full count", () => {
    const { corrupt } = places(...Array.from({ length: 1_234 }, () => "no"), good);
    expect(corrupt.count).toBe(1_234);
    expect(corrupt.first).toHaveLength(1_000);
    expect(corrupt.first.at(-1)).toEqual({ line: 999, offset: 2_997 });
  });

  it("a sound journal has no findings", () => {
    const found = places(acquire("a"), about("RELEASE", "a"));
    const none = { count: 0, first: [] };
    expect(found).toMatchObject({
      corrupt: none,
      nonObjects: none,
      illFormedUtf8: none,
      repeatedKeys: none,
      oddSeq: none,
    });
    expect(found).toMatchObject({ heartbeatBack: none, tornTail: null, lines: 2, entries: 2, engine });
  });
});
