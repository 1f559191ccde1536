// Reads the history of a journal with either engine (docs/format.md 11).
import { type Course, nextTurn } from "../core/drive.js";
import { closeReadable, openReadable, type RegularFile, readSize } from "../file/regular.js";
import { late } from "../late.js";
import { guardBatches, type ReadPlan, settleRead } from "../read/fold.js";
import { foldToEntry } from "../read/fold-to-end.js";
import { HistoryFold } from "./fold.js";
import { type History, type HistorySelection, selectHistory } from "./select.js";

/** What a fold of a history needs to know. */
export interface HistoryRequest {
  /** The present, in milliseconds since 1970-01-01 UTC. */
  nowMs: number;
  /** Only the history of this lane has to be complete. Default: that of all lanes. */
  lane?: string | undefined;
}

/**
 * Folds the whole journal; a missing one has no history. Throws `ERR_NOT_A_JOURNAL` for a file that is not a journal,
 * and `ERR_JOURNAL_UNREADABLE` for one that cannot be read.
 */
export function* foldHistory(plan: ReadPlan, request: HistoryRequest): Course<HistoryFold> {
  plan.options.signal?.throwIfAborted();
  const file = openReadable(plan.path);
  if (file === undefined) {
    plan.options.onProgress?.({ bytes: 0, bytesTotal: 0 });
    return new HistoryFold(request.nowMs);
  }
  try {
    return yield* settleRead(plan, file, () => foldWhole(plan, file, request));
  } finally {
    closeReadable(file);
  }
}

function* foldWhole(plan: ReadPlan, file: RegularFile, { nowMs, lane }: HistoryRequest): Course<HistoryFold> {
  const sieved = lane !== undefined && isSievable(lane) ? lane : undefined;
  let fold = yield* foldOnce(plan, file, { nowMs, lane: sieved });
  if (fold.needsAllLanes) fold = yield* foldOnce(plan, file, { nowMs });
  if (fold.isOnlyDamage) yield* expectJournal(plan, file);
  fold.finish();
  return fold;
}

/** Every value whose text is such a lane contains it as it is, or has an escape. */
function isSievable(lane: string): boolean {
  return /^[A-Za-z_][\w./ -]*$/.test(lane) && lane !== "Infinity";
}

/** Stops early if the lane turns out to depend on other lanes. */
function* foldOnce(plan: ReadPlan, file: RegularFile, { nowMs, lane }: HistoryRequest): Course<HistoryFold> {
  const { engine, options } = plan;
  const fold = new HistoryFold(nowMs, lane);
  const bytesTotal = readSize(file);
  for (const batch of guardBatches(plan, engine.siftEntries(file.fd, { nowMs, lane, threads: options.threads }))) {
    batch.visit(fold);
    if (fold.needsAllLanes) break;
    options.onProgress?.({ bytes: Math.min(batch.offset, bytesTotal), bytesTotal });
    yield nextTurn;
  }
  return fold;
}

/** Only a fold can distinguish the sentinels of a file that is not a journal from those of a damaged one. */
function* expectJournal({ engine, options }: ReadPlan, file: RegularFile): Course<void> {
  const fold = engine.openFold({ kind: "replay", threads: options.threads });
  const { path, fd } = file;
  yield* foldToEntry(fold, {
    path,
    fd,
    size: () => readSize(file),
    stepBytes: engine.stepBytes,
    signal: options.signal,
  });
  if (fold.content === "foreign") throw late().notAJournal(file);
}

/** Reads the history and selects a part of it. */
export function* readHistory(plan: ReadPlan, selection: HistorySelection, nowMs: number): Course<History> {
  return selectHistory(yield* foldHistory(plan, { nowMs, lane: selection.lane }), selection);
}
