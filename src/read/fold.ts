// Folds a journal, or reads all its entries, with support for the abort signal and progress reports.

import type { CheckedOptions } from "../arguments.js";
import { type Course, drive, driveAsync, nextTurn } from "../core/drive.js";
import type { EntryBatch } from "../core/entry-batch.js";
import type { Fold, JournalEngine } from "../engine/engine.js";
import { answerFrom, ValueRoom } from "../engine/room.js";
import { closeReadable, openReadable, type RegularFile, readSize, shrunken, unreadable } from "../file/regular.js";
import { late, lateSnapshot } from "../late.js";
import type { Entry, Lease, Scan } from "../types.js";
import { foldToEnd, foldToEntry } from "./fold-to-end.js";
import type { SnapshotsOfFile } from "./snapshot.js";

/** What a read needs besides the path: checked options and the engine that they select. */
export interface ReadPlan {
  path: string;
  engine: JournalEngine;
  options: CheckedOptions;
  /** Whether a fold may start from a snapshot, and write one. Default: no. */
  snapshots?: "use" | "make" | undefined;
}

/** The kinds of fold that reads use; a compaction uses its own. */
type ReadKind = "replay" | "scan";

/** How often a journal that becomes shorter meanwhile is read, at most (docs/format.md 10). */
const readsMax = 3;

/** In bytes: a smaller journal is folded about as fast as a snapshot is read. */
export const snapshotBytesMin = 1024 * 1024;

/**
 * Folds the whole journal; a missing one yields an empty fold. Kind `replay` throws `ERR_NOT_A_JOURNAL` for a file that
 * is not a journal; kind `scan` reports what is there.
 */
export function foldFile(plan: ReadPlan, kind: ReadKind): Fold {
  return drive(foldJournal(plan, kind));
}

/** Like `foldFile`, but does not block the event loop. */
export function foldFileAsync(plan: ReadPlan, kind: ReadKind): Promise<Fold> {
  return driveAsync(foldJournal(plan, kind));
}

/** Returns the live leases. */
export function readLeases(plan: ReadPlan): Lease[] {
  const fold = foldFile(plan, "replay");
  return guardRead(plan.path, () => fold.leases());
}

export async function readLeasesAsync(plan: ReadPlan): Promise<Lease[]> {
  const fold = await foldFileAsync(plan, "replay");
  return guardRead(plan.path, () => fold.leases());
}

export function readScan(plan: ReadPlan): Scan {
  const fold = foldFile(plan, "scan");
  return guardRead(plan.path, () => fold.scan());
}

export async function readScanAsync(plan: ReadPlan): Promise<Scan> {
  const fold = await foldFileAsync(plan, "scan");
  return guardRead(plan.path, () => fold.scan());
}

/** Keeps the file open until the last step has ended. */
function* foldJournal(plan: ReadPlan, kind: ReadKind): Course<Fold> {
  const { engine, options } = plan;
  options.signal?.throwIfAborted();
  const file = openReadable(plan.path);
  if (file === undefined) {
    options.onProgress?.({ bytes: 0, bytesTotal: 0 });
    return engine.openFold({ kind, threads: options.threads });
  }
  try {
    return yield* foldOpenFile(plan, kind, file);
  } finally {
    closeReadable(file);
  }
}

function* foldOpenFile(plan: ReadPlan, kind: ReadKind, file: RegularFile): Course<Fold> {
  const { engine, options } = plan;
  const end = yield* findEnd(plan, file);
  // A snapshot may include entries after the requested end.
  const snapshots = end === undefined ? snapshotsOf(plan, file) : undefined;
  const open = (): Fold => snapshots?.open(kind) ?? engine.openFold({ kind, threads: options.threads, end });
  const { signal, onProgress } = options;
  const run = { path: file.path, fd: file.fd, size: () => readSize(file), stepBytes: engine.stepBytes, signal };
  const fold = yield* foldToEnd(open(), open, { ...run, end, onProgress });
  if (kind === "replay") {
    let { content } = fold;
    if (end !== undefined && content !== "entries") {
      // Returns the offset at which a read of an earlier point in time ends; undefined for every other read.
      const whole = engine.openFold({ kind: "replay", threads: options.threads });
      yield* foldToEntry(whole, run);
      content = whole.content;
    }
    if (content === "foreign") throw late().notAJournal(file);
  }
  snapshots?.folded(fold);
  return fold;
}

