// Implements an open journal, which reads, decides and appends under the lock and remembers what it has folded.
import { types } from "node:util";
import { checkCount, checkOptions, checkPath } from "../arguments.js";
import { type CompactionOptions, type CompactResult, compactFile } from "../compact/compact.js";
import { listStale } from "../compact/temporary.js";
import type { Fold, FoldKind } from "../engine/engine.js";
import { answerFrom } from "../engine/room.js";
import { JournalError } from "../errors.js";
import { closeReadable, lookUp, openReadable } from "../file/regular.js";
import { InodeLock } from "../lock/inode.js";
import { acquireLock, discardSpares, type HeldLock, releaseLock } from "../lock/lock.js";
import { lockPaths } from "../lock/state.js";
import { compactKeys } from "../option-keys.js";
import { guardRead } from "../read/fold.js";
import { KnownJournal } from "../read/known.js";
import { readableSource } from "../read/source.js";
import { tailEntries } from "../read/tail.js";
import type { Entry, Generation, JournalCompactOptions, Lease, Scan } from "../types.js";
import { checkKeys, type KnownKeys } from "../unknown-key.js";
import { PreparedEntry } from "../write/prepared.js";
import { appendPrepared } from "./append.js";
import { commit, type Decision } from "./commit.js";
import { Group } from "./group.js";
import type { JournalPlan } from "./plan.js";
import { Retention } from "./retention.js";
import type { WritePlan } from "./rounds.js";
import type { Decide, Journal } from "./types.js";

export class OpenJournal implements Journal {
  readonly #plan: JournalPlan;
  readonly #replayed: KnownJournal;
  readonly #scanned: KnownJournal;
  readonly #group: Group;
  readonly #inodeLock: InodeLock;
  readonly #retention: Retention | undefined;
  /** The name of the call that holds the lock. */
  #writing: string | undefined;
  #isClosed = false;

  constructor(plan: JournalPlan) {
    this.#plan = plan;
    const snapshots = plan.snapshots;
    this.#replayed = new KnownJournal(snapshots ?? { open: () => this.#openFold("replay") });
    // A fold that may be saved as a snapshot keeps all that a scan reports, so one fold serves both.
    this.#scanned = snapshots ? this.#replayed : new KnownJournal({ open: () => this.#openFold("scan") });
    this.#inodeLock = new InodeLock(plan.lock.guard);
    this.#retention = plan.retain && new Retention(plan.path, plan.retain);
    this.#group = new Group((take) => this.#appendPrepared("appendAsync", take, 0), plan.lock.waitMs);
  }

  get path(): string {
    return this.#plan.path;
  }

  /** In milliseconds. Not part of `Journal`. */
  get lockWaitMs(): number {
    return this.#plan.lock.waitMs;
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

  /** Like `transact`, but on the fold itself and with the caller's own answer. Not part of `Journal`. */
  decideUnderLock<Answer>(
    call: string,
    decide: (fold: Fold, counterMin: number) => Decision<Answer>,
    waitMs?: number,
  ): Answer {
    const prepare = (fold: Fold, counterMin: number): Decision<Answer, PreparedEntry> => {
      const { entries, settle } = answerFrom(this.path, () => decide(fold, counterMin));
      return { entries: entries.map((entry) => new PreparedEntry(entry)), settle };
    };
    const { engine } = this.#plan;
    const inodeLock = this.#inodeLock;
    return this.#write(call, waitMs, (plan) => commit({ ...plan, engine, inodeLock, decide: prepare }));
  }

  /** `known`: the accepted option keys, which `compactJournal` extends. */
  compact(options: JournalCompactOptions = {}, known: KnownKeys = compactKeys): CompactResult {
    checkKeys("options", options, known);
    const { signal, onProgress } = checkOptions(options);
    const archive = options.archive === undefined ? undefined : checkPath(options.archive, "archive");
    const { path, disk, lock } = this.#plan;
    const stale = listStale(path, disk);
    return this.#withLock("compact", lock.waitMs, (held) => {
      guardRead(path, () => this.#expectOnwards());
      return this.#compactUnder(held, { archive, signal, onProgress, stale });
    });
  }

