// Judges the check values of a journal (docs/format.md 13): each covers the bytes before it that no earlier one covers.
import type { Place, Scan } from "../types.js";
import { type CheckValue, findCheckValue } from "./check-value.js";
import { placesMax } from "./findings.js";

/** Some bytes of a file, from one offset up to another. */
export interface Range {
  from: number;
  to: number;
}

/** A value, its place, and the bytes before it that were pending after it. */
export interface PlacedValue extends CheckValue {
  offset: number;
  gaps: Range[];
}

type Bad = Scan["badChecks"];
export type Stretch = Bad["first"][number];

/** What is known after the last value. */
export interface CheckState {
  /** The number of values. */
  values: number;
  /** The number of bytes that right values cover. */
  covered: number;
  /** The number of bytes that were read again to judge values. */
  reread: number;
  /** The place from which on a wrong value reports damage. */
  since: Place;
  /** The offset of the first line. */
  first: number;
  /** The offset of the last value, or of the first line if there is none. The bytes from here on are pending. */
  last: number;
  /** The pending bytes before `last`. */
  gaps: Range[];
  /** The last values, the newest one last. */
  recent: PlacedValue[];
  bad: Bad;
}

/** The file whose bytes are taken. */
export interface CheckSource {
  /** Reads bytes again from a position; returns the part of `into` that was filled. */
  reread(into: Buffer, position: number): Buffer;
  /** Returns the CRC-32 of the bytes for which it was `sum` followed by `bytes`. */
  crc32(bytes: Uint8Array, sum: number): number;
}

/** Limits of the rule; see docs/format.md 13. */
export const gapsMax = 8;
export const recentMax = 8;
const rereadMin = 16 * 1024 * 1024;

const blockBytes = 64 * 1024;
const lineFeed = 0x0a;

function beginning(): CheckState {
  const counts = { values: 0, covered: 0, reread: 0 };
  const places = { since: { line: 0, offset: 0 }, first: 0, last: 0 };
  return { ...counts, ...places, gaps: [], recent: [], bad: { count: 0, first: [] } };
}

/** Judges the values of successive bytes. */
export class Checks {
  readonly #state: CheckState;
  /**
   * The CRC-32 of the pending bytes that were taken; undefined if it is not known. As long as there is no value it is
   * not computed.
   */
  #sum: number | undefined;

  constructor(state: CheckState = beginning()) {
    this.#state = copyState(state);
  }

  /** Returns a copy of what is known. */
  get state(): CheckState {
    return copyState(this.#state);
  }

  /** Returns what a scan reports. */
  get findings(): Pick<Scan, "badChecks" | "checked"> {
    const { values, covered, bad } = this.#state;
    return { badChecks: copyFinding(bad), checked: { values, bytes: covered } };
  }

  /** The first line begins there. Called before any bytes are taken. */
  begin(offset: number): void {
    this.#state.first = offset;
    this.#state.last = offset;
    this.#state.since = { line: 0, offset };
  }

  /** Takes the next bytes, which are whole lines with their LF. `at` is the place of the first of them. */
  take(bytes: Buffer, at: Place, source: CheckSource): void {
    let taken = 0;
    let { line } = at;
    for (let found = findCheckValue(bytes, 0); found !== undefined; found = findCheckValue(bytes, found.end)) {
      const { value, start, end } = found;
      line += countLines(bytes, taken, start);
      this.#add(bytes.subarray(taken, start), source);
      taken = start;
      this.#judge({ ...value, offset: at.offset + start }, { line, offset: at.offset + end }, source);
    }
    this.#add(bytes.subarray(taken), source);
  }

  /** Like `take`, for bytes that are not in memory. */
  takeAgain({ from, to }: Range, line: number, source: CheckSource): void {
    // A line that is too long for memory has no value but at its end.
    const tailBytes = Math.min(to - from, blockBytes);
    for (const block of blocksOf([{ from, to: to - tailBytes }], source)) this.#add(block, source);
    const tail = source.reread(Buffer.allocUnsafe(tailBytes), to - tailBytes);
    this.take(tail, { line, offset: to - tailBytes }, source);
  }

  /** Returns the pending bytes of a file that ends at `end`. */
  pendingUntil(end: number): Range[] {
    const { gaps, last } = this.#state;
    return [...gaps, { from: last, to: end }].filter(isNotEmpty);
  }

  /** Returns their CRC-32. All bytes up to `end` were taken unless the sum is not known. */
  pendingSum(end: number, source: CheckSource): number {
    return this.#sum ?? sumOf(this.pendingUntil(end), source);
  }

  #add(bytes: Buffer, source: CheckSource): void {
    if (this.#sum !== undefined) this.#sum = source.crc32(bytes, this.#sum);
  }

  #judge(value: Omit<PlacedValue, "gaps">, end: Place, source: CheckSource): void {
    const state = this.#state;
    const pending = this.pendingUntil(value.offset);
    const sum = this.#sum ?? sumOf(pending, source);
    const pendingBytes = bytesOf(pending);
    let gaps: Range[] | undefined = [];
    if (value.seen + value.own === pendingBytes && value.crc === sum) state.covered += pendingBytes;
    else gaps = this.#explain(value, pending, source);
    if (gaps === undefined) this.#report({ from: state.since, to: end });
    state.gaps = (gaps ?? []).slice(-gapsMax);
    if (state.gaps.length === 0) state.since = { line: end.line, offset: value.offset };
    state.last = value.offset;
    state.values++;
    state.recent = [...state.recent, { ...value, gaps: state.gaps }].slice(-recentMax);
    this.#sum = sumOf(state.gaps, source);
  }

