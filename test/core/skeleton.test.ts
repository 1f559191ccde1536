// Checks the patterns that lines are turned into: what they match, what they pass to the fold, and which lines have
// none.
import { expect, it } from "vitest";
import { describeSkeleton } from "../../src/core/skeleton.js";
import type { Entry } from "../../src/types.js";

/** Returns the texts of the groups by name if `line` matches the pattern made of `model`. */
function read(model: string, line = model): { [name: string]: string | undefined } | undefined {
  const entry: Entry = JSON.parse(model);
  const skeleton = describeSkeleton(model, entry, { reports: false });
  if (skeleton === undefined) throw new Error(`expected a pattern for ${model}, found none`);
  const found = new RegExp(skeleton.source, "y").exec(Buffer.from(`${line}\n`).toString("latin1"));
  if (found === null) return undefined;
  const named = Object.entries(skeleton.groups).filter(([, number]) => number > 0);
  return {
    op: skeleton.op,
    effect: skeleton.effect,
    ...Object.fromEntries(named.map(([name, n]) => [name, found[n]])),
  };
}

const beat = '{"heartbeat_at": "b1", "lane": "a", "loop_ts": "T", "op": "HEARTBEAT", "seq": 7, "ts": "t1"}';
const tsBeat = '{"heartbeat_at": "", "op": "HEARTBEAT", "loop_ts": "T", "lane": "a", "ts": "t1"}';
const acquire = '{"lane":"a","lease":{"n":{"tree":["x"]},"h":"h"},"loop_ts":"T","op":"ACQUIRE","more":{"x":"m"}}';
const release = '{"lane": "a", "lease": {"x": ["r"]}, "loop_ts": null, "op": "RELEASE", "seq": null, "ts": "t"}';
const halt = '{"op" : "HALT", "lane" :"a", "loop_ts": "T", "x": {"seq": 1.5, "t": true}, "f": false}';
const [joined, separate] = [{ identity: '"a", "loop_ts": "T"' }, { lane: '"a"', loop_ts: '"T"' }];

