// A line's text -> its entry, or why it has none; a damaged line -> its sentinel (SPEC 2 and 3).
import type { Entry } from "../types.js";
import { skipWhitespace, UNPARSEABLE } from "./dialect.js";
import { parseText } from "./json.js";
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

/** The line from `start` to its LF, or where its LF would be, at `end`. */
export function readEntry(stretch: Stretch, start: number, end: number): Entry | Unentered {
  return end - start > lineBytesMax ? UNPARSEABLE : parseEntry(stretch.decode(start, end));
}

/** `text` is a whole line without its LF, not longer than `lineBytesMax` in bytes. */
export function parseEntry(text: string): Entry | Unentered {
  // The exception that JSON.parse throws takes longer than parsing a good line: most damage shows at the ends.
  const first = text.charAt(0);
  if (first <= " " && skipWhitespace(text, 0) === text.length) return BLANK;
  // Stryker disable next-line ConditionalExpression,StringLiteral: without it, parsing says the same, later
  if (!openings.includes(first) || (first === "{" && !objectEndings.includes(text.charAt(text.length - 1)))) {
    return UNPARSEABLE;
  }
  const value = parseText(text);
  if (isObject(value)) return value;
  return value === UNPARSEABLE ? UNPARSEABLE : NON_OBJECT;
}

/** A line that was read. */
export interface ReadLine {
  readonly entry: Entry | Unentered;
  readonly text: string;
  /** There, the entry has only the members that a fold looks at, and no leases but these texts. */
  readonly parts?: LeaseParts;
  /** Whether a key is repeated (SPEC 3, `repeatedKeys`); absent where the entry has all of its members. */
  readonly repeats?: () => boolean;
}

/** Above it the values of a line may take more memory than can be spared, so that a fold does without them. */
export const wholeLineMax = 65_536;

/** As `readEntry`. `sparsely`: the members that a fold looks at are enough. */
export function readLine(stretch: Stretch, start: number, end: number, sparsely: boolean): ReadLine {
  if (end - start > lineBytesMax) return { entry: UNPARSEABLE, text: "" };
  return readText(stretch.decode(start, end), sparsely);
}

/** As `parseEntry`, and as `readLine`. */
export function readText(text: string, sparsely: boolean): ReadLine {
  if (!sparsely) return { entry: parseEntry(text), text };
  if (skipWhitespace(text, 0) === text.length) return { entry: BLANK, text };
  const outline = readOutline(text);
  if (typeof outline !== "object") return { entry: outline === NO_OBJECT ? NON_OBJECT : UNPARSEABLE, text };
  const { entry, parts } = sparseEntry(outline);
  return { entry, text, parts, repeats: () => outline.repeats || repeatsMembers(parts.lease) };
}

function repeatsMembers(object: string | undefined): boolean {
  const outline = object === undefined ? undefined : readOutline(object);
  return typeof outline === "object" && outline.repeats;
}

/** The entry that stands for an unparseable line which is not the last. */
export function makeSentinel(raw: string, line: number): Entry {
  return { op: CORRUPT_OP, _raw: raw, _line: line };
}
