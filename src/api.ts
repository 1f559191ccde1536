// Builds the public functions for a given choice of engine. Both entry points are built here, so they cannot diverge.
import { checkCount, checkOptions, checkPath, isUrl, mismatch } from "./arguments.js";
import type { CompactResult } from "./compact/compact.js";
import { type Course, drive, driveAsync } from "./core/drive.js";
import { leaseGenerations as foldGenerations, replay as foldLeases } from "./core/fold.js";
import type { ChooseEngine } from "./engine/choose.js";
import type { JournalEngine } from "./engine/engine.js";
import type { HistoryOptions } from "./history/request.js";
import type { History } from "./history/select.js";
import type { OpenJournal } from "./journal/journal.js";
import type { Journal } from "./journal/types.js";
import { late } from "./late.js";
import type { Leases, LeasesOptions } from "./leases/types.js";
import type { AttemptsOptions, LivenessOptions } from "./liveness/request.js";
import type { LeaseLiveness, LeaseProgress, UnitAttempts } from "./liveness/types.js";
import { compactKeys, followBytesKeys, followKeys, historyKeys, journalKeys, readKeys } from "./option-keys.js";
import {
  foldFile,
  type ReadPlan,
  readAllEntries,
  readBatches,
  readLeases,
  readLeasesAsync,
  readScan,
  readScanAsync,
} from "./read/fold.js";
import type { FollowOptions } from "./read/follow.js";
import type { FollowBytesOptions, JournalBytes } from "./read/follow-bytes.js";
import { tailEntries } from "./read/tail.js";
import type {
  Engine,
  Entry,
  Generation,
  JournalCompactOptions,
  JournalOptions,
  Lease,
  ReadOptions,
  Scan,
  Source,
} from "./types.js";
import { checkKeys, type KnownKeys } from "./unknown-key.js";
import type { Append } from "./write/append.js";

type Path = string | URL;

/**
 * The functions that both entry points export. An omitted path means `journalPath()`. A missing file reads as an empty
 * journal; any other failure to read throws a `JournalError` with `ERR_JOURNAL_UNREADABLE`. An argument of the wrong
 * type throws a `TypeError`; the asynchronous functions reject with it.
 */
