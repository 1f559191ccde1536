// Stretches of a journal, in order -> its entries, sentinels among them, in arrays (docs/format.md 3).
import type { Entry, Place } from "../types.js";
import { UNPARSEABLE } from "./dialect.js";
import { LineReader, makeSentinel } from "./entry.js";
import { byteOrderMarkBytes, type Stretch } from "./lines.js";
import { type LastLine, type LineTaker, parseLast } from "./taker.js";

/** The entries of the lines taken since they were last handed out. */
export class Batch implements LineTaker {
  #offset: number;
  #line: number;
  #entries: Entry[] = [];
  readonly #lines = new LineReader();
  /** Give an entry without LF, or without anything behind it, as well. */
  withLast = true;

  readonly #taken: (text: string) => void;

  /** `from` is a line's start. `taken` is called with each text that is to become values, and may throw. */
  constructor(from: Place, taken: (text: string) => void = () => {}) {
    this.#taken = taken;
    this.#offset = from.offset;
    this.#line = from.line;
  }

  get offset(): number {
    return this.#offset;
  }

  /** Where the first line begins that is not settled. */
  get place(): Place {
    return { line: this.#line, offset: this.#offset };
  }

  /** Hands out the entries; the next array begins empty. */
  takeEntries(): Entry[] {
    const entries = this.#entries;
    this.#entries = [];
    return entries;
  }

  skipByteOrderMark(): void {
    this.#offset = byteOrderMarkBytes;
  }

  takeStretch(stretch: Stretch): void {
    let start = 0;
    for (let end = stretch.text.indexOf("\n"); end !== -1; end = stretch.text.indexOf("\n", start)) {
      if (start === 0) this.#taken(stretch.text);
      const entry = this.#lines.readEntry(stretch, start, end);
      const isSettled = entry !== UNPARSEABLE || end + 1 < stretch.text.length;
      if (!isSettled) break;
      if (entry === UNPARSEABLE) this.#entries.push(makeSentinel(stretch.raw(start, end), this.#line));
      else if (typeof entry === "object") this.#entries.push(entry);
      start = end + 1;
      this.#line++;
    }
    this.#offset += start;
  }

  takeOversize(raw: string, bytes: number): void {
    this.#entries.push(makeSentinel(raw, this.#line));
    this.#offset += bytes;
    this.#line++;
  }

  /** A torn tail is dropped. */
  takeLast(last: LastLine | undefined): void {
    if (last?.text !== undefined && this.withLast) this.#taken(last.text);
    const entry = last === undefined || !this.withLast ? UNPARSEABLE : parseLast(last);
    if (typeof entry === "object") this.#entries.push(entry);
  }
}
