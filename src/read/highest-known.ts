// Keeps the highest number and token that a process has seen in a journal, below which it must not fall (docs/format.md
// 8).
import { CounterAhead } from "../core/generations.js";
import type { Fold } from "../engine/engine.js";
import { JournalError } from "../errors.js";
import type { Entry } from "../types.js";

/**
 * What a process knows of a journal, even if its file is replaced. A number counts only once it is durable: a number
 * that was read without the lock may be cut off again by its writer.
 */
export class HighestKnown {
  #seq = 0;
  #counter = 0;
  /** Tokens issued by appends since the last fold. */
  #ahead = new CounterAhead();

  /** The highest token in files that were replaced. */
  get counter(): number {
    return this.#counter;
  }

  /** Call it when another file has replaced the one that was folded. */
  replaced(fold: Fold): void {
    this.#counter = Math.max(this.#counter, this.#ahead.after(fold.heldLeases().counter));
  }

  /** Call it when the next fold includes everything that was appended. */
  folded(): void {
    this.#ahead = new CounterAhead();
  }

  appended(entries: readonly Entry[], nextSeq: number): void {
    for (const entry of entries) this.#ahead.fold(entry);
    this.#raise(nextSeq);
  }

  saw(nextSeq: number, isAtRest: () => boolean): void {
    if (nextSeq - 1 > this.#seq && isAtRest()) this.#raise(nextSeq);
  }

  /** Throws `ERR_JOURNAL_WENT_BACK` unless the numbering continues. A compaction keeps it by its `seq_watermark`. */
  expectNumbering(path: string, nextSeq: number, size: number): void {
    if (nextSeq <= this.#seq) throw this.#wentBack(path, `a file of ${size} bytes that ends at seq ${nextSeq - 1}`);
    if (nextSeq > Number.MAX_SAFE_INTEGER && this.#seq < Number.MAX_SAFE_INTEGER) warnOfEnd(path);
    this.#raise(nextSeq);
  }

  /** Call it before a missing file is created. */
  expectFile(path: string): void {
    if (this.#seq > 0) throw this.#wentBack(path, "no file");
  }

  forget(): void {
    this.#seq = 0;
    this.#counter = 0;
    this.#ahead = new CounterAhead();
  }

  #raise(nextSeq: number): void {
    this.#seq = Math.max(this.#seq, nextSeq - 1);
  }

  #wentBack(path: string, found: string): JournalError {
    const expected = `expected the entries up to seq ${this.#seq} that this process knows, found ${found}`;
    const advice = "if it was deleted, truncated or restored on purpose, reopen it to accept it as it is";
    const message = `append to the journal ${path}: nothing was written: ${expected}; ${advice}`;
    return new JournalError("ERR_JOURNAL_WENT_BACK", message, { path });
  }
}

function warnOfEnd(path: string): void {
  const found = "has an entry with seq 2^53 - 1, the last number: further entries share one number";
  const message = `the journal ${path} ${found}`;
  process.emitWarning(message, { code: "LANE_JOURNAL_SEQ_END" });
}
