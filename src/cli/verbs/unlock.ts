// `lj unlock --force`: removes the lock from its holder and records that in the journal.
import { hostname } from "node:os";
import { JournalError } from "../../errors.js";
import { acquireLockAsync, breakLock, type LockState, tellHolder } from "../../lock/lock.js";
import type { Entry } from "../../types.js";
import { createAppender } from "../../write/append.js";
import { haltEntry } from "../../write/event-entries.js";
import { UsageError } from "../args.js";
import type { Call, Verdict } from "../call.js";
import { printable } from "../printable.js";
import { formatStrictLine } from "../strict.js";
import { summariseLock } from "./lock.js";

type Held = LockState & { held: true };

const label = "lj-unlock";

/** Other writers may acquire the lock as soon as it is free, so the record waits for its turn. */
const recordWaitMs = 30_000;

export async function unlock(call: Call): Promise<Verdict> {
  if (call.flags.force !== true) {
    const why = "it takes the lock away from a holder that may still be writing; `lj lock` shows the holder";
    throw new UsageError(`unlock: expected --force, found none: ${why}`);
  }
  const lock = breakLock(call.plan.path, { label });
  if (!lock.held) {
    const free = `already free: there is no ${printable(lock.path)}; nothing was recorded\n`;
    await call.output.write(call.json ? formatStrictLine({ ...lock, entry: null }) : free);
    return 0;
  }
  const entry = await record(lock, call);
  const told = `taken away: ${printable(tellHolder(lock))}\nrecorded as seq ${String(entry["seq"])}\n`;
  await call.output.write(call.json ? formatStrictLine({ ...summariseLock(lock), entry }) : told);
  return 0;
}

/** Writes a HALT, which changes no lease: the holder was interrupted, and its last decision was not written. */
async function record(lock: Held, call: Call): Promise<Entry> {
  const { path, owner, pid, host } = lock;
  const reason = `lock taken away by an operator: ${tellHolder(lock)}`;
  const entry = haltEntry(
    { lock: path, owner, pid, host },
    { reason, hostId: hostname(), command: "lj unlock --force" },
  );
  try {
    const held = await acquireLockAsync(call.plan.path, { label, waitMs: recordWaitMs });
    try {
      held.check();
      return createAppender(() => call.plan.engine)(entry, call.plan.path);
    } finally {
      held.release();
    }
  } catch (cause) {
    if (!(cause instanceof JournalError)) throw cause;
    const message = `the lock was taken away, but this could not be recorded: ${cause.message}; ${reason}`;
    throw new JournalError(cause.code, message, { path: call.plan.path, cause });
  }
}
