// Describes locks to callers: who holds a lock, who owns its file, and why it cannot be acquired.

import { dirname } from "node:path";
import { instantOf } from "../core/stamp.js";
import { JournalError } from "../errors.js";
import type { Disk, FileState } from "../file/disk.js";
import { journalNowIso } from "../file/path.js";
import { lookUp } from "../file/regular.js";
import { errorCode, errorText } from "../file/system-error.js";
import { isOthers, nameUser, ownUid } from "../file/users.js";
import type { LockSite } from "./aside.js";
import type { Life } from "./process.js";
import { seeClaim } from "./removal.js";
import { reuseMsMax } from "./spare.js";
import { ageSeconds, isStale, type LockWorld, lifeOf, type SeenLock, unknownHolderSeconds } from "./state.js";

/** The state of a lock, as `lj lock` prints it. */
export type LockState =
  | { held: false; path: string }
  | {
      held: true;
      path: string;
      /** `owner` is `""` and `pid` is 0 if the file does not say. */
      owner: string;
      pid: number;
      host: string;
      /** The stamp in the file, or the time of the link if the file was reused. */
      acquiredAt: string;
      /** The number of the user who owns the file; 0 on Windows. */
      uid: number;
      alive: Life;
      ageSeconds: number;
      /**
       * The next caller takes it over immediately: its holder is dead, or the holder's state is unknown and the lock is
       * more than 300 s old.
       */
      stale: boolean;
    };

type Held = LockState & { held: true };

export function describeLock(seen: SeenLock, world: LockWorld): Held {
  const { owner = "", pid = 0, host = "", acquiredAt = "" } = seen.fields ?? {};
  const reusedMs = reusedAfterMs(seen);
  return {
    held: true,
    path: seen.path,
    owner,
    pid,
    host,
    acquiredAt: reusedMs === 0 ? acquiredAt : journalNowIso(new Date(seen.state.changedAtMs)),
    uid: seen.state.uid,
    alive: lifeOf(seen, world.processes),
    ageSeconds: Math.max(0, ageSeconds(seen, world) - reusedMs / 1000),
    stale: isStale(seen, world),
  };
}

/**
 * How long after its stamp the file was linked as the lock, in milliseconds: 0 unless a file of this package was reused
 * (spare.ts). Linking a file sets its time of change.
 */
function reusedAfterMs({ fields, state }: SeenLock): number {
  if (fields === undefined || fields.uptime === "") return 0;
  const after = state.changedAtMs - instantOf(fields.acquiredAt);
  // A stamp is truncated to the second.
  return after >= 1000 && after <= reuseMsMax + 1000 ? after : 0;
}

/** Returns a sentence without its full stop: the file, its holder and pid, since when, and any other file owner. */
export function tellHolder(lock: Held): string {
  return `the lock ${lock.path} is held by ${nameHolder(lock)}${tellOwner(lock)}`;
}

const lives: { [life in Life]: string } = { alive: "alive", dead: "dead", unknown: "not known whether alive" };

function nameHolder({ owner, pid, host, alive, acquiredAt, ageSeconds: age }: Held): string {
  const ago = `${Math.floor(age)} s ago`;
  if (owner === "") return `a file that names no holder, written ${ago}`;
  return `${owner} (pid ${pid}${host === "" ? "" : ` on ${host}`}, ${lives[alive]}) since ${acquiredAt} (${ago})`;
}

function tellOwner({ uid }: { uid: number }): string {
  return isOthers(uid) ? `; its file belongs to ${nameUser(uid)}` : "";
}

/** `waitedMs` is omitted if this thread itself is the holder and waiting would never end. */
export function busyError(site: LockSite, seen: SeenLock | undefined, waitedMs?: number): JournalError {
  const lock = seen && describeLock(seen, site.world);
  const elusive = `the lock ${site.path} was taken by another process at each try`;
  const holder = lock === undefined ? elusive : tellHolder(lock);
  const waited = waitedMs === undefined ? "this thread holds it and would wait for itself" : `waited ${waitedMs} ms`;
  const message = `cannot write to ${site.journalPath}: ${holder}; ${waited}${tellOutlook(lock, seen, site)}`;
  return new JournalError("ERR_LOCK_BUSY", message, { path: site.path });
}

function tellOutlook(lock: Held | undefined, seen: SeenLock | undefined, site: LockSite): string {
  if (lock?.stale && seen !== undefined) {
    return tellClaim(seeClaim(seen, site), site.world) || "; another process is taking it over";
  }
  return lock?.alive === "unknown" ? `; it can be taken over once it is ${unknownHolderSeconds} s old` : "";
}

/** A claim lasts only a moment, unless its process was stopped or another user planted it. */
function tellClaim(claim: SeenLock | undefined, world: LockWorld): string {
  if (claim === undefined) return "";
  const claimed = describeLock(claim, world);
  return `; its removal is claimed in ${claim.path} by ${nameHolder(claimed)}${tellOwner(claimed)}`;
}

/** The error for an operator's call that collided with another process. */
export function replacedError(seen: SeenLock, site: LockSite): JournalError {
  const claim = tellClaim(seeClaim(seen, site), site.world);
  const message = `the lock ${seen.path} is being removed or replaced by another process; try again${claim}`;
  return new JournalError("ERR_LOCK_BUSY", message, { path: seen.path });
}

/** The failed call, for `explainFailure`. */
export interface FailedCall {
  /** Undefined if following the journal's links failed. */
  lockPath: string | undefined;
  journalPath: string;
  /** What was attempted on the lock, as a past participle. */
  action: "taken" | "looked at" | "taken away";
  world: LockWorld;
}

/** Wraps errors of the operating system in `ERR_LOCK_FAILED`; returns other errors unchanged. */
export function explainFailure(error: unknown, { lockPath, journalPath, action, world }: FailedCall): unknown {
  if (error instanceof JournalError || errorCode(error) === undefined) return error;
  const lock = lockPath === undefined ? `the lock of ${journalPath}` : `the lock ${lockPath}`;
  const message = `${lock} cannot be ${action}: ${errorText(error)}${tellRights(error, world)}; nothing was written`;
  const prefix = action === "taken" ? `cannot write to ${journalPath}: ` : "";
  return new JournalError("ERR_LOCK_FAILED", prefix + message, { path: lockPath ?? journalPath, cause: error });
}

/** Names the owners of the file and its folder if permission was denied. */
function tellRights(error: unknown, { disk }: LockWorld): string {
  const code = errorCode(error);
  const path = error instanceof Error && "path" in error && typeof error.path === "string" ? error.path : undefined;
  const self = ownUid();
  if ((code !== "EACCES" && code !== "EPERM") || path === undefined || self === undefined) return "";
  const told = [`this process runs as ${nameUser(self)}`];
  const folder = lookUpQuietly(dirname(path), disk);
  if (folder !== undefined)
    told.push(`the folder belongs to ${nameUser(folder.uid)} (mode ${folder.mode.toString(8)})`);
  const file = lookUpQuietly(path, disk);
  if (file === undefined || !isOthers(file.uid)) return `; ${told.join(", ")}`;
  told.push(`${path} belongs to ${nameUser(file.uid)}`);
  const isSticky = folder !== undefined && (folder.mode & 0o1000) !== 0;
  const advice = "; the sticky bit lets only these two and root remove it: have one of them do so";
  return `; ${told.join(", ")}${isSticky ? advice : ""}`;
}

/** Returns `undefined` if the lookup fails: that error is not the one being explained. */
function lookUpQuietly(path: string, disk: Disk): FileState | undefined {
  try {
    return lookUp(path, disk);
  } catch {
    return undefined;
  }
}
