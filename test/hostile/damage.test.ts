// Cuts a sound journal at every byte and flips every single bit: every damaged line must be reported, every other line
// read, and no lease lost or invented.
import { closeSync, ftruncateSync, openSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Engine, Scan } from "../../src/index.js";
import { Op, readAll, replay, scan } from "../../src/index.js";
import { cutLines, isThing, judgeNaively } from "../generate/oracle.js";
import { foldNaively } from "../generate/oracle-fold.js";
import { makeFolder, removeFolders } from "../generate/place.js";
import { renderExactly, showDifference } from "../generate/render.js";
import { makeSoundJournal } from "../generate/sound.js";
import { engines } from "../support/engines.js";

const folder = makeFolder("damage");
const sound = makeSoundJournal();
const soundLines = cutLines(sound);
const soundEntries = judgeNaively(sound).entries;
const soundRendered = soundEntries.map(renderExactly);

beforeAll(() => {
  expect(sound.length).toBeGreaterThanOrEqual(4096);
  expect(soundEntries).toHaveLength(soundLines.length);
});
afterAll(removeFolders);

/** Yields to the event loop during long loops, so that the test runner does not time out. */
function breathe(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/**
 * The rendered answers, of a scan or of the readers. Either shows every damaged line; readers show a torn tail by its
 * absence.
 */
interface Answers {
  engine: Engine;
  leases: string;
  entries?: string;
  scan?: Scan;
}

function askScan(path: string, engine: Engine): Answers {
  const found = scan(path, { engine });
  return { engine, leases: renderExactly(found.leases), scan: found };
}

function askReaders(path: string, engine: Engine): Answers {
  const leases = renderExactly(replay(path, { engine }));
  return { engine, leases, entries: renderExactly(readAll(path, { engine })) };
}

function expectSame(expected: string, found: string, what: string): void {
  if (expected !== found) expect.fail(`${what} ${showDifference(expected, found)}`);
}

/** The live leases after each number of entries of the sound journal. */
const leasesAfter: readonly string[] = [0, ...soundLines.map(({ number }) => number + 1)].map((count) =>
  renderExactly(foldNaively(soundEntries.slice(0, count)).leases),
);

describe.each(engines)("a sound journal under the %s engine", (engine) => {
  it("cut at any byte has the complete entries, reports the torn one, and has the leases live then", async () => {
    const path = join(folder, `cut-${engine}.jsonl`);
    writeFileSync(path, sound);
    const file = openSync(path, "r+");
    for (let length = sound.length; length >= 0; length--) {
      ftruncateSync(file, length);
      expectCut(length, askScan(path, engine));
      expectCut(length, askReaders(path, engine));
      if (length % 100 === 0) await breathe();
    }
    closeSync(file);
  }, 600_000);
});

function expectCut(length: number, { entries, leases, scan: found }: Answers): void {
  const begun = soundLines.filter(({ offset }) => offset < length);
  const last = begun.at(-1);
  const torn = last !== undefined && length < last.offset + last.bytes.length;
  const whole = begun.length - (torn ? 1 : 0);
  const where = `cut after ${length} bytes:`;
  expectSame(leasesAfter[whole] ?? "", leases, `${where} leases`);
  if (entries !== undefined) expectSame(renderExactly(soundEntries.slice(0, whole)), entries, `${where} entries`);
  if (found === undefined) return;
  const expectedTail = torn ? { line: last.number, offset: last.offset, terminated: false, damaged: false } : null;
  expectSame(renderExactly(expectedTail), renderExactly(found.tornTail), `${where} torn tail`);
  expectSame("0", String(found.corrupt.count), `${where} corrupt lines`);
}

/** Returns the flipped bytes, and which lines of the flipped and of the sound journal the flip touches. */
function describeFlip(at: number, bit: number): { flipped: Buffer; touched: number[]; soundTouched: number[] } {
  const flipped = Buffer.from(sound);
  flipped[at] = (sound[at] ?? 0) ^ (1 << bit);
  const touchedOf = (lines: typeof soundLines) =>
    lines.filter(({ offset, bytes }) => offset <= at + 1 && at <= offset + bytes.length).map(({ number }) => number);
  return { flipped, touched: touchedOf(cutLines(flipped)), soundTouched: touchedOf(soundLines) };
}

describe("a sound journal with any single bit flipped", () => {
  it("has its damage reported by every engine, keeps all other lines, and loses or invents no lease", async () => {
    const path = join(folder, "flip.jsonl");
    writeFileSync(path, sound);
    const file = openSync(path, "r+");
    for (let at = 0; at < sound.length; at++) {
      for (let bit = 0; bit < 8; bit++) {
        const flip = describeFlip(at, bit);
        // Each byte is checked both ways, each bit only one way: both would take twice the time.
        const ask = (at + bit) % 2 === 0 ? askScan : askReaders;
        writeSync(file, flip.flipped, at, 1, at);
        expectFlip(
          `bit ${bit} of byte ${at} flipped:`,
          flip,
          engines.map((engine) => ask(path, engine)),
        );
      }
      writeSync(file, sound, at, 1, at);
      if (at % 20 === 0) await breathe();
    }
    closeSync(file);
  }, 600_000);
});

function expectFlip(
  where: string,
  { flipped, touched, soundTouched }: ReturnType<typeof describeFlip>,
  all: readonly Answers[],
): void {
  const opinion = judgeNaively(flipped);
  const untouched = soundEntries.filter((_, i) => !soundTouched.includes(i));
  const rendered = opinion.entries.map(renderExactly);
  const standing = new Set(rendered);
  const expectedLeases = renderExactly(opinion.leases);
  const expectedEntries = `[${rendered.join(",")}]`;
  const lost = soundRendered.filter((entry, i) => !soundTouched.includes(i) && !standing.has(entry));
  const damaged = [...opinion.corrupt.first, ...(opinion.tornTail === null ? [] : [opinion.tornTail])];
  for (const { engine, entries, leases, scan: found } of all) {
    if (entries !== undefined) expectSame(expectedEntries, entries, `${where} entries of ${engine}`);
    expectSame(expectedLeases, leases, `${where} leases of ${engine}`);
    if (found === undefined) continue;
    expectSame(renderExactly(opinion.corrupt), renderExactly(found.corrupt), `${where} corrupt lines of ${engine}`);
    expectSame(renderExactly(opinion.tornTail), renderExactly(found.tornTail), `${where} torn tail of ${engine}`);
  }
  if (lost.length > 0) expect.fail(`${where} lost lines it did not touch: ${lost.join("\n")}`);
  if (!damaged.every(({ line }) => touched.includes(line)))
    expect.fail(`${where} damage lies elsewhere: ${renderExactly(damaged)}`);
  if (damaged.length < touched.length) return;
  // Every touched line is damaged, so the live leases are those of the history without these lines.
  expectSame(renderExactly(foldNaively(untouched).leases), expectedLeases, `${where} the history without the line`);
}

describe("the sound journal", () => {
  it("has every op, and only objects", () => {
    const { ops } = foldNaively(soundEntries);
    expect([...ops.keys()].sort()).toEqual(Object.values(Op).sort());
    expect(soundEntries.every(isThing)).toBe(true);
  });
});
