// A text that JSON.parse refuses -> its value if `NaN`, `Infinity` and `-Infinity` are all that was wrong (SPEC 3).

/** The answer for a text that is not one JSON text; `null` and `undefined` mean other things. */
export const UNPARSEABLE = Symbol("unparseable");

const whitespace = /[ \t\n\r]*/y;
const scalar = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|-?Infinity|NaN|true|false|null/y;
const literals: ReadonlyMap<string, boolean | null> = new Map([
  ["true", true],
  ["false", false],
  ["null", null],
]);

const ordinary = { enumerable: true, writable: true, configurable: true };

/** Recurses once a container, so the caller must know that the depth is bounded. */
export function readDialect(text: string): unknown {
  // Stryker disable next-line ConditionalExpression,StringLiteral: without either, reading says the same, later
  if (!text.includes("NaN") && !text.includes("Infinity")) return UNPARSEABLE;
  try {
    return new DialectReader(text).readWhole();
  } catch (error) {
    if (error instanceof SyntaxError) return UNPARSEABLE;
    throw error;
  }
}

/** The index of the quote that ends the string beginning at `start`, -1 if none does. */
export function findStringEnd(text: string, start: number): number {
  for (let at = text.indexOf('"', start + 1); at !== -1; at = text.indexOf('"', at + 1)) {
    let backslashes = 0;
    while (text.charCodeAt(at - 1 - backslashes) === 0x5c) backslashes++;
    // An odd number of them escapes the quote.
    if (backslashes % 2 === 0) return at;
  }
  return -1;
}

/** Throws `SyntaxError` at the first thing that does not belong; it says no more, as nobody reads it. */
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

  /** A value and the whitespace on both sides of it. */
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
    // What begins with no quote, or has no end, is refused by JSON.parse.
    const end = findStringEnd(this.#text, this.#at) + 1;
    const value: unknown = JSON.parse(this.#text.slice(this.#at, end));
    this.#at = end;
    return String(value);
  }

  #readScalar(): unknown {
    scalar.lastIndex = this.#at;
    const token = scalar.exec(this.#text)?.[0];
    if (token === undefined) throw new SyntaxError();
    this.#at += token.length;
    return literals.has(token) ? literals.get(token) : Number(token);
  }

  #skipWhitespace(): void {
    whitespace.lastIndex = this.#at;
    whitespace.test(this.#text);
    this.#at = whitespace.lastIndex;
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
