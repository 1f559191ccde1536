// Passes every entry of a journal to a fold in TypeScript, with its place.

import { type Course, nextTurn } from "../core/drive.js";
import { CORRUPT_OP } from "../core/op.js";
import { closeReadable, openReadable, type RegularFile, readSize } from "../file/regular.js";
import { late } from "../late.js";
import type { Entry, Place } from "../types.js";
import { guardBatches, type ReadPlan, settleRead } from "./fold.js";
import { foldToEntry } from "./fold-to-end.js";

/** Takes the entries of a journal in file order. */
export interface EntryFold {
  take(entry: Entry, place: Place): void;
}

/**
 * Returns the fold of the whole journal; a missing one has no entries. Throws `ERR_NOT_A_JOURNAL` for a file that is
 * not a journal, and `ERR_JOURNAL_UNREADABLE` for one that cannot be read. `create` is called again if the file became
 * shorter meanwhile.
 */
export function* foldEntriesOf<Fold extends EntryFold>(plan: ReadPlan, create: () => Fold): Course<Fold> {
  plan.options.signal?.throwIfAborted();
  const file = openReadable(plan.path);
  if (file === undefined) {
    plan.options.onProgress?.({ bytes: 0, bytesTotal: 0 });
    return create();
  }
  try {
    return yield* settleRead(plan, file, () => foldOnce(plan, file, create()));
  } finally {
    closeReadable(file);
  }
}

function* foldOnce<Fold extends EntryFold>(plan: ReadPlan, file: RegularFile, fold: Fold): Course<Fold> {
  const { engine, options } = plan;
  const bytesTotal = readSize(file);
  let isOnlyDamage = true;
  for (const batch of guardBatches(plan, engine.readEntries(file.fd, { line: 0, offset: 0 }))) {
    let bytes = 0;
    for (const [index, entry] of batch.entries.entries()) {
      const place = batch.placeOf(index);
      if (entry["op"] !== CORRUPT_OP) isOnlyDamage = false;
      fold.take(entry, place);
      bytes = place.offset + place.bytes;
    }
    options.onProgress?.({ bytes: Math.min(bytes, bytesTotal), bytesTotal });
    yield nextTurn;
  }
  if (isOnlyDamage) yield* expectJournal(plan, file);
  return fold;
}

/**
 * Throws `ERR_NOT_A_JOURNAL` for a file that is not a journal. Only a fold can distinguish its sentinels from those of
 * a damaged one.
 */
export function* expectJournal({ engine, options }: ReadPlan, file: RegularFile): Course<void> {
  const fold = engine.openFold({ kind: "replay", threads: options.threads });
  const { path, fd } = file;
  const size = (): number => readSize(file);
  yield* foldToEntry(fold, { path, fd, size, stepBytes: engine.stepBytes, signal: options.signal });
  if (fold.content === "foreign") throw late().notAJournal(file);
}
