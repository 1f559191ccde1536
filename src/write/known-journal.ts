// An open journal in, a fold of all it holds out; what was folded before is not read again while the file is the same.
import type { Fold } from "../engine/engine.js";
import { type ReadableJournal, shrunken } from "../readable.js";
import { type Disk, readFully } from "./disk.js";

/** An open journal to read from. */
export interface JournalSource {
  readonly path: string;
  readonly fd: number;
  /** Device and inode. */
  readonly identity: string;
  /** In bytes, as it is now. */
  readonly size: number;
  /** Up to `into.length` bytes; gives the part that was read. */
  read(into: Uint8Array, position: number): Uint8Array;
}

const stepBytes = 16 * 1024 * 1024;

/**
 * An inode is used again once its file is gone, and an append that was cut back leaves room for another of its length.
 * This many bytes hold all of the last lines, which tell such a file from the one that was folded.
 */
const markBytes = 4096;
const markBytesMin = 256;

/** How much of what this process appends itself is left to be folded later. */
const unfoldedBytesMax = 1024 * 1024;

/** How often a journal is folded that becomes shorter meanwhile (format 10). */
const foldsMax = 3;

const lineFeed = 0x0a;

interface Known {
  identity: string;
  fold: Fold;
  /** Where what is known ends: what this process appended itself stands there behind the fold's offset. In bytes. */
  end: number;
  mark: Mark;
  /** If all of the file is known. */
  nextSeq: number | undefined;
}

/** Where the folds of a journal come from, and who is told of each that has reached the end. */
export interface FoldSource {
  open(file: JournalSource): Fold;
  folded?(file: JournalSource, fold: Fold): void;
}

export class KnownJournal {
  readonly #folds: FoldSource;
  #known: Known | undefined;

  constructor(folds: FoldSource) {
    this.#folds = folds;
  }

  /** The number that the next entry gets if nobody else has written. */
  get expectedSeq(): number {
    return this.#known?.nextSeq ?? 1;
  }

  /**
   * The fold of the file as it is now; the next call folds on with the same object. A file that was replaced, cut or
   * rewritten is folded anew.
   */
  readOn(file: JournalSource): Fold {
    const known = this.#known;
    // Taken out first, so that a fold which threw half-way is not asked again.
    this.#known = undefined;
    const size = file.size;
    const isSame = known !== undefined && isSameFile(known, file, size);
    if (isSame && !known.fold.hasOpenLine && size === known.fold.offset) {
      this.#known = known;
      return known.fold;
    }
    let fold = isSame ? known.fold : this.#folds.open(file);
    for (let folds = 1; ; folds++) {
      while (!fold.step(file.fd, stepBytes));
      const found = file.size;
      if (found >= fold.offset) break;
      if (folds === foldsMax) throw shrunken(file.path, fold.offset, found);
      fold = this.#folds.open(file);
    }
    this.#folds.folded?.(file, fold);
    const mark = known?.mark ?? new Mark();
    mark.take(file, fold);
    this.#known = { identity: file.identity, fold, end: fold.offset, mark, nextSeq: undefined };
    return fold;
  }

  /** What `readOn` would number on with, for a file of `size` bytes; reads little if nobody else has written. */
  nextSeq(file: JournalSource, size: number): number {
    const known = this.#known;
    if (known?.nextSeq !== undefined && known.end === size && size - known.fold.offset <= unfoldedBytesMax) {
      if (isSameFile(known, file, size)) return known.nextSeq;
    }
    return this.readOn(file).nextSeq();
  }

  /** All that is known ends there, with a line that has its LF. */
  isWholeAt(size: number): boolean {
    return this.#known?.end === size && this.#known.mark.endsLine;
  }

  /** Tells of what was appended to the file at `start` after `nextSeq` was asked, and of the number that comes next. */
  appended(bytes: Uint8Array, start: number, nextSeq: number): void {
    const known = this.#known;
    if (known === undefined) return;
    known.nextSeq = undefined;
    if (known.end !== start) return;
    known.end += bytes.length;
    known.mark.extend(bytes);
    known.nextSeq = nextSeq;
  }

  forget(): void {
    this.#known = undefined;
  }
}

function isSameFile(known: Known, file: JournalSource, size: number): boolean {
  if (known.identity !== file.identity || size < known.end) return false;
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

/** A journal that is open for reading alone. */
export function readableSource(file: ReadableJournal, disk: Disk): JournalSource {
  return {
    path: file.path,
    fd: file.fd,
    identity: disk.fstat(file.fd).identity,
    get size() {
      return disk.fstat(file.fd).size;
    },
    read: (into, position) => readFully(disk, file.fd, into, position),
  };
}
