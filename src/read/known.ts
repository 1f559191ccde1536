// An open journal in, a fold of all it holds out; what was folded before is not read again while the file is the same.

import { drive } from "../core/drive.js";
import type { Fold } from "../engine/engine.js";
import type { FileLook } from "../file/disk.js";
import type { Entry } from "../types.js";
import { foldToEnd } from "./fold-to-end.js";
import { HighestKnown } from "./highest-known.js";
import { notAJournal } from "./not-a-journal.js";
import type { JournalSource } from "./source.js";

const stepBytes = 16 * 1024 * 1024;

/** What an append has put into the file. */
export interface Written {
  bytes: Buffer;
  /** Where the bytes begin in the file; undefined if that cannot be determined. */
  start: number | undefined;
  /** The file once they were durable. */
  after: FileLook;
}

/**
 * An inode is used again once its file is gone, and an append that was cut back leaves room for another of its length.
 * This many bytes hold all of the last lines, which tell such a file from the one that was folded.
 */
const markBytes = 4096;
const markBytesMin = 256;

/** How much of what this process appends itself is left to be folded later. */
const unfoldedBytesMax = 1024 * 1024;

const lineFeed = 0x0a;

interface Known {
  identity: string;
  fold: Fold;
  /** Where what is known ends: what this process appended itself stands there behind the fold's offset. In bytes. */
  end: number;
  mark: Mark;
  /** If all of the file is known. */
  nextSeq: number | undefined;
  /** The file when it was last known to hold no more; undefined if it changed while it was read. */
  seen: FileLook | undefined;
}

/** Where the folds of a journal come from, and who is told of each that has reached the end. */
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

  /** The number that the next entry gets if nobody else has written. */
  get expectedSeq(): number {
    return this.#known?.nextSeq ?? 1;
  }

  /** Tokens up to this one were handed out in a file that this one has replaced; 0 if none is known. */
  get counterMin(): number {
    return this.#highest.counter;
  }

  /**
   * The fold of the file as it is now, or as if it ended at `end`; the next call folds on with the same object. A file
   * that was replaced, cut or rewritten is folded anew.
   */
  readOn(file: JournalSource, end?: number): Fold {
    const known = this.#known;
    // Taken out first, so that a fold which threw half-way is not asked again.
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

  /** As `readOn`; throws `ERR_NOT_A_JOURNAL` for a file that is none. */
  readJournal(file: JournalSource): Fold {
    const fold = this.readOn(file);
    if (fold.content === "foreign") throw notAJournal(file);
    return fold;
  }

  /** What `readJournal` would number on with, for a file of that look; reads little if nobody else has written. */
  nextSeq(file: JournalSource, look: FileLook): number {
    const known = this.#known;
    if (known?.nextSeq !== undefined && known.end === look.size && look.size - known.fold.offset <= unfoldedBytesMax) {
      if (isSameFile(known, file, look, look.size)) return known.nextSeq;
    }
    return this.readJournal(file).nextSeq();
  }

  /** All that is known ends there, with a line that has its LF. */
  isWholeAt(size: number): boolean {
    return this.#known?.end === size && this.#known.mark.endsLine;
  }

  /** `counterMin` if the fold of the journal does not know it: the next entry that takes a token has to record it. */
  counterToRecord(fold: Fold): number | undefined {
    const { counter } = this.#highest;
    return counter > 0 && fold.heldLeases().counter < counter ? counter : undefined;
  }

  /** As `HighestKnown.expectFile`. */
  expectFile(path: string): void {
    this.#highest.expectFile(path);
  }

  /** As `HighestKnown.expectNumbering`. */
  expectNumbering(path: string, nextSeq: number, size: number): void {
    this.#highest.expectNumbering(path, nextSeq, size);
  }

  /**
   * Reports a number that was read without the lock. It is only sure to stay if `isAtRest`: the writer of the last
   * entries may still take them back.
   */
  sawNumber(nextSeq: number, isAtRest: () => boolean): void {
    this.#highest.saw(nextSeq, isAtRest);
  }

  /** Reports entries that were appended durably, and the number that comes next; the next fold reads them. */
  acknowledge(entries: readonly Entry[], nextSeq: number, written: Written): void {
    this.#highest.appended(entries, nextSeq);
    if (this.#known !== undefined) this.#known.seen = seenAfter(this.#known, written);
  }

  /** Reports what was appended to the file after `nextSeq` was asked, and the number that comes next. */
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

  /** The next call takes the file as it is, whatever was known. */
  forget(): void {
    this.#known = undefined;
    this.#highest.forget();
  }
}

/** Undefined if somebody else has written too. */
function seenAfter({ seen }: Known, { start, bytes, after }: Written): FileLook | undefined {
  const isAlone = start !== undefined && seen?.size === start && after.size === start + bytes.length;
  return isAlone ? after : undefined;
}

function endWithin(size: number, end: number | undefined): number {
  return end === undefined ? size : Math.min(size, end);
}

function isSameFile(known: Known, file: JournalSource, look: FileLook, size: number): boolean {
  if (known.identity !== file.identity || size < known.end) return false;
  // Somebody has written to it without making it longer.
  const { seen } = known;
  if (seen?.size === look.size && seen.modifiedAtMs !== look.modifiedAtMs) return false;
  if (size === known.fold.offset && known.fold.endDamaged) return false;
  return known.mark.isIn(file, known.end);
}

/** The bytes before a place of a file. */
class Mark {
  readonly #kept = Buffer.allocUnsafeSlow(markBytes);
  #length = 0;

  /** An empty file's too. */
  get endsLine(): boolean {
    return this.#length === 0 || this.#kept[this.#length - 1] === lineFeed;
  }

  /** The fold tells what it has read; behind a damaged line or a long one the file has to. */
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
