// Keeps the fold of an open journal, so that what was folded is not read again while the file is the same.

import { drive } from "../core/drive.js";
import type { Fold } from "../engine/engine.js";
import type { FileLook } from "../file/disk.js";
import type { Entry } from "../types.js";
import { foldToEnd } from "./fold-to-end.js";
import { HighestKnown } from "./highest-known.js";
import { notAJournal } from "./not-a-journal.js";
import type { JournalSource } from "./source.js";

const stepBytes = 16 * 1024 * 1024;

/** The result of an append. */
export interface Written {
  bytes: Buffer;
  /** Where the bytes begin in the file; undefined if that cannot be determined. */
  start: number | undefined;
  /** The file's state once the bytes were durable. */
  after: FileLook;
}

/**
 * The inode number of a deleted file may be reused, and another append of the same length may replace one that was cut
 * back. Comparing this many bytes before the known end, which cover the last lines, detects both.
 */
const markBytes = 4096;
const markBytesMin = 256;

/** The maximum number of bytes of its own appends that this process leaves unfolded. */
const unfoldedBytesMax = 1024 * 1024;

const lineFeed = 0x0a;

interface Known {
  identity: string;
  fold: Fold;
  /** Where the known part ends, in bytes. This process's own appends may lie between the fold's offset and this. */
  end: number;
  mark: Mark;
  /** Set if the whole file is known. */
  nextSeq: number | undefined;
  /** The file's state when it last contained only the known part; undefined if it changed during the read. */
  seen: FileLook | undefined;
}

/** Opens the folds of a journal, and is notified of each fold that has reached the end. */
export interface FoldSource {
  open(file: JournalSource): Fold;
  folded?(file: JournalSource, fold: Fold): void;
}

export class KnownJournal {
  readonly #folds: FoldSource;
  readonly #highest = new HighestKnown();
  #known: Known | undefined;

  constructor(folds: FoldSource) {
    this.#folds = folds;
  }

  /** The number that the next entry gets if no other writer has appended. */
  get expectedSeq(): number {
    return this.#known?.nextSeq ?? 1;
  }

  /** The size of the file when this process last read it or appended to it alone; 0 if nothing is known. */
  get size(): number {
    return this.#known?.seen?.size ?? this.#known?.end ?? 0;
  }

  /** Tokens up to this one were issued in files that were replaced; 0 if there are none. */
  get counterMin(): number {
    return this.#highest.counter;
  }

  /**
   * Returns the fold of the file as it is now, or as if it ended at `end`. The next call continues the same fold. A
   * file that was replaced, cut or rewritten is folded from the start.
   */
  readOn(file: JournalSource, end?: number): Fold {
    const known = this.#known;
    // Removed first, so that a fold that throws half-way is not used again.
    this.#known = undefined;
    const look = file.look();
    const size = endWithin(look.size, end);
    const isSame = known !== undefined && isSameFile(known, file, look, size);
    if (isSame && !known.fold.hasOpenLine && size === known.fold.offset) {
      this.#known = known;
      return known.fold;
    }
    if (known !== undefined && !isSame) this.#highest.replaced(known.fold);
    let fold: Fold;
    try {
      fold = this.#foldOn(file, end, isSame ? known.fold : this.#folds.open(file));
    } catch (error) {
      if (known !== undefined) this.#highest.replaced(known.fold);
      throw error;
    }
    if (end === undefined) this.#highest.folded();
    this.#folds.folded?.(file, fold);
    const mark = known?.mark ?? new Mark();
    mark.take(file, fold);
    const seen = look.size === fold.offset ? look : undefined;
    this.#known = { identity: file.identity, fold, end: fold.offset, mark, nextSeq: undefined, seen };
    return fold;
  }

