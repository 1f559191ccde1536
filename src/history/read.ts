// Reads the history of a journal with either engine (docs/format.md 11).
import { type Course, nextTurn } from "../core/drive.js";
import type { JournalEngine } from "../engine/engine.js";
import { closeReadable, openReadable, type RegularFile, readSize } from "../file/regular.js";
import { expectJournal } from "../read/entry-fold.js";
import { guardBatches, type ReadPlan, settleRead } from "../read/fold.js";
import { listArchives } from "./archives.js";
import { findCarried } from "./carried.js";
import { HistoryFold, type HistoryFoldOptions } from "./fold.js";
import { type History, type HistorySelection, selectHistory } from "./select.js";

/** What a fold of a history needs to know. */
export interface HistoryRequest {
  /** The present, in milliseconds since 1970-01-01 UTC. */
  nowMs: number;
  /** Only what it selects has to be complete. It names the folder with the archives, too. Default: everything. */
  selection?: HistorySelection | undefined;
  /** See `KeptHistory`. */
  least?: number | undefined;
}

/** A folded history and the files that it comes from. */
export interface FoldedHistory {
  fold: HistoryFold;
  /** See `History.files`. */
  files: string[];
}

/**
 * Folds the whole journal; a missing one has no history. Throws `ERR_NOT_A_JOURNAL` for a file that is not a journal,
 * and `ERR_JOURNAL_UNREADABLE` for one that cannot be read.
 */
export function* foldHistory(plan: ReadPlan, request: HistoryRequest): Course<FoldedHistory> {
  plan.options.signal?.throwIfAborted();
  // The journal is opened first: if it is compacted from now on, its file is still read, once.
  const file = openReadable(plan.path);
  try {
    const archive = request.selection?.archive;
    const sources: Source[] = archive === undefined ? [] : listArchives(archive, plan.path, file, plan.engine);
    cutCarried(sources, file, plan.engine);
    const bytesBefore = sources.reduce((sum, { bytes }) => sum + bytes, 0);
    if (file === undefined) {
      const folded = yield* foldWhole(plan, sources, request);
      plan.options.onProgress?.({ bytes: bytesBefore, bytesTotal: bytesBefore });
      return folded;
    }
    sources.push({ path: plan.path, bytes: readSize(file), file });
    return yield* settleRead(countFrom(plan, bytesBefore), file, () => foldWhole(plan, sources, request));
  } finally {
    closeReadable(file);
  }
}

/** A file to read. */
interface Source {
  path: string;
  /** Its size when it was found; for an archive, without the lines that the next file repeats. */
  bytes: number;
  /** Its descriptor, if it is open already. */
  file?: RegularFile;
}

/** Leaves the lines of each archive out that the file after it repeats. */
function cutCarried(archives: readonly Source[], own: RegularFile | undefined, engine: JournalEngine): void {
  for (const [index, archive] of archives.entries()) {
    const nextPath = archives[index + 1]?.path;
    const file = openReadable(archive.path, "the archive");
    const next = nextPath === undefined ? own : openReadable(nextPath, "the archive");
    try {
      if (file !== undefined && next !== undefined) archive.bytes = findCarried(file, next, engine);
    } finally {
      closeReadable(file);
      if (next !== own) closeReadable(next);
    }
  }
}

/** Returns a plan that reports the progress of a file that is read after others. */
function countFrom(plan: ReadPlan, bytesBefore: number): ReadPlan {
  const { onProgress } = plan.options;
  if (onProgress === undefined) return plan;
  const shifted: typeof onProgress = ({ bytes, bytesTotal }) =>
    onProgress({ bytes: bytesBefore + bytes, bytesTotal: bytesBefore + bytesTotal });
  return { ...plan, options: { ...plan.options, onProgress: shifted } };
}

function* foldWhole(plan: ReadPlan, sources: readonly Source[], request: HistoryRequest): Course<FoldedHistory> {
  const { nowMs, selection = {}, least } = request;
  let how: HistoryFoldOptions = { nowMs, selection, least, lane: sievedLane(selection) };
  let fold = yield* foldAll(plan, sources, how);
  if (fold.needsAllLanes) {
    how = { ...how, lane: undefined };
    fold = yield* foldAll(plan, sources, how);
  }
  const { doubtful } = fold;
  // The fold has forgotten whether they were ever live.
  if (doubtful.size > 0) fold = yield* foldAll(plan, sources, { ...how, remembered: doubtful });
  const file = sources.at(-1)?.file;
  if (fold.isOnlyDamage && file !== undefined) yield* expectJournal(plan, file);
  fold.finish();
  return { fold, files: sources.map(({ path }) => path) };
}

/** Blocked calls concern a lane by the leases of their callers, which may be on any lane. */
function sievedLane({ lane, calls }: HistorySelection): string | undefined {
  return lane !== undefined && calls !== true && isSievable(lane) ? lane : undefined;
}

/** Every value whose text is such a lane contains it as it is, or has an escape. */
function isSievable(lane: string): boolean {
  return /^[A-Za-z_][\w./ -]{0,255}$/.test(lane) && lane !== "Infinity";
}

/** Stops early if the lane turns out to depend on other lanes. */
function* foldAll(plan: ReadPlan, sources: readonly Source[], how: HistoryFoldOptions): Course<HistoryFold> {
  const { engine, options } = plan;
  const { nowMs, lane, selection } = how;
  const fold = new HistoryFold(how);
  const { threads } = options;
  const sieve = { nowMs, lane, calls: selection?.calls === true, threads };
  const bytesTotal = sources.reduce((sum, { bytes }) => sum + bytes, 0);
  let bytesBefore = 0;
  for (const [index, { path, bytes, file: own }] of sources.entries()) {
    const file = own ?? openReadable(path, "the archive");
    // An archive that has been removed since leaves a gap, on which the fold remarks.
    if (file === undefined) continue;
    fold.beginFile(index);
    try {
      const batches = engine.siftEntries(file.fd, { ...sieve, end: file === own ? undefined : bytes });
      for (const batch of guardBatches({ ...plan, path }, batches)) {
        batch.visit(fold);
        if (fold.needsAllLanes) return fold;
        options.onProgress?.({ bytes: Math.min(bytesBefore + batch.offset, bytesTotal), bytesTotal });
        yield nextTurn;
      }
    } finally {
      if (file !== own) closeReadable(file);
    }
    bytesBefore += bytes;
  }
  // A journal that is missing continues no archive either.
  if (sources.length > 0 && sources.at(-1)?.file === undefined) fold.beginFile(sources.length);
  return fold;
}

/** Reads the history and selects a part of it. */
export function* readHistory(plan: ReadPlan, selection: HistorySelection, nowMs: number): Course<History> {
  const { fold, files } = yield* foldHistory(plan, { nowMs, selection });
  return selectHistory(fold.kept, selection, files);
}
