// Compacts a journal: folds it, writes the same state as a new file and renames that file into place (docs/format.md
// 7). The work is a generator, so the caller decides whether each fold step blocks the event loop.
import { availableParallelism } from "node:os";
import { dirname } from "node:path";
import { checkPath } from "../arguments.js";
import { rawBytesMax } from "../core/lines.js";
import type { Fold, JournalEngine, ScanReport } from "../engine/engine.js";
import { JournalError } from "../errors.js";
import { type Disk, type FileState, nodeDisk, openFlags } from "../file/disk.js";
import { shrunken, unreadable } from "../file/regular.js";
import { errorCode, errorText } from "../file/system-error.js";
import { followLinks, isInPlace, refuse, syncFolder } from "../file/target.js";
import { notAJournal } from "../read/not-a-journal.js";
import type { Progress } from "../types.js";
import { type Archive, linkArchive, openArchive, removeArchived } from "./archive.js";
import { checkCompaction } from "./check.js";
import { carryLateLines } from "./late-lines.js";
import { type CompactionPlan, followingLines, planCompaction } from "./plan.js";
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

/**
 * A request to the caller. For a fold, the caller runs one step and passes back whether it reached the end of the file.
 * For `undefined`, the caller may let the event loop run and passes nothing back.
 */
export type Turn = { fold: Fold; fd: number } | undefined;
type Turns<Answer> = Generator<Turn, Answer, boolean | undefined>;

/** The number of attempts, at most. An attempt is repeated if a writer without the lock changed the journal. */
const attemptsMax = 5;

const nothing: CompactResult = { entriesBefore: 0, entriesAfter: 0, bytesReclaimed: 0 };

/** See `compactFile`. If a step fails, the caller throws its error into the generator. */
export function* compactInTurns(path: string, options: CompactionOptions): Turns<CompactResult> {
  const { disk = nodeDisk, signal } = options;
  signal?.throwIfAborted();
  try {
    const journal = followLinks(path, disk);
    const file = openOld(journal, disk);
    if (file === undefined) return nothing;
    try {
      return file.state.size === 0 ? nothing : yield* new Compaction(file, options, disk).run();
    } finally {
      closeQuietly(file.fd, disk);
    }
  } catch (cause) {
    if (cause instanceof JournalError || (signal?.aborted && cause === signal.reason)) throw cause;
    const message = `compaction of the journal ${path}: ${errorText(cause)}; the journal is as it was`;
    throw new JournalError("ERR_COMPACTION_FAILED", message, { path, cause });
  }
}

interface OldFile {
  /** The path after links were resolved. */
  path: string;
  fd: number;
  state: FileState;
}

class Compaction {
  readonly #file: OldFile;
  readonly #options: CompactionOptions;
  readonly #disk: Disk;
  #fold: Fold;

  constructor(file: OldFile, options: CompactionOptions, disk: Disk) {
    this.#file = file;
    this.#options = options;
    this.#disk = disk;
    this.#fold = this.#openFold();
  }

