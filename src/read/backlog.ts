// Reads what a follower needs to know of earlier files: their last entries and bytes.
import type { GrowingEntries, JournalEngine } from "../engine/engine.js";
import { closeReadable, openReadable, type RegularFile, readSize } from "../file/regular.js";
import type { Entry, Place } from "../types.js";
import { guardRead, type ReadPlan } from "./fold.js";
import { countLines, findLineStart } from "./tail.js";

const lineFeed = 0x0a;

/**
 * Returns the last `n` entries of an open file and the reader that continues after them. One reader does both, so that
 * no entry is lost in between. `end` is the start of a line near the end of the file; entries appended since are
 * included.
 */
export function readBacklog(
  plan: ReadPlan,
  file: RegularFile,
  end: Place,
  n: number,
): { entries: Entry[]; reader: GrowingEntries } {
  let start = end.offset;
  // Blank lines and non-objects are not entries, so `n` lines may be too few. Then read twice as many.
  for (let lines = n; ; lines *= 2) {
    start = findLineStart(plan, file, start, lines);
    const line = end.line - countLines(plan, file, start, end.offset);
    const reader = plan.engine.openEntries({ line, offset: start });
    let entries: Entry[] = [];
    for (let atEnd = false; !atEnd; ) {
      plan.options.signal?.throwIfAborted();
      const read = guardRead(file.path, () => reader.read(file.fd, false));
      for (const entry of read.batch.entries) entries.push(entry);
      // Cutting at twice the number keeps the copying linear.
      if (entries.length > 2 * n) entries = entries.slice(-n);
      atEnd = read.atEnd;
    }
    if (entries.length >= n || start === 0) return { entries: entries.slice(-n), reader };
  }
}

/**
 * A compaction carries over what was appended within moments. Beyond this limit, entries are repeated rather than lost.
 */
const carriedBytesMax = 1024 * 1024;

/** The end of a replaced file, used to recognise entries that a compaction carried over from it (docs/format.md 7). */
export class ReplacedEnd {
  readonly #file: RegularFile;
  readonly #engine: JournalEngine;
  /**
   * How often each text occurs and has not been matched yet. Read at the first question, because it is rarely needed.
   */
  #left: Map<string, number> | undefined;

  /** Takes ownership of the file: `close` closes it. */
  constructor(file: RegularFile, engine: JournalEngine) {
    this.#file = file;
    this.#engine = engine;
  }

  /** Whether the file ends with such an entry. Each occurrence is recognised once. */
  recognises(entry: Entry): boolean {
    this.#left ??= this.#read();
    const text = textOf(entry);
    const left = this.#left.get(text) ?? 0;
    if (left > 0) this.#left.set(text, left - 1);
    return left > 0;
  }

  close(): void {
    closeReadable(this.#file);
  }

  #read(): Map<string, number> {
    const counts = new Map<string, number>();
    const offset = Math.max(0, readSize(this.#file) - carriedBytesMax);
    // A line that the offset cuts reads as damaged, which no entry's text equals.
    const reader = this.#engine.openEntries({ line: 0, offset });
    for (let atEnd = false; !atEnd; ) {
      const read = guardRead(this.#file.path, () => reader.read(this.#file.fd, true));
      for (const text of read.batch.entries.map(textOf)) counts.set(text, (counts.get(text) ?? 0) + 1);
      atEnd = read.atEnd;
    }
    return counts;
  }
}

/** A carried-over line is copied, so its keys keep their order. Only a sentinel's line number changes. */
function textOf(entry: Entry): string {
  return JSON.stringify({ ...entry, _line: undefined });
}

/** The identity of the file after following links; undefined if there is none. */
export function identityAt(path: string): string | undefined {
  const file = openReadable(path);
  try {
    return file?.state.identity;
  } finally {
    closeReadable(file);
  }
}

/** How many of the first bytes are whole lines that both buffers share. */
export function commonLines(a: Buffer, b: Buffer): number {
  const same = commonBytes(a, b);
  return same === 0 ? 0 : a.lastIndexOf(lineFeed, same - 1) + 1;
}

/** How many of the first bytes both buffers share. */
export function commonBytes(a: Buffer, b: Buffer): number {
  let same = 0;
  while (same < a.length && same < b.length && a[same] === b[same]) same++;
  return same;
}
