// Reads a line's text into its entry, or determines why it has none. Also makes the sentinel of a damaged line
// (docs/format.md 2 and 3).
import type { Entry } from "../types.js";
import { copyText } from "./copy.js";
import { skipWhitespace, UNPARSEABLE } from "./dialect.js";
import { parseGood, parseStrictly, REFUSED } from "./json.js";
import { lineBytesMax, type Stretch } from "./lines.js";
import { CORRUPT_OP } from "./op.js";
import { NO_OBJECT, readOutline } from "./outline.js";
import { wholeTextMax } from "./shallow.js";
import { type LeaseParts, sparseEntry } from "./sparse.js";
import { isObject } from "./words.js";

/** A line of JSON whitespace only. It is skipped. */
export const BLANK = Symbol("blank");

/** A line that parses to something other than an object. It is skipped, and `scan` reports it. */
export const NON_OBJECT = Symbol("non-object");

export type Unentered = typeof BLANK | typeof NON_OBJECT | typeof UNPARSEABLE;

/** The first characters of a valid text, which may be `NaN` or `Infinity`, and the last characters of an object's. */
const openings = '{["-0123456789tfnNI \t\r';
const objectEndings = "} \t\r";

/** `text` is a whole line without its LF, at most `lineBytesMax` bytes long. */
export function parseEntry(text: string): Entry | Unentered {
  const entry = parseQuickly(text);
  return entry === REFUSED ? parseCarefully(text) : entry;
}

/** Like `parseEntry`, but returns `REFUSED` for a text that `parseCarefully` must read. */
function parseQuickly(text: string): Entry | Unentered | typeof REFUSED {
  const known = lookAtEnds(text);
  if (known !== undefined) return known;
  const value = parseStrictly(text);
  if (isObject(value)) return value;
  return value === REFUSED || value === UNPARSEABLE ? value : NON_OBJECT;
}

/** Like `parseEntry`, but slower for a good line and faster for a damaged one. */
function parseCarefully(text: string): Entry | Unentered {
  const known = lookAtEnds(text) ?? kindOf(readOutline(text));
  if (known !== undefined) return known;
  const value = parseGood(text);
  return isObject(value) ? value : UNPARSEABLE;
}

/** Detects most damage by a text's first and last characters. Returns undefined if it must be parsed. */
function lookAtEnds(text: string): Unentered | undefined {
  const first = text.charAt(0);
  if (first <= " " && skipWhitespace(text, 0) === text.length) return BLANK;
  const mayBeGood = openings.includes(first) && (first !== "{" || objectEndings.includes(text.charAt(text.length - 1)));
  return mayBeGood ? undefined : UNPARSEABLE;
}

/** Returns why a line has no entry, or undefined if it has one. */
function kindOf(outline: ReturnType<typeof readOutline>): Unentered | undefined {
  if (typeof outline === "object") return undefined;
  return outline === NO_OBJECT ? NON_OBJECT : UNPARSEABLE;
}

/** The result of reading a line. */
export interface ReadLine {
  readonly entry: Entry | Unentered;
  readonly text: string;
  /** The texts of the leases. If present, the entry has only the members that a fold needs, without any lease. */
  readonly parts?: LeaseParts;
  /** Returns whether a key is repeated (docs/format.md 3, `repeatedKeys`). Absent if the entry is complete. */
  readonly repeats?: () => boolean;
}

/** Like `parseEntry`. `sparsely`: only the members that a fold needs are read. */
export function readText(text: string, sparsely: boolean): ReadLine {
  return sparsely ? readSparsely(text) : { entry: parseEntry(text), text };
}

function readSparsely(line: string): ReadLine {
  // Reading a piece of a long string character by character takes twice as long as reading a copy.
  const text = line.length > wholeTextMax ? line : copyText(line);
  const known = lookAtEnds(text);
  if (known !== undefined) return { entry: known, text };
  const outline = readOutline(text);
  if (typeof outline !== "object") return { entry: outline === NO_OBJECT ? NON_OBJECT : UNPARSEABLE, text };
  const { entry, parts } = sparseEntry(outline);
  return { entry, text, parts, repeats: () => outline.repeats || repeatsMembers(parts.lease) };
}

/** An exception of JSON.parse costs as much as reading this many lines, and damaged lines often come together. */
const carefulLines = 16;

/** Reads lines in order. After a line that JSON.parse refused, the next ones are read without it. */
export class LineReader {
  #careful = 0;

  /** Reads the whole line from `start` to `end`, the index of its LF or of the end of the text. */
  readEntry(stretch: Stretch, start: number, end: number): Entry | Unentered {
    if (end - start > lineBytesMax) return UNPARSEABLE;
    const text = stretch.decode(start, end);
    const entry = this.#tryQuickly(text);
    return entry === REFUSED ? this.#noteDamage(parseCarefully(text)) : entry;
  }

  /** Like `readEntry`. `sparsely`: only the members that a fold needs are read. */
  readLine(stretch: Stretch, start: number, end: number, sparsely: boolean): ReadLine {
    if (end - start > lineBytesMax) return { entry: UNPARSEABLE, text: "" };
    const text = stretch.decode(start, end);
    const entry = sparsely ? REFUSED : this.#tryQuickly(text);
    if (entry !== REFUSED) return { entry, text };
    const line = readSparsely(text);
    this.#noteDamage(line.entry);
    return line;
  }

  #tryQuickly(text: string): Entry | Unentered | typeof REFUSED {
    if (this.#careful > 0) {
      this.#careful--;
      return REFUSED;
    }
    const entry = parseQuickly(text);
    if (entry === REFUSED) this.#careful = carefulLines;
    return entry;
  }

  #noteDamage<Read extends Entry | Unentered>(entry: Read): Read {
    if (entry === UNPARSEABLE) this.#careful = carefulLines;
    return entry;
  }
}

function repeatsMembers(object: string | undefined): boolean {
  const outline = object === undefined ? undefined : readOutline(object);
  return typeof outline === "object" && outline.repeats;
}

/** Returns the entry that replaces an unparseable line if another line follows it. */
export function makeSentinel(raw: string, line: number): Entry {
  return { op: CORRUPT_OP, _raw: raw, _line: line };
}
