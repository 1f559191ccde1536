// What a follower of a journal needs to know of the files that were there before: their last entries and bytes.
import { GrowingEntries } from "../engine/script.js";
import { closeReadable, openReadable, type RegularFile, readSize } from "../file/regular.js";
import type { Entry, Place } from "../types.js";
import { guardRead, type ReadPlan } from "./fold.js";
import { countLines, findLineStart } from "./tail.js";

const lineFeed = 0x0a;

/**
 * The last `n` entries of an open file, and the reader that goes on behind them: one reader gives both, so no entry is
 * lost between them. `end` is a line's start near the end of the file; entries appended since count as well.
 */
export function readBacklog(
  plan: ReadPlan,
  file: RegularFile,
  end: Place,
  n: number,
): { entries: Entry[]; reader: GrowingEntries } {
  let start = end.offset;
  // Blank lines and non-objects are no entries, so `n` lines may be too few: then twice as many.
  for (let lines = n; ; lines *= 2) {
    start = findLineStart(plan, file, start, lines);
    const line = end.line - countLines(plan, file, start, end.offset);
    const reader = new GrowingEntries({ line, offset: start });
    let entries: Entry[] = [];
    for (let atEnd = false; !atEnd; ) {
      plan.options.signal?.throwIfAborted();
      const read = guardRead(file.path, () => reader.read(file.fd, false));
      for (const entry of read.entries) entries.push(entry);
      // Cutting at twice the number keeps the copying linear.
      if (entries.length > 2 * n) entries = entries.slice(-n);
      atEnd = read.atEnd;
    }
    if (entries.length >= n || start === 0) return { entries: entries.slice(-n), reader };
  }
}

/** A compaction carries over what was appended within moments; more than this is given twice rather than hidden. */
const carriedBytesMax = 1024 * 1024;

/** The end of a replaced file, to recognise the entries that a compaction carried over from it (docs/format.md 7). */
export class ReplacedEnd {
  readonly #file: RegularFile;
  /** How often each text is there and was not met yet. Read at the first question, which seldom comes. */
  #left: Map<string, number> | undefined;

  /** The file is this object's from now on: `close` closes it. */
  constructor(file: RegularFile) {
    this.#file = file;
  }

  /** Whether the file ends with such an entry; each is recognised as often as it is there. */
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
    // A line that is cut by the offset reads as damaged, which is no text of an entry.
    const reader = new GrowingEntries({ line: 0, offset });
    for (let atEnd = false; !atEnd; ) {
      const read = guardRead(this.#file.path, () => reader.read(this.#file.fd, true));
      for (const text of read.entries.map(textOf)) counts.set(text, (counts.get(text) ?? 0) + 1);
      atEnd = read.atEnd;
    }
    return counts;
  }
}

/** The copy is the same line, so its keys are in the same order; only a sentinel's line number changes. */
function textOf(entry: Entry): string {
  return JSON.stringify({ ...entry, _line: undefined });
}

/** Of the file itself, links followed; undefined if there is none. */
export function identityAt(path: string): string | undefined {
  const file = openReadable(path);
  try {
    return file?.state.identity;
  } finally {
    closeReadable(file);
  }
}

/** How many of the first bytes of both are the same whole lines. */
export function commonLines(a: Buffer, b: Buffer): number {
  let same = 0;
  while (same < a.length && same < b.length && a[same] === b[same]) same++;
  return same === 0 ? 0 : a.lastIndexOf(lineFeed, same - 1) + 1;
}
