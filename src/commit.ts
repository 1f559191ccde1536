// The lock and a decision in, its entries stamped and durable out: what every write to an open journal is (SPEC 8).
import type { Fold } from "./engine/engine.js";
import { JournalError } from "./errors.js";
import { guardRead } from "./read.js";
import { errorText } from "./system-error.js";
import type { Entry } from "./types.js";
import type { Disk } from "./write/disk.js";
import { type JournalFile, openJournalFile } from "./write/journal-file.js";
import type { KnownJournal } from "./write/known-journal.js";
import type { HeldLock } from "./write/lock.js";
import { type PreparedEntry, stampAll } from "./write/prepared.js";

/** What is to be appended, and what to answer once it is durable: nothing that can fail is left to do then. */
export interface Decision<Answer, Given = unknown> {
  entries: Given[];
  settle(appended: Entry[]): Answer;
}

export interface CommitPlan<Answer> {
  path: string;
  disk: Disk;
  lock: HeldLock;
  known: KnownJournal;
  now: () => string;
  /** Sees all that is in the journal. It is asked again if a writer without the lock changed it meanwhile. */
  decide(fold: Fold): Decision<Answer, PreparedEntry>;
}

const decisionsMax = 16;

/** Decides and appends under the lock, which is checked just before the write. No entries: nothing is written. */
export function commit<Answer>(plan: CommitPlan<Answer>): Answer {
  const { path, disk } = plan;
  for (let decisions = 0; decisions < decisionsMax; decisions++) {
    const file = openJournalFile(path, disk);
    try {
      const done = decideAndAppend(plan, file);
      if (done !== undefined) return done.settle(done.appended);
    } finally {
      file.close();
    }
  }
  const found = `found it changed ${decisionsMax} times by a writer that takes no lock`;
  const message = `append to the journal ${path}: nothing was written: expected the journal to rest, ${found}`;
  throw new JournalError("ERR_APPEND_FAILED", message, { path });
}

interface Done<Answer> {
  appended: Entry[];
  settle: Decision<Answer>["settle"];
}

/** `undefined` if the journal is not what was decided on any more: then nothing was written. */
function decideAndAppend<Answer>(plan: CommitPlan<Answer>, file: JournalFile): Done<Answer> | undefined {
  const size = guardRead(file.path, () => file.size);
  const fold = guardRead(file.path, () => plan.known.readOn(file));
  const { entries, settle } = plan.decide(fold);
  if (entries.length === 0) return { appended: [], settle };
  const stamped = stampAll(entries, fold.nextSeq(), plan.now);
  if (!isUnchanged(file, size)) return undefined;
  plan.lock.check();
  file.appendLines(stamped.map(({ line }) => line));
  return { appended: stamped.map(({ entry }) => entry), settle };
}

/** A compaction of the reference may have replaced the file, and some of its programs append without the lock. */
function isUnchanged(file: JournalFile, size: number): boolean {
  try {
    return file.isInPlace() && file.size === size;
  } catch (cause) {
    const message = `append to the journal ${file.path}: nothing was written: ${errorText(cause)}`;
    throw new JournalError("ERR_APPEND_FAILED", message, { path: file.path, cause });
  }
}
