// Judges check values as docs/format.md 13 says, as naively as possible, and writes lines with values: a second opinion
// that shares no code with the engines.
import { crc32 } from "node:zlib";
import { type CutLine, cutLines, listNaively } from "./oracle.js";

interface Place {
  line: number;
  offset: number;
}

/** From one offset up to another. */
type Range = [from: number, to: number];

interface Value {
  text: string;
  /** The bytes before it that were pending after it. */
  gaps?: Range[];
  offset: number;
  crc: number;
  seen: number;
  own: number;
}

export interface Judgement {
  badChecks: { count: number; first: { from: Place; to: Place }[] };
  checked: { values: number; bytes: number };
  /** The pending bytes. */
  pending: Range[];
}

/** Judges the values of a journal as it is, without those of an open last line. */
export function judgeChecksNaively(journal: Buffer): Judgement {
  const lines = cutLines(journal);
  const last = lines.at(-1);
  const isOpen = last !== undefined && (!last.terminated || listNaively(journal).tornTail !== null);
  return judgeLines(journal, isOpen ? lines.slice(0, -1) : lines);
}

/** Judges the values as they will be once another line follows the last one. */
export function judgeChecksAtEnd(journal: Buffer): Judgement {
  return judgeLines(journal, cutLines(journal));
}

function judgeLines(journal: Buffer, lines: readonly CutLine[]): Judgement {
  const start = journal.subarray(0, 3).equals(Buffer.from([0xef, 0xbb, 0xbf])) ? 3 : 0;
  const bytesOf = (ranges: Range[]) => Buffer.concat(ranges.map(([from, to]) => journal.subarray(from, to)));
  const bad: { from: Place; to: Place }[] = [];
  const values: Value[] = [];
  let [covered, reread] = [0, 0];
  let gaps: Range[] = [];
  let last = start;
  let since: Place = { line: 0, offset: start };
  for (const line of lines) {
    const value = readValue(line);
    if (value === undefined) continue;
    const { offset, crc, seen, own } = value;
    const pending: Range[] = [...gaps, [last, offset]];
    const all = bytesOf(pending);
    const fits = (before: Buffer): boolean => {
      if (seen > before.length || reread + seen + own > offset + 16 * 2 ** 20) return false;
      reread += seen + own;
      const mine = journal.subarray(offset - own, offset);
      return crc32(Buffer.concat([before.subarray(0, seen), mine])) === crc;
    };
    const recent = values.slice(-8);
    const isDoubled = recent.some(({ text }) => text === value.text);
    const begin = offset - own;
    const bases = recent.reverse().flatMap((each): Range[][] => {
      const since: Range = [each.offset, begin];
      return each.gaps?.length ? [[...each.gaps, since], [since]] : [[since]];
    });
    if (recent.length < 8) bases.push([[start, begin]]);
    const before = skip(pending, 0, all.length - own);
    if (seen + own === all.length && crc32(all) === crc) {
      covered += all.length;
      gaps = [];
    } else if (begin >= last && !isDoubled && bases.slice(0, 1).some((base) => fits(bytesOf(base)))) {
      covered += seen + own;
      gaps = skip(before, seen, all.length);
    } else if (begin >= last && !isDoubled && bases.slice(1).some((base) => fits(bytesOf(base)))) {
      covered += own;
      gaps = before;
    } else {
      bad.push({ from: since, to: { line: line.number, offset: line.offset + line.bytes.length } });
      gaps = [];
    }
    gaps = gaps.slice(-8);
    if (gaps.length === 0) since = { line: line.number, offset };
    last = offset;
    values.push({ ...value, gaps });
  }
  const end = journal.length;
  return {
    badChecks: { count: bad.length, first: bad.slice(0, 1000) },
    checked: { values: values.length, bytes: covered },
    pending: [...gaps, ...(last < end ? [[last, end] satisfies Range] : [])],
  };
}

/** Returns the bytes from number `from` up to number `to`. */
function skip(ranges: Range[], from: number, to: number): Range[] {
  let at = 0;
  return ranges.flatMap(([begin, end]): Range[] => {
    const [low, high] = [Math.max(from - at, 0), Math.min(to - at, end - begin)];
    at += end - begin;
    return low < high ? [[begin + low, begin + high]] : [];
  });
}

function readValue({ bytes, offset }: CutLine): Value | undefined {
  const text = bytes.subarray(-60).toString("latin1");
  const found = /, "~": "([0-9a-f]{8}) (0|[1-9a-f][0-9a-f]{0,12}) ([1-9a-f][0-9a-f]{0,12})"\}$/.exec(text);
  if (found === null) return undefined;
  const [whole, crc = "", seen = "", own = ""] = found;
  const numbers = { crc: parseInt(crc, 16), seen: parseInt(seen, 16), own: parseInt(own, 16) };
  return { text: whole, offset: offset + bytes.length - whole.length, ...numbers };
}

/**
 * Returns the bytes that a writer with check values appends: a line for each of the texts, which are objects without
 * LF. `known` is the journal as the writer knows it.
 */
export function checkedLines(known: Buffer, ...texts: string[]): Buffer {
  const { pending } = judgeChecksAtEnd(known);
  const lineFeed = known.length > 0 && known.at(-1) !== 10 ? "\n" : "";
  let seen = Buffer.concat(pending.map(([from, to]) => known.subarray(from, to)));
  const written = texts.map((text, at) => {
    const own = Buffer.from((at === 0 ? lineFeed : "") + text.slice(0, -1));
    const sum = crc32(own, crc32(seen)).toString(16).padStart(8, "0");
    const value = Buffer.from(`, "~": "${sum} ${seen.length.toString(16)} ${own.length.toString(16)}"}\n`);
    seen = value;
    return Buffer.concat([own, value]);
  });
  return Buffer.concat(written);
}
