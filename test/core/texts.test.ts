// Checks the texts of the members and elements of JSON texts, and whether a key is repeated (src/core/members.ts,
// repeats.ts).
import { describe, expect, it } from "vitest";
import { eachElement, eachObject, mayName, memberTexts } from "../../src/core/members.js";
import { repeatsKeys } from "../../src/core/repeats.js";

describe("the members of an object's text", () => {
  const read = (text: string) => [...memberTexts(text)];

  it("are their texts without the spaces around them", () => {
    expect(read(' { "a" : 1.0 ,\t"b":[1, 2 ], "c" : {"d": "e"}\r} ')).toEqual([
      ["a", "1.0"],
      ["b", "[1, 2 ]"],
      ["c", '{"d": "e"}'],
    ]);
  });

  it("are separated only by commas, brackets and colons outside strings", () => {
    expect(read('{"a,b": "x,}]:{[", "c:d": "\\",", "e\\"f": ":"}')).toEqual([
      ["a,b", '"x,}]:{["'],
      ["c:d", '"\\","'],
      ['e"f', '":"'],
    ]);
  });

  it("have decoded keys, and a repeated key has its last value in its first place", () => {
    expect(read('{"\\u0061": 1, "b": 2, "a": 3}')).toEqual([
      ["a", "3"],
      ["b", "2"],
    ]);
  });

  it.each(["{}", "{ }", " {\t\r} "])("are none in %j", (text) => {
    expect(read(text)).toEqual([]);
  });

  it("may be a single member", () => {
    expect(read('{"a":{}}')).toEqual([["a", "{}"]]);
    expect(read('{"":[]}')).toEqual([["", "[]"]]);
  });
});

describe("the elements of an array's text", () => {
  it.each<[string, string[]]>([
    ["[]", []],
    ["[ \t]", []],
    ["[1]", ["1"]],
    ["[[]]", ["[]"]],
    ['[ 1.0 , [2, 3],{"a": [4, 5]}, "," ,"]" ]', ["1.0", "[2, 3]", '{"a": [4, 5]}', '","', '"]"']],
    ['["", ""]', ['""', '""']],
  ])("of %j are %j", (text, elements) => {
    expect([...eachElement(text)]).toEqual(elements);
  });
});

describe("the objects among an array's elements", () => {
  it("are those with members", () => {
    const text = '[ {"a":1},{}, 7 ,[{"b":3}],"{\\"c\\":1}",NaN,[], {"\\u0061":{"e":{}}} ,{"a":[{}]}]';
    expect([...eachObject(text)]).toEqual(['{"a":1}', '{"\\u0061":{"e":{}}}', '{"a":[{}]}']);
  });

  it.each(["[]", "[ ]", " [\t]", "[{}]", "[[]]"])("are none in %j", (text) => {
    expect([...eachObject(text)]).toEqual([]);
  });

  it("may have a key that is in their text or that an escape may spell", () => {
    expect(mayName('{"lane":1}', ["lane", "loop_ts"])).toBe(true);
    expect(mayName('{"l\\u0061ne":1}', ["lane"])).toBe(true);
    expect(mayName('{"lanes":1,"a":"lane_"}', ["lane"])).toBe(false);
  });
});

describe("a key is repeated", () => {
  const repeats = (text: string): boolean => repeatsKeys(text, JSON.parse(text));

  it.each([
    '{"a": 1, "a": 2}',
    '{"a": 1, "\\u0061": 2}',
    '{"lease": 1, "lease": 2}',
    '{"lease": {"a": 1, "a": 2}}',
    '{"op": "x", "lease": {"b": 0, "a": 1, "\\u0061": 2}, "z": 1}',
    '{"\\u006cease": {"a": 1, "a": 2}}',
    '{"lease": {"a": [{"x": 1}], "a": 2}}',
    '{"x": {}, "lease": {"a": 1, "a": {}}, "y": []}',
    '{"a": [1, {"b": 2}], "a": 3}',
    '{"lease": {}, "lease": {}}',
  ])("in %j", (text) => {
    expect(repeats(text)).toBe(true);
  });

  it.each([
    "{}",
    '{"a": 1, "b": 2}',
    '{"a": {"b": 1, "b": 2}}',
    '{"a": [{"b": 1, "b": 2}], "lease": {}}',
    '{"lease": {"a": {"b": 1, "b": 2}}}',
    '{"lease": {"a": [{"b": 1}, {"b": 1}], "c": 1}, "d": {"e": 1, "f": 2, "g": 3}}',
    '{"lease": [{"a": 1, "a": 2}]}',
    '{"lease": 3, "a": {"b": 1, "b": 2}}',
    '{"x": {"a": 1, "b": 2, "c": 3}, "lease": {"a": 1}}',
    '{"lease": {}, "x": {"a": 1}}',
    '{"a:b": ":", "c": "{\\":", "lease": {"d:e": "::"}}',
    '{"leas\\u0065s": {"a": 1, "b": 1}, "lease": {}}',
    '{"a\\"b": 1, "c": "\\\\"}',
  ])("but not in %j", (text) => {
    expect(repeats(text)).toBe(false);
  });
});