  #report(stretch: Stretch): void {
    const { bad } = this.#state;
    bad.count++;
    if (bad.first.length < placesMax) bad.first.push(stretch);
  }

  /** Returns what stays pending before a value whose writer did not see all pending bytes; undefined if it is wrong. */
  #explain(value: Omit<PlacedValue, "gaps">, pending: Range[], source: CheckSource): Range[] | undefined {
    const state = this.#state;
    const { offset, own, seen } = value;
    const begin = offset - own;
    if (begin < state.last) return undefined;
    if (state.recent.some((other) => isSameText(other, value))) return undefined;
    const before = cutAt(pending, begin);
    for (const [at, base] of this.#bases(begin).entries()) {
      if (!this.#fits(value, base, source)) continue;
      // The first base is what is pending.
      state.covered += at === 0 ? seen + own : own;
      return at === 0 ? skipBytes(before, seen) : before;
    }
    return undefined;
  }

  /** What may have been pending for the writer of bytes that begin at `begin`, the latest first. */
  #bases(begin: number): Range[][] {
    const { recent, first } = this.#state;
    const start = recent.length < recentMax ? [{ offset: first, gaps: [] }] : [];
    return [...recent.toReversed(), ...start].flatMap(({ offset, gaps }) => {
      const since = { from: offset, to: begin };
      return gaps.length > 0 ? [[...gaps, since], [since]] : [[since]];
    });
  }

  #fits({ crc, seen, own, offset }: Omit<PlacedValue, "gaps">, before: Range[], source: CheckSource): boolean {
    const state = this.#state;
    if (seen > bytesOf(before) || state.reread + seen + own > offset + rereadMin) return false;
    state.reread += seen + own;
    return sumOf([...firstBytes(before, seen), { from: offset - own, to: offset }], source) === crc;
  }
}

function copyState(state: CheckState): CheckState {
  const { since, gaps, recent, bad } = state;
  return { ...state, since: { ...since }, gaps: [...gaps], recent: [...recent], bad: copyFinding(bad) };
}

function copyFinding({ count, first }: Bad): Bad {
  return { count, first: first.map(({ from, to }) => ({ from: { ...from }, to: { ...to } })) };
}

function isSameText(a: CheckValue, b: CheckValue): boolean {
  return a.crc === b.crc && a.seen === b.seen && a.own === b.own;
}

function countLines(bytes: Buffer, from: number, to: number): number {
  let lines = 0;
  for (let at = bytes.indexOf(lineFeed, from); at !== -1 && at < to; at = bytes.indexOf(lineFeed, at + 1)) lines++;
  return lines;
}

function isNotEmpty({ from, to }: Range): boolean {
  return from < to;
}

function bytesOf(ranges: readonly Range[]): number {
  return ranges.reduce((bytes, { from, to }) => bytes + to - from, 0);
}

/** Returns the parts before an offset. */
function cutAt(ranges: readonly Range[], end: number): Range[] {
  return ranges.map(({ from, to }) => ({ from, to: Math.min(to, end) })).filter(isNotEmpty);
}

function firstBytes(ranges: readonly Range[], bytes: number): Range[] {
  let left = bytes;
  return ranges.flatMap(({ from, to }) => {
    const taken = Math.min(left, to - from);
    left -= taken;
    return taken === 0 ? [] : [{ from, to: from + taken }];
  });
}

function skipBytes(ranges: readonly Range[], bytes: number): Range[] {
  let left = bytes;
  return ranges.flatMap(({ from, to }) => {
    const skipped = Math.min(left, to - from);
    left -= skipped;
    return from + skipped === to ? [] : [{ from: from + skipped, to }];
  });
}

/** Returns the CRC-32 of the ranges one after the other. Bytes that are no longer in the file are left out. */
export function sumOf(ranges: readonly Range[], source: CheckSource): number {
  let sum = 0;
  for (const block of blocksOf(ranges, source)) sum = source.crc32(block, sum);
  return sum;
}

function* blocksOf(ranges: readonly Range[], source: CheckSource): Generator<Buffer> {
  for (const { from, to } of ranges) {
    for (let at = from; at < to; ) {
      const block = source.reread(Buffer.allocUnsafe(Math.min(blockBytes, to - at)), at);
      if (block.length === 0) return;
      yield block;
      at += block.length;
    }
  }
}
