// Examines the lock of a journal and its guard for anything that keeps the lock from being acquired.

import { JournalError } from "../errors.js";
import { nodeDisk } from "../file/disk.js";
import { lookUp } from "../file/regular.js";
import { errorText } from "../file/system-error.js";
import { followLinks } from "../file/target.js";
import { isOthers, nameUser } from "../file/users.js";
import { guardMode, guardPath } from "../lock/guard.js";
import { type LockState, readLock } from "../lock/lock.js";
import { unknownHolderSeconds } from "../lock/state.js";
import type { Finding } from "./finding.js";

export interface LockExamination {
  /** Null if the lock cannot be inspected. */
  state: LockState | null;
  findings: Finding[];
}

export function examineLock(journal: string): LockExamination {
  try {
    const state = readLock(journal);
    return { state, findings: [...judgeLock(state), ...judgeGuard(guardPath(state.path), journal)] };
  } catch (error) {
    if (!(error instanceof JournalError)) throw error;
    return { state: null, findings: [{ about: "lock", attention: true, says: error.message }] };
  }
}

/** A lock is normally held for milliseconds, and writers of the reference steal any lock of this age. */
function judgeLock(lock: LockState): Finding[] {
  if (!lock.held) return [];
  const findings: Finding[] = [];
  if (isOthers(lock.uid)) {
    const says = `${lock.path} belongs to ${nameUser(lock.uid)}: you may not be permitted to take it over`;
    findings.push({ about: "lock", attention: lock.stale, says });
  }
  if (lock.stale || lock.ageSeconds < unknownHolderSeconds) return findings;
  const held = `held for ${Math.floor(lock.ageSeconds)} s`;
  const says = `${held}: its holder hangs, and a writer of the reference would steal it`;
  return [...findings, { about: "lock", attention: true, says }];
}

/** Takeovers work without an invalid guard, but an operator should know who created it. */
function judgeGuard(path: string, journal: string): Finding[] {
  try {
    const guard = lookUp(path, nodeDisk);
    if (guard === undefined) return [];
    const owner = `${path} belongs to ${nameUser(guard.uid)}`;
    if (guard.kind !== "regular file") {
      const says = `${owner} and is a ${guard.kind}: locks are taken over without the guard; remove it`;
      return [{ about: "lock", attention: true, says }];
    }
    const target = lookUp(followLinks(journal, nodeDisk), nodeDisk);
    const tooMany = guard.mode & 0o077 & ~guardMode(guard, target);
    if (tooMany === 0) return [];
    const says = `${owner} and is open to users who may not write the journal (mode ${guard.mode.toString(8)})`;
    return [{ about: "lock", attention: false, says: `${says}: the next takeover by its owner corrects the mode` }];
  } catch (error) {
    return [{ about: "lock", attention: false, says: `the guard ${path} cannot be looked at: ${errorText(error)}` }];
  }
}