it.each([
  [beat, { op: "HEARTBEAT", effect: "beat", seq: "7", ...joined, stamp: "b1" }],
  [tsBeat, { op: "HEARTBEAT", effect: "beat", ...separate, stamp: "t1" }],
  [tsBeat.replace("t1", ""), { op: "HEARTBEAT", effect: "beat", ...separate, stamp: "" }],
  [acquire, { op: "ACQUIRE", effect: "set", ...separate, lease: '{"n":{"tree":["x"]},"h":"h"}' }],
  [
    acquire
      .replace("ACQUIRE", "RECONCILE")
      .replace("{", '{"lease":{},')
      .replace(/"lease":\{"n.*?"h"\},/, ""),
    {
      op: "RECONCILE",
      effect: "set",
      ...separate,
      lease: "{}",
    },
  ],
  [release, { op: "RELEASE", effect: "drop", lane: '"a"' }],
  ['{"op": "SCAVENGE", "heartbeat_at": 3, "ts": [], "lane": null}', { op: "SCAVENGE", effect: "drop" }],
  [halt, { op: "HALT", effect: "none" }],
  ['{"op": "mine", "lane": 3, "loop_ts": [], "ts": 4}', { op: "mine", effect: "none" }],
  ['{"op": "HEARTBEAT", "lane": "a", "loop_ts": "T"}', { op: "HEARTBEAT", effect: "beat", ...joined }],
  ['{"op":"RELEASE","lane":"a"}', { op: "RELEASE", effect: "drop", lane: '"a"' }],
])("the pattern of %s captures what the fold needs", (line, want) => {
  expect(read(line)).toEqual(want);
});

it.each([
  ["another lane and number", beat, beat.replace('"a"', '"b c"').replace("7", "123456789012345")],
  ["other text that is not kept, with escapes", beat, beat.replace("t1", 'é\\u00e9\\"')],
  ["other nested text, with escapes", acquire, acquire.replace('"m"', '"é\\n"')],
  ["other text in a lease that is dropped", release, release.replace('"r"', '"é\\\\"')],
  ["a lane that the op does not use", halt, halt.replace('"a"', '"é"')],
  ["another number within", halt, halt.replace("1.5", "-2E+3")],
  ["another stamp from ts", tsBeat, tsBeat.replace("t1", "t2")],
])("a pattern matches %s", (_what, model, line) => {
  expect(line).not.toBe(model);
  expect(read(model, line)).toBeDefined();
});

it.each([
  ["a lane beyond ASCII", beat, beat.replace('"a"', '"é"')],
  ["a lane with an escape", release, release.replace('"a"', '"\\u0061"')],
  ["an empty stamp instead of another one", beat, beat.replace("b1", "")],
  ["a stamp instead of an empty one", tsBeat, tsBeat.replace('""', '"b"')],
  ["a stamp beyond ASCII", beat, beat.replace("b1", "é")],
  ["a lease beyond ASCII", acquire, acquire.replace('"x"', '"é"')],
  ["a number that may not be safe", beat, beat.replace("7", "1234567890123456")],
  ["a number with a sign", beat, beat.replace("7", "-7")],
  ["a fraction for a number", beat, beat.replace("7", "7.0")],
  ["another op", beat, beat.replace("HEARTBEAT", "ADOPT")],
  ["another key before a space", halt, halt.replace('"lane"', '"lone"')],
  ["another key", halt, halt.replace('"x"', '"y"')],
  ["false for true", halt, halt.replace("true", "false")],
  ["true for false", halt, halt.replace("false", "true")],
  ["text for null", release, release.replace("null", '"T"')],
  ["other spaces", beat, beat.replace(": ", ":")],
  ["a bracket for a brace", halt, halt.replace("}, ", "], ")],
  ["an invalid escape in a string", halt, halt.replace('"a"', '"a\\x"')],
])("a pattern does not match %s", (_what, model, line) => {
  expect(line).not.toBe(model);
  expect(read(model, line)).toBeUndefined();
});

const long = (length: number): string => `{"op": "HALT", "x": "${"x".repeat(length - 23)}"}`;

it.each([
  '{"x": 1}',
  '{"op": 3}',
  '{"op": "CHECKPOINT", "leases": []}',
  '{"op": "ADOPT", "lane": "a", "loop_ts": "T"}',
  '{"op": "HALT", "seq_watermark": 3}',
  '{"op": "RELEASE", "lane": 3, "loop_ts": "T"}',
  '{"op": "RELEASE", "lane": "a", "loop_ts": false}',
  '{"op": "ACQUIRE", "lane": "a", "loop_ts": "T"}',
  '{"op": "ACQUIRE", "lane": "a", "loop_ts": "T", "lease": [1]}',
  '{"op": "HEARTBEAT", "lane": "a", "loop_ts": "T", "heartbeat_at": 3, "ts": "t"}',
  '{"op": "HEARTBEAT", "lane": "a", "loop_ts": "T", "heartbeat_at": "b", "ts": 3}',
  '{"op": "HALT", "a": 1, "a": 2}',
  '{"op": "HALT", "\\u0061": 1}',
  '{"op": "HALT", "é": 1}',
  '{"op": "\\u0048ALT"}',
  '{"op": "HALT", "seq": "1"}',
  '{"op": "HALT", "seq": -1}',
  '{"op": "HALT", "seq": 1.5}',
  '{"op": "HALT", "seq": 1234567890123456}',
  '{"op": "HALT", "seq": true}',
  '{"op": "HALT", "seq": false}',
  '{"op": "HALT", "seq": [1]}',
  '{"op": "HALT", "seq": {}}',
])("makes no pattern for %s", (line) => {
  const entry: Entry = JSON.parse(line);
  expect(describeSkeleton(Buffer.from(line).toString("latin1"), entry, { reports: true })).toBeUndefined();
});

it("makes no pattern for lines with numbers beyond JSON", () => {
  for (const number of ["NaN", "Infinity", "-Infinity"]) {
    const entry = { op: "HALT", a: Number(number) };
    expect(describeSkeleton(`{"op": "HALT", "a": ${number}}`, entry, { reports: true })).toBeUndefined();
  }
});

it("makes a pattern for a line of up to 4,096 bytes, and escapes special characters in keys", () => {
  expect(long(4096)).toHaveLength(4096);
  expect(read(long(4096))).toBeDefined();
  expect(() => read(long(4097))).toThrow("found none");
  const odd = '{"op": "H.A(L|T)", "^a$": 1, "b?*+{}[]": 2}';
  expect(read(odd)).toEqual({ op: "H.A(L|T)", effect: "none" });
  expect(read(odd, odd.replace("H.A", "HxA"))).toBeUndefined();
});
