// Compacts a journal: folds it, writes the same state as a new file and renames that file into place (docs/format.md
// 7).
import { availableParallelism } from "node:os";
import { dirname } from "node:path";
import { checkPath } from "../arguments.js";
import { type Course, drive, driveAsync, nextTurn } from "../core/drive.js";
import { rawBytesMax } from "../core/lines.js";
import type { Fold, JournalEngine, ScanReport } from "../engine/engine.js";
import { JournalError } from "../errors.js";
import { type Disk, nodeDisk } from "../file/disk.js";
import { errorText } from "../file/system-error.js";
import { followLinks, isInPlace, syncFolder } from "../file/target.js";
import { type FoldRun, foldToEnd } from "../read/fold-to-end.js";
import { notAJournal } from "../read/not-a-journal.js";
import type { Progress } from "../types.js";
import { type Archive, linkArchives, openArchive, openSlot, removeArchived } from "./archive.js";
import { checkCompaction } from "./check.js";
import { carryLateLines } from "./late-lines.js";
import { OldFile } from "./old-file.js";
import { type CompactionPlan, planCompaction } from "./plan.js";
import { type Prospect, prospectOf } from "./prospect.js";
import { sentinelLines } from "./sentinels.js";
import { removeStale, TemporaryFile } from "./temporary.js";

export interface CompactionOptions {
  engine: JournalEngine;
  /** The number of threads that the native engine may use, at most. Default: the number of processors. */
  threads?: number | undefined;
  /** The journal's lock, held by the caller. `check` throws once the lock is lost. */
  lock: { check(): void };
  /** A folder on the journal's file system that keeps the old file under a unique name. Created if missing. */
  archive?: string | URL | undefined;
  /** The files to remove first, as `listStale` returned them before the lock was held. Default: none. */
  stale?: readonly string[] | undefined;
  /** Receives what is about to change. If it returns false, nothing is written and all results are 0. */
  proceed?: ((prospect: Prospect) => boolean) | undefined;
  disk?: Disk | undefined;
  /** Aborts the compaction with the signal's reason. Ignored once the new file has replaced the journal. */
  signal?: AbortSignal | undefined;
  /** Reports the number of bytes of the old file that have been folded. */
  onProgress?: ((done: Progress) => void) | undefined;
}

/** The result of a compaction. All numbers are 0 for a missing or empty journal. */
export interface CompactResult {
  /** The number of entries in the old file, sentinels included. */
  entriesBefore: number;
  /** The number of lines in the new file. */
  entriesAfter: number;
  /** The old size minus the new size. Negative if the file has grown, as a journal with few redundant lines may. */
  bytesReclaimed: number;
  /** The path of the old file in the archive folder. Absent without an archive folder. */
  archived?: string;
}

/** The number of attempts, at most. An attempt is repeated if a writer without the lock changed the journal. */
const attemptsMax = 5;

const nothing: CompactResult = { entriesBefore: 0, entriesAfter: 0, bytesReclaimed: 0 };

/**
 * Does not change an empty or missing journal. Throws `ERR_COMPACTION_FAILED`, `ERR_JOURNAL_UNREADABLE`,
 * `ERR_NOT_A_JOURNAL`, `ERR_PATH_REFUSED` or `ERR_LOCK_LOST`, in which case the journal is unchanged.
 * `ERR_DURABILITY_UNKNOWN` means that the new file is in place, but may not be there after a power cut, or may lack
 * lines that others appended at the last moment.
 */
export function compactFile(path: string, options: CompactionOptions): CompactResult {
  return drive(compactJournal(path, options));
}

/** Like `compactFile`. The event loop runs during the fold steps, as far as the engine allows, and between writes. */
export function compactFileAsync(path: string, options: CompactionOptions): Promise<CompactResult> {
  return driveAsync(compactJournal(path, options));
}

/** Waits for each step of a fold, and for a turn of the event loop after each written chunk. */
function* compactJournal(path: string, options: CompactionOptions): Course<CompactResult> {
  const { disk = nodeDisk, signal } = options;
  signal?.throwIfAborted();
  try {
    const journal = followLinks(path, disk);
    const file = OldFile.open(journal, disk);
    if (file === undefined) return nothing;
    try {
      return file.state.size === 0 ? nothing : yield* new Compaction(file, options, disk).run();
    } finally {
      file.end();
    }
  } catch (cause) {
    if (cause instanceof JournalError || (signal?.aborted && cause === signal.reason)) throw cause;
    const message = `compaction of the journal ${path}: ${errorText(cause)}; the journal is as it was`;
    throw new JournalError("ERR_COMPACTION_FAILED", message, { path, cause });
  }
}

class Compaction {
  readonly #file: OldFile;
  readonly #options: CompactionOptions;
  readonly #disk: Disk;

  constructor(file: OldFile, options: CompactionOptions, disk: Disk) {
    this.#file = file;
    this.#options = options;
    this.#disk = disk;
  }

