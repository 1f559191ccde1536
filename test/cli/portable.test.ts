// Checks that exported entries contain no JSON that a database refuses, and keep their values otherwise.
import { describe, expect, it } from "vitest";
import { formatPortable } from "../../src/cli/export/portable.js";

describe("an exported entry", () => {
  it.each([
    ["a lone surrogate as the text of its escape", "\ud800", "\\ud800"],
    ["several of them", "a\udfff\ud800b\ud83d\ude00", "a\\udfff\\ud800b\ud83d\ude00"],
    ["such a text as it is", "\\ud800", "\\ud800"],
    ["a backslash before a lone surrogate", "\\\ud800", "\\\\ud800"],
    ["digits in a text as they are", "12345678901234567890 \ud800", "12345678901234567890 \\ud800"],
    ["infinity as a text", Number.NEGATIVE_INFINITY, "-Infinity"],
  ])("has %s", (_, value, expected) => {
    expect(JSON.parse(formatPortable({ value }))).toEqual({ value: expected });
  });

  it("has a lone surrogate in a key as the text of its escape", () => {
    expect(JSON.parse(formatPortable({ lease: { "\udc00": 1 } }))).toEqual({ lease: { "\\udc00": 1 } });
  });

  it.each([2 ** 63, -(2 ** 63), 2 ** 64, 1e18, 1e21 - 2 ** 17, 123456789012345680000, 1.2345678901234567e-6])(
    "has %d with its value, and with an exponent if it needs 64 bits",
    (value) => {
      const text = formatPortable({ value, list: [value, "1234567890123456789"] });
      expect(JSON.parse(text)).toEqual({ value, list: [value, "1234567890123456789"] });
      expect(text.replace(/"[^"]*"|\.\d*/g, "")).not.toMatch(/\d{19}/);
    },
  );

  it("is otherwise the canonical line", () => {
    expect(formatPortable({ b: 0.1, a: "é", c: [1, null, 1e21] })).toBe('{"a": "é", "b": 0.1, "c": [1, null, 1e+21]}');
  });
});
