// Performs one write to an open journal: takes a decision under the lock, appends its entries and makes sure that they
// are confirmed by their place in the file (docs/format.md 8).
import type { Fold, JournalEngine } from "../engine/engine.js";
import { JournalError } from "../errors.js";
import { errorText } from "../file/system-error.js";
import type { InodeLock } from "../lock/inode.js";
import { guardRead } from "../read/fold.js";
import type { Written } from "../read/known.js";
import type { Entry } from "../types.js";
import type { JournalFile } from "../write/journal-file.js";
import { PreparedEntry, stampAll } from "../write/prepared.js";
import {
  appendBatch,
  appendUnchanged,
  changedTooOften,
  inRounds,
  recordCounter,
  roundsMax,
  type WritePlan,
} from "./rounds.js";
import {
  changesLeases,
  heldState,
  listRecords,
  planWithdrawal,
  type Withdrawal,
  type WithdrawalRecord,
  withdrawalEntries,
} from "./withdraw.js";

/** The entries to append, and the answer to return once they are durable. `settle` must not fail. */
export interface Decision<Answer, Given = unknown> {
  entries: Given[];
  settle(appended: Entry[]): Answer;
}

export interface CommitPlan<Answer> extends WritePlan {
  engine: JournalEngine;
  inodeLock: InodeLock;
  /**
   * Decides on the state that precedes its entries in the journal. It is called again if other entries came first, so
   * it must return the same entries for the same leases. Tokens up to `counterMin` were already issued, even if the
   * fold does not show them.
   */
  decide(fold: Fold, counterMin: number): Decision<Answer, PreparedEntry>;
}

/** Decides and appends under the lock, which is checked just before the write. Without entries nothing is written. */
export function commit<Answer>(plan: CommitPlan<Answer>): Answer {
  return new Commit(plan).run();
}

class Commit<Answer> {
  readonly #plan: CommitPlan<Answer>;
  /** Entries of an earlier round that are in the journal but not confirmed. */
  #withdrawals: Withdrawal[] = [];
  /** The file that contains them, and where they end. */
  #written = { identity: "", end: 0 };
  /** What `decide` threw when it was called again. */
  #failure: { thrown: unknown } | undefined;

  constructor(plan: CommitPlan<Answer>) {
    this.#plan = plan;
  }

  run(): Answer {
    const { path, inodeLock } = this.#plan;
    const done = inRounds(this.#plan, (file, round) => {
      inodeLock.hold(file.fd);
      return this.#withdrawals.length > 0 ? this.#withdraw(file) : this.#decide(file, round);
    });
    if (done !== undefined) return done.answer;
    if (this.#withdrawals.length > 0) throw notConfirmed(path, `the journal changed ${roundsMax} times meanwhile`);
    throw changedTooOften(path);
  }

  /** Returns `undefined` if the journal has changed since the decision, or if the entries were not confirmed. */
  #decide(file: JournalFile, round: number): { answer: Answer } | undefined {
    const { known, decide, now } = this.#plan;
    const size = guardRead(file.path, () => file.size);
    const fold = guardRead(file.path, () => known.readJournal(file));
    known.expectNumbering(file.path, fold.nextSeq(), size);
    const { entries, settle } = decide(fold, known.counterMin);
    if (entries.length === 0) return { answer: settle([]) };
    const { stamped, nextSeq } = stampAll(recordCounter(known, entries, fold), fold.nextSeq(), now);
    const written = appendUnchanged(this.#plan, file, { stamped, nextSeq }, { size, round });
    if (written === undefined) return undefined;
    const appended = stamped.map(({ entry }) => entry);
    // The entries begin where the journal ended at the decision, so nothing came in between.
    if (written.start === size || !appended.some(changesLeases)) return { answer: settle(appended) };
    return this.#confirm(file, written, entries, appended);
  }

  /** Decides again on what actually precedes the entries (docs/format.md 8, "Order"). */
  #confirm(
    file: JournalFile,
    { start, bytes }: Written,
    entries: PreparedEntry[],
    appended: Entry[],
  ): { answer: Answer } | undefined {
    const { path, known, decide } = this.#plan;
    if (start === undefined) throw notConfirmed(path, "where they lie in the file cannot be determined");
    const fold = guardRead(file.path, () => known.readOn(file, start));
    try {
      const again = decide(fold, known.counterMin);
      const isSame =
        again.entries.length === entries.length && again.entries.every((each, at) => each.equals(entries[at]));
      if (isSame) return { answer: again.settle(appended) };
    } catch (thrown) {
      this.#failure = { thrown };
    }
    const before = guardRead(file.path, () => heldState(fold));
    const after = heldState(guardRead(file.path, () => known.readOn(file, start + bytes.length)));
    const withdrawals = planWithdrawal(appended, before, after);
    if (withdrawals === undefined)
      throw notConfirmed(path, "they contain a CHECKPOINT, or replace a lease stored under another identity");
    this.#withdrawals = withdrawals;
    this.#written = { identity: file.identity, end: start + bytes.length };
    return this.#withdraw(file);
  }

  /** Withdraws unconfirmed entries. The next round decides on the journal as it is then. */
  #withdraw(file: JournalFile): undefined {
    const { path } = this.#plan;
    try {
      for (let round = 0; !this.#withdrawOnce(file); round++) {
        if (round === roundsMax) throw new Error(`the journal changed ${roundsMax} times meanwhile`);
      }
    } catch (cause) {
      throw notConfirmed(path, `they could not be withdrawn: ${errorText(cause)}`, cause);
    }
    this.#withdrawals = [];
    if (this.#failure !== undefined) throw this.#failure.thrown;
    return undefined;
  }

  /** Returns false if another writer appended meanwhile, possibly a withdrawal that affects this one. */
  #withdrawOnce(file: JournalFile): boolean {
    const { known, now } = this.#plan;
    const { size } = file;
    const fold = guardRead(file.path, () => known.readJournal(file));
    const records = guardRead(file.path, () => this.#readRecords(file));
    const entries = withdrawalEntries(this.#withdrawals, heldState(fold), records);
    if (entries.length === 0) return true;
    const prepared = entries.map((entry) => new PreparedEntry(entry));
    const { stamped, nextSeq } = stampAll(recordCounter(known, prepared, fold), fold.nextSeq(), now);
    return appendBatch(this.#plan, file, { stamped, nextSeq }).start === size;
  }

  /** Reads what other writers have recorded since the entries. A file that replaced theirs has no such records. */
  #readRecords(file: JournalFile): WithdrawalRecord[] {
    const { identity, end } = this.#written;
    if (file.identity !== identity) return [];
    const batches = this.#plan.engine.readEntries(file.fd, { line: 0, offset: end });
    return Array.from(batches, ({ entries }) => listRecords(entries)).flat();
  }
}

function notConfirmed(path: string, why: string, cause?: unknown): JournalError {
  const what = `entries were written to the journal ${path}, but other entries came before them`;
  return new JournalError("ERR_NOT_CONFIRMED", `${what}, and ${why}; nothing was granted`, { path, cause });
}
