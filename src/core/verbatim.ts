// Finds whether a text is already what `JSON.stringify` would write for its value, so that no value need be created.
import { ascii } from "./dialect.js";
import { isDecimalDigit } from "./words.js";

/** A whole number with at most this many digits is written digit by digit. */
const digitsMax = 15;

/** What may be written in another way: `scalar` is anything but the order of keys. */
export type Oddity = "none" | "scalar" | "keys";

/**
 * Returns `none` only if JSON.stringify writes the text as it is. Else returns the first kind of oddity, which includes
 * every backslash, number that is not whole, and key that begins with a digit. `text` must be a container that parses.
 */
export function findOddity(text: string): Oddity {
  if (text.includes("\\")) return "scalar";
  /** The keys of each open object so far; undefined for an array. */
  const open: (Keys | undefined)[] = [];
  let isKey = false;
  for (let at = 0; at < text.length; ) {
    const code = text.charCodeAt(at);
    if (code === ascii.quote) {
      const end = findQuote(text, at + 1);
      if (isKey && open.at(-1)?.add(text.slice(at + 1, end)) === false) return "keys";
      isKey = false;
      at = end + 1;
    } else if (code === ascii.minus || isDecimalDigit(code)) {
      at = skipWhole(text, at);
      if (at === -1) return "scalar";
    } else {
      if (code <= 0x20 || code === ascii.letterN || code === ascii.letterI) return "scalar";
      if (code === ascii.openArray) open.push(undefined);
      else if (code === ascii.openObject) open.push(new Keys());
      else if (code === ascii.closeArray || code === ascii.closeObject) open.pop();
      isKey = code === ascii.openObject || (code === ascii.comma && open.at(-1) !== undefined);
      at++;
    }
  }
  return "none";
}

/** Returns whether JSON.stringify writes the scalar or the character of structure from `start` to `end` as it is. */
export function isVerbatimToken(text: string, start: number, end: number): boolean {
  const first = text.charCodeAt(start);
  if (first === ascii.quote) return !text.slice(start, end).includes("\\");
  return (first !== ascii.minus && !isDecimalDigit(first)) || skipWhole(text, start) === end;
}

/** The keys of an object in which none is repeated, and none may be an array index, which objects list first. */
class Keys {
  #first: string | undefined;
  #all: Set<string> | undefined;

  /** Returns false for a key that is repeated or may be an array index. */
  add(key: string): boolean {
    if (isDecimalDigit(key.charCodeAt(0))) return false;
    if (this.#first === undefined) {
      this.#first = key;
      return true;
    }
    this.#all ??= new Set([this.#first]);
    const { size } = this.#all;
    return this.#all.add(key).size > size;
  }
}

function findQuote(text: string, start: number): number {
  let at = start;
  while (at < text.length && text.charCodeAt(at) !== ascii.quote) at++;
  return at;
}

/** Returns the index after the number at `start`, or -1 if it might be written in another way. */
function skipWhole(text: string, start: number): number {
  const first = text.charCodeAt(start) === ascii.minus ? start + 1 : start;
  let at = first;
  while (isDecimalDigit(text.charCodeAt(at))) at++;
  const next = text.charCodeAt(at) | 0x20;
  const isWhole = next !== 0x2e && next !== 0x65;
  const isZero = text.charCodeAt(first) === 0x30;
  return isWhole && at - first <= digitsMax && !(isZero && first > start) ? at : -1;
}