export interface Surface {
  /**
   * Returns the live leases in map order (docs/format.md, section 5). Entries in memory are folded in TypeScript and
   * are not modified.
   */
  replay(source?: Source, options?: ReadOptions): Lease[];
  /** Like `replay`, but does not block the event loop. */
  replayAsync(path?: Path, options?: ReadOptions): Promise<Lease[]>;
  /** Returns leases, counts and every finding of docs/format.md, section 3, in one pass over the whole file. */
  scan(path?: Path, options?: ReadOptions): Scan;
  /** Like `scan`, but does not block the event loop. */
  scanAsync(path?: Path, options?: ReadOptions): Promise<Scan>;
  /**
   * Yields the entries in file order, including sentinels, in bounded memory. Opens the file at the first `next` and
   * closes it when the iteration ends.
   */
  entries(path?: Path, options?: ReadOptions): Generator<Entry>;
  /** Like `entries`, in one array. */
  readAll(path?: Path, options?: ReadOptions): Entry[];
  /** Returns the last `n` entries (default 20; all if 0 or less) in file order, read from the end of the file. */
  tail(n?: number, path?: Path, options?: ReadOptions): Entry[];
  /**
   * Yields entries as they are appended, each once and in order, across compactions (docs/format.md, section 10,
   * "Following"). It ends when the signal aborts or the iteration is left. The first `next` checks the arguments and
   * finds the journal's end. Throws `ERR_ENTRIES_LOST` if entries were compacted away before they could be read.
   */
  follow(path?: Path, options?: FollowOptions): AsyncGenerator<Entry>;
  /**
   * Yields the bytes of the journal's file as they are appended, and those of the files that replace it, so that
   * another host can keep a copy that folds to the same answers (docs/format.md, section 10, "Following bytes"). Waits
   * for a missing journal. It ends when the signal aborts or the iteration is left. Bytes are yielded whatever they
   * are: only reading the copy shows whether it is a journal.
   */
  followBytes(path?: Path, options?: FollowBytesOptions): AsyncGenerator<JournalBytes>;
  /** Returns the sequence number that the next entry gets, at least 1 (docs/format.md, section 6). */
  nextSeq(path?: Path, options?: ReadOptions): number;
  /** Returns the fencing tokens of the live leases in map order (docs/format.md, section 5). */
  leaseGenerations(source?: Source, options?: ReadOptions): Generation[];
  /**
   * Returns who held which lane, for how long and how it ended, with refusals and oddities, in one pass over the whole
   * file (docs/format.md, section 11). `why` explains what it returns.
   */
  history(path?: Path, options?: HistoryOptions): History;
  /** Like `history`, but lets the event loop run between batches of entries. */
  historyAsync(path?: Path, options?: HistoryOptions): Promise<History>;
  /**
   * Returns what the journal shows about the progress of each live lease, in map order and in one pass over the whole
   * file (docs/format.md, section 12). `liveness` judges it.
   */
  progress(path?: Path, options?: LivenessOptions): LeaseProgress[];
  /** Like `progress`, but lets the event loop run between batches of entries. */
  progressAsync(path?: Path, options?: LivenessOptions): Promise<LeaseProgress[]>;
  /**
   * Returns for each live lease whether it advances, spins or has stalled, in map order and in one pass over the whole
   * file (docs/format.md, section 12). The verdicts are advice: a stalled lease is still live.
   */
  liveness(path?: Path, options?: LivenessOptions): LeaseLiveness[];
  /** Like `liveness`, but lets the event loop run between batches of entries. */
  livenessAsync(path?: Path, options?: LivenessOptions): Promise<LeaseLiveness[]>;
  /**
   * Returns for each unit of work with an ATTEMPT whether it should cool down before it is tried again, in the order of
   * the first attempts (docs/format.md, section 12).
   */
  attempts(path?: Path, options?: AttemptsOptions): UnitAttempts[];
  /** Like `attempts`, but lets the event loop run between batches of entries. */
  attemptsAsync(path?: Path, options?: AttemptsOptions): Promise<UnitAttempts[]>;
  /** Returns the engine that is used by calls without the `engine` option. */
  engine(): Engine;
  /** Returns that engine and the reason for it, for people. */
  explainEngine(): { engine: Engine; reason: string };
  /**
   * Appends one entry and returns it, stamped, once it is durable (docs/format.md, section 8, "Append"). The caller
   * must hold the lock or be the only writer; otherwise use `openJournal`. Throws `ERR_ENTRY_INVALID`,
   * `ERR_PATH_REFUSED`, `ERR_APPEND_FAILED` (the entry is not in the journal) or `ERR_DURABILITY_UNKNOWN`.
   */
  append(entry: Entry, path?: Path): Entry;
  /**
   * Returns a journal that remembers what it has folded and takes the lock for each write. It opens and creates nothing
   * until it is used; a journal that cannot be read or written is an error of the call that needs it.
   */
  openJournal(path?: Path, options?: JournalOptions): Journal;
  /**
   * Opens a journal, compacts it and closes it (docs/format.md, section 7). After `ERR_COMPACTION_FAILED`,
   * `ERR_LOCK_BUSY` or an abort the old file is unchanged.
   */
  compactJournal(path?: Path, options?: CompactOptions): CompactResult;
  /**
   * Returns the lease shell of a journal (docs/format.md, section 8, "The lease shell"). It opens and creates nothing
   * until it is used.
   */
  openLeases(path: Path | undefined, options: LeasesOptions): Leases;
}

/** Options of `compactJournal`: how the journal is opened, and how it is compacted. */
export type CompactOptions = JournalOptions & JournalCompactOptions;

