// A journal's path in, an object that reads, decides and appends under the lock out; it keeps what it has folded.
import { types } from "node:util";
import { checkCount, checkOptions, checkPath, mismatch } from "./arguments.js";
import { commit, type Decision } from "./commit.js";
import type { EngineRequest } from "./engine/choose.js";
import type { Fold, FoldKind, JournalEngine } from "./engine/engine.js";
import { JournalError } from "./errors.js";
import { Group } from "./group.js";
import { guardRead, snapshotBytesMin } from "./read.js";
import { closeReadable, openReadable } from "./readable.js";
import { Snapshots } from "./snapshot.js";
import { errorCode, errorText } from "./system-error.js";
import { tailEntries } from "./tail.js";
import type { Entry, Generation, JournalCompactOptions, JournalOptions, Lease, Scan } from "./types.js";
import { type CompactResult, compactFile } from "./write/compact.js";
import { type Disk, nodeDisk } from "./write/disk.js";
import { KnownJournal, readableSource } from "./write/known-journal.js";
import { acquireLock, type Guard, type HeldLock } from "./write/lock.js";
import { checkLabel } from "./write/lock-file.js";
import { journalNowIso } from "./write/path.js";
import { PreparedEntry } from "./write/prepared.js";

/** Sees the live leases and their tokens as they are under the lock; gives what is to be appended, or nothing. */
// biome-ignore lint/suspicious/noConfusingVoidType: a function that returns nothing is one that decides on nothing
export type Decide = (live: Lease[], generations: Generation[]) => Entry | Entry[] | void;

/**
 * Every write takes the lock, folds what others appended, writes, fsyncs and lets the lock go; what it returns is
 * durable. A lock that stays held is `ERR_LOCK_BUSY`. Reads take no lock and cost what was appended since the last one.
 * After `close` every call throws `ERR_CLOSED`.
 */
export interface Journal {
  /** Absolute; links in it are followed at each call. */
  readonly path: string;
  /** The live leases in map order (SPEC 5). */
  replay(): Lease[];
  /** The fencing tokens of the live leases in map order (SPEC 5). */
  generations(): Generation[];
  /** Leases, counts and findings (SPEC 3). The first call reads the whole journal. */
  scan(): Scan;
  /** The number the next entry gets (SPEC 6). */
  nextSeq(): number;
  /** The last `n` entries (default 20; all if 0 or less), read from the end of the file. */
  tail(n?: number): Entry[];
  /** Gives the entry back, stamped. */
  append(entry: Entry): Entry;
  /** As `append`, with one write and one fsync for all of them: either all are in the journal or none is. */
  appendAll(entries: Iterable<Entry>): Entry[];
  /**
   * As `append`, waiting for the lock without blocking. Entries that wait together share a write and an fsync; if that
   * fails, all of them are rejected. The entry is written as it is now; the write itself blocks.
   */
  appendAsync(entry: Entry): Promise<Entry>;
  /**
   * Folds, decides and appends under one lock; gives back what was appended, stamped. If `decide` throws, nothing is
   * written. It is asked again if a writer that takes no lock changed the journal meanwhile. It may read from the
   * journal but not write to it.
   */
  transact(decide: Decide): Entry[];
  /** Rewrites the journal as the fewest entries that fold to the same (SPEC 7). */
  compact(options?: JournalCompactOptions): CompactResult;
  /** Entries of `appendAsync` that are not written yet are rejected. A second call does nothing. */
  close(): void;
}

const lockWaitMsDefault = 1000;

/** What a journal needs of the world, checked. */
export interface JournalPlan {
  path: string;
  engine: JournalEngine;
  threads: number;
  lock: { label: string; waitMs: number; guard: Guard | undefined };
  disk: Disk;
  now: () => string;
  snapshots: Snapshots | undefined;
}

/** What a test may put in place of the system's. */
export interface JournalEdges {
  disk?: Disk;
  now?: () => string;
  snapshotBytesMin?: number;
}