  *run(): Course<CompactResult> {
    const { path, state } = this.#file;
    const { archive: folder, stale = [] } = this.#options;
    const disk = this.#disk;
    const archive = folder === undefined ? undefined : openArchive(checkPath(folder), path, state, disk);
    const places = [archive, openSlot(path, state, disk)].filter((place) => place !== undefined);
    removeStale(path, stale, disk);
    for (let attempts = 0; attempts < attemptsMax; attempts++) {
      const fold = yield* this.#foldOld();
      if (fold.content === "foreign") throw notAJournal(this.#file);
      const plan = planCompaction(fold);
      if (this.#options.proceed?.(prospectOf(plan)) === false) return nothing;
      this.#expectRoom(plan);
      const temporary = TemporaryFile.create(path, state, disk);
      try {
        yield* this.#write(plan, fold, temporary);
        const result = this.#replace(plan, temporary, places);
        if (result !== undefined) return result;
      } finally {
        temporary.end();
      }
    }
    throw new Error(`expected the journal to rest, found it changed ${attemptsMax} times by a writer without the lock`);
  }

  #foldOld(): Course<Fold> {
    const { path, fd } = this.#file;
    const { onProgress } = this.#options;
    return this.#foldFile({ path, fd, onProgress });
  }

  #foldFile(run: Omit<FoldRun, "size" | "stepBytes" | "signal">): Course<Fold> {
    const { engine, threads = availableParallelism(), signal } = this.#options;
    const open = (): Fold => engine.openFold({ kind: "compact", threads });
    const size = (): number => this.#disk.fstat(run.fd).size;
    return foldToEnd(open(), open, { ...run, size, stepBytes: engine.stepBytes, signal });
  }

  /** Fails early if the disk is too full. Only writing the file shows whether there really is room. */
  #expectRoom(plan: CompactionPlan): void {
    const { path } = this.#file;
    const sentinelBytes = Math.min(plan.scan.bytes, plan.sentinels * rawBytesMax);
    const free = this.#disk.freeBytes(dirname(path));
    if (free === undefined || free >= plan.bytes + sentinelBytes) return;
    throw new Error(`no room beside it: expected ${plan.bytes + sentinelBytes} bytes free, found ${free}`);
  }

  /** Writes and fsyncs the new file, then compares it with the plan: first byte by byte, then by folding it. */
  *#write(plan: CompactionPlan, fold: Fold, temporary: TemporaryFile): Course<void> {
    yield* this.#guarded(temporary.write(this.#texts(plan)));
    temporary.sync();
    yield* this.#guarded(temporary.verify());
    // The check needs only the plan. Two folds of many leases would take twice the memory.
    fold.drop();
    const { path, fd } = temporary;
    const found = yield* this.#foldFile({ path, fd, explain: (cause) => cause });
    checkCompaction(plan, found, temporary.bytes);
    found.drop();
  }

  *#texts(plan: CompactionPlan): Generator<string | Uint8Array> {
    yield* plan.texts();
    if (plan.sentinels > 0) yield* sentinelLines({ fd: this.#file.fd, disk: this.#disk, scan: plan.scan });
  }

  *#guarded(turns: Generator<undefined>): Course<void> {
    for (const _ of turns) {
      yield nextTurn;
      this.#options.signal?.throwIfAborted();
    }
  }

  /**
   * Links the old file into `places`, the archive first. Returns undefined if a writer without the lock has appended to
   * the journal: the new file lacks those lines.
   */
  #replace(plan: CompactionPlan, temporary: TemporaryFile, places: readonly Archive[]): CompactResult | undefined {
    const { path, state } = this.#file;
    const disk = this.#disk;
    const { lock, archive } = this.#options;
    const before = plan.scan.bytes;
    lock.check();
    const names = linkArchives(places, { journal: path, file: state, nextSeq: plan.nextSeq }, disk);
    try {
      if (!isInPlace(path, state.identity, disk)) throw new Error("expected the file that was read, found another");
      lock.check();
      // The last check of the size. Lines appended after it are carried over by `carryLateLines`.
      if (disk.fstat(this.#file.fd).size !== before) {
        for (const name of names) removeArchived(name, disk);
        return undefined;
      }
      this.#file.makeWay();
      temporary.replace(path);
    } catch (error) {
      for (const name of names) removeArchived(name, disk);
      throw error;
    }
    this.#settle(plan.scan, temporary);
    const counts = { entriesBefore: plan.scan.entries, entriesAfter: plan.entries };
    const result: CompactResult = { ...counts, bytesReclaimed: before - temporary.bytes };
    const [archived] = archive === undefined ? [] : names;
    return archived === undefined ? result : { ...result, archived };
  }

  /** Runs after the rename. The new file is the journal from here on, and the compaction cannot be undone. */
  #settle(scan: ScanReport, temporary: TemporaryFile): void {
    const { path } = this.#file;
    const disk = this.#disk;
    const done = `compaction of the journal ${path}: the new file is in its place`;
    try {
      syncFolder(dirname(path), disk);
      carryLateLines({ path, fd: this.#file.reopen(), scan, identity: temporary.identity }, disk);
    } catch (cause) {
      const doubt = "whether it stays there after a power cut, with all that others added meanwhile, is not known";
      const message = `${done}, but ${doubt}: ${errorText(cause)}`;
      throw new JournalError("ERR_DURABILITY_UNKNOWN", message, { path, cause });
    }
  }
}