export function createSurface(chooseEngine: ChooseEngine): Surface {
  const engineFor = (option?: ReadOptions["engine"]): JournalEngine =>
    chooseEngine(option).native ?? late().fallbackEngine;
  const plan = (path: Path | undefined, options: ReadOptions | undefined, known: KnownKeys = readKeys): ReadPlan => {
    checkKeys("options", options, known);
    const checked = checkOptions(options);
    const snapshots = checked.snapshot === true ? "make" : undefined;
    return { path: checkPath(path), engine: engineFor(checked.engine), options: checked, snapshots };
  };
  const historyOf = (path?: Path, options?: HistoryOptions): Course<History> =>
    late().readHistory(plan(path, options, historyKeys), late().checkSelection(options), Date.now());
  const open = (path?: Path, options?: JournalOptions): OpenJournal =>
    new (late().OpenJournal)(late().planJournal(path, options, engineFor));
  return {
    replay(source, options) {
      if (!isPath(source)) return foldLeases(checkEntries(source, options));
      return readLeases(plan(source, options));
    },
    async replayAsync(path, options) {
      return readLeasesAsync(plan(path, options));
    },
    scan: (path, options) => readScan(plan(path, options)),
    async scanAsync(path, options) {
      return readScanAsync(plan(path, options));
    },
    entries: (path, options) => eachEntry(plan(path, options)),
    readAll: (path, options) => readAllEntries(plan(path, options)),
    tail: (n, path, options) => tailEntries(plan(path, options), checkCount(n)),
    ...followersOf(plan),
    nextSeq(path, options) {
      const read = plan(path, options);
      const snapshots = read.options.snapshot === undefined ? "use" : read.snapshots;
      return foldFile({ ...read, snapshots }, "replay").nextSeq();
    },
    leaseGenerations(source, options) {
      if (isPath(source)) return foldFile(plan(source, options), "replay").generations();
      return foldGenerations(checkEntries(source, options));
    },
    history: (path, options) => drive(historyOf(path, options)),
    historyAsync: async (path, options) => driveAsync(historyOf(path, options)),
    ...judgesOf(plan),
    engine: () => engineFor().name,
    explainEngine() {
      const { native, reason } = chooseEngine();
      return { engine: native?.name ?? "js", reason };
    },
    append: appendLate(() => engineFor()),
    openJournal(path, options) {
      checkKeys("options", options, journalKeys);
      return open(path, options);
    },
    compactJournal: (path, options) => compactOnce(() => open(path, options), options),
    openLeases(path, options) {
      const terms = late().checkLeasesOptions(options);
      return new (late().OpenLeases)(open(path, { label: terms.owner, ...options }), terms);
    },
  };
}

/** Checks the options of a read, of which `known` lists the keys. */
type MakePlan = (path: Path | undefined, options: ReadOptions | undefined, known: KnownKeys) => ReadPlan;

function followersOf(plan: MakePlan): Pick<Surface, "follow" | "followBytes"> {
  return {
    async *follow(path, options) {
      yield* late().followEntries({ ...plan(path, options, followKeys), ...late().checkFollow(options) });
    },
    // It needs no engine.
    async *followBytes(path, options) {
      checkKeys("options", options, followBytesKeys);
      const { signal } = checkOptions(options);
      yield* late().followJournalBytes({ path: checkPath(path), signal, ...late().checkFollowBytes(options) });
    },
  };
}

type Judges = "progress" | "progressAsync" | "liveness" | "livenessAsync" | "attempts" | "attemptsAsync";

function judgesOf(plan: MakePlan): Pick<Surface, Judges> {
  const progressOf = (path?: Path, options?: LivenessOptions): Course<LeaseProgress[]> =>
    late().readProgress(plan(path, options, late().livenessKeys), late().checkLiveness(options));
  const livenessOf = (path?: Path, options?: LivenessOptions): Course<LeaseLiveness[]> =>
    late().readLiveness(plan(path, options, late().livenessKeys), late().checkLiveness(options));
  const attemptsOf = (path?: Path, options?: AttemptsOptions): Course<UnitAttempts[]> =>
    late().readAttempts(plan(path, options, late().attemptsKeys), late().checkAttempts(options));
  return {
    progress: (path, options) => drive(progressOf(path, options)),
    progressAsync: async (path, options) => driveAsync(progressOf(path, options)),
    liveness: (path, options) => drive(livenessOf(path, options)),
    livenessAsync: async (path, options) => driveAsync(livenessOf(path, options)),
    attempts: (path, options) => drive(attemptsOf(path, options)),
    attemptsAsync: async (path, options) => driveAsync(attemptsOf(path, options)),
  };
}

function compactOnce(open: () => OpenJournal, options: CompactOptions | undefined): CompactResult {
  const known = { ...journalKeys, ...compactKeys };
  checkKeys("options", options, known);
  const journal = open();
  try {
    return journal.compact(options, known);
  } finally {
    journal.close();
  }
}

/** Creates the appender at the first call, because that loads its code. */
function appendLate(engineFor: () => JournalEngine): Append {
  let append: Append | undefined;
  return (entry, path) => {
    append ??= late().createAppender(engineFor);
    return append(entry, path);
  };
}

function* eachEntry(plan: ReadPlan): Generator<Entry> {
  for (const batch of readBatches(plan)) yield* batch;
}

function isPath(source: Source | undefined): source is Path | undefined {
  return source === undefined || typeof source === "string" || isUrl(source);
}

function checkEntries(source: Iterable<Entry>, options: ReadOptions | undefined): Iterable<Entry> {
  checkKeys("options", options, readKeys);
  checkOptions(options).signal?.throwIfAborted();
  const given: unknown = source;
  if (typeof given === "object" && given !== null && Symbol.iterator in given) return source;
  throw mismatch("source", "a path, a file URL or an iterable of entries", source);
}
