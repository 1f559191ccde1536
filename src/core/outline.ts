// Reads a line's text into the texts of its members, and validates every character (docs/format.md 3). Makes no values.
//
// JSON.parse creates a hidden class for each new set of keys, and values that take up to twenty times the memory of
// their text. A line with new keys, or a very long one, is therefore read here.
import { ascii, decodeString, skipWhitespace, UNPARSEABLE } from "./dialect.js";
import { skipQuoted, skipValue } from "./skip.js";

/** The members of an object's text: the last value's text of each decoded key, in the order of first occurrence. */
export interface Outline {
  readonly members: ReadonlyMap<string, string>;
  /** Whether a key is repeated. */
  readonly repeats: boolean;
}

/** The result for a text that parses to something other than an object. */
export const NO_OBJECT = Symbol("no object");

export function readOutline(text: string): Outline | typeof NO_OBJECT | typeof UNPARSEABLE {
  const start = skipWhitespace(text, 0);
  if (text.charCodeAt(start) === ascii.openObject) return readMembers(text, start + 1);
  return isEnd(text, skipValue(text, start, 0)) ? NO_OBJECT : UNPARSEABLE;
}

/** Reads an object's members from `start`, the index after its opening brace, and what follows the object. */
function readMembers(text: string, start: number): Outline | typeof UNPARSEABLE {
  const members = new Map<string, string>();
  let repeats = false;
  let at = skipWhitespace(text, start);
  if (text.charCodeAt(at) === ascii.closeObject) return isEnd(text, at + 1) ? { members, repeats } : UNPARSEABLE;
  for (;;) {
    const keyEnd = text.charCodeAt(at) === ascii.quote ? skipQuoted(text, at) : -1;
    const afterKey = keyEnd === -1 ? -1 : skipWhitespace(text, keyEnd);
    if (text.charCodeAt(afterKey) !== ascii.colon) return UNPARSEABLE;
    const value = skipWhitespace(text, afterKey + 1);
    const valueEnd = skipValue(text, value, 1);
    if (valueEnd === -1) return UNPARSEABLE;
    const key = decodeString(text, at, keyEnd);
    repeats ||= members.has(key);
    members.set(key, text.slice(value, valueEnd));
    const next = skipWhitespace(text, valueEnd);
    if (text.charCodeAt(next) === ascii.closeObject) return isEnd(text, next + 1) ? { members, repeats } : UNPARSEABLE;
    if (text.charCodeAt(next) !== ascii.comma) return UNPARSEABLE;
    at = skipWhitespace(text, next + 1);
  }
}

/** Returns whether only whitespace follows `at`. -1 stands for no index. */
function isEnd(text: string, at: number): boolean {
  return at !== -1 && skipWhitespace(text, at) === text.length;
}
