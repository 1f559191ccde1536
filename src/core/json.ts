// Parses a line's text to its JSON value (docs/format.md 3).
import { findStringEnd, hasWords, readDialect, UNPARSEABLE } from "./dialect.js";

/** A text with more open containers, the outermost counted, is unparseable (docs/format.md 3). */
export const depthMax = 1_024;

const openers = ["[", "{"];

/** The result for a text that JSON.parse refuses. The rules of docs/format.md 3 may still accept it. */
export const REFUSED = Symbol("refused");

/** Returns the value of one JSON text by the rules of docs/format.md 3, or `UNPARSEABLE`. */
export function parseText(text: string): unknown {
  const value = parseStrictly(text);
  return value === REFUSED ? readDialect(text) : value;
}

/** Like `parseText`, but returns `REFUSED` for a text that JSON.parse refuses. */
export function parseStrictly(text: string): unknown {
  // Check before parsing, because parsing millions of brackets would take gigabytes.
  // Stryker disable next-line ConditionalExpression,EqualityOperator: a short text cannot be too deep
  if (text.length > depthMax && isDeeper(text, depthMax)) return UNPARSEABLE;
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return REFUSED;
  }
}

/** Returns the value of a text that is known to parse. Such a text never causes the slow exception of JSON.parse. */
export function parseGood(text: string): unknown {
  return hasWords(text) ? readDialect(text) : JSON.parse(text);
}

/** Returns whether more than `containers` are ever open. May be wrong for a text that does not parse. */
export function isDeeper(text: string, containers: number): boolean {
  // Stryker disable next-line ConditionalExpression: a count that is faster than the check below
  if (!openers.some((opener) => hasMore(text, opener, containers / openers.length))) return false;
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x22) {
      at = findStringEnd(text, at);
      if (at === -1) return false;
    } else if (code === 0x7b || code === 0x5b) {
      depth++;
      if (depth > containers) return true;
    } else if (code === 0x7d || code === 0x5d) {
      depth--;
    }
  }
  return false;
}

/** Finds whether brackets are numerous. In an ordinary long line this is far faster than examining each character. */
function hasMore(text: string, opener: string, countMax: number): boolean {
  let count = 0;
  for (let at = text.indexOf(opener); at !== -1; at = text.indexOf(opener, at + 1)) {
    count++;
    if (count > countMax) return true;
  }
  return false;
}