  #foldOn(file: JournalSource, end: number | undefined, begun: Fold): Fold {
    const run = { path: file.path, fd: file.fd, size: () => file.look().size, stepBytes, end };
    return drive(foldToEnd(begun, () => this.#folds.open(file), run));
  }

  /** Like `readOn`, but throws `ERR_NOT_A_JOURNAL` for a file that is not a journal. */
  readJournal(file: JournalSource): Fold {
    const fold = this.readOn(file);
    if (fold.content === "foreign") throw notAJournal(file);
    return fold;
  }

  /** Returns the next number for a file in this state. Reads little unless another writer has appended. */
  nextSeq(file: JournalSource, look: FileLook): number {
    const known = this.#known;
    if (known?.nextSeq !== undefined && known.end === look.size && look.size - known.fold.offset <= unfoldedBytesMax) {
      if (isSameFile(known, file, look, look.size)) return known.nextSeq;
    }
    return this.readJournal(file).nextSeq();
  }

  /** Whether the known part ends at this size with a line that has its LF. */
  isWholeAt(size: number): boolean {
    return this.#known?.end === size && this.#known.mark.endsLine;
  }

  /** Returns `counterMin` if the journal's fold is below it: the next entry that takes a token must record it. */
  counterToRecord(fold: Fold): number | undefined {
    const { counter } = this.#highest;
    return counter > 0 && fold.heldLeases().counter < counter ? counter : undefined;
  }

  /** See `HighestKnown.expectFile`. */
  expectFile(path: string): void {
    this.#highest.expectFile(path);
  }

  /** See `HighestKnown.expectNumbering`. */
  expectNumbering(path: string, nextSeq: number, size: number): void {
    this.#highest.expectNumbering(path, nextSeq, size);
  }

  /**
   * Records a number that was read without the lock. It is certain only if `isAtRest`: the writer of the last entries
   * may still cut them back.
   */
  sawNumber(nextSeq: number, isAtRest: () => boolean): void {
    this.#highest.saw(nextSeq, isAtRest);
  }

  /** Records durably appended entries and the next number. The next fold reads the entries. */
  acknowledge(entries: readonly Entry[], nextSeq: number, written: Written): void {
    this.#highest.appended(entries, nextSeq);
    this.appended(written, nextSeq);
  }

  /** Records what was appended after `nextSeq` was called, and the next number. */
  appended(written: Written, nextSeq: number): void {
    const known = this.#known;
    if (known === undefined) return;
    known.seen = seenAfter(known, written);
    known.nextSeq = undefined;
    if (known.end !== written.start) return;
    known.end += written.bytes.length;
    known.mark.extend(written.bytes);
    known.nextSeq = nextSeq;
  }

  /** Makes the next call accept the file as it is. */
  forget(): void {
    this.#known = undefined;
    this.#highest.forget();
  }
}

/** Returns undefined if another writer has appended too. */
function seenAfter({ seen }: Known, { start, bytes, after }: Written): FileLook | undefined {
  const isAlone = start !== undefined && seen?.size === start && after.size === start + bytes.length;
  return isAlone ? after : undefined;
}

function endWithin(size: number, end: number | undefined): number {
  return end === undefined ? size : Math.min(size, end);
}

function isSameFile(known: Known, file: JournalSource, look: FileLook, size: number): boolean {
  if (known.identity !== file.identity || look.size < known.end || size < known.fold.offset) return false;
  // A new time with the same size means that another program has written to the file.
  const { seen } = known;
  if (seen?.size === look.size && seen.modifiedAtMs !== look.modifiedAtMs) return false;
  if (size === known.fold.offset && known.fold.endDamaged) return false;
  return known.mark.isIn(file, known.end);
}

/** The bytes before a position in a file. */
class Mark {
  readonly #kept = Buffer.allocUnsafeSlow(markBytes);
  #length = 0;

  /** Also true for an empty file. */
  get endsLine(): boolean {
    return this.#length === 0 || this.#kept[this.#length - 1] === lineFeed;
  }

  /** Takes the bytes from the fold; after a damaged or long line it must read them from the file. */
  take(file: JournalSource, fold: Fold): void {
    const folded = fold.mark();
    const wanted = Math.min(fold.offset, markBytes);
    this.#length = folded.copy(this.#kept);
    if (folded.length >= Math.min(wanted, markBytesMin)) return;
    this.#length = file.read(this.#kept.subarray(0, wanted), fold.offset - wanted).length;
  }

  extend(bytes: Uint8Array): void {
    const added = bytes.subarray(Math.max(0, bytes.length - markBytes));
    const left = Math.min(this.#length, markBytes - added.length);
    this.#kept.copyWithin(0, this.#length - left, this.#length);
    this.#kept.set(added, left);
    this.#length = left + added.length;
  }

  isIn(file: JournalSource, end: number): boolean {
    const found = file.read(readRoom.subarray(0, this.#length), end - this.#length);
    return Buffer.compare(this.#kept.subarray(0, this.#length), found) === 0;
  }
}

const readRoom = Buffer.allocUnsafeSlow(markBytes);
