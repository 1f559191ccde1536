// Finds where a JSON value ends, and validates every character of it (docs/format.md 3). Makes no values.
import { ascii, skipEscape, skipNumber, skipString, skipWhitespace, skipWord } from "./dialect.js";
import { depthMax } from "./json.js";
import { isDecimalDigit } from "./words.js";

/** In ASCII, the closing characters of arrays and objects come this far after the opening ones. */
const toEnd = 2;

/** The first characters of a string are examined one by one. For the rest of a longer one, a search is faster. */
const examinedMax = 24;

/** The closing characters of the open containers. All calls share it, because a call never runs within another. */
const ends = new Uint8Array(depthMax);

/**
 * Returns the index after the value that begins at `start`, or -1 if there is no good value. `open` is the number of
 * containers around it.
 */
export function skipValue(text: string, start: number, open: number): number {
  return isOpening(text.charCodeAt(start)) ? skipContainer(text, start, depthMax - open) : skipLeaf(text, start);
}

/** Takes one step for each value and each end of a container, as native/json/json.cc does. */
function skipContainer(text: string, start: number, containersMax: number): number {
  if (containersMax === 0) return -1;
  let depth = 1;
  ends[0] = text.charCodeAt(start) + toEnd;
  let justOpened = true;
  for (let at = skipWhitespace(text, start + 1); at !== -1; at = skipWhitespace(text, at)) {
    const end = ends[depth - 1];
    if (text.charCodeAt(at) === end) {
      at++;
      depth--;
      justOpened = false;
      if (depth === 0) return at;
      continue;
    }
    if (!justOpened) at = skipComma(text, at);
    if (end === ascii.closeObject) at = skipKey(text, at);
    const first = text.charCodeAt(at);
    justOpened = isOpening(first);
    if (!justOpened) {
      at = skipLeaf(text, at);
      if (at === -1) return -1;
    } else {
      if (depth === containersMax) return -1;
      ends[depth++] = first + toEnd;
      at++;
    }
  }
  return -1;
}

/** Returns the index of the character after the comma at `at` and whitespace, or -1 if there is no comma. */
function skipComma(text: string, at: number): number {
  return text.charCodeAt(at) === ascii.comma ? skipWhitespace(text, at + 1) : -1;
}

/** Returns the index of the value of the member that begins at `at`, or -1 if there is no good key with a colon. */
function skipKey(text: string, at: number): number {
  const end = text.charCodeAt(at) === ascii.quote ? skipQuoted(text, at) : -1;
  const after = end === -1 ? -1 : skipWhitespace(text, end);
  return text.charCodeAt(after) === ascii.colon ? skipWhitespace(text, after + 1) : -1;
}

/** Like `skipValue`, for a value that is not a container. */
function skipLeaf(text: string, start: number): number {
  const first = text.charCodeAt(start);
  if (first === ascii.quote) return skipQuoted(text, start);
  if (isDecimalDigit(first)) return skipNumber(text, start);
  const end = skipWord(text, start);
  return end === -1 ? skipNumber(text, start) : end;
}

/** Returns the index after the string whose quote is at `start`, or -1 if there is no good string. */
export function skipQuoted(text: string, start: number): number {
  for (let at = start + 1; at !== -1 && at <= start + examinedMax; ) {
    const found = text.charCodeAt(at);
    if (found === ascii.quote) return at + 1;
    if (found < 0x20) return -1;
    at = found === ascii.backslash ? skipEscape(text, at) : at + 1;
  }
  return skipString(text, start);
}

function isOpening(code: number): boolean {
  return code === ascii.openArray || code === ascii.openObject;
}
