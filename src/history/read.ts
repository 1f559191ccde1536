// Reads the history of a journal with either engine (docs/format.md 11).
import { type Course, nextTurn } from "../core/drive.js";
import { closeReadable, openReadable, type RegularFile, readSize, shrunken } from "../file/regular.js";
import { late } from "../late.js";
import { guardBatches, type ReadPlan, readsMax } from "../read/fold.js";
import { foldToEntry } from "../read/fold-to-end.js";
import { HistoryFold } from "./fold.js";
import { type History, type HistorySelection, selectHistory } from "./select.js";

/**
 * Folds the whole journal; a missing one has no history. Throws `ERR_NOT_A_JOURNAL` for a file that is not a journal,
 * and `ERR_JOURNAL_UNREADABLE` for one that cannot be read. `nowMs`: milliseconds since 1970-01-01 UTC.
 */
export function* foldHistory(plan: ReadPlan, nowMs: number): Course<HistoryFold> {
  plan.options.signal?.throwIfAborted();
  const file = openReadable(plan.path);
  if (file === undefined) {
    plan.options.onProgress?.({ bytes: 0, bytesTotal: 0 });
    return new HistoryFold(nowMs);
  }
  try {
    for (let reads = 1; ; reads++) {
      const size = readSize(file);
      const fold = yield* foldOnce(plan, file, nowMs);
      const found = readSize(file);
      if (found >= size) {
        plan.options.onProgress?.({ bytes: size, bytesTotal: size });
        return fold;
      }
      if (reads === readsMax) throw shrunken(plan.path, size, found);
    }
  } finally {
    closeReadable(file);
  }
}

function* foldOnce(plan: ReadPlan, file: RegularFile, nowMs: number): Course<HistoryFold> {
  const { engine, options } = plan;
  const fold = new HistoryFold(nowMs);
  const bytesTotal = readSize(file);
  for (const batch of guardBatches(plan, engine.readEntries(file.fd, { line: 0, offset: 0 }))) {
    let bytes = 0;
    for (const [index, entry] of batch.entries.entries()) {
      const place = batch.placeOf(index);
      fold.take(entry, place);
      bytes = place.offset + place.bytes;
    }
    options.onProgress?.({ bytes: Math.min(bytes, bytesTotal), bytesTotal });
    yield nextTurn;
  }
  if (fold.isOnlyDamage) yield* expectJournal(plan, file);
  fold.finish();
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
  return selectHistory(yield* foldHistory(plan, nowMs), selection);
}
