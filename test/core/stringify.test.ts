// Texts of containers -> the text that JSON.stringify writes for their values (src/core/stringify.ts, verbatim.ts).
import { describe, expect, it } from "vitest";
import { parseText } from "../../src/core/json.js";
import { stringifyText } from "../../src/core/stringify.js";
import { findOddity } from "../../src/core/verbatim.js";
import { leaseGenerations } from "../../src/index.js";
import { writeJournal } from "../contract/journals.js";
import { Random } from "../generate/random.js";
import { chooseSeed } from "../generate/seed.js";
import { engines } from "../support/engines.js";

const deep = (inside: string, open = "[", close = "]"): string => `${open.repeat(900)}${inside}${close.repeat(900)}`;

/** Texts of containers, each with something that JSON.stringify may write in another way. */
const texts = [
  '["plain",1,-2,0,true,false,null,[],{}]',
  '[ 1 ,\t"a b" ]',
  "[1.0,1e3,-0,12345678901234567890,0.1,1e400,-1e400,5e-324]",
  '["\\u0041\\n\\/","\\ud800","\\ud83d\\ude00","é"]',
  '[NaN,Infinity,-Infinity,"NaN","-Infinity",{"NaN":NaN}]',
  '{"b":1,"a":2,"b":3}',
  '{"b":1,"10":2,"9":3,"01":4}',
  '{"\\u0061":1,"a":2}',
  '{"__proto__":{"a":1},"constructor":2}',
  '{"a":{"b":{},"c":[{}]},"d":{"b":1}}',
  deep('"x"'),
  deep("1.50, NaN"),
  deep('"\\u0041"'),
  deep("1", '{"a":', "}"),
  deep("1", '{"b":1,"a":', "}"),
  deep("1", '{"b":1,"1":', "}"),
  deep("1e3", '{"a":1,"a": ', "}"),
  `[${"[1.5, NaN],".repeat(9_000)}1]`,
  `{${Array.from({ length: 9_000 }, (_, i) => `"${9_000 - i}":1.0`).join()}}`,
];

describe("the text that JSON.stringify writes", () => {
  it.each(texts.map((text) => [text.slice(0, 60), text]))("is found from %s", (_name, text) => {
    expect(stringifyText(text)).toBe(JSON.stringify(parseText(text)));
  });

  it("is found from texts of random parts", () => {
    const seed = chooseSeed("stringify");
    const random = new Random(`${seed}`);
    for (let i = 0; i < 3_000; i++) {
      const text = deepen(`[${makeText(random, 4)}]`, random.below(20) === 0);
      const expected = JSON.stringify(parseText(text));
      expect({ seed, text, written: stringifyText(text) }).toEqual({ seed, text, written: expected });
      if (findOddity(text) === "none") expect({ seed, text: expected }).toEqual({ seed, text });
    }
  });

  it.each(engines)("is the lane that the %s engine finds in a container", (engine) => {
    const seed = chooseSeed("stringified lanes");
    const random = new Random(`${seed}`);
    const lanes = [...texts, ...Array.from({ length: 2_000 }, () => `[${makeText(random, 4)},1]`)];
    const lines = lanes.map((lane, i) => `{"op":"ACQUIRE","lane":${lane},"loop_ts":"${i}","lease":{}}\n`);
    const found = leaseGenerations(writeJournal(lines.join("")), { engine });
    const expected = lanes.map((lane, i) => ({ seed, lane: JSON.stringify(parseText(lane)), loop_ts: `${i}` }));
    expect(found.map(({ lane, loop_ts }) => ({ seed, lane, loop_ts }))).toEqual(expected);
  });
});

const scalars = ["1", "-0", "1.50", "1e3", "NaN", "-Infinity", '"a"', '"\\n"', '"é\\ud800"', "true", "null", '""'];
const keys = ["a", "b", "1", "02", "10", "9", "\\u0061", "-1", "", "__proto__"];
const spaces = ["", "", "", " ", "\t"];

/** Makes a JSON text with containers at most `depth` deep, most of which JSON.stringify would write in another way. */
function makeText(random: Random, depth: number): string {
  const pick = (from: readonly string[]): string => from[random.below(from.length)] ?? "";
  const kind = depth === 0 ? 0 : random.below(3);
  if (kind === 0) return pick(scalars);
  const parts = Array.from({ length: random.below(random.below(8) === 0 ? 24 : 4) }, () => {
    const value = pick(spaces) + makeText(random, depth - 1) + pick(spaces);
    return kind === 1 ? value : `${pick(spaces)}"${pick(keys)}"${pick(spaces)}:${value}`;
  });
  return kind === 1 ? `[${parts.join()}]` : `{${parts.join()}}`;
}

/** Containers around a text, so that it is rewritten as a deep one. */
function deepen(text: string, isDeep: boolean): string {
  return isDeep ? deep(text) : text;
}