/** Options as the caller gave them, checked. */
export function planJournal(
  path: string | URL | undefined,
  options: JournalOptions | undefined,
  engineFor: (option: EngineRequest | undefined) => JournalEngine,
  { disk = nodeDisk, now = journalNowIso, snapshotBytesMin: bytesMin = snapshotBytesMin }: JournalEdges = {},
): JournalPlan {
  const { engine, threads, snapshot, onSnapshot } = checkOptions(options);
  const label = checkLabel(options?.label ?? "lane-journal");
  const waitMs: unknown = options?.lockWaitMs ?? lockWaitMsDefault;
  const isWait = typeof waitMs === "number" && Number.isFinite(waitMs) && waitMs >= 0;
  if (!isWait) throw mismatch("lockWaitMs", "a finite number of at least 0", waitMs);
  const chosen = engineFor(engine);
  const lock = { label, waitMs, guard: guardOf(chosen) };
  const making = { engine: chosen, threads, disk, makes: true, bytesMin, note: onSnapshot };
  const snapshots = snapshot === true ? new Snapshots(making) : undefined;
  return { path: checkPath(path), engine: chosen, threads, lock, disk, now, snapshots };
}

function guardOf(engine: JournalEngine): Guard | undefined {
  const tryLock = engine.tryFlock?.bind(engine);
  return tryLock && { tryLock };
}

export class OpenJournal implements Journal {
  readonly #plan: JournalPlan;
  readonly #replayed: KnownJournal;
  readonly #scanned: KnownJournal;
  readonly #group: Group;
  /** The call that holds the lock. */
  #writing: string | undefined;
  #isClosed = false;

  constructor(plan: JournalPlan) {
    this.#plan = plan;
    const snapshots = plan.snapshots;
    this.#replayed = new KnownJournal(snapshots ?? { open: () => this.#openFold("replay") });
    // What a snapshot is made of knows all that a scan tells.
    this.#scanned = snapshots ? this.#replayed : new KnownJournal({ open: () => this.#openFold("scan") });
    this.#group = new Group((take) => this.#appendPrepared("appendAsync", take, 0), plan.lock.waitMs);
  }

  get path(): string {
    return this.#plan.path;
  }

  replay(): Lease[] {
    return this.#read(this.#replayed, "replay", (fold) => fold.leases());
  }

  generations(): Generation[] {
    return this.#read(this.#replayed, "replay", (fold) => fold.generations());
  }

  scan(): Scan {
    return this.#read(this.#scanned, "scan", (fold) => fold.scan());
  }

  nextSeq(): number {
    return this.#read(this.#replayed, "replay", (fold) => fold.nextSeq());
  }

  tail(n?: number): Entry[] {
    this.#expectOpen();
    const { path, engine, threads } = this.#plan;
    return tailEntries({ path, engine, options: checkOptions({ threads: threads || undefined }) }, checkCount(n));
  }

  append(entry: Entry): Entry {
    const prepared = [new PreparedEntry(entry)];
    const [stamped] = this.#appendPrepared("append", () => prepared);
    if (stamped === undefined) throw new Error("append: expected the entry back, found none");
    return stamped;
  }

  appendAll(entries: Iterable<Entry>): Entry[] {
    const prepared = Array.from(entries, (entry) => new PreparedEntry(entry));
    return prepared.length === 0 ? [] : this.#appendPrepared("appendAll", () => prepared);
  }

  async appendAsync(entry: Entry): Promise<Entry> {
    this.#expectOpen();
    return this.#group.add(new PreparedEntry(entry));
  }

  transact(decide: Decide): Entry[] {
    return this.decideUnderLock("transact", (fold) => {
      const entries = listDecision(decide(fold.leases(), fold.generations()));
      return { entries, settle: (appended) => appended };
    });
  }

