// Performs one write to an open journal: takes a decision under the lock, appends its entries and makes sure that they
// are confirmed by their place in the file (docs/format.md 8).
import { takesToken } from "../core/generations.js";
import type { Fold, JournalEngine } from "../engine/engine.js";
import { JournalError } from "../errors.js";
import type { Disk } from "../file/disk.js";
import { errorText } from "../file/system-error.js";
import type { InodeLock } from "../lock/inode.js";
import { blockFor, type HeldLock } from "../lock/lock.js";
import { guardRead } from "../read/fold.js";
import type { KnownJournal, Written } from "../read/known.js";
import type { Entry } from "../types.js";
import { type JournalFile, openJournalFile } from "../write/journal-file.js";
import { PreparedEntry, type Stamped, stampAll } from "../write/prepared.js";
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

export interface CommitPlan<Answer> {
  path: string;
  engine: JournalEngine;
  disk: Disk;
  lock: HeldLock;
  inodeLock: InodeLock;
  known: KnownJournal;
  now: () => string;
  /** The entries do not depend on the journal's state, so they are valid wherever they lie in the file. */
  isUnconditional: boolean;
  /**
   * Decides on the state that precedes its entries in the journal. It is called again if other entries came first, so
   * it must return the same entries for the same leases. Tokens up to `counterMin` were already issued, even if the
   * fold does not show them.
   */
  decide(fold: Fold, counterMin: number): Decision<Answer, PreparedEntry>;
}

/** A further round is needed if a writer that does not take this lock has appended or replaced the file. */
const roundsMax = 16;

/** From this round on, the entries are written even if the journal is growing: their order in the file decides. */
const restingRounds = 4;

/** The longest pause between two rounds, in milliseconds. Jitter lets one of several writers go first. */
const pauseMsMax = 16;

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
    const { path, disk, known, inodeLock, isUnconditional } = this.#plan;
    for (let round = 0; round < roundsMax; round++) {
      if (round > 0) blockFor(Math.random() * Math.min(2 ** round / 4, pauseMsMax));
      const file = openJournalFile(path, disk, (missing) => known.expectFile(missing));
      try {
        if (!isUnconditional) inodeLock.hold(file.fd);
        const done = this.#withdrawals.length > 0 ? this.#withdraw(file) : this.#decide(file, round);
        if (done !== undefined) return done.answer;
      } finally {
        file.close();
      }
    }
    if (this.#withdrawals.length > 0) throw notConfirmed(path, `the journal changed ${roundsMax} times meanwhile`);
    const found = `found it changed ${roundsMax} times by a writer that takes no lock`;
    const message = `append to the journal ${path}: nothing was written: expected an unchanged journal, ${found}`;
    throw new JournalError("ERR_APPEND_FAILED", message, { path });
  }

  /** Returns `undefined` if the journal has changed since the decision, or if the entries were not confirmed. */
  #decide(file: JournalFile, round: number): { answer: Answer } | undefined {
    const { known, decide, now } = this.#plan;
    const size = guardRead(file.path, () => file.size);
    const fold = guardRead(file.path, () => known.readJournal(file));
    known.expectNumbering(file.path, fold.nextSeq(), size);
    const { entries, settle } = decide(fold, known.counterMin);
    if (entries.length === 0) return { answer: settle([]) };
    const marked = this.#recordCounter(entries, fold);
    const { stamped, nextSeq } = stampAll(marked, fold.nextSeq(), now);
    if (!isUnchanged(file, size, round < restingRounds)) return undefined;
    const written = this.#append(file, stamped, nextSeq);
    const appended = stamped.map(({ entry }) => entry);
    // The entries begin where the journal ended at the decision, so nothing came in between.
    if (written.start === size || this.#plan.isUnconditional || !appended.some(changesLeases)) {
      return { answer: settle(appended) };
    }
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
    const { stamped, nextSeq } = stampAll(this.#recordCounter(prepared, fold), fold.nextSeq(), now);
    return this.#append(file, stamped, nextSeq).start === size;
  }

  /** Reads what other writers have recorded since the entries. A file that replaced theirs has no such records. */
  #readRecords(file: JournalFile): WithdrawalRecord[] {
    const { identity, end } = this.#written;
    if (file.identity !== identity) return [];
    const batches = this.#plan.engine.readEntries(file.fd, { line: 0, offset: end });
    return Array.from(batches, ({ entries }) => listRecords(entries)).flat();
  }

  #append(file: JournalFile, stamped: readonly Stamped[], nextSeq: number): Written {
    this.#plan.lock.check();
    const written = file.appendLines(stamped.map(({ line }) => line));
    this.#plan.known.acknowledge(
      stamped.map(({ entry }) => entry),
      nextSeq,
      written,
    );
    return written;
  }

  /** After a compaction that dropped the tokens, the first entry that takes a token records the highest one issued. */
  #recordCounter(entries: PreparedEntry[], fold: Fold): PreparedEntry[] {
    const watermark = this.#plan.known.counterToRecord(fold);
    if (watermark === undefined) return entries;
    const first = entries.find((entry) => takesToken(entry.op));
    return entries.map((entry) => (entry === first ? entry.withWatermark(watermark) : entry));
  }
}

/** The reference's compaction may have replaced the file, and some of its programs append without the lock. */
function isUnchanged(file: JournalFile, size: number, mustRest: boolean): boolean {
  try {
    return file.isInPlace() && (!mustRest || file.size === size);
  } catch (cause) {
    const message = `append to the journal ${file.path}: nothing was written: ${errorText(cause)}`;
    throw new JournalError("ERR_APPEND_FAILED", message, { path: file.path, cause });
  }
}

function notConfirmed(path: string, why: string, cause?: unknown): JournalError {
  const what = `entries were written to the journal ${path}, but other entries came before them`;
  return new JournalError("ERR_NOT_CONFIRMED", `${what}, and ${why}; nothing was granted`, { path, cause });
}
