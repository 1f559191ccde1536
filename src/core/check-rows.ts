// Writes what is known about check values as rows of a snapshot, and reads it back (docs/format.md 10, "Snapshots").
import { type CheckState, gapsMax, type PlacedValue, type Range, recentMax, type Stretch } from "./checks.js";
import { placesMax } from "./findings.js";

const crcMax = 0xffffffff;

export function checkRows({ bad, since, gaps, recent, ...counts }: CheckState): (string | number)[][] {
  const { values, covered, reread, first, last } = counts;
  const stretches = bad.first.flatMap(({ from, to }) => [from.line, from.offset, to.line, to.offset]);
  return [
    ["checks", values, covered, reread, first, last, since.line, since.offset],
    ["gaps", ...gaps.flatMap(endsOf)],
    ["recent", ...recent.flatMap(numbersOf)],
    ["badChecks", bad.count, ...stretches],
  ];
}

function endsOf({ from, to }: Range): number[] {
  return [from, to];
}

function numbersOf({ offset, crc, seen, own, gaps }: PlacedValue): number[] {
  return [offset, crc, seen, own, gaps.length, ...gaps.flatMap(endsOf)];
}

/** `take` returns the numbers of the next row, which must have the tag. `offset` is where the settled lines end. */
export function readCheckRows(take: (tag: string) => number[], offset: number): CheckState {
  const [values = 0, covered = 0, reread = 0, first = 0, last = 0, line = 0, at, ...more] = take("checks");
  if (at === undefined || more.length > 0) throw wrong("seven numbers");
  const gaps = rangesOf(take("gaps"));
  const recent = valuesOf(take("recent"));
  const [count, ...numbers] = take("badChecks");
  const stretches = groupsOf(numbers, 4).map(
    ([fromLine = 0, from = 0, toLine = 0, to = 0]): Stretch => ({
      from: { line: fromLine, offset: from },
      to: { line: toLine, offset: to },
    }),
  );
  const isSound = recent.every((value) => value.offset <= last && value.crc <= crcMax && areBefore(value.gaps, last));
  const isOrdered = first <= last && last <= offset && areBefore(gaps, last);
  if (!isSound || !isOrdered || recent.length > recentMax) throw wrong("places before the offset");
  if (count === undefined || stretches.length !== Math.min(count, placesMax)) throw wrong("the stretches of its count");
  const bad = { count, first: stretches };
  return { values, covered, reread, first, last, since: { line, offset: at }, gaps, recent, bad };
}

function areBefore(gaps: readonly Range[], end: number): boolean {
  return gaps.length <= gapsMax && gaps.every(({ from, to }) => from < to && to <= end);
}

function valuesOf(numbers: readonly number[]): PlacedValue[] {
  const values: PlacedValue[] = [];
  for (let at = 0; at < numbers.length; ) {
    const [offset = 0, crc = 0, seen = 0, own = 0, count] = numbers.slice(at, at + 5);
    if (count === undefined || count > gapsMax) throw wrong("a value");
    at += 5;
    const gaps = rangesOf(numbers.slice(at, at + 2 * count));
    if (gaps.length !== count) throw wrong("the gaps of a value");
    at += 2 * count;
    values.push({ offset, crc, seen, own, gaps });
  }
  return values;
}

function rangesOf(numbers: readonly number[]): Range[] {
  return groupsOf(numbers, 2).map(([from = 0, to = 0]) => ({ from, to }));
}

function groupsOf(numbers: readonly number[], size: number): number[][] {
  if (numbers.length % size !== 0) throw wrong(`groups of ${size} numbers`);
  return Array.from({ length: numbers.length / size }, (_, at) => numbers.slice(at * size, (at + 1) * size));
}

function wrong(expected: string): Error {
  return new Error(`snapshot: expected ${expected} of check values, found something else`);
}
