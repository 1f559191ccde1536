// Reads a lock file: who holds the lock, whether that process is alive, and how old the lock is (docs/format.md 8, "The
// lock").
import { uptime } from "node:os";
import { resolve } from "node:path";
import { instantOf, lastInstantOf } from "../core/stamp.js";
import { JournalError } from "../errors.js";
import { beside } from "../file/beside.js";
import { type Disk, type FileState, openFlags, readFully } from "../file/disk.js";
import { lookUp, NotRegularError, openRegular, type RegularFile } from "../file/regular.js";
import { errorCode } from "../file/system-error.js";
import { followLinks } from "../file/target.js";
import { isOthers, nameUser } from "../file/users.js";
import { judgeLife, type Life, type ProcessTable } from "./process.js";
import { type LockFields, lockBytesMax, parseLock } from "./text.js";

/** A holder about whom nothing is known keeps the lock this long (docs/format.md 8). */
export const unknownHolderSeconds = 300;

/** Stamps are truncated to the second: an age that reads as 300 may be 299.1 (faults B10). */
const stampSeconds = 1;

/** The dependencies of lock calls. Tests pass their own. */
export interface LockWorld {
  disk: Disk;
  processes: ProcessTable;
  /** Milliseconds since 1970-01-01 UTC. */
  now(): number;
}

/** A snapshot of one lock file. Its identity, time and content always belong to the same file. */
export interface SeenLock {
  path: string;
  state: FileState;
  /** `undefined` if reading is not permitted. */
  content: string | undefined;
  /** `undefined` if the file is empty, unreadable or not a lock. */
  fields: LockFields | undefined;
}

/**
 * Returns the paths of a journal's lock. A journal named by a symbolic link has two, because other writers may use the
 * target's own name. All writers take them in this order.
 */
export function lockPaths(journalPath: string, disk: Disk): string[] {
  return namedPaths() ?? pathsBeside(journalPath, followLinks(journalPath, disk));
}

/** Like `lockPaths`, for a caller that has followed the journal's links to `target`. */
export function lockPathsTo(journalPath: string, target: string): string[] {
  return namedPaths() ?? pathsBeside(journalPath, target);
}

function namedPaths(): string[] | undefined {
  const named = process.env["DISPATCH_LANE_LEASE_LOCK_PATH"];
  return named === undefined || named === "" ? undefined : [resolve(named)];
}

function pathsBeside(journalPath: string, target: string): string[] {
  const lockBeside = (path: string): string => beside(path, ".lane-lease.lock");
  return journalPath === target ? [lockBeside(journalPath)] : [...new Set([journalPath, target].map(lockBeside))];
}

/** Returns `undefined` if there is no lock. Throws `ERR_PATH_REFUSED` for a non-regular file, without opening it. */
export function seeLock(path: string, disk: Disk): SeenLock | undefined {
  for (;;) {
    const named = lookUp(path, disk);
    if (named === undefined) return undefined;
    if (named.kind !== "regular file") throw refuse(path, named);
    const seen = readLockFile(path, named, disk);
    if (seen !== undefined) return seen;
  }
}

/** What identifies a lock file and its content. */
export interface KnownLock {
  path: string;
  state: Pick<FileState, "identity" | "modifiedAtMs">;
  content: string | undefined;
}

export function isSame(one: KnownLock, other: SeenLock | undefined): other is SeenLock {
  if (other === undefined || one.state.identity !== other.state.identity) return false;
  return one.content === other.content && one.state.modifiedAtMs === other.state.modifiedAtMs;
}

/** Owners of files that this thread released, but could neither remove nor mark as released. */
export const ownersLeft = new Set<string>();

/** Also `dead` for a holder that released the lock but could not remove its file. */
export function lifeOf({ fields }: SeenLock, processes: ProcessTable): Life {
  if (fields === undefined) return "unknown";
  return fields.released || ownersLeft.has(fields.owner) ? "dead" : judgeLife(fields, processes);
}

/** Whether the lock may be replaced: its holder is provably dead, or its state is unknown and the lock is old. */
export function isStale(seen: SeenLock, world: LockWorld): boolean {
  const life = lifeOf(seen, world.processes);
  return life === "dead" || (life === "unknown" && ageSeconds(seen, world) > unknownHolderSeconds + stampSeconds);
}

/**
 * The age is measured by the system's uptime if the file is from this boot, because that clock cannot be set; otherwise
 * by `acquired_at`, where a stamp without seconds counts from the end of its minute; or by the file's own time if the
 * stamp is missing, unreadable or in the future. Never negative.
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

/** Returns `undefined` if the file has disappeared or has been replaced by a non-regular file. */
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

/** Reads from the start, at most the maximum size of a lock. */
export function readText(fd: number, disk: Disk): string {
  const bytes = Buffer.alloc(lockBytesMax);
  return bytes.toString("utf8", 0, readFully(disk, fd, bytes, 0).length);
}

function refuse(path: string, { kind, uid }: FileState): JournalError {
  const owner = isOthers(uid) ? ` that belongs to ${nameUser(uid)}` : "";
  const found = `expected a regular file, found a ${kind}${owner}`;
  return new JournalError("ERR_PATH_REFUSED", `the lock ${path}: ${found}; nothing was written; remove it`, { path });
}
