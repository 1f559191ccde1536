// Finds the offset at which the lines before a bound end (docs/format.md 10, "Points in time").
import type { Entry } from "../types.js";
import { UNPARSEABLE } from "./dialect.js";
import { LineReader } from "./entry.js";
import { byteOrderMarkBytes, type Stretch } from "./lines.js";
import { instantOf } from "./stamp.js";
import { type LastLine, type LineTaker, parseLast } from "./taker.js";
import { int } from "./words.js";

/** The bound of a prefix of a journal: exactly one of these. */
export type Bound =
  /** The number of lines in the prefix, blank ones included. */
  | { line: number }
  /** The size of the prefix in bytes, at most. A line that ends after it is left out. */
  | { offset: number }
  /** The prefix ends before the first entry with a higher number. */
  | { seq: number }
  /** The prefix ends before the first entry with a later `ts`, in milliseconds since 1970. */
  | { ts: number };

export class Cut implements LineTaker {
  readonly #bound: Bound;
  #offset = 0;
  #line = 0;
  readonly #lines = new LineReader();
  /** Whether `offset` is the start of the first line that is left out. */
  isFound = false;

  constructor(bound: Bound) {
    this.#bound = bound;
  }

  get offset(): number {
    return this.#offset;
  }

  skipByteOrderMark(): void {
    this.#offset = byteOrderMarkBytes;
  }

  takeStretch(stretch: Stretch): void {
    const base = this.#offset;
    let start = 0;
    while (!this.isFound) {
      const end = stretch.text.indexOf("\n", start);
      if (end === -1) break;
      this.isFound = this.#isOut(base + end + 1, () => this.#lines.readEntry(stretch, start, end));
      if (this.isFound) break;
      start = end + 1;
      this.#line++;
    }
    this.#offset = base + start;
  }

  takeOversize(_raw: string, bytes: number): void {
    if (this.#isOut(this.#offset + bytes, () => UNPARSEABLE)) this.isFound = true;
    if (this.isFound) return;
    this.#offset += bytes;
    this.#line++;
  }

  takeLast(last: LastLine | undefined): void {
    if (last === undefined || this.isFound) return;
    this.isFound = this.#isOut(this.#offset + last.bytes, () => parseLast(last));
  }

  #isOut(lineEnd: number, read: () => Entry | symbol): boolean {
    const bound = this.#bound;
    if ("line" in bound) return this.#line >= bound.line;
    if ("offset" in bound) return lineEnd > bound.offset;
    const entry = read();
    if (typeof entry !== "object") return false;
    return "seq" in bound ? int(entry["seq"]) > bound.seq : instantOf(entry["ts"]) > bound.ts;
  }
}
