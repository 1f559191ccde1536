// Recognises the sentinels that a compaction copied from the file before (docs/format.md 7 and 11).
import type { Entry } from "../types.js";

export class DamagedLines {
  /** The lines of the current file, and of the one before, that are damaged or a copy of a damaged line. */
  #lines = new Set<unknown>();
  #before: ReadonlySet<unknown> = new Set();

  beginFile(): void {
    this.#before = this.#lines;
    this.#lines = new Set();
  }

  /** Takes a damaged line, or a sentinel. Returns whether it is a copy of one that the file before has. */
  take(entry: Entry, line: number): boolean {
    const isSentinel = entry["_raw"] !== undefined;
    const own = isSentinel ? entry["_line"] : line;
    this.#lines.add(own);
    return isSentinel && this.#before.has(own);
  }
}
