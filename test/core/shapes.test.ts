// Checks that lines of known shapes, which are folded from patterns, fold exactly as if they were parsed.
import { describe, expect, it } from "vitest";
import { Batch } from "../../src/core/batch.js";
import { foldEntries } from "../../src/core/fold.js";
import { Stretch } from "../../src/core/lines.js";
import { Pass } from "../../src/core/pass.js";
import { Shapes } from "../../src/core/shapes.js";
import type { Entry } from "../../src/types.js";

const beat = (lane: string, stamp: string, seq: string) =>
  `{"heartbeat_at": ${stamp}, "lane": ${lane}, "loop_ts": "T", "op": "HEARTBEAT", "seq": ${seq}, "ts": "ts"}`;
const acquire = (lane: string, holder: string, seq: string) =>
  `{"lane": ${lane}, "lease": {"holder": ${holder}, "heartbeat_at": "0", "lane": ${lane}}, "loop_ts": "T", ` +
  `"op": "ACQUIRE", "seq": ${seq}}`;
const release = (lane: string, reason: string, seq: string) =>
  `{"lane": ${lane}, "loop_ts": "T", "op": "RELEASE", "reason": ${reason}, "seq": ${seq}}`;

/** Enough lines to make their shapes known. */
const lessons = [1, 2, 3].flatMap((n) => [
  acquire(`"x${n}"`, '"h"', `${n}`),
  beat(`"x${n}"`, `"b${n}"`, `${n}`),
  release(`"y${n}"`, '"r"', `${n}`),
]);

function passOver(bytes: Buffer, kind: "replay" | "scan"): Pass {
  const pass = new Pass(kind);
  pass.takeStretch(new Stretch(bytes));
  return pass;
}

function parsedEntries(bytes: Buffer): Entry[] {
  const batch = new Batch({ line: 0, offset: 0 });
  batch.takeStretch(new Stretch(bytes));
  return batch.takeEntries().entries;
}

/** Returns the bytes of the lessons, the tested lines and one more line, so that damage is settled. */
function journalOf(...lines: (string | Buffer)[]): Buffer {
  const bytes = [...lessons, ...lines, "{}"].flatMap((line) => [Buffer.from(line), Buffer.from("\n")]);
  return Buffer.concat(bytes);
}

