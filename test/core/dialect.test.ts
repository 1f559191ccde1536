// Checks the values of texts with NaN or an infinity, and which such texts are invalid (docs/format.md 3;
// src/core/dialect.ts).
import { describe, expect, it } from "vitest";
import { findStringEnd, readDialect, UNPARSEABLE } from "../../src/core/dialect.js";

describe("a text beyond JSON", () => {
  it.each<[string, unknown]>([
    ["NaN", Number.NaN],
    ["Infinity", Number.POSITIVE_INFINITY],
    ["-Infinity", Number.NEGATIVE_INFINITY],
    [" \t\r\nNaN \t\r\n", Number.NaN],
    ["[NaN]", [Number.NaN]],
    ["[ NaN , [ ] , { } ]", [Number.NaN, [], {}]],
    ['["a\\"b", "", "NaN", NaN]', ['a"b', "", "NaN", Number.NaN]],
    ["[true, false, null, Infinity]", [true, false, null, Number.POSITIVE_INFINITY]],
    ["[0, -0, 12.5, -1e3, 1E+2, 2e-1, NaN]", [0, -0, 12.5, -1000, 100, 0.2, Number.NaN]],
    ['{"a": NaN}', { a: Number.NaN }],
    ['{ "a" : 1 , "b":{"c":[NaN]}}', { a: 1, b: { c: [Number.NaN] } }],
    ['{"\\u0061": 1, "b": NaN, "a": 2}', { a: 2, b: Number.NaN }],
  ])("%j is read", (text, value) => {
    expect(readDialect(text)).toEqual(value);
  });

  it("keeps a key called __proto__, and a repeated key at its first place", () => {
    const own = readDialect('{"__proto__": {"a": NaN}}');
    const ordinary = { enumerable: true, writable: true, configurable: true };
    expect(Object.getOwnPropertyDescriptor(own, "__proto__")).toEqual({ value: { a: Number.NaN }, ...ordinary });
    expect(JSON.stringify(readDialect('{"__proto__": {"a": NaN}}'))).toBe('{"__proto__":{"a":null}}');
    expect(JSON.stringify(readDialect('{"b": NaN, "a": 1, "b": 2}'))).toBe('{"b":2,"a":1}');
  });

  it.each([
    "",
    "NaN NaN",
    "NaNs",
    "nan",
    "+NaN",
    "-NaN",
    "+Infinity",
    "- Infinity",
    "Infinity1",
    "[NaN",
    "[NaN,",
    "[NaN,]",
    "[,NaN]",
    "[NaN 1]",
    "[NaN}",
    "NaN]",
    '{"a": NaN',
    '{"a": NaN,}',
    '{"a": NaN]',
    '{"a" NaN}',
    '{"a", NaN}',
    "{a: NaN}",
    "{NaN: 1}",
    '{a": NaN}',
    "{,NaN}",
    '["NaN]',
    '["NaN\\"]',
    '["a\\x", NaN]',
    '["a\tb", NaN]',
    "[01, NaN]",
    "[1., NaN]",
    "[.5, NaN]",
    "[x, NaN]",
    "[NaN, x]",
    "[NaN\u00a0]",
  ])("%j has no value", (text) => {
    expect(readDialect(text)).toBe(UNPARSEABLE);
  });

  it("is rejected if it is deeper than the caller's limit", () => {
    expect(() => readDialect(`${"[".repeat(1_000_000)}NaN`)).toThrow(RangeError);
  });
});

it.each([
  ['"a"', 0, 2],
  ['""', 0, 1],
  ['"a" "b"', 4, 6],
  ['"a\\"b"', 0, 5],
  ['"a\\\\"', 0, 4],
  ['"\\\\\\"\\""', 0, 7],
  ['\\"a"', 1, 3],
  ['"a', 0, -1],
  ['"a\\"', 0, -1],
  ["", 0, -1],
])("the string in %j that begins at %d ends at %d", (text, start, end) => {
  expect(findStringEnd(text, start)).toBe(end);
});
