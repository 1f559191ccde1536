// Reads a line's text into the texts of its members, and validates every character (docs/format.md 3). Makes no values.
//
// JSON.parse creates a hidden class for each new set of keys, and values that take up to twenty times the memory of
// their text. A line with new keys, or a very long one, is therefore read here.
import { decodeString, skipNumber, skipString, skipWhitespace, skipWord, UNPARSEABLE } from "./dialect.js";
import { depthMax } from "./json.js";

/** The members of an object's text: the last value's text of each decoded key, in the order of first occurrence. */
export interface Outline {
  readonly members: ReadonlyMap<string, string>;
  /** Whether a key is repeated. */
  readonly repeats: boolean;
}

/** The result for a text that parses to something other than an object. */
export const NO_OBJECT = Symbol("no object");

export function readOutline(text: string): Outline | typeof NO_OBJECT | typeof UNPARSEABLE {
  return new OutlineReader(text).read();
}

const controls = /[\u0000-\u001f]/;

const code = { quote: 0x22, comma: 0x2c, colon: 0x3a, openArray: 0x5b, closeArray: 0x5d, openObject: 0x7b } as const;
const closeObject = 0x7d;

/** Takes one step for each value and each end of a container, and keeps its own stack, as native/json/json.cc does. */
class OutlineReader {
  readonly #text: string;
  readonly #hasControls: boolean;
  /** The index of the first backslash that is not before the string that was read last. */
  #escape = -1;
  readonly #members = new Map<string, string>();
  #repeats = false;
  #at: number;
  /** The closing characters of the open containers, the outermost first. */
  readonly #ends: number[] = [];
  #justOpened = false;
  /** The key of the outermost object's member that is being read. */
  #key = "";
  #valueStart = 0;

  constructor(text: string) {
    this.#text = text;
    this.#hasControls = controls.test(text);
    this.#at = skipWhitespace(text, 0);
  }

  read(): Outline | typeof NO_OBJECT | typeof UNPARSEABLE {
    const isObject = this.#text.charCodeAt(this.#at) === code.openObject;
    let isGood = this.#readValue();
    while (isGood && this.#ends.length > 0) isGood = this.#step();
    if (!isGood || skipWhitespace(this.#text, this.#at) < this.#text.length) return UNPARSEABLE;
    return isObject ? { members: this.#members, repeats: this.#repeats } : NO_OBJECT;
  }

  /** Inside a container, reads its end or one more member or element. */
  #step(): boolean {
    this.#at = skipWhitespace(this.#text, this.#at);
    const found = this.#text.charCodeAt(this.#at);
    const end = this.#ends[this.#ends.length - 1];
    if (found === end) return this.#close();
    if (!this.#justOpened) {
      if (found !== code.comma) return false;
      this.#at++;
    }
    this.#justOpened = false;
    return end === closeObject ? this.#readMember() : this.#readValue();
  }

  #readMember(): boolean {
    const start = skipWhitespace(this.#text, this.#at);
    const end = this.#skipString(start);
    if (end === -1) return false;
    this.#at = skipWhitespace(this.#text, end);
    if (this.#text.charCodeAt(this.#at) !== code.colon) return false;
    this.#at++;
    if (this.#ends.length === 1) this.#key = decodeString(this.#text, start, end);
    return this.#readValue();
  }

  /** Reads a whole scalar, or only the opening character of a container. */
  #readValue(): boolean {
    const start = skipWhitespace(this.#text, this.#at);
    const first = this.#text.charCodeAt(start);
    if (this.#ends.length === 1) this.#valueStart = start;
    if (first === code.openObject || first === code.openArray) return this.#open(start, first);
    const end = first === code.quote ? this.#skipString(start) : this.#skipScalar(start);
    if (end === -1) return false;
    this.#at = end;
    if (this.#ends.length === 1) this.#keepMember();
    return true;
  }

  #open(start: number, first: number): boolean {
    if (this.#ends.length === depthMax) return false;
    this.#ends.push(first === code.openObject ? closeObject : code.closeArray);
    this.#justOpened = true;
    this.#at = start + 1;
    return true;
  }

  #close(): boolean {
    this.#at++;
    this.#justOpened = false;
    this.#ends.pop();
    if (this.#ends.length === 1) this.#keepMember();
    return true;
  }

  #keepMember(): void {
    // An outermost array has no keys.
    if (this.#ends[0] !== closeObject) return;
    if (this.#members.has(this.#key)) this.#repeats = true;
    this.#members.set(this.#key, this.#text.slice(this.#valueStart, this.#at));
  }

  #skipScalar(start: number): number {
    const end = skipWord(this.#text, start);
    return end === -1 ? skipNumber(this.#text, start) : end;
  }

  /** Returns the index after the string that begins at `start`, or -1 if there is no good string. */
  #skipString(start: number): number {
    if (this.#text.charCodeAt(start) !== code.quote) return -1;
    const quote = this.#text.indexOf('"', start + 1);
    if (quote === -1) return -1;
    if (this.#escape < start) this.#escape = this.#findEscape(start);
    return quote < this.#escape && !this.#hasControls ? quote + 1 : skipString(this.#text, start);
  }

  #findEscape(start: number): number {
    const found = this.#text.indexOf("\\", start);
    return found === -1 ? Number.POSITIVE_INFINITY : found;
  }
}
