// An open journal in, a fold of all it holds out; what was folded before is not read again while the file is the same.
import type { Fold } from "../engine/engine.js";
import { type ReadableJournal, shrunken } from "../readable.js";
import { type Disk, readOnce } from "./disk.js";

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

/** How often a journal is folded that becomes shorter meanwhile (format 10). */
const foldsMax = 3;

interface Known {
  identity: string;
  fold: Fold;
  /** The bytes before the fold's offset. */
  mark: Uint8Array;
}

export class KnownJournal {
  readonly #openFold: () => Fold;
  #known: Known | undefined;

  constructor(openFold: () => Fold) {
    this.#openFold = openFold;
  }

  /**
   * The fold of the file as it is now; the next call folds on with the same object. A file that was replaced, cut or
   * rewritten is folded anew.
   */
  readOn(file: JournalSource): Fold {
    const known = this.#known;
    // Taken out first, so that a fold which threw half-way is not asked again.
    this.#known = undefined;
    let fold = known !== undefined && isSameFile(known, file) ? known.fold : this.#openFold();
    for (let folds = 1; ; folds++) {
      while (!fold.step(file.fd, stepBytes));
      const found = file.size;
      if (found >= fold.offset) break;
      if (folds === foldsMax) throw shrunken(file.path, fold.offset, found);
      fold = this.#openFold();
    }
    this.#known = { identity: file.identity, fold, mark: readMark(fold, file) };
    return fold;
  }

  forget(): void {
    this.#known = undefined;
  }
}

function isSameFile(known: Known, file: JournalSource): boolean {
  if (known.identity !== file.identity || file.size < known.fold.offset) return false;
  return Buffer.compare(known.mark, readMark(known.fold, file)) === 0;
}

function readMark(fold: Fold, file: JournalSource): Uint8Array {
  const start = Math.max(0, fold.offset - markBytes);
  return file.read(Buffer.allocUnsafe(fold.offset - start), start);
}

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

/** The part of `into` that the file fills: all of it, unless the file ends there. */
export function readFully(disk: Disk, fd: number, into: Uint8Array, position: number): Uint8Array {
  let length = 0;
  for (let got = -1; got !== 0 && length < into.length; length += got) {
    got = readOnce(disk, fd, into.subarray(length), position + length);
  }
  return into.subarray(0, length);
}
