// Determines the sequence number of a journal's next entry (docs/format.md 6), reading only what others have added
// since the last call.
import type { JournalEngine } from "../engine/engine.js";
import { JournalError } from "../errors.js";
import type { Disk } from "../file/disk.js";
import { errorText } from "../file/system-error.js";
import { snapshotBytesMin } from "../read/fold.js";
import { type FoldSource, KnownJournal, type Written } from "../read/known.js";
import { notAJournal, readContent } from "../read/not-a-journal.js";
import { Snapshots } from "../read/snapshot.js";
import type { JournalEnd, JournalFile } from "./journal-file.js";

/** A fold's state takes some hundred bytes per live lease, and a process rarely writes more than one journal. */
const journalsMax = 64;

export class Numbering {
  readonly #engine: () => JournalEngine;
  readonly #disk: Disk;
  /** By path; the most recently used journal is last. */
  readonly #known = new Map<string, KnownJournal>();

  constructor(engine: () => JournalEngine, disk: Disk) {
    this.#engine = engine;
    this.#disk = disk;
  }

  /** Returns the number that the journal is expected to assign next, before it is opened. */
  expectedSeq(path: string): number {
    return this.#known.get(path)?.expectedSeq ?? 1;
  }

  /**
   * Reads a journal that was just opened. Throws `ERR_JOURNAL_UNREADABLE`: a number from half a file could go
   * backwards.
   */
  nextSeq(file: JournalFile): number {
    const known = this.#known.get(file.path) ?? new KnownJournal(this.#folds());
    this.#keep(file.path, known);
    return readForWriting(file.path, () => known.nextSeq(file, file.seen));
  }

  /** For an entry that has its number: reads only up to the first entry. Throws `ERR_NOT_A_JOURNAL`. */
  expectJournal(file: JournalFile): void {
    const content = readForWriting(file.path, () => readContent(file, this.#engine()));
    if (content === "foreign") throw notAJournal(file);
  }

  /** Returns the end of a journal whose number was just determined; undefined if the fold did not determine it. */
  endOf(file: JournalFile): JournalEnd | undefined {
    const isLastLineWhole = this.#known.get(file.path)?.isWholeAt(file.seen.size);
    return isLastLineWhole === true ? { size: file.seen.size, isLastLineWhole } : undefined;
  }

  /** Records what was appended after the number was determined. */
  appended(file: JournalFile, written: Written, nextSeq: number): void {
    this.#known.get(file.path)?.appended(written, nextSeq);
  }

  /** An existing snapshot saves a new process from reading most of the journal. */
  #folds(): FoldSource {
    const plan = { threads: 1, disk: this.#disk, makes: false, bytesMin: snapshotBytesMin, note: () => undefined };
    return new Snapshots({ ...plan, engine: this.#engine() });
  }

  #keep(path: string, known: KnownJournal): void {
    this.#known.delete(path);
    this.#known.set(path, known);
    if (this.#known.size <= journalsMax) return;
    for (const oldest of this.#known.keys()) {
      this.#known.delete(oldest);
      return;
    }
  }
}

function readForWriting<Answer>(path: string, read: () => Answer): Answer {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof JournalError) throw cause;
    const message = `the journal ${path} cannot be read, nothing was written: ${errorText(cause)}`;
    throw new JournalError("ERR_JOURNAL_UNREADABLE", message, { path, cause });
  }
}
