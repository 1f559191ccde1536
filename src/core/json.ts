// A line's text -> its JSON value, or that there is none (docs/format.md 3).
import { findStringEnd, hasWords, readDialect, UNPARSEABLE } from "./dialect.js";

/** docs/format.md 3: more open containers, the outermost counted, are unparseable. */
export const depthMax = 1_024;

const openers = ["[", "{"];

/** What JSON.parse does not take; it may be read by docs/format.md 3 all the same. */
export const REFUSED = Symbol("refused");

/** The value of one JSON text, read as docs/format.md 3 reads it, or `UNPARSEABLE`. */
export function parseText(text: string): unknown {
  const value = parseStrictly(text);
  return value === REFUSED ? readDialect(text) : value;
}

/** As `parseText`, but `REFUSED` for what JSON.parse refuses. */
export function parseStrictly(text: string): unknown {
  // Before parsing: a line of millions of brackets would take gigabytes.
  // Stryker disable next-line ConditionalExpression,EqualityOperator: a short text is not deep, which takes no look
  if (text.length > depthMax && isTooDeep(text)) return UNPARSEABLE;
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return REFUSED;
  }
}

/** The value of a text that is known to parse. Never throws, which would take longer than all else. */
export function parseGood(text: string): unknown {
  return hasWords(text) ? readDialect(text) : JSON.parse(text);
}

/**
 * Whether more than `depthMax` containers are ever open. Right for every text that parses; a text that does not may be
 * called either, as it is unparseable anyway.
 */
function isTooDeep(text: string): boolean {
  // Stryker disable next-line ConditionalExpression: a count that is faster than the look below, right if it says no
  if (!openers.some((opener) => hasMany(text, opener))) return false;
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x22) {
      at = findStringEnd(text, at);
      if (at === -1) return false;
    } else if (code === 0x7b || code === 0x5b) {
      depth++;
      if (depth > depthMax) return true;
    } else if (code === 0x7d || code === 0x5d) {
      depth--;
    }
  }
  return false;
}

/** Finds the few brackets of an ordinary long line far quicker than a look at each character. */
function hasMany(text: string, opener: string): boolean {
  let count = 0;
  for (let at = text.indexOf(opener); at !== -1; at = text.indexOf(opener, at + 1)) {
    count++;
    if (count > depthMax / openers.length) return true;
  }
  return false;
}
