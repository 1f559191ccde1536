// A line's text -> its entry, or why it has none; a damaged line -> its sentinel (SPEC 2 and 3).
import type { Entry } from "../types.js";
import { skipWhitespace, UNPARSEABLE } from "./dialect.js";
import { parseText } from "./json.js";
import { lineBytesMax, type Stretch } from "./lines.js";
import { CORRUPT_OP } from "./op.js";
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

/** The entry that stands for an unparseable line which is not the last. */
export function makeSentinel(raw: string, line: number): Entry {
  return { op: CORRUPT_OP, _raw: raw, _line: line };
}
