// Decides by grammar alone whether a line without its LF may be the beginning of an entry, as a torn append leaves it
// (docs/format.md 3). `isDamaged` in taker.ts decides between a torn tail and damage: it also considers the LF and the
// length of the line.
import { depthMax } from "./json.js";

const nul = 0x00;
const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const colon = 0x3a;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;

/** The characters that may follow a backslash in a string, except `u` and its digits. */
const escapeLetters = '"\\/bfnrt';

/** The words that are values, by their first character. Only `Infinity` may follow a minus sign. */
const words: ReadonlyMap<string, string> = new Map([
  ["t", "true"],
  ["f", "false"],
  ["n", "null"],
  ["N", "NaN"],
  ["I", "Infinity"],
]);

/**
 * Returns whether the text is the beginning of a line that holds one object, perhaps followed by NUL characters, or
 * consists of NUL characters alone. A whole object counts, because its line lacks the LF. `line` has no LF. It may be
 * decoded or hold one character for each byte; the result is the same. Takes linear time and almost no memory.
 */
export function isTear(line: string): boolean {
  let end = line.length;
  while (end > 0 && line.charCodeAt(end - 1) === nul) end--;
  return end === 0 ? line.length > 0 : new TearReader(line, end).read();
}

/**
 * Reads forward by the grammar of docs/format.md 3. Each method that reads something returns false if the text is
 * invalid there. The end of the text is valid anywhere, because anything might have followed.
 */
class TearReader {
  readonly #text: string;
  readonly #end: number;
  #at = 0;
  /** The closing characters of the open containers. */
  readonly #closers: number[] = [];

  constructor(text: string, end: number) {
    this.#text = text;
    this.#end = end;
  }

  read(): boolean {
    if (!this.#take(openBrace)) return false;
    let isGood = this.#open(closeBrace);
    while (isGood && this.#closers.length > 0 && !this.#skipsToEnd()) isGood = this.#readAfterValue();
    return isGood && this.#skipsToEnd();
  }

  /** Reads on after a value in a container: the container's end, or a comma and one more member or element. */
  #readAfterValue(): boolean {
    const closer = this.#closers.at(-1) ?? closeBrace;
    if (this.#take(closer)) {
      this.#closers.pop();
      return true;
    }
    return this.#take(comma) && this.#readItem(closer === closeBrace);
  }

  /** Reads the start of a container that was just opened: its end, or its first member or element. */
  #open(closer: number): boolean {
    if (this.#closers.length === depthMax) return false;
    this.#closers.push(closer);
    return this.#skipsToEnd() || this.#peek() === closer || this.#readItem(closer === closeBrace);
  }

  #readItem(isMember: boolean): boolean {
    return (!isMember || this.#readKey()) && this.#readValue();
  }

  #readKey(): boolean {
    if (this.#skipsToEnd()) return true;
    if (!this.#take(quote) || !this.#readString()) return false;
    return this.#skipsToEnd() || this.#take(colon);
  }

  #readValue(): boolean {
    if (this.#skipsToEnd()) return true;
    if (this.#take(quote)) return this.#readString();
    if (this.#take(openBrace)) return this.#open(closeBrace);
    if (this.#take(openBracket)) return this.#open(closeBracket);
    return this.#readScalar();
  }

  /** Reads a string after its opening quote. */
  #readString(): boolean {
    while (this.#at < this.#end) {
      const code = this.#text.charCodeAt(this.#at++);
      if (code === quote) return true;
      if (code < 0x20 || (code === backslash && !this.#readEscape())) return false;
    }
    return true;
  }

  #readEscape(): boolean {
    if (this.#at === this.#end) return true;
    const letter = this.#text.charAt(this.#at++);
    if (letter !== "u") return escapeLetters.includes(letter);
    for (let digits = 0; digits < 4 && this.#at < this.#end; digits++) {
      if (!isHexDigit(this.#text.charCodeAt(this.#at++))) return false;
    }
    return true;
  }

  #readScalar(): boolean {
    const isNegative = this.#takeCharacter("-");
    const word = words.get(this.#text.charAt(this.#at));
    if (word === undefined) return this.#readMagnitude();
    return (!isNegative || word === "Infinity") && this.#readWord(word);
  }

  #readWord(word: string): boolean {
    const length = Math.min(word.length, this.#end - this.#at);
    const isGood = this.#text.startsWith(word.slice(0, length), this.#at);
    this.#at += length;
    return isGood;
  }

  #readMagnitude(): boolean {
    if (!this.#takeCharacter("0") && !this.#readDigits()) return false;
    if (this.#takeCharacter(".") && !this.#readDigits()) return false;
    if (!this.#takeCharacter("e") && !this.#takeCharacter("E")) return true;
    if (!this.#takeCharacter("+")) this.#takeCharacter("-");
    return this.#readDigits();
  }

  /** Reads digits: at least one, unless the text ends. */
  #readDigits(): boolean {
    const start = this.#at;
    while (this.#at < this.#end && isDigit(this.#text.charCodeAt(this.#at))) this.#at++;
    return this.#at > start || this.#at === this.#end;
  }

  /** Skips JSON whitespace and returns whether the text ends there. */
  #skipsToEnd(): boolean {
    while (this.#at < this.#end && isSpace(this.#text.charCodeAt(this.#at))) this.#at++;
    return this.#at === this.#end;
  }

  #peek(): number {
    return this.#at < this.#end ? this.#text.charCodeAt(this.#at) : Number.NaN;
  }

  #take(code: number): boolean {
    if (this.#peek() !== code) return false;
    this.#at++;
    return true;
  }

  #takeCharacter(character: string): boolean {
    return this.#take(character.charCodeAt(0));
  }
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === 0x0d;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function isHexDigit(code: number): boolean {
  const letter = code | 0x20;
  return isDigit(code) || (letter >= 0x61 && letter <= 0x66);
}
