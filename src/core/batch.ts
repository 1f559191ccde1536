// Reads the entries of a journal's stretches into arrays, with sentinels in their places (docs/format.md 3).
import type { Entry, Place } from "../types.js";
import { UNPARSEABLE } from "./dialect.js";
import { LineReader, makeSentinel } from "./entry.js";
import { EntryBatch } from "./entry-batch.js";
import { byteOrderMarkBytes, type Stretch } from "./lines.js";
import { type LastLine, type LineTaker, parseLast } from "./taker.js";

/** Collects the entries of the lines taken since the last `takeEntries`. */
export class Batch implements LineTaker {
  #offset: number;
  #line: number;
  #entries: Entry[] = [];
  /** See `EntryBatch`. */
  #places: number[] = [];
  readonly #lines = new LineReader();
  /** Whether to include the last line, which has no LF or nothing after it. */
  withLast = true;

  readonly #taken: (text: string) => void;

  /** `from` is the start of a line. `taken` is called with each text before it is parsed into values, and may throw. */
  constructor(from: Place, taken: (text: string) => void = () => {}) {
    this.#taken = taken;
    this.#offset = from.offset;
    this.#line = from.line;
  }

  get offset(): number {
    return this.#offset;
  }

  /** The place of the first line that is not settled. */
  get place(): Place {
    return { line: this.#line, offset: this.#offset };
  }

  /** Returns the collected entries and begins a new batch. */
  takeEntries(): EntryBatch {
    const batch = new EntryBatch(this.#entries, this.#places);
    this.#entries = [];
    this.#places = [];
    return batch;
  }

  skipByteOrderMark(): void {
    this.#offset = byteOrderMarkBytes;
  }

  takeStretch(stretch: Stretch): void {
    const base = this.#offset;
    let start = 0;
    for (let end = stretch.text.indexOf("\n"); end !== -1; end = stretch.text.indexOf("\n", start)) {
      if (start === 0) this.#taken(stretch.text);
      const entry = this.#lines.readEntry(stretch, start, end);
      const isSettled = entry !== UNPARSEABLE || end + 1 < stretch.text.length;
      if (!isSettled) break;
      this.#offset = base + start;
      if (entry === UNPARSEABLE) this.#add(makeSentinel(stretch.raw(start, end), this.#line), end - start);
      else if (typeof entry === "object") this.#add(entry, end - start);
      start = end + 1;
      this.#line++;
    }
    this.#offset = base + start;
  }

  takeOversize(raw: string, bytes: number): void {
    this.#add(makeSentinel(raw, this.#line), bytes - 1);
    this.#offset += bytes;
    this.#line++;
  }

  /** Adds the entry of the last line, if any. A torn tail is dropped. */
  takeLast(last: LastLine | undefined): void {
    if (last?.text !== undefined && this.withLast) this.#taken(last.text);
    const entry = last === undefined || !this.withLast ? UNPARSEABLE : parseLast(last);
    if (last !== undefined && typeof entry === "object") this.#add(entry, last.bytes - (last.terminated ? 1 : 0));
  }

  /** Adds the entry of the line at the current place, which has `bytes` bytes without its LF. */
  #add(entry: Entry, bytes: number): void {
    this.#entries.push(entry);
    this.#places.push(this.#line, this.#offset, bytes);
  }
}
