// A lock's path in, who holds it, whether that process lives and how old the lock is out (docs/format.md 8, "The
// lock").
import { uptime } from "node:os";
import { dirname, resolve } from "node:path";
import { instantOf, lastInstantOf } from "../core/stamp.js";
import { JournalError } from "../errors.js";
import { type Disk, type FileState, openFlags, readFully } from "../file/disk.js";
import { lookUp, NotRegularError, openRegular, type RegularFile } from "../file/regular.js";
import { errorCode } from "../file/system-error.js";
import { followLinks } from "../file/target.js";
import { isOthers, nameUser } from "../file/users.js";
import { judgeLife, type Life, type ProcessTable } from "./process.js";
import { type LockFields, lockBytesMax, parseLock } from "./text.js";

/** docs/format.md 8: a holder of whom nothing is known keeps the lock this long. */
export const unknownHolderSeconds = 300;

/** Stamps are cut to the second: one that reads 300 may be 299.1 (faults B10). */
const stampSeconds = 1;

/** What lock calls need of the world; tests put their own in. */
export interface LockWorld {
  disk: Disk;
  processes: ProcessTable;
  /** Milliseconds since 1970. */
  now(): number;
}

/** One lock file as it was seen: identity, time and content together are never those of another. */
export interface SeenLock {
  path: string;
  state: FileState;
  /** `undefined` if it may not be read. */
  content: string | undefined;
  /** `undefined` if it is empty, unreadable or no lock. */
  fields: LockFields | undefined;
}

/**
 * Where a journal's lock is. A journal named by a symbolic link has two, as others may know it by its own name; they
 * are taken in this order by everybody.
 */
export function lockPaths(journalPath: string, disk: Disk, environment: NodeJS.ProcessEnv = process.env): string[] {
  const named = environment["DISPATCH_LANE_LEASE_LOCK_PATH"];
  if (named !== undefined && named !== "") return [resolve(named)];
  // Not `join`: behind a symbolic link `..` is the kernel's to say.
  const beside = (path: string): string => `${dirname(path)}/.lane-lease.lock`;
  return [...new Set([beside(journalPath), beside(followLinks(journalPath, disk))])];
}

/** `undefined` if there is none; `ERR_PATH_REFUSED` for what is no regular file, without opening it. */
export function seeLock(path: string, disk: Disk): SeenLock | undefined {
  for (;;) {
    const named = lookUp(path, disk);
    if (named === undefined) return undefined;
    if (named.kind !== "regular file") throw refuse(path, named);
    const seen = readLockFile(path, named, disk);
    if (seen !== undefined) return seen;
  }
}

export function isSame(one: SeenLock, other: SeenLock | undefined): boolean {
  if (other === undefined || one.state.identity !== other.state.identity) return false;
  return one.content === other.content && one.state.modifiedAtMs === other.state.modifiedAtMs;
}

/** Owners of files that this thread let go, but could neither remove nor mark as released. */
export const ownersLeft = new Set<string>();

/** `dead` too for a holder that let go, but could not remove its file. */
export function lifeOf({ fields }: SeenLock, processes: ProcessTable): Life {
  if (fields === undefined) return "unknown";
  return fields.released || ownersLeft.has(fields.owner) ? "dead" : judgeLife(fields, processes);
}

/** Whether nothing speaks against replacing it: the holder is provably dead, or cannot be told and old. */
export function isStale(seen: SeenLock, world: LockWorld): boolean {
  const life = lifeOf(seen, world.processes);
  return life === "dead" || (life === "unknown" && ageSeconds(seen, world) > unknownHolderSeconds + stampSeconds);
}

/**
 * By the system's uptime where the file is of this boot, as that clock cannot be set; else by `acquired_at`, a stamp
 * without seconds counted from the end of its minute; by the file's own time if the stamp is missing, unreadable or in
 * the future. Never below 0.
 */
export function ageSeconds({ fields, state }: SeenLock, { processes, now }: LockWorld): number {
  const here = processes.self();
  if (fields !== undefined && fields.bootId !== "" && fields.bootId === here.bootId) {
    const age = fields.uptime === "" ? -1 : uptime() - Number(fields.uptime);
    if (age >= 0) return age;
  }
  const isStamped = fields !== undefined && instantOf(fields.acquiredAt) <= now();
  return Math.max(0, now() - (isStamped ? lastInstantOf(fields.acquiredAt) : state.modifiedAtMs)) / 1000;
}

/** `undefined` if it went or was replaced by no regular file since. */
function readLockFile(path: string, named: FileState, disk: Disk): SeenLock | undefined {
  let file: RegularFile;
  try {
    file = openRegular(path, openFlags.read, disk);
  } catch (error) {
    const code = errorCode(error);
    if (error instanceof NotRegularError || code === "ENOENT" || code === "ELOOP" || code === "ENXIO") return undefined;
    if (code !== "EACCES" && code !== "EPERM") throw error;
    return { path, state: named, content: undefined, fields: undefined };
  }
  const { fd, state } = file;
  try {
    const content = readText(fd, disk);
    return { path, state, content, fields: parseLock(content) };
  } finally {
    disk.close(fd);
  }
}

/** From the start; no more than a lock has. */
export function readText(fd: number, disk: Disk): string {
  const bytes = Buffer.alloc(lockBytesMax);
  return bytes.toString("utf8", 0, readFully(disk, fd, bytes, 0).length);
}

function refuse(path: string, { kind, uid }: FileState): JournalError {
  const owner = isOthers(uid) ? ` that belongs to ${nameUser(uid)}` : "";
  const found = `expected a regular file, found a ${kind}${owner}`;
  return new JournalError("ERR_PATH_REFUSED", `the lock ${path}: ${found}; nothing was written; remove it`, { path });
}