/** Returns where the file is to end for a read of an earlier point in time; undefined for every other read. */
function* findEnd({ engine, options, path }: ReadPlan, file: RegularFile): Course<number | undefined> {
  if (options.until === undefined) return undefined;
  const looks = engine.findCut(file.fd, options.until);
  for (;;) {
    const look = guardRead(path, () => looks.next());
    if (look.done === true) return look.value;
    options.signal?.throwIfAborted();
    yield nextTurn;
  }
}

/** Returns undefined for a journal that is too small for a snapshot, without loading the code for snapshots. */
function snapshotsOf(plan: ReadPlan, file: RegularFile): SnapshotsOfFile | undefined {
  const { engine, options, snapshots } = plan;
  if (snapshots === undefined || readSize(file) < snapshotBytesMin) return undefined;
  const { threads, onSnapshot: note } = options;
  return lateSnapshot().openSnapshots(file, { engine, threads, makes: snapshots === "make", note });
}

/**
 * Yields all entries in arrays. The file is opened at the first `next` and closed when the generator ends, however it
 * ends.
 */
export function* readBatches(plan: ReadPlan): Generator<Entry[]> {
  plan.options.signal?.throwIfAborted();
  const file = openReadable(plan.path);
  try {
    if (file === undefined) reportEnd(plan.options, 0);
    else for (const { entries } of readPlacedBatches(plan, file)) yield entries;
  } finally {
    closeReadable(file);
  }
}

/** Yields all entries of an open file with their places. */
export function* readPlacedBatches(plan: ReadPlan, file: RegularFile): Generator<EntryBatch> {
  const size = readSize(file);
  yield* guardBatches(plan, plan.engine.readEntries(file.fd, { line: 0, offset: 0 }));
  expectSize(file, size);
  reportEnd(plan.options, size);
}

/** Returns all entries. If the journal becomes shorter meanwhile, it is read again. */
export function readAllEntries(plan: ReadPlan): Entry[] {
  const { engine, options } = plan;
  options.signal?.throwIfAborted();
  const file = openReadable(plan.path);
  try {
    if (file === undefined) {
      reportEnd(options, 0);
      return [];
    }
    return readSettled(plan, file, () => {
      const all: Entry[] = [];
      const room = new ValueRoom();
      for (const batch of guardBatches(plan, engine.readEntries(file.fd, { line: 0, offset: 0 }, room))) {
        for (const entry of batch.entries) all.push(entry);
      }
      return all;
    });
  } finally {
    closeReadable(file);
  }
}

/**
 * Reads again if the file became shorter meanwhile, at most three times (docs/format.md 10). `read` receives the size.
 */
export function* settleRead<Answer>(
  plan: ReadPlan,
  file: RegularFile,
  read: (size: number) => Course<Answer>,
): Course<Answer> {
  for (let reads = 1; ; reads++) {
    const size = readSize(file);
    const answer = yield* read(size);
    if (reads === readsMax) expectSize(file, size);
    if (readSize(file) < size) continue;
    reportEnd(plan.options, size);
    return answer;
  }
}

/** Like `settleRead`, for a read that waits for nothing. */
export function readSettled<Answer>(plan: ReadPlan, file: RegularFile, read: (size: number) => Answer): Answer {
  const course = function* (size: number): Course<Answer> {
    yield nextTurn;
    return read(size);
  };
  return drive(settleRead(plan, file, course));
}

/** Checks the signal between batches and wraps failed reads. Errors of the consumer pass unchanged. */
export function* guardBatches<Batch>(plan: ReadPlan, batches: Generator<Batch>): Generator<Batch> {
  try {
    for (;;) {
      const turn = guardRead(plan.path, () => batches.next());
      if (turn.done === true) return;
      plan.options.signal?.throwIfAborted();
      yield turn.value;
    }
  } finally {
    batches.return(undefined);
  }
}

export function guardRead<Answer>(path: string, read: () => Answer): Answer {
  try {
    return answerFrom(path, read);
  } catch (error) {
    throw unreadable(path, error);
  }
}

function expectSize(file: RegularFile, size: number): void {
  const found = readSize(file);
  if (found < size) throw shrunken(file.path, size, found);
}

function reportEnd(options: CheckedOptions, bytes: number): void {
  options.onProgress?.({ bytes, bytesTotal: bytes });
}