describe("a line of a shape seen before", () => {
  it("is matched without being parsed", () => {
    const text = journalOf().toString("latin1");
    const shapes = new Shapes({ reports: false });
    for (const line of lessons) shapes.learn(line, JSON.parse(line));
    let matched = 0;
    for (let at = 0; at < text.length; at = text.indexOf("\n", at) + 1) {
      if (shapes.match(text, at) !== undefined) matched++;
    }
    expect(matched).toBe(lessons.length);
  });

  const values = [
    '"x1"',
    '"x2"',
    '""',
    '"a\\"b"',
    '"\\u0078\\u0031"',
    '"\\ud800"',
    '"é"',
    '"a\tb"',
    '"a\\x"',
    '"\\u12"',
    '"unended',
    "null",
    "17",
    "[]",
    '["x1"]',
    "NaN",
  ];
  const numbers = ["0", "-0", "7", "07", "1.0", "1e3", "-5", "900719925474099", "9007199254740993", "+1", "0x1", "1."];

  it.each(values)("with %s for a string folds as if it were parsed", (value) => {
    const journal = journalOf(acquire(value, '"h"', "9"), acquire('"z"', value, "9"), beat(value, '"b9"', "9"));
    expectParsed(journal);
    expectParsed(journalOf(beat('"x1"', value, "9"), release('"x1"', value, "9")));
    expectParsed(journalOf(release(value, '"r"', "9")));
  });

  it.each(numbers)("with %s for its number counts as if it were parsed", (number) => {
    expectParsed(journalOf(beat('"x1"', '"b9"', number)));
    expectParsed(journalOf(release('"x1"', '"r"', number), acquire('"x1"', '"h"', number)));
  });

  it.each([
    [" after it", (line: string) => `${line} `],
    ["CR after it", (line: string) => `${line}\r`],
    ["another text after it", (line: string) => `${line}{}`],
    ["its end missing", (line: string) => line.slice(0, -1)],
    ["a byte order mark before it", (line: string) => `\ufeff${line}`],
    ["a key repeated", (line: string) => line.replace("{", '{"lane": "x2", ')],
    ["a key repeated at its end", (line: string) => line.replace(/\}$/, ', "lane": "x2"}')],
    ["a watermark", (line: string) => line.replace(/\}$/, ', "seq_watermark": 77}')],
  ])("with %s folds as if it were parsed", (_name, change) => {
    for (const line of [beat('"x1"', '"b9"', "9"), release('"x1"', '"r"', "9"), acquire('"x3"', '"h"', "9")]) {
      expectParsed(journalOf(change(line), change(line), change(line), line));
    }
  });

  const orders = [
    ['"op": "OP"', '"lane": "N"', '"loop_ts": "T"', '"seq": 7'],
    ['"lane": "N"', '"op": "OP"', '"loop_ts": "T"'],
    ['"loop_ts": "T"', '"lane": "N"', '"op": "OP"', '"ts": "S"'],
    ['"op": "OP"', '"lane": "N"', '"ts": "S"'],
    ['"heartbeat_at": "S"', '"op": "OP"', '"loop_ts": "T"', '"ts": "S"'],
    ['"heartbeat_at": ""', '"lane": "N"', '"loop_ts": "T"', '"op": "OP"', '"ts": "S"'],
    ['"op": "OP"', '"other": [1, {"a": null}]', '"lane": "N"', '"loop_ts": "T"', '"lease": {"pid": 1, "n": "N"}'],
    ['"lease": {"pid": 1, "n": "N"}', '"op": "OP"', '"loop_ts": "T"', '"lane": "N"'],
    ['"lease": 3', '"lane": "N"', '"loop_ts": "T"', '"op": "OP"'],
    ['"op": "OP"', '"lane": "N"', '"lease": {"n": "N"}', '"ts": "S"'],
    ['"op": "OP"', '"loop_ts": "N"', '"lease": {"n": "N"}', '"ts": "S"'],
    ['"op": "OP"', '"lane": "N"', '"loop_ts": "T"', '"lease": {"n": {"deep": ["N"]}}'],
    ['"op": "OP"', '"lane": "N"', '"loop_ts": "T"', '"lease": {"heartbeat_at": "0"}', '"ts": ""'],
    ['"op": "OP"', '"lane": ""', '"loop_ts": ""', '"lease": {"n": "N"}', '"ts": "S"'],
  ];

  it.each(orders.map((members) => members.join(", ")))("with its members %s folds as it parses", (members) => {
    const ops = ["ACQUIRE", "HEARTBEAT", "RECONCILE", "RELEASE", "ACQUIRE", "SCAVENGE", "ACQUIRE", "HALT", "ADOPT"];
    // The heartbeats at the end stay visible in the leases.
    const lines = [...ops, "HEARTBEAT"].flatMap((op, at) =>
      ["x1", "a", "b", "c", "", "a"].map((lane) =>
        `{${members}}`.replace("OP", op).replaceAll("N", lane).replaceAll("S", `${at}`),
      ),
    );
    expectParsed(journalOf(...lines));
    expectParsed(journalOf(...lines.map((line) => line.replaceAll(": ", ":").replaceAll(", ", ","))));
  });

  it("with a stamp that goes back is found by a scan, every time", () => {
    const back = [
      beat('"x1"', '"a"', "9"),
      beat('"x1"', '"b"', "9"),
      beat('"x1"', '"a"', "9"),
      beat('"w"', '"a"', "9"),
    ];
    expectParsed(journalOf(...back));
    const { heartbeatBack } = passOver(journalOf(...back), "scan").scan();
    expect(heartbeatBack.first.map(({ line }) => line)).toEqual([lessons.length, lessons.length + 2]);
  });

  it("with ill-formed UTF-8 in a place for any text is found by a scan", () => {
    const [before, after] = release('"x1"', '"#"', "9")
      .split("#")
      .map((part) => Buffer.from(part));
    const line = Buffer.concat([before ?? Buffer.of(), Buffer.of(0xc3), after ?? Buffer.of()]);
    expect(
      passOver(journalOf(line), "scan")
        .scan()
        .illFormedUtf8.first.map((place) => place.line),
    ).toEqual([9]);
    expectParsed(journalOf(line));
  });
});

function expectParsed(journal: Buffer): void {
  const entries = parsedEntries(journal);
  const state = foldEntries(entries);
  for (const kind of ["replay", "scan"] as const) {
    const pass = passOver(journal, kind);
    expect(pass.leases()).toEqual(state.live.leases());
    expect(pass.generations()).toEqual(state.generations.rows());
    expect(pass.nextSeq()).toBe(state.seq + 1);
  }
  const scan = passOver(journal, "scan").scan();
  expect(scan.entries).toBe(entries.length);
  expect(scan.corrupt.count).toBe(entries.filter((entry) => entry["_line"] !== undefined).length);
}
