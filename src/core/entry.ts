// A line's text -> its entry, or why it has none; a damaged line -> its sentinel (SPEC 2 and 3).
import type { Entry } from "../types.js";
import { UNPARSEABLE } from "./dialect.js";
import { parseText } from "./json.js";
import { lineBytesMax, type Stretch } from "./lines.js";
import { CORRUPT_OP } from "./op.js";
import { isObject } from "./words.js";

/** A line of only JSON whitespace: skipped. */
export const BLANK = Symbol("blank");

/** A line that parses to something other than an object: skipped, `scan` reports it. */
export const NON_OBJECT = Symbol("non-object");

export type Unentered = typeof BLANK | typeof NON_OBJECT | typeof UNPARSEABLE;

const onlyWhitespace = /^[ \t\r]*$/;

/** The line from `start` to its LF, or where its LF would be, at `end`. */
export function readEntry(stretch: Stretch, start: number, end: number): Entry | Unentered {
  return end - start > lineBytesMax ? UNPARSEABLE : parseEntry(stretch.decode(start, end));
}

/** `text` is a whole line without its LF, not longer than `lineBytesMax` in bytes. */
export function parseEntry(text: string): Entry | Unentered {
  // A blank line would cost JSON.parse an exception.
  const first = text.charCodeAt(0);
  if (!(first > 0x20) && onlyWhitespace.test(text)) return BLANK;
  const value = parseText(text);
  if (isObject(value)) return value;
  return value === UNPARSEABLE ? UNPARSEABLE : NON_OBJECT;
}

/** The entry that stands for an unparseable line which is not the last. */
export function makeSentinel(raw: string, line: number): Entry {
  return { op: CORRUPT_OP, _raw: raw, _line: line };
}
