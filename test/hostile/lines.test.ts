// Checks lines that no program would write, too long, too deep or too many, against docs/format.md 2 and 3.
import { closeSync, ftruncateSync, openSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { nextSeq, readAll, replay, scan, tail } from "../../src/index.js";
import { makeFolder, removeFolders } from "../generate/place.js";
import { engines } from "../support/engines.js";

const folder = makeFolder("hostile-lines");
const lineBytesMax = 64 * 1024 * 1024;
const before = '{"op": "ACQUIRE", "lane": "a", "loop_ts": "t", "seq": 4}\n';
const after = '{"op": "ACQUIRE", "lane": "b", "loop_ts": "t", "seq": 5}\n';
const theTwo = [
  { lane: "a", loop_ts: "t" },
  { lane: "b", loop_ts: "t" },
];

afterAll(removeFolders);

/** Writes a sound line, the pieces as one line, and a sound line. */
function writeBetween(name: string, ...pieces: (string | Buffer)[]): string {
  const path = join(folder, `${name}.jsonl`);
  const file = openSync(path, "w");
  for (const piece of [before, ...pieces, "\n", after])
    writeSync(file, typeof piece === "string" ? Buffer.from(piece) : piece);
  closeSync(file);
  return path;
}

/** Returns `{"op": "X", "s": "xx...x"}` of exactly this many bytes. */
function longEntry(bytes: number): Buffer {
  const line = Buffer.alloc(bytes, "x");
  line.write('{"op": "X", "s": "', 0);
  line.write('"}', bytes - 2);
  return line;
}

const long = { exact: "", over: "", hundred: "", blank: "", blankExact: "" };

beforeAll(() => {
  long.exact = writeBetween("exact", longEntry(lineBytesMax));
  long.over = writeBetween("over", longEntry(lineBytesMax + 1));
  long.hundred = writeBetween("hundred", longEntry(100_000_000));
  long.blank = writeBetween("blank", Buffer.alloc(lineBytesMax + 1, " "));
  long.blankExact = writeBetween("blank-exact", Buffer.alloc(lineBytesMax, " "));
});

describe.each(engines)("long lines under the %s engine", (engine) => {
  it("a line of exactly 64 MiB is an entry", () => {
    const found = scan(long.exact, { engine });
    expect(found.ops).toEqual({ ACQUIRE: 2, X: 1 });
    expect(found.corrupt.count).toBe(0);
    expect(found.leases).toEqual(theTwo);
  });

  it.each([
    ["over", 18],
    ["hundred", 18],
  ] as const)(
    "a line over 64 MiB (%s) is a sentinel with its first 65,536 bytes",
    (name, head) => {
      const found = scan(long[name], { engine });
      expect(found.corrupt).toEqual({ count: 1, first: [{ line: 1, offset: before.length }] });
      expect(found.leases).toEqual(theTwo);
      const sentinel = readAll(long[name], { engine })[1];
      expect(sentinel).toEqual({ op: "_CORRUPT", _raw: `{"op": "X", "s": "${"x".repeat(65_536 - head)}`, _line: 1 });
    },
    120_000,
  );

  it("a blank line over 64 MiB is a sentinel with an empty text", () => {
    expect(scan(long.blank, { engine }).corrupt).toEqual({ count: 1, first: [{ line: 1, offset: before.length }] });
    expect(readAll(long.blank, { engine })[1]).toEqual({ op: "_CORRUPT", _raw: "", _line: 1 });
  });

  it("a blank line of exactly 64 MiB is blank", () => {
    const found = scan(long.blankExact, { engine });
    expect([found.lines, found.entries, found.corrupt.count]).toEqual([3, 2, 0]);
  });

  it("the lines around a line over 64 MiB are in the tail too", () => {
    expect(tail(1, long.over, { engine })).toEqual([{ op: "ACQUIRE", lane: "b", loop_ts: "t", seq: 5 }]);
    expect(tail(3, long.over, { engine }).map(({ op }) => op)).toEqual(["ACQUIRE", "_CORRUPT", "ACQUIRE"]);
    expect(nextSeq(long.over, { engine })).toBe(6);
  });

  it("a last line over 64 MiB is damage, even if it is only NUL bytes", () => {
    const path = join(folder, "torn.jsonl");
    writeFileSync(path, before);
    const file = openSync(path, "r+");
    ftruncateSync(file, before.length + lineBytesMax + 1);
    closeSync(file);
    const tornTail = { line: 1, offset: before.length, terminated: false, damaged: true };
    expect(scan(path, { engine }).tornTail).toEqual(tornTail);
    expect(readAll(path, { engine })).toHaveLength(1);
  });
});

const opening = { arrays: "[", objects: '{"a":', mixed: '[{"a":' };
const closing = { arrays: "]", objects: "}", mixed: "}]" };
type Nesting = keyof typeof opening;

/** Returns a value of this many nested containers; `mixed` nests two per level. */
function nest(kind: Nesting, depth: number): string {
  const turns = kind === "mixed" ? Math.floor(depth / 2) : depth;
  const odd = kind === "mixed" && depth % 2 === 1;
  return `${odd ? "[" : ""}${opening[kind].repeat(turns)}1${closing[kind].repeat(turns)}${odd ? "]" : ""}`;
}

describe.each(engines)("deep lines under the %s engine", (engine) => {
  const kinds: Nesting[] = ["arrays", "objects", "mixed"];

  it.each(kinds)("1,024 open containers, including the entry, are an entry: %s", (kind) => {
    const path = writeBetween(`deep-${kind}`, `{"op": "X", "v": ${nest(kind, 1023)}}`);
    const found = readAll(path, { engine });
    expect(JSON.stringify(found[1])).toBe(`{"op":"X","v":${nest(kind, 1023)}}`);
  });

  it.each(kinds)("1,025 open containers, including the entry, are a sentinel: %s", (kind) => {
    const line = `{"op": "X", "v": ${nest(kind, 1024)}}`;
    const path = writeBetween(`deeper-${kind}`, line);
    expect(readAll(path, { engine })[1]).toEqual({ op: "_CORRUPT", _raw: line, _line: 1 });
    expect(replay(path, { engine })).toEqual(theTwo);
  });

  it.each(kinds)("a non-object is skipped at 1,024 and a sentinel at 1,025 (C1): %s", (kind) => {
    const outer = (depth: number) => `[${nest(kind, depth - 1)}]`;
    expect(scan(writeBetween("flat", outer(1024)), { engine }).nonObjects.count).toBe(1);
    expect(scan(writeBetween("flatter", outer(1025)), { engine }).corrupt.count).toBe(1);
  });

  it.each(kinds)(
    "10^6 open containers are a sentinel, and the reader continues: %s",
    (kind) => {
      const path = writeBetween(`million-${kind}`, `{"op": "X", "v": ${nest(kind, 1_000_000)}}`);
      const found = scan(path, { engine });
      expect([found.corrupt.count, found.entries]).toEqual([1, 3]);
      expect(found.leases).toEqual(theTwo);
    },
    60_000,
  );

  it("10^6 containers that are never closed are a sentinel", () => {
    const path = writeBetween("unclosed", "[".repeat(1_000_000));
    expect(scan(path, { engine }).corrupt.count).toBe(1);
    expect(replay(path, { engine })).toEqual(theTwo);
  });

  it("brackets in strings and closed containers do not count as depth", () => {
    const deepText = `${"[{".repeat(5000)}\\"${"[{".repeat(5000)}`;
    const path = writeBetween("strings", `{"op": "X", "${deepText}": "${deepText}", "v": [${"[],{},".repeat(5000)}1]}`);
    expect(scan(path, { engine }).ops).toEqual({ ACQUIRE: 2, X: 1 });
  });

  it("an identity 1,023 containers deep can be acquired and released", () => {
    const deep = nest("mixed", 1023);
    const path = join(folder, "identity.jsonl");
    writeFileSync(path, `{"op": "ACQUIRE", "lane": ${deep}}\n{"op": "HEARTBEAT", "lane": ${deep}, "ts": "x"}\n`);
    expect(replay(path, { engine })[0]?.["heartbeat_at"]).toBe("x");
    writeFileSync(path, `{"op": "ACQUIRE", "lane": ${deep}}\n{"op": "RELEASE", "lane": ${deep}}\n`);
    expect(replay(path, { engine })).toEqual([]);
  });
});

describe.each(engines)("a sentinel's text under the %s engine", (engine) => {
  it.each([0, 1, 2, 3, 4])(
    "is cut at 65,536 bytes before it is decoded: a four-byte character %i bytes from there",
    (left) => {
      const path = writeBetween("cut", `${"x".repeat(65_536 - left)}😀${"y".repeat(9)}`);
      const expected = "x".repeat(65_536 - left) + (left === 4 ? "😀" : left === 0 ? "" : "\ufffd");
      expect(readAll(path, { engine })[1]).toEqual({ op: "_CORRUPT", _raw: expected, _line: 1 });
    },
  );

  it("is trimmed of the six whitespace characters and no others (C9)", () => {
    const path = writeBetween("trim", " \t\r\v\f\u00a0x\u3000\u001f \t\r\v\f");
    expect(readAll(path, { engine })[1]).toEqual({ op: "_CORRUPT", _raw: "\u00a0x\u3000\u001f", _line: 1 });
  });

  it("is trimmed after it is cut", () => {
    const path = writeBetween("trim-cut", `x${" ".repeat(70_000)}y`);
    expect(readAll(path, { engine })[1]).toEqual({ op: "_CORRUPT", _raw: "x", _line: 1 });
  });
});
