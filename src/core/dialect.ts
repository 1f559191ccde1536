// Parses a text that JSON.parse refuses, if `NaN`, `Infinity` and `-Infinity` are the only reason (docs/format.md 3).
import { isDecimalDigit } from "./words.js";

/** The result for a text that is not one JSON text. `null` and `undefined` have other meanings. */
export const UNPARSEABLE = Symbol("unparseable");

/** The words that are values, by their first character. A text that begins with `-` may be a number too. */
const words: ReadonlyMap<number, readonly [word: string, value: number | boolean | null]> = new Map(
  (
    [
      ["true", true],
      ["false", false],
      ["null", null],
      ["NaN", Number.NaN],
      ["Infinity", Number.POSITIVE_INFINITY],
      ["-Infinity", Number.NEGATIVE_INFINITY],
    ] as const
  ).map((word) => [word[0].charCodeAt(0), word]),
);

/** Characters of JSON's grammar, and the letters that only words of the dialect begin with. */
// biome-ignore format: one line for each kind
export const ascii = {
  quote: 0x22, backslash: 0x5c, comma: 0x2c, colon: 0x3a, minus: 0x2d, letterI: 0x49, letterN: 0x4e,
  openArray: 0x5b, closeArray: 0x5d, openObject: 0x7b, closeObject: 0x7d,
} as const;

const controls = /[\u0000-\u001f]/;

/** The characters that may follow a backslash in a string, except `u` and its digits. */
const escapeLetters: ReadonlySet<number> = new Set(Array.from('"\\/bfnrt', (letter) => letter.charCodeAt(0)));

const ordinary = { enumerable: true, writable: true, configurable: true };

/** Returns the value of the text. Recurses once for each container, so the caller must bound the depth. */
export function readDialect(text: string): unknown {
  // Stryker disable next-line ConditionalExpression: without it, reading returns the same, more slowly
  if (!hasWords(text)) return UNPARSEABLE;
  try {
    return new DialectReader(text).readWhole();
  } catch (error) {
    if (error instanceof SyntaxError) return UNPARSEABLE;
    throw error;
  }
}

/** Returns whether the text may contain one of the words that JSON.parse refuses. */
export function hasWords(text: string): boolean {
  return text.includes("NaN") || text.includes("Infinity");
}

/** Returns the index of the quote that ends the string beginning at `start`, or -1 if there is none. */
export function findStringEnd(text: string, start: number): number {
  for (let at = text.indexOf('"', start + 1); at !== -1; at = text.indexOf('"', at + 1)) {
    let backslashes = 0;
    while (text.charCodeAt(at - 1 - backslashes) === 0x5c) backslashes++;
    // A quote after an odd number of backslashes is escaped.
    if (backslashes % 2 === 0) return at;
  }
  return -1;
}

/** Returns the index of the first character from `start` on that is not JSON whitespace. */
export function skipWhitespace(text: string, start: number): number {
  let at = start;
  while (isWhitespace(text.charCodeAt(at))) at++;
  return at;
}

function isWhitespace(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === 0x0a || code === 0x0d;
}

/** Returns the index after the string whose quote is at `start`, or -1 if there is no good string. */
export function skipString(text: string, start: number): number {
  const end = findStringEnd(text, start);
  if (end === -1) return -1;
  const content = text.slice(start + 1, end);
  if (controls.test(content)) return -1;
  return !content.includes("\\") || hasGoodEscapes(content) ? end + 1 : -1;
}

/** Returns the text of the good string from `start` to `end`, which include its quotes. */
export function decodeString(text: string, start: number, end: number): string {
  const content = text.slice(start + 1, end - 1);
  return content.includes("\\") ? String(JSON.parse(text.slice(start, end))) : content;
}

/** Returns whether every backslash begins one of JSON's escapes. */
function hasGoodEscapes(content: string): boolean {
  for (let at = content.indexOf("\\"); at !== -1; ) {
    const end = skipEscape(content, at);
    if (end === -1) return false;
    at = nextEscape(content, end);
  }
  return true;
}

/** Returns the index after the escape whose backslash is at `at`, or -1 if JSON has no such escape. */
export function skipEscape(text: string, at: number): number {
  const letter = text.charCodeAt(at + 1);
  if (letter === 0x75) return isUnit(text, at + 2) ? at + 6 : -1;
  return escapeLetters.has(letter) ? at + 2 : -1;
}

