// An open journal in, the number of its next entry out (SPEC 6); reads what was added since it was last asked.
import type { JournalEngine } from "../engine/engine.js";
import { JournalError } from "../errors.js";
import { errorText } from "./disk.js";
import type { JournalFile } from "./journal-file.js";
import { KnownJournal } from "./known-journal.js";

/** A fold's state is some hundred bytes a live lease; a process rarely writes more than one journal. */
const journalsMax = 64;

export class Numbering {
  readonly #engine: () => JournalEngine;
  /** By path, the one used last at the end. */
  readonly #known = new Map<string, KnownJournal>();

  constructor(engine: () => JournalEngine) {
    this.#engine = engine;
  }

  /** Throws `ERR_JOURNAL_UNREADABLE`: a number from half a file could go backwards. */
  nextSeq(file: JournalFile): number {
    const known = this.#known.get(file.path) ?? new KnownJournal(() => this.#engine().openFold("replay", 1));
    this.#keep(file.path, known);
    try {
      return known.readOn(file).nextSeq();
    } catch (cause) {
      if (cause instanceof JournalError) throw cause;
      const message = `the journal ${file.path} cannot be read, nothing was written: ${errorText(cause)}`;
      throw new JournalError("ERR_JOURNAL_UNREADABLE", message, { path: file.path, cause });
    }
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