  /** `transact` over the fold itself, with an answer of the caller's. Not part of `Journal`. */
  decideUnderLock<Answer>(call: string, decide: (fold: Fold) => Decision<Answer>): Answer {
    return this.#commit(call, (fold) => {
      const { entries, settle } = decide(fold);
      return { entries: entries.map((entry) => new PreparedEntry(entry)), settle };
    });
  }

  compact(options: JournalCompactOptions = {}): CompactResult {
    const { signal, onProgress } = checkOptions(options);
    const archive = options.archive === undefined ? undefined : checkPath(options.archive);
    const { path, engine, threads, disk, lock } = this.#plan;
    return this.#withLock("compact", lock.waitMs, (held) =>
      compactFile(path, { archive, signal, onProgress, engine, threads, disk, lock: held }),
    );
  }

  close(): void {
    if (this.#writing !== undefined) throw this.#refuseNested("close");
    this.#isClosed = true;
    this.#replayed.forget();
    this.#scanned.forget();
    this.#group.abandon(this.#closedError());
  }

  #openFold(kind: FoldKind): Fold {
    return this.#plan.engine.openFold(kind, this.#plan.threads);
  }

  #read<Answer>(known: KnownJournal, kind: FoldKind, answer: (fold: Fold) => Answer): Answer {
    this.#expectOpen();
    const file = openReadable(this.path);
    if (file === undefined) return answer(this.#openFold(kind));
    try {
      return guardRead(this.path, () => answer(known.readOn(readableSource(file, this.#plan.disk))));
    } finally {
      closeReadable(file);
    }
  }

  #appendPrepared(call: string, take: () => PreparedEntry[], waitMs?: number): Entry[] {
    return this.#commit(call, () => ({ entries: take(), settle: (appended) => appended }), waitMs);
  }

  #commit<Answer>(
    call: string,
    decide: (fold: Fold) => Decision<Answer, PreparedEntry>,
    waitMs = this.#plan.lock.waitMs,
  ): Answer {
    const { path, disk, now } = this.#plan;
    return this.#withLock(call, waitMs, (lock) => commit({ path, disk, now, lock, known: this.#replayed, decide }));
  }

  /** The lock is never held over a turn of the event loop, so that no call of this process waits for another. */
  #withLock<Answer>(call: string, waitMs: number, work: (lock: HeldLock) => Answer): Answer {
    this.#expectOpen();
    if (this.#writing !== undefined) throw this.#refuseNested(call);
    this.#writing = call;
    try {
      const lock = acquireLock(this.path, { ...this.#plan.lock, waitMs, disk: this.#plan.disk });
      try {
        return work(lock);
      } finally {
        releaseLock(lock);
      }
    } finally {
      this.#writing = undefined;
    }
  }

  #expectOpen(): void {
    if (this.#isClosed) throw this.#closedError();
  }

  #closedError(): JournalError {
    return new JournalError("ERR_CLOSED", `the journal ${this.path} was closed`, { path: this.path });
  }

  #refuseNested(call: string): JournalError {
    const message = `${call} within ${this.#writing} of the same journal ${this.path}, which holds the lock`;
    return new JournalError("ERR_LOCK_BUSY", `${message}: return the entries instead`, { path: this.path });
  }
}

/**
 * What was written is durable whether or not the lock's file can be removed, so that this must not look like a failure.
 */
function releaseLock(lock: HeldLock): void {
  try {
    lock.release();
  } catch (error) {
    // As text: `emitWarning` refuses an error of another realm.
    process.emitWarning(errorText(error), "Warning", errorCode(error));
  }
}

/** What is in the entries is checked where they become lines. */
function listDecision(decision: unknown): unknown[] {
  if (decision === undefined) return [];
  if (!types.isPromise(decision)) return Array.isArray(decision) ? decision : [decision];
  throw new TypeError("decide: expected an entry, an array of entries or nothing, found a promise: it cannot be async");
}