  #compactUnder(lock: HeldLock, options: Omit<CompactionOptions, "engine" | "lock">): CompactResult {
    const { path, engine, threads, disk } = this.#plan;
    return compactFile(path, { ...options, engine, threads, disk, lock });
  }

  forget(): void {
    this.#expectOpen();
    if (this.#writing !== undefined) throw this.#refuseNested("forget");
    this.#replayed.forget();
    this.#scanned.forget();
  }

  close(): void {
    if (this.#writing !== undefined) throw this.#refuseNested("close");
    this.#isClosed = true;
    discardSpares(this.path);
    this.#replayed.forget();
    this.#scanned.forget();
    this.#group.abandon(this.#closedError());
  }

  #openFold(kind: FoldKind): Fold {
    return this.#plan.engine.openFold({ kind, threads: this.#plan.threads });
  }

  #read<Answer>(known: KnownJournal, kind: FoldKind, answer: (fold: Fold) => Answer): Answer {
    this.#expectOpen();
    const file = openReadable(this.path);
    if (file === undefined) return answer(this.#openFold(kind));
    try {
      return guardRead(this.path, () => {
        const source = readableSource(file, this.#plan.disk);
        // A scan reports what is there. A call that reads leases must not report none for a file that is not a journal.
        const fold = kind === "scan" ? known.readOn(source) : known.readJournal(source);
        const isAtRest = () => this.#isUnlocked() && source.look().size >= fold.offset;
        this.#replayed.sawNumber(fold.nextSeq(), isAtRest);
        return answer(fold);
      });
    } finally {
      closeReadable(file);
    }
  }

  /** False if that cannot be determined: a read must not fail because of the lock. */
  #isUnlocked(): boolean {
    const { disk } = this.#plan;
    try {
      return lockPaths(this.path, disk).every((path) => lookUp(path, disk) === undefined);
    } catch {
      return false;
    }
  }

  /** Call it before a compaction: throws if the file lacks entries that this process has seen. */
  #expectOnwards(): void {
    const known = this.#replayed;
    const file = openReadable(this.path);
    if (file === undefined) {
      known.expectFile(this.path);
      return;
    }
    try {
      const source = readableSource(file, this.#plan.disk);
      const { size } = source.look();
      known.expectNumbering(this.path, known.readJournal(source).nextSeq(), size);
    } finally {
      closeReadable(file);
    }
  }

  #appendPrepared(call: string, take: () => PreparedEntry[], waitMs?: number): Entry[] {
    return this.#write(call, waitMs, (plan) => appendPrepared(plan, take));
  }

  #write<Answer>(call: string, waitMs = this.#plan.lock.waitMs, work: (plan: WritePlan) => Answer): Answer {
    const { path, disk, now, checks } = this.#plan;
    const known = this.#replayed;
    this.#retention?.prepare(() => listStale(path, disk));
    return this.#withLock(call, waitMs, (lock) => {
      const answer = work({ path, disk, now, lock, known, checks });
      const folded = () => this.#read(known, "replay", (fold) => fold);
      this.#retention?.apply(known.size, folded, (options) => this.#compactUnder(lock, options));
      return answer;
    });
  }

  /** Never holds the lock across a turn of the event loop, so that no call of this process waits for another. */
  #withLock<Answer>(call: string, waitMs: number, work: (lock: HeldLock) => Answer): Answer {
    this.#expectOpen();
    if (this.#writing !== undefined) throw this.#refuseNested(call);
    this.#writing = call;
    try {
      const lock = acquireLock(this.path, { ...this.#plan.lock, waitMs, reuses: true, disk: this.#plan.disk });
      let isDone = false;
      try {
        const answer = work(lock);
        isDone = true;
        return answer;
      } finally {
        releaseLock(lock);
        // A call that failed leaves nothing beside the journal.
        if (!isDone) discardSpares(this.path);
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

/** Only lists the entries: their content is checked when they are formatted. */
function listDecision(decision: unknown): unknown[] {
  if (decision === undefined) return [];
  if (!types.isPromise(decision)) return Array.isArray(decision) ? decision : [decision];
  throw new TypeError("decide: expected an entry, an array of entries or nothing, found a promise: it cannot be async");
}
