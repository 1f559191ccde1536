// Shares what every write to an open journal does under the lock: it opens the file, and appends unless another writer
// has changed the journal meanwhile; if one has, it tries again.
import { takesToken } from "../core/generations.js";
import type { Fold } from "../engine/engine.js";
import { JournalError } from "../errors.js";
import type { Disk } from "../file/disk.js";
import { blockFor } from "../file/pause.js";
import { errorText } from "../file/system-error.js";
import type { HeldLock } from "../lock/lock.js";
import type { KnownJournal, Written } from "../read/known.js";
import type { CheckedEnd } from "../write/checked-end.js";
import { type JournalEnd, type JournalFile, openJournalFile } from "../write/journal-file.js";
import type { PreparedEntry, Stamped } from "../write/prepared.js";

export interface WritePlan {
  path: string;
  disk: Disk;
  lock: HeldLock;
  known: KnownJournal;
  now: () => string;
  /** Adds check values to the lines, if they are wanted. */
  checks: CheckedEnd | undefined;
}

/** A further round is needed if a writer that does not take this lock has appended or replaced the file. */
export const roundsMax = 16;

/** From this round on, the entries are written even if the journal is growing: their order in the file decides. */
const restingRounds = 4;

/** The longest pause between two rounds, in milliseconds. Jitter lets one of several writers go first. */
const pauseMsMax = 16;

/** Calls `work` with the open file until it returns an answer. Returns undefined if it never does. */
export function inRounds<Answer>(
  { path, disk, known }: WritePlan,
  work: (file: JournalFile, round: number) => { answer: Answer } | undefined,
): { answer: Answer } | undefined {
  for (let round = 0; round < roundsMax; round++) {
    if (round > 0) blockFor(Math.random() * Math.min(2 ** round / 4, pauseMsMax));
    const file = openJournalFile(path, disk, (missing) => known.expectFile(missing));
    try {
      const done = work(file, round);
      if (done !== undefined) return done;
    } finally {
      file.close();
    }
  }
  return undefined;
}

/** Stamped entries, and the number that follows the last of them. */
export interface Batch {
  stamped: readonly Stamped[];
  nextSeq: number;
}

/**
 * Appends the entries unless the journal has changed since it had `size` bytes. Then nothing is written, and undefined
 * is returned.
 */
export function appendUnchanged(
  plan: WritePlan,
  file: JournalFile,
  batch: Batch,
  { size, round }: { size: number; round: number },
): Written | undefined {
  const mustRest = round < restingRounds;
  if (!isUnchanged(file, size, mustRest)) return undefined;
  const isEndKnown = mustRest && plan.known.isWholeAt(size);
  return appendBatch(plan, file, batch, isEndKnown ? { size, isLastLineWhole: true } : undefined);
}

/** Without `end`, the file's end is read. */
export function appendBatch(
  { lock, known, checks }: WritePlan,
  file: JournalFile,
  batch: Batch,
  end?: JournalEnd,
): Written {
  const { stamped, nextSeq } = batch;
  const lines = stamped.map(({ line }) => line);
  const entries = stamped.map(({ entry }) => entry);
  lock.check();
  const written = file.appendLines(lines, end, checks);
  known.acknowledge(entries, nextSeq, written);
  return written;
}

/** The reference's compaction may have replaced the file, and some of its programs append without the lock. */
function isUnchanged(file: JournalFile, size: number, mustRest: boolean): boolean {
  try {
    const look = file.lookInPlace();
    return look !== undefined && (!mustRest || look.size === size);
  } catch (cause) {
    const message = `append to the journal ${file.path}: nothing was written: ${errorText(cause)}`;
    throw new JournalError("ERR_APPEND_FAILED", message, { path: file.path, cause });
  }
}

/** After a compaction that dropped the tokens, the first entry that takes a token records the highest one issued. */
export function recordCounter(known: KnownJournal, entries: PreparedEntry[], fold: Fold): PreparedEntry[] {
  const watermark = known.counterToRecord(fold);
  if (watermark === undefined) return entries;
  const first = entries.find((entry) => takesToken(entry.op));
  return entries.map((entry) => (entry === first ? entry.withWatermark(watermark) : entry));
}

export function changedTooOften(path: string): JournalError {
  const found = `found it changed ${roundsMax} times by a writer that takes no lock`;
  const message = `append to the journal ${path}: nothing was written: expected an unchanged journal, ${found}`;
  return new JournalError("ERR_APPEND_FAILED", message, { path });
}
