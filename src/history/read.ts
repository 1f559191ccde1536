// Reads the history of a journal with either engine (docs/format.md 11).
import { type Course, nextTurn } from "../core/drive.js";
import { closeReadable, openReadable, type RegularFile, readSize } from "../file/regular.js";
import { expectJournal } from "../read/entry-fold.js";
import { guardBatches, type ReadPlan, settleRead } from "../read/fold.js";
import { listArchives } from "./archives.js";
import { HistoryFold } from "./fold.js";
import { type History, type HistorySelection, selectHistory } from "./select.js";

/** What a fold of a history needs to know. */
export interface HistoryRequest {
  /** The present, in milliseconds since 1970-01-01 UTC. */
  nowMs: number;
  /** Only the history of this lane has to be complete. Default: that of all lanes. */
  lane?: string | undefined;
  /** The folder with the archives of the journal, which are read before it. Default: none is read. */
  archive?: string | undefined;
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
    const { archive } = request;
    const sources: Source[] = archive === undefined ? [] : listArchives(archive, plan.path, file, plan.engine);
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
  /** Its size when it was found. */
  bytes: number;
  /** Its descriptor, if it is open already. */
  file?: RegularFile;
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
  const { nowMs, lane } = request;
  const sieved = lane !== undefined && isSievable(lane) ? lane : undefined;
  let fold = yield* foldAll(plan, sources, { nowMs, lane: sieved });
  if (fold.needsAllLanes) fold = yield* foldAll(plan, sources, { nowMs });
  const file = sources.at(-1)?.file;
  if (fold.isOnlyDamage && file !== undefined) yield* expectJournal(plan, file);
  fold.finish();
  return { fold, files: sources.map(({ path }) => path) };
}

/** Every value whose text is such a lane contains it as it is, or has an escape. */
function isSievable(lane: string): boolean {
  return /^[A-Za-z_][\w./ -]{0,255}$/.test(lane) && lane !== "Infinity";
}

/** Stops early if the lane turns out to depend on other lanes. */
function* foldAll(plan: ReadPlan, sources: readonly Source[], { nowMs, lane }: HistoryRequest): Course<HistoryFold> {
  const { engine, options } = plan;
  const fold = new HistoryFold(nowMs, lane);
  const bytesTotal = sources.reduce((sum, { bytes }) => sum + bytes, 0);
  let bytesBefore = 0;
  for (const [index, { path, bytes, file: own }] of sources.entries()) {
    const file = own ?? openReadable(path, "the archive");
    // An archive that has been removed since leaves a gap, on which the fold remarks.
    if (file === undefined) continue;
    fold.beginFile(index);
    try {
      const batches = engine.siftEntries(file.fd, { nowMs, lane, threads: options.threads });
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
  const { lane, archive } = selection;
  const { fold, files } = yield* foldHistory(plan, { nowMs, lane, archive });
  const { episodes, refusals, remarks } = fold;
  return selectHistory({ episodes, refusals, remarks, files }, selection);
}