/** Looks at the next character before it searches, because escapes often follow one another. */
function nextEscape(content: string, at: number): number {
  return content.charCodeAt(at) === 0x5c ? at : content.indexOf("\\", at);
}

/** Returns whether there are four hexadecimal digits at `start`. */
function isUnit(content: string, start: number): boolean {
  for (let at = start; at < start + 4; at++) {
    const code = content.charCodeAt(at);
    const letter = code | 0x20;
    if (!isDecimalDigit(code) && !(letter >= 0x61 && letter <= 0x66)) return false;
  }
  return true;
}

/** Returns the index after the word at `start` (`true`, `NaN`, `-Infinity` and the like), or -1 if there is none. */
export function skipWord(text: string, start: number): number {
  const found = wordAt(text, start);
  return found === undefined ? -1 : start + found[0].length;
}

/** Returns the word that begins at `start`, and its value. */
function wordAt(text: string, start: number): readonly [word: string, value: number | boolean | null] | undefined {
  const found = words.get(text.charCodeAt(start));
  return found !== undefined && text.startsWith(found[0], start) ? found : undefined;
}

/** Returns the index after the number at `start` by JSON's grammar, or -1 if there is none. */
export function skipNumber(text: string, start: number): number {
  let at = text.charCodeAt(start) === 0x2d ? start + 1 : start;
  // No digit may follow a zero before the decimal point.
  at = text.charCodeAt(at) === 0x30 ? at + 1 : skipDigits(text, at);
  if (at !== -1 && text.charCodeAt(at) === 0x2e) at = skipDigits(text, at + 1);
  if (at === -1 || (text.charCodeAt(at) | 0x20) !== 0x65) return at;
  const sign = text.charCodeAt(at + 1);
  return skipDigits(text, sign === 0x2b || sign === 0x2d ? at + 2 : at + 1);
}

/** Returns the index after at least one digit, or -1 if there is none. */
function skipDigits(text: string, start: number): number {
  let at = start;
  while (isDecimalDigit(text.charCodeAt(at))) at++;
  return at === start ? -1 : at;
}

/** Parses a text. Throws `SyntaxError` at the first invalid character, without a message because nothing reads it. */
class DialectReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  readWhole(): unknown {
    const value = this.#readValue();
    if (this.#at < this.#text.length) throw new SyntaxError();
    return value;
  }

  /** Reads a value and the whitespace on both sides of it. */
  #readValue(): unknown {
    this.#skipWhitespace();
    const value = this.#readBare();
    this.#skipWhitespace();
    return value;
  }

  #readBare(): unknown {
    const first = this.#text[this.#at];
    if (first === '"') return this.#readString();
    if (first === "{") return this.#readObject();
    if (first === "[") return this.#readArray();
    return this.#readScalar();
  }

  #readObject(): { [key: string]: unknown } {
    const object: { [key: string]: unknown } = {};
    this.#at++;
    this.#skipWhitespace();
    if (this.#take("}")) return object;
    do {
      this.#skipWhitespace();
      const key = this.#readString();
      this.#skipWhitespace();
      this.#expect(":");
      const value = this.#readValue();
      // Assigning to `__proto__` would set the prototype.
      if (key === "__proto__") Object.defineProperty(object, key, { value, ...ordinary });
      else object[key] = value;
    } while (this.#take(","));
    this.#expect("}");
    return object;
  }

  #readArray(): unknown[] {
    const array: unknown[] = [];
    this.#at++;
    this.#skipWhitespace();
    if (this.#take("]")) return array;
    do array.push(this.#readValue());
    while (this.#take(","));
    this.#expect("]");
    return array;
  }

  #readString(): string {
    const start = this.#at;
    if (this.#text.charCodeAt(start) !== 0x22) throw new SyntaxError();
    this.#at = skipString(this.#text, start);
    if (this.#at === -1) throw new SyntaxError();
    return decodeString(this.#text, start, this.#at);
  }

  #readScalar(): unknown {
    const start = this.#at;
    const found = wordAt(this.#text, start);
    if (found !== undefined) {
      this.#at += found[0].length;
      return found[1];
    }
    const end = skipNumber(this.#text, start);
    if (end === -1) throw new SyntaxError();
    this.#at = end;
    return Number(this.#text.slice(start, end));
  }

  #skipWhitespace(): void {
    this.#at = skipWhitespace(this.#text, this.#at);
  }

  #take(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  #expect(character: string): void {
    if (!this.#take(character)) throw new SyntaxError();
  }
}
