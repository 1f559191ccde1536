// A line's text -> its entry, or why it has none; a damaged line -> its sentinel (docs/format.md 2 and 3).
import type { Entry } from "../types.js";
import { skipWhitespace, UNPARSEABLE } from "./dialect.js";
import { parseGood, parseStrictly, REFUSED } from "./json.js";
import { lineBytesMax, type Stretch } from "./lines.js";
import { CORRUPT_OP } from "./op.js";
import { NO_OBJECT, readOutline } from "./outline.js";
import { type LeaseParts, sparseEntry } from "./sparse.js";
import { isObject } from "./words.js";

/** A line of only JSON whitespace: skipped. */
export const BLANK = Symbol("blank");

/** A line that parses to something other than an object: skipped, `scan` reports it. */
export const NON_OBJECT = Symbol("non-object");

export type Unentered = typeof BLANK | typeof NON_OBJECT | typeof UNPARSEABLE;

/** What a JSON text, `NaN` and `Infinity` included, may begin with, and what an object's may end with. */
const openings = '{["-0123456789tfnNI \t\r';
const objectEndings = "} \t\r";

/** `text` is a whole line without its LF, not longer than `lineBytesMax` in bytes. */
export function parseEntry(text: string): Entry | Unentered {
  const entry = parseQuickly(text);
  return entry === REFUSED ? parseCarefully(text) : entry;
}

/** As `parseEntry`, but `REFUSED` for what takes a closer look. */
function parseQuickly(text: string): Entry | Unentered | typeof REFUSED {
  const known = lookAtEnds(text);
  if (known !== undefined) return known;
  const value = parseStrictly(text);
  if (isObject(value)) return value;
  return value === REFUSED || value === UNPARSEABLE ? value : NON_OBJECT;
}

/** As `parseEntry`, in more time for a good line and less for a damaged one. */
function parseCarefully(text: string): Entry | Unentered {
  const known = lookAtEnds(text) ?? kindOf(readOutline(text));
  if (known !== undefined) return known;
  const value = parseGood(text);
  return isObject(value) ? value : UNPARSEABLE;
}

/** What a text's first and last characters tell, which is most damage; undefined if it must be read. */
function lookAtEnds(text: string): Unentered | undefined {
  const first = text.charAt(0);
  if (first <= " " && skipWhitespace(text, 0) === text.length) return BLANK;
  const mayBeGood = openings.includes(first) && (first !== "{" || objectEndings.includes(text.charAt(text.length - 1)));
  return mayBeGood ? undefined : UNPARSEABLE;
}

/** What a line is that has no entry; undefined for one that has. */
function kindOf(outline: ReturnType<typeof readOutline>): Unentered | undefined {
  if (typeof outline === "object") return undefined;
  return outline === NO_OBJECT ? NON_OBJECT : UNPARSEABLE;
}

/** A line that was read. */
export interface ReadLine {
  readonly entry: Entry | Unentered;
  readonly text: string;
  /** There, the entry has only the members that a fold looks at, and no leases but these texts. */
  readonly parts?: LeaseParts;
  /** Whether a key is repeated (docs/format.md 3, `repeatedKeys`); absent where the entry has all of its members. */
  readonly repeats?: () => boolean;
}

/** As `parseEntry`. `sparsely`: the members that a fold looks at are enough. */
export function readText(text: string, sparsely: boolean): ReadLine {
  return sparsely ? readSparsely(text) : { entry: parseEntry(text), text };
}

function readSparsely(text: string): ReadLine {
  const known = lookAtEnds(text);
  if (known !== undefined) return { entry: known, text };
  const outline = readOutline(text);
  if (typeof outline !== "object") return { entry: outline === NO_OBJECT ? NON_OBJECT : UNPARSEABLE, text };
  const { entry, parts } = sparseEntry(outline);
  return { entry, text, parts, repeats: () => outline.repeats || repeatsMembers(parts.lease) };
}

/** The exception of JSON.parse takes as long as reading so many lines otherwise; where one is damaged, more are. */
const carefulLines = 16;

/** Reads lines one after the other: after one that JSON.parse refused, the next ones without it. */
export class LineReader {
  #careful = 0;

  /** The line from `start` to its LF, or where its LF would be, at `end`, with all of its members. */
  readEntry(stretch: Stretch, start: number, end: number): Entry | Unentered {
    if (end - start > lineBytesMax) return UNPARSEABLE;
    const text = stretch.decode(start, end);
    const entry = this.#tryQuickly(text);
    return entry === REFUSED ? this.#noteDamage(parseCarefully(text)) : entry;
  }

  /** As `readEntry`. `sparsely`: the members that a fold looks at are enough. */
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

/** The entry that stands for an unparseable line which is not the last. */
export function makeSentinel(raw: string, line: number): Entry {
  return { op: CORRUPT_OP, _raw: raw, _line: line };
}
