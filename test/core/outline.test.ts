// Checks that the outline of a line agrees with JSON.parse, and returns the text of each member (src/core/outline.ts).
import { describe, expect, it } from "vitest";
import { UNPARSEABLE } from "../../src/core/dialect.js";
import { parseText } from "../../src/core/json.js";
import { NO_OBJECT, readOutline } from "../../src/core/outline.js";
import { Random } from "../generate/random.js";
import { chooseSeed } from "../generate/seed.js";

function membersOf(text: string): { [key: string]: string } | symbol {
  const outline = readOutline(text);
  return typeof outline === "object" ? Object.fromEntries(outline.members) : outline;
}

describe("the outline of a text", () => {
  it("has its members' texts by decoded key, the last of a repeated one", () => {
    expect(membersOf(' {"a" : [1, {"a": 2}],"\\u0062":"x\\"" , "a":\t-1.5e3 } ')).toEqual({ a: "-1.5e3", b: '"x\\""' });
    expect(membersOf("{}")).toEqual({});
  });

  it.each([
    ['{"a": 1, "\\u0061": 2}', true],
    ['{"a": {"b": 1, "b": 2}, "b": 1}', false],
  ])("of %s says whether one of its own keys is repeated", (text, repeats) => {
    expect(readOutline(text)).toMatchObject({ repeats });
  });

  it.each(["[]", '[{"a": 1}]', "17", '"x"', "NaN", " null ", "-Infinity"])("of %s is that of a non-object", (text) => {
    expect(readOutline(text)).toBe(NO_OBJECT);
  });

  it.each([
    "",
    "{",
    "}",
    '{"a"}',
    '{"a":}',
    '{"a": 1,}',
    "{,}",
    '{"a": 1 "b": 2}',
    '{"a": 01}',
    '{"a": 1.}',
    '{"a": tru}',
    '{"a": trueish}',
    '{"a": "\\x"}',
    '{"a": "\u0001"}',
    '{"a\t": 1}',
    '{"a": "x}',
    '{"a": [1, 2}',
    '{"a": 1}]',
    "[1,]",
    "[,1]",
    "{1: 2}",
    `${"[".repeat(1025)}${"]".repeat(1025)}`,
  ])("of %j does not exist", (text) => {
    expect(readOutline(text)).toBe(UNPARSEABLE);
  });

  it("exists for a text of 1,024 open containers", () => {
    expect(readOutline(`${"[".repeat(1024)}${"]".repeat(1024)}`)).toBe(NO_OBJECT);
  });

  it("agrees with the parser on texts with a few characters changed", () => {
    const seed = chooseSeed("outline");
    const random = new Random(`${seed}`);
    const whole =
      '{"op": "ACQUIRE", "lane": {"a": [1, -0.5e+7, NaN]}, "k\\n": "\\ud800é", "t": [true, null, {}], "x": ""}';
    const letters = '{}[]",:\\ \t01-.eEuNaInft';
    for (let i = 0; i < 5_000; i++) {
      const at = random.below(whole.length);
      const text =
        whole.slice(0, at) + letters.charAt(random.below(letters.length)) + whole.slice(at + random.below(2));
      const parsed = parseText(text);
      const found = readOutline(text);
      const members = typeof found === "object" ? Array.from(found.members) : undefined;
      const values = members && Object.fromEntries(members.map(([key, member]) => [key, parseText(member)]));
      expect({ seed, text, values }).toEqual({ seed, text, values: parsed === UNPARSEABLE ? undefined : parsed });
    }
  });
});
