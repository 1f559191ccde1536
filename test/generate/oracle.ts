// Derives what docs/format.md 2 to 6 say about a journal, as naively as possible: a second opinion that shares no code
// with the engines.

import { judgeChecksNaively } from "./oracle-checks.js";
import type { Counts, Thing } from "./oracle-fold.js";
import { foldNaively } from "./oracle-fold.js";
import { noteNaively } from "./oracle-notes.js";
import { isTornNaively } from "./oracle-tear.js";

interface Place {
  line: number;
  offset: number;
}

/** The names are those of `Scan`, and each list is cut at 1,000 places as there. */
export interface Opinion extends Omit<Counts, "identities"> {
  entries: Thing[];
  lines: number;
  corrupt: { count: number; first: Place[] };
  nonObjects: { count: number; first: Place[] };
  illFormedUtf8: { count: number; first: Place[] };
  oddSeq: { count: number; first: Place[] };
  heartbeatBack: { count: number; first: Place[] };
  seqBack: { count: number; first: Place[] };
  tsBack: { count: number; first: Place[] };
  strayEnd: { count: number; first: Place[] };
  strayBeat: { count: number; first: Place[] };
  refusedAcquire: { count: number; first: Place[] };
  sharedLane: { count: number; first: Place[] };
  tornTail: (Place & { terminated: boolean; damaged: boolean }) | null;
  isJournal: boolean;
  badChecks: { count: number; first: { from: Place; to: Place }[] };
  checked: { values: number; bytes: number };
}

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
const strictDecoder = new TextDecoder("utf-8", { ignoreBOM: true, fatal: true });

interface Listed {
  lines: number;
  /** Sentinels too. */
  entries: { entry: Thing; place: Place }[];
  corrupt: Place[];
  nonObjects: Place[];
  illFormed: Place[];
  tornTail: Opinion["tornTail"];
}

export function listNaively(journal: Buffer): Listed {
  const lines = cutLines(journal);
  const last = lines.at(-1);
  const listed: Listed = {
    lines: lines.length,
    entries: [],
    corrupt: [],
    nonObjects: [],
    illFormed: [],
    tornTail: null,
  };
  for (const line of lines) {
    const place = { line: line.number, offset: line.offset };
    const text = decoder.decode(line.bytes);
    if (/^[ \t\r]*$/.test(text)) continue;
    const parsed = tryParse(text);
    if (parsed === undefined && line === last) listed.tornTail = { ...place, ...judgeTail(text, line.terminated) };
    else if (parsed === undefined) {
      listed.corrupt.push(place);
      listed.entries.push({ entry: { op: "_CORRUPT", _raw: rawOf(line.bytes), _line: line.number }, place });
    } else {
      if (!isWellFormed(line.bytes)) listed.illFormed.push(place);
      if (isThing(parsed.value)) listed.entries.push({ entry: parsed.value, place });
      else listed.nonObjects.push(place);
    }
  }
  return listed;
}

/** Applies no limit of nesting and no limit of length. */
export function judgeNaively(journal: Buffer): Opinion {
  const { lines, entries, corrupt, nonObjects, illFormed, tornTail } = listNaively(journal);
  const { oddSeqAt, heartbeatBackAt, identities: _, ...counts } = foldNaively(entries.map(({ entry }) => entry));
  const notes = noteNaively(entries.map(({ entry }) => entry));
  const places = entries.map(({ place }) => place);
  const { badChecks, checked } = judgeChecksNaively(journal);
  const placesOf = (at: number[]) => at.flatMap((i) => places[i] ?? []);
  return {
    ...counts,
    entries: entries.map(({ entry }) => entry),
    lines,
    tornTail,
    isJournal: isJournal(entries.length - corrupt.length, corrupt.length + nonObjects.length, tornTail),
    corrupt: findingOf(corrupt),
    nonObjects: findingOf(nonObjects),
    illFormedUtf8: findingOf(illFormed),
    oddSeq: findingOf(placesOf(oddSeqAt)),
    heartbeatBack: findingOf(placesOf(heartbeatBackAt)),
    seqBack: findingOf(placesOf(notes.seqBackAt)),
    tsBack: findingOf(placesOf(notes.tsBackAt)),
    strayEnd: findingOf(placesOf(notes.strayEndAt)),
    strayBeat: findingOf(placesOf(notes.strayBeatAt)),
    refusedAcquire: findingOf(placesOf(notes.refusedAcquireAt)),
    sharedLane: findingOf(placesOf(notes.sharedLaneAt)),
    badChecks,
    checked,
  };
}

function judgeTail(text: string, terminated: boolean): { terminated: boolean; damaged: boolean } {
  return { terminated, damaged: terminated || !isTornNaively(text, (whole) => tryParse(whole) !== undefined) };
}

/** A file is not a journal if it has non-blank lines other than a torn tail and none of them is an entry. */
function isJournal(entries: number, others: number, tail: Opinion["tornTail"]): boolean {
  return entries > 0 || (others === 0 && tail?.damaged !== true);
}

export interface CutLine {
  bytes: Buffer;
  number: number;
  offset: number;
  terminated: boolean;
}

/** Applies docs/format.md 2. */
export function cutLines(journal: Buffer): CutLine[] {
  const lines: CutLine[] = [];
  let offset = journal.subarray(0, 3).equals(Buffer.from([0xef, 0xbb, 0xbf])) ? 3 : 0;
  while (offset < journal.length) {
    const end = journal.indexOf(10, offset);
    const bytes = journal.subarray(offset, end < 0 ? journal.length : end);
    lines.push({ bytes, number: lines.length, offset, terminated: end >= 0 });
    offset += bytes.length + 1;
  }
  return lines;
}

/** Returns the value in an object, so that a parsed `null` differs from a failure. */
function tryParse(text: string): { value: unknown } | undefined {
  try {
    return { value: constant.test(text) ? reviveNaN(JSON.parse(replaceConstants(text))) : JSON.parse(text) };
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

const constant = /NaN|Infinity/;
const stringOrConstant = /"(?:[^"\\]|\\[\s\S])*"|-?Infinity|NaN/g;
const nanMark = "\0NaN";

/**
 * JSON.parse accepts neither: an infinity becomes a number outside the double range, `NaN` a mark in two nested arrays.
 */
function replaceConstants(text: string): string {
  return text.replace(stringOrConstant, (token) => {
    if (token.startsWith('"')) return token;
    return token === "NaN" ? `[[${JSON.stringify(nanMark)}]]` : ` ${token.replace("Infinity", "1e999")} `;
  });
}

function reviveNaN(value: unknown): unknown {
  if (Array.isArray(value)) return JSON.stringify(value) === JSON.stringify([[nanMark]]) ? NaN : value.map(reviveNaN);
  if (!isThing(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, reviveNaN(member)]));
}

function rawOf(line: Buffer): string {
  return decoder
    .decode(line.subarray(0, 65_536))
    .replace(/^[ \t\n\v\f\r]+/, "")
    .replace(/[ \t\n\v\f\r]+$/, "");
}

function isWellFormed(line: Buffer): boolean {
  try {
    strictDecoder.decode(line);
    return true;
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  }
}

export function isThing(value: unknown): value is Thing {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function findingOf(places: Place[]): { count: number; first: Place[] } {
  return { count: places.length, first: places.slice(0, 1000) };
}
