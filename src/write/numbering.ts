// An open journal in, the number of its next entry out (SPEC 6); reads what was added since it was last asked.

import type { Fold, JournalEngine } from "../engine/engine.js";
import { JournalError } from "../errors.js";
import { errorText } from "./disk.js";
import type { JournalFile } from "./journal-file.js";

/** A fold's state is some hundred bytes a live lease; a process rarely writes more than one journal. */
const foldsMax = 64;

const stepBytes = 16 * 1024 * 1024;

/** Lines differ in `seq` and `ts`, so that this many bytes tell a file from another with the same inode. */
const markBytes = 64;

interface KnownFile {
  identity: string;
  fold: Fold;
  /** The bytes before the fold's offset. */
  mark: Uint8Array;
}

export class Numbering {
  readonly #engine: () => JournalEngine;
  /** By path, the one used last at the end. */
  readonly #known = new Map<string, KnownFile>();

  constructor(engine: () => JournalEngine) {
    this.#engine = engine;
  }

  /** Throws `ERR_JOURNAL_UNREADABLE`: a number from half a file could go backwards. */
  nextSeq(file: JournalFile): number {
    try {
      const { fold } = this.#readOn(file);
      return fold.nextSeq();
    } catch (cause) {
      if (cause instanceof JournalError) throw cause;
      const message = `the journal ${file.path} cannot be read, nothing was written: ${errorText(cause)}`;
      throw new JournalError("ERR_JOURNAL_UNREADABLE", message, { path: file.path, cause });
    }
  }

  #readOn(file: JournalFile): KnownFile {
    const kept = this.#known.get(file.path);
    // Taken out first, so that a fold which threw half-way is not asked again.
    this.#known.delete(file.path);
    const fold = kept !== undefined && isSameFile(kept, file) ? kept.fold : this.#engine().openFold("replay", 1);
    while (!fold.step(file.fd, stepBytes));
    const read = { identity: file.identity, fold, mark: readMark(fold, file) };
    this.#known.set(file.path, read);
    if (this.#known.size > foldsMax) this.#forgetOldest();
    return read;
  }

  #forgetOldest(): void {
    for (const path of this.#known.keys()) {
      this.#known.delete(path);
      return;
    }
  }
}

/** An inode is used again once its file is gone, so identity and size alone do not tell. */
function isSameFile(known: KnownFile, file: JournalFile): boolean {
  if (known.identity !== file.identity || file.size < known.fold.offset) return false;
  return Buffer.compare(known.mark, readMark(known.fold, file)) === 0;
}

function readMark(fold: Fold, file: JournalFile): Uint8Array {
  const start = Math.max(0, fold.offset - markBytes);
  return file.read(Buffer.alloc(fold.offset - start), start);
}
