// Checks the canonical text of JSON values, and the error if a text is not JSON (docs/format.md 7).
import { describe, expect, test } from "vitest";
import { looseText, rewriteText } from "../../src/compact/canonical.js";

describe("a text that is rewritten", () => {
  test("has sorted keys, the last of repeated ones, one spelling, and unchanged numbers", () => {
    const text = ' { "b" :[ 1.50,-0, 1E5 ,NaN,[ ] ], "a":"x" , "\\u0062b": {}, "a": "\\u00e9\\/" }\r';
    const expected = '{"a": "é/", "b": [1.50, -0, 1E5, NaN, []], "bb": {}}';
    expect(rewriteText(text)).toEqual({ text: expected, depth: 3 });
  });

  test.each([
    ["1 2", "character 2: expected the end of a JSON text, found more"],
    ["[", "character 1: expected a value, found the end"],
    ["[?1234567890123456789012", "character 1: expected a value, found ?1234567890123456789"],
    ["[1 2]", "character 3: expected ,, found 2]"],
    ['{"a" 1}', "character 5: expected :, found 1}"],
    ['{a": 1}', 'character 1: expected a string, found a": 1}'],
    ["{a: 1}", "character 1: expected a string, found a: 1}"],
    ['"abc', 'character 0: expected a string, found "abc'],
  ])("is rejected where it stops being JSON: %s", (text, message) => {
    expect(() => rewriteText(text)).toThrow(new SyntaxError(message));
  });
});

describe("the text of a sentinel's value", () => {
  test("keeps what JSON cannot represent, because nothing of it may be lost", () => {
    const value = { b: [1, -0, Number.NaN, [], null], a: { "é\n": Number.NEGATIVE_INFINITY, z: true } };
    expect(looseText(value)).toBe('{"a": {"z": true, "é\\n": -Infinity}, "b": [1, -0, NaN, [], null]}');
    expect([looseText("a\u2028"), looseText([]), looseText({})]).toEqual(['"a\\u2028"', "[]", "{}"]);
  });
});
