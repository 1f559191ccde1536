// Checks how bytes are split into lines, text and entries (docs/format.md 2 and 3; src/core/lines.ts,
// src/core/batch.ts).
import { describe, expect, it } from "vitest";
import { Batch } from "../../src/core/batch.js";
import { hasByteOrderMark, rawText, Stretch } from "../../src/core/lines.js";

describe("a stretch", () => {
  const bytes = Buffer.from("ab\né\n\xff\n", "utf8");
  const bad = Buffer.from([0x61, 0x0a, 0xc3, 0xa9, 0x0a, 0xc3, 0x0a]);

  it("has a character for each byte", () => {
    expect(new Stretch(bytes).text).toHaveLength(bytes.length);
    expect(new Stretch(bad).text).toBe("a\n\xc3\xa9\n\xc3\n");
  });

  it("is well formed or not, and so is each of its lines", () => {
    expect(new Stretch(Buffer.from("abc")).wellFormed).toBe(true);
    expect(new Stretch(bytes).wellFormed).toBe(true);
    const stretch = new Stretch(bad);
    expect([stretch.wellFormed, stretch.wellFormed]).toEqual([false, false]);
    expect([stretch.isWellFormed(0, 1), stretch.isWellFormed(2, 4), stretch.isWellFormed(5, 6)]).toEqual([
      true,
      true,
      false,
    ]);
  });

  it("is decoded if it has more than ASCII", () => {
    const stretch = new Stretch(bad);
    expect([stretch.decode(0, 1), stretch.decode(2, 4), stretch.decode(5, 6)]).toEqual(["a", "é", "\ufffd"]);
    expect(new Stretch(Buffer.from("\ufeffa")).decode(0, 4)).toBe("\ufeffa");
  });

  it("cuts the text of a sentinel at 64 KiB, then trims it", () => {
    const stretch = new Stretch(Buffer.from(`ab ${"é".repeat(40_000)}`));
    expect(stretch.raw(0, 3)).toBe("ab");
    expect(stretch.raw(1, 3 + 80_000)).toBe(`b ${"é".repeat(32_767)}`);
  });
});

it.each([
  [" \t\n\v\f\r", ""],
  [" a b ", "a b"],
  ["\ra\n", "a"],
  ["\b\u000e\u001f!\u001f\u000e\b", "\b\u000e\u001f!\u001f\u000e\b"],
  ["\u00a0", "\u00a0"],
  ["", ""],
])("a sentinel for %j keeps %j", (text, kept) => {
  expect(rawText(Buffer.from(text))).toBe(kept);
});

it.each([
  [[0xef, 0xbb, 0xbf], true],
  [[0xef, 0xbb, 0xbf, 0x61], true],
  [[0xef, 0xbb], false],
  [[0xef, 0xbb, 0xbe], false],
  [[0xef, 0xba, 0xbf], false],
  [[0xee, 0xbb, 0xbf], false],
  [[0x61, 0xbb, 0xbf], false],
  [[], false],
])("the bytes %j begin with a mark: %j", (bytes, has) => {
  expect(hasByteOrderMark(Buffer.from(bytes))).toBe(has);
});

describe("a batch", () => {
  it("returns the entries and sentinels of its lines, each once, and the start of the next line", () => {
    const batch = new Batch({ line: 5, offset: 100 });
    batch.takeStretch(new Stretch(Buffer.from('{"a":1}\n\n3\nx\n{"b":2}\ny\n')));
    const first = batch.takeEntries();
    expect(first.entries).toEqual([{ a: 1 }, { op: "_CORRUPT", _raw: "x", _line: 8 }, { b: 2 }]);
    expect([0, 1, 2].map((index) => first.placeOf(index))).toEqual([
      { line: 5, offset: 100, bytes: 7 },
      { line: 8, offset: 111, bytes: 1 },
      { line: 9, offset: 113, bytes: 7 },
    ]);
    expect(() => first.placeOf(3)).toThrow(RangeError);
    expect(batch.takeEntries().entries).toEqual([]);
    expect([batch.place, batch.offset]).toEqual([{ line: 10, offset: 121 }, 121]);
    batch.takeOversize("long", 1000);
    const long = batch.takeEntries();
    expect(long.entries).toEqual([{ op: "_CORRUPT", _raw: "long", _line: 10 }]);
    expect(long.placeOf(0)).toEqual({ line: 10, offset: 121, bytes: 999 });
    expect(batch.place).toEqual({ line: 11, offset: 1121 });
  });

  it("returns the last line if it is an entry and requested", () => {
    const batch = new Batch({ line: 0, offset: 0 });
    const last = (text: string | undefined) => ({ text, wellFormed: true, terminated: false, bytes: 2 });
    for (const text of ["{", "3", "", undefined]) batch.takeLast(last(text));
    batch.takeLast(undefined);
    expect(batch.takeEntries().entries).toEqual([]);
    batch.takeLast(last("{}"));
    expect(batch.takeEntries().entries).toEqual([{}]);
    batch.withLast = false;
    batch.takeLast(last("{}"));
    expect(batch.takeEntries().entries).toEqual([]);
  });
});
