// Checks empty, text and int of docs/format.md 4, and the order of texts by code point (src/core/words.ts).
import { describe, expect, it } from "vitest";
import { compareCodePoints, int, isEmpty, isObject, text } from "../../src/core/words.js";

describe("empty", () => {
  it.each([undefined, null, false, 0, -0, 0n, "", [], {}])("is %o", (value) => {
    expect(isEmpty(value)).toBe(true);
  });

  it.each([true, 1, Number.NaN, Number.POSITIVE_INFINITY, 1n, "0", " ", [0], [[]], new Array(2), { a: undefined }])(
    "is not %o",
    (value) => {
      expect(isEmpty(value)).toBe(false);
    },
  );
});

describe("text", () => {
  it.each<[unknown, string]>([
    [null, ""],
    [[], ""],
    [{}, ""],
    [false, ""],
    [0, ""],
    ["", ""],
    ["x", "x"],
    [" ", " "],
    [true, "true"],
    [1.5, "1.5"],
    [Number.NaN, "NaN"],
    [[1, "a"], '[1,"a"]'],
    [{ a: null }, '{"a":null}'],
  ])("of %o is %j", (value, want) => {
    expect(text(value)).toBe(want);
  });
});

describe("int", () => {
  it.each<[unknown, number]>([
    [3, 3],
    [3.9, 3],
    [-3.9, -3],
    [-0.5, 0],
    [true, 1],
    [false, 0],
    [null, 0],
    [[7], 0],
    [{}, 0],
    [Number.NaN, 0],
    [Number.POSITIVE_INFINITY, 0],
    [2 ** 53 - 1, 2 ** 53 - 1],
    [2 ** 53, 0],
    [-(2 ** 53), 0],
    ["12", 12],
    ["+12", 12],
    ["-12", -12],
    ["-0", 0],
    ["1_000_000", 1_000_000],
    [" \t\n\v\f\r12 \t\n\v\f\r", 12],
    ["007", 7],
    ["9007199254740991", 9007199254740991],
    ["9007199254740992", 0],
    ["", 0],
    [" ", 0],
    ["12x", 0],
    ["x12", 0],
    ["1 2", 0],
    ["1__0", 0],
    ["_1", 0],
    ["1_", 0],
    ["1.5", 0],
    ["1e3", 0],
    ["--1", 0],
    ["- 1", 0],
    ["\u00a012", 0],
    ["0x10", 0],
  ])("of %j is %d", (value, want) => {
    expect(int(value)).toBe(want);
  });
});

it("excludes null and arrays from objects", () => {
  expect([{}, Object.create(null), new Map()].map(isObject)).toEqual([true, true, true]);
  expect([null, undefined, [], "x", 3, () => 0].map(isObject)).toEqual([false, false, false, false, false, false]);
});

describe("the order of code points", () => {
  const ascending = [
    "",
    "\0",
    "a",
    "a\0",
    "aa",
    "ab",
    "b",
    "\ud83d",
    "\ud83da",
    "\ud83d\ue000",
    "\udc00",
    "\ue000",
    "\uffff",
  ];
  const beyond = ["\ud83d\ude00", "\ud83d\ude00a", "\ud83d\ude01", "\ud83e\udd00", "\udbff\udfff"];

  it("is that of UTF-8 bytes: a surrogate pair comes after everything below U+10000", () => {
    const all = [...ascending, ...beyond];
    for (const [i, a] of all.entries()) {
      for (const [j, b] of all.entries()) {
        expect({ a, b, order: Math.sign(compareCodePoints(a, b)) }).toEqual({ a, b, order: Math.sign(i - j) });
        expect(Math.sign(compareCodePoints(`x${a}`, `x${b}`))).toBe(Math.sign(i - j));
      }
    }
  });

  it("equals that of UTF-16 if there is no surrogate", () => {
    const words = ["lane", "loop_ts", "op", "lane_kind", "", "_", "Z", "\u00e9", "\u4e00"];
    expect(words.toSorted(compareCodePoints)).toEqual(words.toSorted());
  });
});
