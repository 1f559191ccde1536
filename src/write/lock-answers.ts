// A lock as it was seen, or a call that failed -> what a caller is told of it.
import { JournalError } from "../errors.js";
import { errorCode, errorText } from "../system-error.js";
import { ageSeconds, isStale, type LockWorld, lifeOf, type SeenLock, unknownHolderSeconds } from "./lock-state.js";
import type { Life } from "./process.js";

/** What `lj lock` tells. */
export type LockState =
  | { held: false; path: string }
  | {
      held: true;
      path: string;
      /** `""`, and 0 for the pid, where the file does not say. */
      owner: string;
      pid: number;
      host: string;
      acquiredAt: string;
      alive: Life;
      ageSeconds: number;
      /** The next who wants the lock gets it at once: the holder is dead, or cannot be told and the lock 300 s old. */
      stale: boolean;
    };

export function describeLock(seen: SeenLock, world: LockWorld): LockState & { held: true } {
  const { owner = "", pid = 0, host = "", acquiredAt = "" } = seen.fields ?? {};
  const alive = lifeOf(seen, world.processes);
  const age = ageSeconds(seen, world);
  return {
    held: true,
    path: seen.path,
    owner,
    pid,
    host,
    acquiredAt,
    alive,
    ageSeconds: age,
    stale: isStale(seen, world),
  };
}

/** One sentence without its full stop: who holds the lock, with which pid, since when, and whether he lives. */
export function tellHolder(lock: LockState & { held: true }): string {
  const age = `${Math.floor(lock.ageSeconds)} s ago`;
  if (lock.owner === "") return `the lock ${lock.path} is held by a file that names no holder, written ${age}`;
  const host = lock.host === "" ? "" : ` on ${lock.host}`;
  const life = lock.alive === "unknown" ? "of which it is unknown whether it lives" : `which is ${lock.alive}`;
  const since = `since ${lock.acquiredAt} (${age})`;
  return `the lock ${lock.path} is held by ${lock.owner}, pid ${lock.pid}${host}, ${life}, ${since}`;
}

/** `waitedMs` is left out where waiting had no sense: this thread itself is the holder. */
export function busyError(path: string, seen: SeenLock | undefined, world: LockWorld, waitedMs?: number): JournalError {
  const lock = seen === undefined ? undefined : describeLock(seen, world);
  const holder = lock === undefined ? `the lock ${path} went from hand to hand` : tellHolder(lock);
  const waited = waitedMs === undefined ? "by this very thread, which would wait for itself" : `waited ${waitedMs} ms`;
  return new JournalError("ERR_LOCK_BUSY", `${holder}; ${waited}${tellOutlook(lock)}`, { path });
}

function tellOutlook(lock: (LockState & { held: true }) | undefined): string {
  if (lock?.stale) return "; another process is just taking it over";
  return lock?.alive === "unknown" ? `; it can be taken over once it is ${unknownHolderSeconds} s old` : "";
}

/** What the operating system said no to becomes `ERR_LOCK_FAILED`; anything else stays what it is. */
export function explainFailure(error: unknown, path: string, action: string): unknown {
  if (error instanceof JournalError || errorCode(error) === undefined) return error;
  const message = `the lock ${path} cannot be ${action}: ${errorText(error)}; nothing was written`;
  return new JournalError("ERR_LOCK_FAILED", message, { path, cause: error });
}
