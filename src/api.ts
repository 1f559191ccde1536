// How an engine is chosen -> the functions that need one. Both entry points are made here, so they cannot drift apart.
import { checkCount, checkOptions, checkPath, isUrl, mismatch } from "./arguments.js";
import type { CompactResult } from "./compact/compact.js";
import { leaseGenerations as foldGenerations, replay as foldLeases } from "./core/fold.js";
import type { ChooseEngine } from "./engine/choose.js";
import type { JournalEngine } from "./engine/engine.js";
import type { OpenJournal } from "./journal/journal.js";
import type { Journal } from "./journal/types.js";
import { late } from "./late.js";
import type { Leases, LeasesOptions } from "./leases/types.js";
import { compactKeys, followKeys, journalKeys, readKeys } from "./option-keys.js";
import { foldFile, foldFileAsync, type ReadPlan, readAllEntries, readBatches } from "./read/fold.js";
import type { FollowOptions } from "./read/follow.js";
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
 * A path left out means `journalPath()`. A missing file reads as an empty journal; any other failure to read is a
 * `JournalError` with `ERR_JOURNAL_UNREADABLE`. An argument of the wrong type is a `TypeError`; the asynchronous
 * functions reject with it.
 */
export interface Surface {
  /**
   * The live leases in map order (docs/format.md, section 5). Entries in memory are folded in TypeScript and not
   * changed.
   */
  replay(source?: Source, options?: ReadOptions): Lease[];
  /** As `replay`, off the event loop. */
  replayAsync(path?: Path, options?: ReadOptions): Promise<Lease[]>;
  /** Leases, counts and every finding of docs/format.md, section 3 in one pass over the whole file. */
  scan(path?: Path, options?: ReadOptions): Scan;
  /** As `scan`, off the event loop. */
  scanAsync(path?: Path, options?: ReadOptions): Promise<Scan>;
  /** Entries in file order, sentinels included, in bounded memory. Opens at the first `next`, closes when left. */
  entries(path?: Path, options?: ReadOptions): Generator<Entry>;
  /** As `entries`, in one array. */
  readAll(path?: Path, options?: ReadOptions): Entry[];
  /** The last `n` entries (default 20; all if 0 or less) in file order, read from the end of the file. */
  tail(n?: number, path?: Path, options?: ReadOptions): Entry[];
  /**
   * Entries as they are appended, each once and in order, across compactions (docs/format.md, section 10, "Following");
   * it ends with the signal or when it is left. The arguments are checked and the journal's end is looked for at the
   * first `next`. `ERR_ENTRIES_LOST` if entries were compacted away before they could be read.
   */
  follow(path?: Path, options?: FollowOptions): AsyncGenerator<Entry>;
  /** The number the next entry gets, at least 1 (docs/format.md, section 6). */
  nextSeq(path?: Path, options?: ReadOptions): number;
  /** The fencing tokens of the live leases in map order (docs/format.md, section 5). */
  leaseGenerations(source?: Source, options?: ReadOptions): Generation[];
  /** The engine of a call without the `engine` option. */
  engine(): Engine;
  /** The same and why it is that one; `reason` is for people. */
  explainEngine(): { engine: Engine; reason: string };
  /**
   * Appends one entry and returns it stamped, once it is durable (docs/format.md, section 8, "Append"). The caller
   * holds the lock, or is the only writer: use `openJournal` otherwise. Throws `ERR_ENTRY_INVALID`, `ERR_PATH_REFUSED`,
   * `ERR_APPEND_FAILED` (it is not in the journal) or `ERR_DURABILITY_UNKNOWN`.
   */
  append(entry: Entry, path?: Path): Entry;
  /**
   * A journal that keeps what it has folded and takes the lock for each write. Nothing is opened or made before it is
   * used: what cannot be read or written is an error of that call.
   */
  openJournal(path?: Path, options?: JournalOptions): Journal;
  /**
   * As `openJournal`, `compact`, `close` in one (docs/format.md, section 7). After `ERR_COMPACTION_FAILED`,
   * `ERR_LOCK_BUSY` or an abort the old file is as it was.
   */
  compactJournal(path?: Path, options?: CompactOptions): CompactResult;
  /**
   * The lease shell over a journal (docs/format.md, section 8, "The lease shell"). Nothing is opened or made before it
   * is used.
   */
  openLeases(path: Path | undefined, options: LeasesOptions): Leases;
}

/** How the journal is opened, and how it is compacted. */
export type CompactOptions = JournalOptions & JournalCompactOptions;

export function createSurface(chooseEngine: ChooseEngine): Surface {
  const engineFor = (option?: ReadOptions["engine"]): JournalEngine =>
    chooseEngine(option).native ?? late().scriptEngine;
  const plan = (path: Path | undefined, options: ReadOptions | undefined, known: KnownKeys = readKeys): ReadPlan => {
    checkKeys("options", options, known);
    const checked = checkOptions(options);
    const snapshots = checked.snapshot === true ? "make" : undefined;
    const { until } = checked;
    const cut = until === undefined ? undefined : (fd: number) => late().findCut(fd, until);
    return { path: checkPath(path), engine: engineFor(checked.engine), options: checked, snapshots, cut };
  };
  const open = (path?: Path, options?: JournalOptions): OpenJournal =>
    new (late().OpenJournal)(late().planJournal(path, options, engineFor));
  return {
    replay(source, options) {
      if (isPath(source)) return foldFile(plan(source, options), "replay").leases();
      return foldLeases(checkEntries(source, options));
    },
    async replayAsync(path, options) {
      return (await foldFileAsync(plan(path, options), "replay")).leases();
    },
    scan: (path, options) => foldFile(plan(path, options), "scan").scan(),
    async scanAsync(path, options) {
      return (await foldFileAsync(plan(path, options), "scan")).scan();
    },
    entries: (path, options) => eachEntry(plan(path, options)),
    readAll: (path, options) => readAllEntries(plan(path, options)),
    tail: (n, path, options) => tailEntries(plan(path, options), checkCount(n)),
    async *follow(path, options) {
      yield* late().followEntries({ ...plan(path, options, followKeys), ...late().checkFollow(options) });
    },
    nextSeq(path, options) {
      const read = plan(path, options);
      const snapshots = read.options.snapshot === undefined ? "use" : read.snapshots;
      return foldFile({ ...read, snapshots }, "replay").nextSeq();
    },
    leaseGenerations(source, options) {
      if (isPath(source)) return foldFile(plan(source, options), "replay").generations();
      return foldGenerations(checkEntries(source, options));
    },
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

/** Makes the appender at its first call, because that loads its code. */
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
