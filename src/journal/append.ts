// Appends entries to an open journal that do not depend on its state: they are valid wherever they lie in the file
// (docs/format.md 8, "Order").
import { guardRead } from "../read/fold.js";
import type { Entry } from "../types.js";
import type { JournalFile } from "../write/journal-file.js";
import { type PreparedEntry, stampAll } from "../write/prepared.js";
import { appendUnchanged, changedTooOften, inRounds, recordCounter, type WritePlan } from "./rounds.js";

/** `take` returns the entries; it may be called again. Returns them stamped once they are durable. */
export function appendPrepared(plan: WritePlan, take: () => PreparedEntry[]): Entry[] {
  const done = inRounds(plan, (file, round) => appendOnce(plan, file, take, round));
  if (done !== undefined) return done.answer;
  throw changedTooOften(plan.path);
}

/** Needs only the next number, which is known without a fold unless another writer has appended. */
function appendOnce(
  plan: WritePlan,
  file: JournalFile,
  take: () => PreparedEntry[],
  round: number,
): { answer: Entry[] } | undefined {
  const { known, now } = plan;
  const look = file.seen;
  const first = guardRead(file.path, () => known.nextSeq(file, look));
  known.expectNumbering(file.path, first, look.size);
  const entries = take();
  if (entries.length === 0) return { answer: [] };
  const { stamped, nextSeq } = stampAll(withCounter(plan, file, entries), first, now);
  const written = appendUnchanged(plan, file, { stamped, nextSeq }, { size: look.size, round });
  return written && { answer: stamped.map(({ entry }) => entry) };
}

/** Only tokens of a file that was replaced need the fold. */
function withCounter({ known }: WritePlan, file: JournalFile, entries: PreparedEntry[]): PreparedEntry[] {
  if (known.counterMin === 0) return entries;
  const fold = guardRead(file.path, () => known.readJournal(file));
  return recordCounter(known, entries, fold);
}