  *run(): Turns<CompactResult> {
    const { path, fd, state } = this.#file;
    const { archive: folder } = this.#options;
    const disk = this.#disk;
    const archive = folder === undefined ? undefined : openArchive(checkPath(folder), path, state, disk);
    removeStale(path, disk);
    for (let attempts = 0; attempts < attemptsMax; attempts++) {
      yield* this.#foldToEnd(this.#fold, fd, true);
      if (this.#fold.content === "foreign") throw notAJournal(this.#file);
      const plan = planCompaction(this.#fold);
      this.#expectRoom(plan);
      const temporary = TemporaryFile.create(path, state, disk);
      try {
        yield* this.#write(plan, temporary);
        const result = this.#replace(plan, temporary, archive);
        if (result !== undefined) return result;
      } finally {
        temporary.end();
      }
      this.#fold = this.#openFold();
    }
    throw new Error(`expected the journal to rest, found it changed ${attemptsMax} times by a writer without the lock`);
  }

  #openFold(): Fold {
    const { engine, threads = availableParallelism() } = this.#options;
    return engine.openFold("compact", threads);
  }

  *#foldToEnd(fold: Fold, fd: number, isOld: boolean): Turns<void> {
    const { signal, onProgress } = this.#options;
    for (let atEnd = false; !atEnd; ) {
      try {
        atEnd = Boolean(yield { fold, fd });
      } catch (cause) {
        throw isOld ? unreadable(this.#file.path, cause) : cause;
      }
      signal?.throwIfAborted();
      const { size } = this.#disk.fstat(fd);
      if (isOld && size < fold.offset) throw shrunken(this.#file.path, fold.offset, size);
      if (isOld) onProgress?.({ bytes: atEnd ? size : fold.offset, bytesTotal: size });
    }
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
  *#write(plan: CompactionPlan, temporary: TemporaryFile): Turns<void> {
    yield* this.#guarded(temporary.write(this.#texts(plan)));
    temporary.sync();
    yield* this.#guarded(temporary.verify());
    // The check needs only the plan. Two folds of many leases would take twice the memory.
    this.#fold.drop();
    const found = this.#openFold();
    yield* this.#foldToEnd(found, temporary.fd, false);
    checkCompaction(plan, found, temporary.bytes);
    found.drop();
  }

  *#texts(plan: CompactionPlan): Generator<string> {
    yield* plan.checkpoint;
    if (plan.following > 0) yield* followingLines(plan, this.#fold);
    if (plan.sentinels > 0) yield* sentinelLines({ fd: this.#file.fd, disk: this.#disk, scan: plan.scan });
  }

  *#guarded(turns: Generator<undefined>): Turns<void> {
    for (const turn of turns) {
      yield turn;
      this.#options.signal?.throwIfAborted();
    }
  }

  /** Returns undefined if a writer without the lock has appended to the journal: the new file lacks those lines. */
  #replace(plan: CompactionPlan, temporary: TemporaryFile, archive: Archive | undefined): CompactResult | undefined {
    const { path, fd, state } = this.#file;
    const disk = this.#disk;
    const { lock } = this.#options;
    const before = plan.scan.bytes;
    lock.check();
    const archived = archive && linkArchive(archive, path, state, disk);
    try {
      if (!isInPlace(path, state.identity, disk)) throw new Error("expected the file that was read, found another");
      lock.check();
      // The last check of the size. Lines appended after it are carried over by `carryLateLines`.
      if (disk.fstat(fd).size !== before) {
        if (archived !== undefined) removeArchived(archived, disk);
        return undefined;
      }
      temporary.replace(path);
    } catch (error) {
      if (archived !== undefined) removeArchived(archived, disk);
      throw error;
    }
    this.#settle(plan.scan, temporary);
    const counts = { entriesBefore: plan.scan.entries, entriesAfter: plan.entries };
    const result: CompactResult = { ...counts, bytesReclaimed: before - temporary.bytes };
    return archived === undefined ? result : { ...result, archived };
  }

  /** Runs after the rename. The new file is the journal from here on, and the compaction cannot be undone. */
  #settle(scan: ScanReport, temporary: TemporaryFile): void {
    const { path, fd } = this.#file;
    const disk = this.#disk;
    const done = `compaction of the journal ${path}: the new file is in its place`;
    try {
      syncFolder(dirname(path), disk);
      carryLateLines({ path, fd, scan, identity: temporary.identity }, disk);
    } catch (cause) {
      const doubt = "whether it stays there after a power cut, with all that others added meanwhile, is not known";
      const message = `${done}, but ${doubt}: ${errorText(cause)}`;
      throw new JournalError("ERR_DURABILITY_UNKNOWN", message, { path, cause });
    }
  }
}

function openOld(path: string, disk: Disk): OldFile | undefined {
  let fd: number;
  try {
    fd = disk.open(path, openFlags.read);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw error;
  }
  try {
    const state = disk.fstat(fd);
    if (state.kind === "regular file") return { path, fd, state };
    throw refuse(path, `a ${state.kind}`);
  } catch (error) {
    closeQuietly(fd, disk);
    throw error;
  }
}

/** The descriptor was only read from, so a failed `close` loses no data. */
function closeQuietly(fd: number, disk: Disk): void {
  try {
    disk.close(fd);
  } catch {
    // Linux frees the descriptor whatever `close` returns.
  }
}
