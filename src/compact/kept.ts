// Finds the lines of a journal that a compaction keeps as sentinels (docs/format.md 7).

import { UNPARSEABLE } from "../core/dialect.js";
import { BLANK, LineReader, type Unentered } from "../core/entry.js";
import { byteOrderMarkBytes, type Stretch } from "../core/lines.js";
import { CORRUPT_OP } from "../core/op.js";
import { type LastLine, type LineTaker, parseLast } from "../core/taker.js";
import { text } from "../core/words.js";
import type { Entry, Place } from "../types.js";

/** A stored sentinel, or the place of a line that is not an entry. */
export type Kept = Entry | Place;

/** Finds all such lines, except an unparseable last line: the scan knows whether that is a torn tail. */
export class KeptLines implements LineTaker {
  #offset = 0;
  #line = 0;
  #kept: Kept[] = [];
  readonly #lines = new LineReader();

  get offset(): number {
    return this.#offset;
  }

  /** Returns the lines found since the last call. */
  takeKept(): Kept[] {
    const kept = this.#kept;
    this.#kept = [];
    return kept;
  }

  skipByteOrderMark(): void {
    this.#offset = byteOrderMarkBytes;
  }

  takeStretch(stretch: Stretch): void {
    const base = this.#offset;
    let start = 0;
    for (let end = stretch.text.indexOf("\n"); end !== -1; end = stretch.text.indexOf("\n", start)) {
      const entry = this.#lines.readEntry(stretch, start, end);
      // An unparseable line here may be the last line of the file.
      if (entry === UNPARSEABLE && end + 1 === stretch.text.length) break;
      this.#take(entry);
      start = end + 1;
      this.#offset = base + start;
      this.#line++;
    }
  }

  takeOversize(_raw: string, bytes: number): void {
    this.#take(UNPARSEABLE);
    this.#offset += bytes;
    this.#line++;
  }

  takeLast(last: LastLine | undefined): void {
    const entry = last === undefined ? BLANK : parseLast(last);
    if (entry !== UNPARSEABLE) this.#take(entry);
  }

  #take(entry: Entry | Unentered): void {
    if (entry === BLANK) return;
    if (typeof entry !== "object") this.#kept.push({ line: this.#line, offset: this.#offset });
    else if (text(entry["op"]) === CORRUPT_OP) this.#kept.push(entry);
  }
}
