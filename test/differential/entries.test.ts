// Random journals that grow while both engines read them. Checks that the engines return the same entries in the same
// places, that each place is a line of the file, and that a bound is found where a search through the entries finds it.
import { appendFileSync, closeSync, openSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { Bound } from "../../src/core/cut.js";
import type { EntryBatch, LinePlace } from "../../src/core/entry-batch.js";
import { instantOf } from "../../src/core/stamp.js";
import { int } from "../../src/core/words.js";
import type { GrowingEntries, JournalEngine } from "../../src/engine/engine.js";
import { loadNativeEngine } from "../../src/engine/native.js";
import { scriptEngine } from "../../src/engine/script.js";
import type { Entry } from "../../src/index.js";
import { families, makeJournal } from "../generate/journal.js";
import { cutAnywhere } from "../generate/pieces.js";
import { makeFolder, removeFolders } from "../generate/place.js";
import { Random } from "../generate/random.js";
import { renderExactly } from "../generate/render.js";
import { chooseJournalCount, chooseSeed } from "../generate/seed.js";
import "../support/engines.js";

const seed = chooseSeed("differential-entries");
const perFamily = Math.ceil(chooseJournalCount() / 20 / families.length);
const file = join(makeFolder("entries"), "journal.jsonl");
const { engine: nativeEngine } = loadNativeEngine();
if (nativeEngine === undefined) throw new Error("expected the native engine, found none");
const both: readonly JournalEngine[] = [nativeEngine, scriptEngine];
const start = { line: 0, offset: 0 };

afterAll(removeFolders);

interface Placed {
  entry: Entry;
  place: LinePlace;
}

function placed(batch: EntryBatch): Placed[] {
  return batch.entries.map((entry, index) => ({ entry, place: batch.placeOf(index) }));
}

function readOn(reader: GrowingEntries, fd: number, withLast: boolean): Placed[] {
  const found: Placed[] = [];
  for (;;) {
    const { batch, atEnd } = reader.read(fd, withLast);
    found.push(...placed(batch));
    if (atEnd) return found;
  }
}

function expectPlaces(found: readonly Placed[], journal: Buffer): void {
  for (const { place } of found) {
    const { line, offset, bytes } = place;
    const before = journal.subarray(0, offset);
    expect(before.filter((byte) => byte === 0x0a).length, JSON.stringify(place)).toBe(line);
    const startsLine = before.at(-1) === 0x0a || ["", "efbbbf"].includes(before.toString("hex"));
    const end = journal.indexOf(0x0a, offset);
    expect({ startsLine, end: offset + bytes }).toEqual({ startsLine: true, end: end === -1 ? journal.length : end });
  }
}

function expectMark({ mark, place: { offset } }: GrowingEntries, journal: Buffer): void {
  expect(mark.length).toBeLessThanOrEqual(4096);
  expect(mark.toString("hex")).toBe(journal.subarray(offset - mark.length, offset).toString("hex"));
}

/** Reads a journal that grows by these stages with both engines. Returns the entries of the whole. */
function checkGrowth(stages: readonly Buffer[], fd: number): Placed[] {
  writeFileSync(file, "");
  const readers = both.map((engine) => engine.openEntries(start));
  const settled: Placed[] = [];
  let journal = Buffer.alloc(0);
  for (const stage of stages) {
    appendFileSync(file, stage);
    journal = Buffer.concat([journal, stage]);
    const [native = [], script] = readers.map((reader) => readOn(reader, fd, false));
    expect(renderExactly(native)).toBe(renderExactly(script));
    expectPlaces(native, journal);
    for (const reader of readers) expectMark(reader, journal);
    expect(readers[0]?.place).toEqual(readers[1]?.place);
    settled.push(...native);
  }
  const [native = [], script] = readers.map((reader) => readOn(reader, fd, true));
  expect(renderExactly(native)).toBe(renderExactly(script));
  return [...settled, ...native];
}

/** Bounds at and beside the numbers, times and places of the entries. */
function chooseBounds(r: Random, all: readonly Placed[], bytes: number): Bound[] {
  const near = (value: number): number => Math.max(0, value + r.between(-1, 1));
  const { entry, place } = all.length === 0 ? { entry: {}, place: start } : r.pick(all);
  const ts = instantOf(entry.ts);
  const bounds = [{ line: near(place.line) }, { offset: near(place.offset) }, { seq: near(int(entry.seq)) }];
  return [...bounds, { offset: r.below(bytes + 2) }, ...(Number.isNaN(ts) ? [] : [{ ts: ts + r.between(-1, 1) }])];
}

/** The same as `findCut`, found by looking at all lines or all entries. */
function endBefore(bound: Bound, all: readonly Placed[], journal: Buffer): number {
  if ("seq" in bound || "ts" in bound) {
    const isOut = ({ entry }: Placed): boolean =>
      "seq" in bound ? int(entry["seq"]) > bound.seq : instantOf(entry["ts"]) > bound.ts;
    return all.find(isOut)?.place.offset ?? Number.MAX_SAFE_INTEGER;
  }
  let from = journal.subarray(0, 3).toString("hex") === "efbbbf" ? 3 : 0;
  for (let line = 0; from < journal.length; line++) {
    const lineFeed = journal.indexOf(0x0a, from);
    const end = lineFeed === -1 ? journal.length : lineFeed + 1;
    if ("line" in bound ? line >= bound.line : end > bound.offset) return from;
    from = end;
  }
  return Number.MAX_SAFE_INTEGER;
}

function findCut(engine: JournalEngine, fd: number, bound: Bound): number {
  const search = engine.findCut(fd, bound);
  for (;;) {
    const turn = search.next();
    if (turn.done === true) return turn.value;
  }
}

describe.each(families)("random journals of family $name", (family) => {
  it(`${perFamily} have the same entries in the same places on both engines, and the same end for every bound`, () => {
    const fd = openSync(file, "a+");
    for (let i = 0; i < perFamily; i++) {
      const name = `${seed}/${family.name}/${i}`;
      const journal = makeJournal(family, name);
      const r = new Random(`${name}/entries`);
      const all = checkGrowth(cutAnywhere(r, journal), fd);
      const whole = both.map((engine) => renderExactly([...engine.readEntries(fd, start)].flatMap(placed)));
      expect(whole, name).toEqual([renderExactly(all), renderExactly(all)]);
      for (const bound of chooseBounds(r, all, journal.length)) {
        const expected = endBefore(bound, all, journal);
        const found = both.map((engine) => findCut(engine, fd, bound));
        expect(found, `${name} ${JSON.stringify(bound)}`).toEqual([expected, expected]);
      }
    }
    closeSync(fd);
  }, 600_000);
});
