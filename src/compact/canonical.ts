// Rewrites the text of a JSON value as its canonical text (docs/format.md 8), but keeps every number as it is written
// (docs/format.md 7).
import { findStringEnd } from "../core/dialect.js";
import { compareCodePoints, isDecimalDigit, isObject } from "../core/words.js";
import { quoteText } from "../write/line.js";

/** Matches strings that may not be canonical: those with escapes or with one of the reference's line ends. */
const mayDiffer = /[\\\u0085\u2028\u2029]/;

export interface Rewritten {
  text: string;
  /** The number of open containers, at most. */
  depth: number;
}

/**
 * Sorts keys by code point, keeps the last of repeated keys, and spells strings and spaces in one way. The text must
 * parse, as that of a lease does. Its depth was bounded when it was read.
 */
export function rewriteText(text: string): Rewritten {
  const depth = canonicalDepth(text);
  return depth === undefined ? new CanonicalWriter(text).write() : { text, depth };
}

/** A longer lease is written as it is: its canonical text is longer, and making it takes several times its memory. */
const rewrittenMax = 1024 * 1024;

/** Like `rewriteText`, for a live lease in a compacted file. */
export function rewriteLease(text: string): Rewritten {
  return text.length > rewrittenMax ? { text, depth: depthOf(text) } : rewriteText(text);
}

function depthOf(text: string): number {
  let open = 0;
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const found = text.charCodeAt(at);
    if (found === code.quote) at = findStringEnd(text, at);
    else if (closing.has(found)) open--;
    else if (opening.has(found)) depth = Math.max(depth, ++open);
    if (at === -1) throw new SyntaxError("expected the end of a string, found the end of the text");
  }
  return depth;
}

const code = { quote: 0x22, comma: 0x2c, colon: 0x3a, space: 0x20 } as const;
const opening: ReadonlySet<number> = new Set([0x5b, 0x7b]);
const closing: ReadonlySet<number> = new Set([0x5d, 0x7d]);

/**
 * Returns the number of open containers, at most, of a text that is already canonical. Returns undefined if it may not
 * be.
 */
function canonicalDepth(text: string): number | undefined {
  if (mayDiffer.test(text)) return undefined;
  /** The last key of each open object, by depth. */
  const keys: (string | undefined)[] = [];
  let open = 0;
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const found = text.charCodeAt(at);
    if (found === code.quote) {
      const end = text.indexOf('"', at + 1);
      if (end === -1) return undefined;
      const start = at + 1;
      at = end;
      if (text.charCodeAt(end + 1) !== code.colon) continue;
      const key = text.slice(start, end);
      if (!follows(key, keys[open]) || !isSpaced(text, end + 2)) return undefined;
      keys[open] = key;
      at = end + 2;
    } else if (opening.has(found)) {
      open++;
      keys[open] = undefined;
      if (open > depth) depth = open;
    } else if (closing.has(found)) {
      open--;
    } else if (found === code.comma) {
      if (!isSpaced(text, at + 1)) return undefined;
      at++;
    } else if (!isScalarCode(found)) {
      return undefined;
    }
  }
  return open === 0 && text !== "" ? depth : undefined;
}

function follows(key: string, last: string | undefined): boolean {
  return last === undefined || compareCodePoints(last, key) < 0;
}

/** Returns whether there is exactly one space. */
function isSpaced(text: string, at: number): boolean {
  return text.charCodeAt(at) === code.space && text.charCodeAt(at + 1) > code.space;
}

/**
 * Returns the canonical text of a parsed value. Keeps `NaN`, the infinities and -0, because a sentinel must be kept
 * whole.
 */
export function looseText(value: unknown): string {
  if (typeof value === "string") return quoteText(value);
  if (Array.isArray(value)) return `[${value.map(looseText).join(", ")}]`;
  if (Object.is(value, -0)) return "-0";
  if (!isObject(value)) return String(value);
  const keys = Object.keys(value).sort(compareCodePoints);
  return `{${keys.map((key) => `${quoteText(key)}: ${looseText(value[key])}`).join(", ")}}`;
}

