// Live leases with odd texts -> the lines of a compacted journal, the same from C++ as from TypeScript
// (docs/format.md 7).
import { describe, expect, it } from "vitest";
import { planLeases } from "../../src/compact/lease-texts.js";
import type { LeaseTexts } from "../../src/engine/engine.js";
import { thrownBy, writeLines } from "../contract/journals.js";
import { Random } from "../generate/random.js";
import { chooseSeed } from "../generate/seed.js";
import { foldOf } from "./compacting.js";

const held = (lane: string, lease: string): string => `{"op":"ACQUIRE","lane":${lane},"loop_ts":"T","lease":${lease}}`;

const texts: readonly string[] = [
  '{"lane": "a", "loop_ts": "T", "n": 1.0}',
  '{"loop_ts":"T","lane":"a"}',
  '{"lane":"b","loop_ts":"T","lane":"a"}',
  '{"l\\u0061ne":"a","loop_ts":"\\u0054"}',
  '{"lane": "a", "loop_ts": "T", "v": "\u2028\u0085\u2029\u00e9\u20ac"}',
  '{"lane":"a","loop_ts":"T","v":"\\u2028\\"\\\\\\/\\u001f\\ud83d\\ude00\\ud800"}',
  '{"lane":"a","loop_ts":"T","\u{1f600}":1,"\uffff":2,"\\ud800":3,"":[[],{},[{"z":1,"y":[1,2]}]]}',
  '{"lane": "a", "loop_ts": "T", "v": [1, 2, {"b": 1, "a": {"d": 1, "c": 2}}]}',
  '{ "lane" : "a" ,\t"loop_ts" : "T" , "v" : [ NaN , -Infinity , -0 , 1E5 , 12345678901234567890 ] }',
  '{"__proto__": {"x": 1}, "lane": "a", "loop_ts": "T"}',
  '{"lane":{"b":1,"a":2},"loop_ts":"T"}',
  '{"lane": {"a": 2, "b": 1}, "loop_ts": "T"}',
  '{"lane": 7, "loop_ts": [], "x": true}',
  `{"lane": "a", "loop_ts": "T", "v": ${"[".repeat(1021)}${"]".repeat(1021)}}`,
  `{"lane": "a", "loop_ts": "T", "v": ${"[".repeat(1020)}${"]".repeat(1020)}}`,
  `{"v":"${"\u00e9".repeat(1024 * 1024)}","lane":"a","loop_ts":"T"}`,
  `{"v":"${"\u00e9".repeat(600_000)}","lane":"a","loop_ts":"T"}`,
  "{}",
];

function textOf(plan: LeaseTexts): string {
  return Buffer.concat(Array.from(plan.texts(), (text) => Buffer.from(text))).toString();
}

/** Expects the same plan and the same text, or the same error, from both. */
function expectAlike(lines: readonly string[], bytesMax: number): void {
  const fold = foldOf("native", writeLines(...lines));
  const native = (): LeaseTexts => fold.planLeases?.(bytesMax) ?? expect.unreachable();
  let expected: LeaseTexts;
  try {
    expected = planLeases(fold, bytesMax);
    textOf(expected);
  } catch (error) {
    expect(String(thrownBy(() => textOf(native())))).toBe(String(error));
    return;
  }
  const found = native();
  expect({ riding: found.riding, following: found.following }).toEqual({
    riding: expected.riding,
    following: expected.following,
  });
  expect(found.digests.length).toBe(expected.digests.length);
  // A failed comparison of megabytes would print them all.
  if (textOf(found) === textOf(expected)) return;
  expect(textOf(native()).slice(0, 5000)).toBe(textOf(expected).slice(0, 5000));
  expect.unreachable("the texts differ after 5,000 characters");
}

describe("the lines of a compacted journal", () => {
  it.each(texts.map((text) => [text.slice(0, 60), text] as const))("are the same from both for %s", (_short, text) => {
    expectAlike([held('"a"', text)], 64 * 1024 * 1024);
    expectAlike([held('{"b":1,"a":2}', text), '{"op":"HEARTBEAT","lane":"a","loop_ts":"T","ts":"\\u0039"}'], 1e6);
  });

  it("are the same from both for random leases, some of which fit into no line", () => {
    const random = new Random(chooseSeed("lease texts"));
    const short = texts.filter((text) => text.length < 200);
    for (let round = 0; round < 300; round++) {
      const lines = Array.from({ length: random.between(1, 12) }, () => {
        const lane = random.chance(0.5) ? '"a"' : JSON.stringify(`l${random.below(9)}\u2028`);
        return random.chance(0.2) ? `{"op":"RELEASE","lane":${lane},"loop_ts":"T"}` : held(lane, random.pick(short));
      });
      expectAlike(lines, random.between(60, 1000));
    }
  });
});
