// Checks checkpoints most of whose elements are no leases (docs/format.md 5), on both engines.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { replay, scan } from "../../src/index.js";
import { makeFolder, removeFolders } from "../generate/place.js";
import { engines } from "../support/engines.js";

const path = join(makeFolder("hostile-elements"), "journal.jsonl");

afterAll(removeFolders);

describe.each(engines)("a checkpoint's elements under the %s engine", (engine) => {
  const odd = [
    "{}",
    "{ }",
    "[]",
    "7",
    "NaN",
    "null",
    '"lane"',
    '{"a":1}',
    '{"lane":""}',
    '[{"lane":"x"}]',
    '{"x":{"lane":1}}',
  ];
  const named = [
    '{"lane":"a"}',
    '{"l\\u0061ne":"b"}',
    '{ "loop_ts" : "T" }',
    '{"x":[{}],"lane":"c"}',
    '{"lane":"a","n":1.0}',
  ];

  // Short, long and very long lines are read in different ways.
  it.each([1, 50, 400, 9_000])("are its leases if they have an identity, also among %i odd ones", (count) => {
    const others = Array.from({ length: count }, (_, at) => odd[at % odd.length]);
    const leases = named.flatMap((lease) => [...others, lease]).join();
    writeFileSync(path, `{"op":"CHECKPOINT","leases":[${leases}]}\n{"op":"HALT"}\n`);
    const expected = [{ lane: "a", n: 1 }, { lane: "b" }, { loop_ts: "T" }, { x: [{}], lane: "c" }];
    expect(replay(path, { engine })).toEqual(expected);
    expect(scan(path, { engine }).leases).toEqual(expected);
  });
});