/** The number of items joined at once, so that a long array takes the memory of its text and not of its items. */
const itemsMax = 1_024;

/** Reads forward through a text that is known to be good, so no character needs to be checked. */
class CanonicalWriter {
  readonly #text: string;
  #at = 0;
  #open = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  write(): Rewritten {
    const text = this.#writeValue();
    if (this.#peek() === "") return { text, depth: this.#depth };
    throw new SyntaxError(`character ${this.#at}: expected the end of a JSON text, found more`);
  }

  #writeValue(): string {
    const first = this.#peek();
    if (first === "{") return this.#writeObject();
    if (first === "[") return this.#writeArray();
    return first === '"' ? this.#writeString() : this.#writeScalar();
  }

  #writeObject(): string {
    const members = new Map<string, string>();
    this.#enter();
    while (this.#peek() !== "}") {
      const key = this.#readString();
      this.#take(":");
      members.set(key, this.#writeValue());
      if (this.#peek() !== "}") this.#take(",");
    }
    this.#leave();
    const keys = Array.from(members.keys()).sort(compareCodePoints);
    return `{${keys.map((key) => `${quoteText(key)}: ${members.get(key)}`).join(", ")}}`;
  }

  #writeArray(): string {
    const parts: string[] = [];
    let items: string[] = [];
    this.#enter();
    while (this.#peek() !== "]") {
      items.push(this.#writeValue());
      if (this.#peek() !== "]") this.#take(",");
      if (items.length === itemsMax) {
        parts.push(items.join(", "));
        items = [];
      }
    }
    this.#leave();
    if (parts.length === 0 && items.length === 0) return "[]";
    if (items.length > 0) parts.push(items.join(", "));
    return `[${parts.join(", ")}]`;
  }

  #enter(): void {
    this.#at++;
    this.#open++;
    this.#depth = Math.max(this.#depth, this.#open);
  }

  #leave(): void {
    this.#at++;
    this.#open--;
  }

  #writeString(): string {
    const token = this.#takeString();
    return mayDiffer.test(token) ? quoteText(parseString(token)) : token;
  }

  #readString(): string {
    const token = this.#takeString();
    return mayDiffer.test(token) ? parseString(token) : token.slice(1, -1);
  }

  #takeString(): string {
    const start = this.#at;
    const end = this.#peek() === '"' ? findStringEnd(this.#text, this.#at) : -1;
    if (end === -1) throw this.#refusal("a string", start);
    const token = this.#text.slice(this.#at, end + 1);
    this.#at = end + 1;
    return token;
  }

  #writeScalar(): string {
    const start = this.#at;
    while (isScalarCode(this.#text.charCodeAt(this.#at))) this.#at++;
    if (this.#at === start) throw this.#refusal("a value", start);
    return this.#text.slice(start, this.#at);
  }

  #take(character: string): void {
    if (this.#peek() !== character) throw this.#refusal(character, this.#at);
    this.#at++;
  }

  /** Returns the next character that is not a space; empty at the end. */
  #peek(): string {
    for (;;) {
      const character = this.#text.charAt(this.#at);
      if (character !== " " && character !== "\t" && character !== "\r") return character;
      this.#at++;
    }
  }

  #refusal(expected: string, at: number): SyntaxError {
    return new SyntaxError(
      `character ${at}: expected ${expected}, found ${this.#text.slice(at, at + 20) || "the end"}`,
    );
  }
}

/**
 * Returns whether the character may be part of a number, of `true`, `false` or `null`, or of a word that readers accept
 * beyond JSON: `NaN`, `Infinity` or `-Infinity` (docs/format.md 3).
 */
function isScalarCode(code: number): boolean {
  const isLetter = (code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a;
  return isLetter || isDecimalDigit(code) || code === 0x2b || code === 0x2d || code === 0x2e;
}

function parseString(token: string): string {
  return String(JSON.parse(token));
}
