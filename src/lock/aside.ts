// Writes a complete, durable lock file under a temporary name, from which a link then makes the lock (docs/format.md
// 8).

import { randomUUID } from "node:crypto";
import { uptime } from "node:os";
import { dirname } from "node:path";
import { closeQuietly, unlinkQuietly } from "../file/cleanup.js";
import { type FileState, openFlags, writeFully } from "../file/disk.js";
import { journalNowIso } from "../file/path.js";
import { lookUp } from "../file/regular.js";
import { errorCode } from "../file/system-error.js";
import { makeFolder } from "../file/target.js";
import { namePlace, type ProcessMark } from "./process.js";
import { type LockWorld, ownersLeft } from "./state.js";
import { formatLock, nameOwner, releasedLine } from "./text.js";

/** Wraps `flock(LOCK_EX | LOCK_NB)`: true if the lock was free. Closing the descriptor releases it. */
export interface Guard {
  tryLock(fd: number): boolean;
}

/** The paths and dependencies of the calls that work on one lock file. */
export interface LockSite {
  path: string;
  /** The path as the caller passed it. */
  journalPath: string;
  /** Permission bits of new files: those of the journal, or 0600 if there is none. */
  mode: number;
  /** The journal's state after following links; undefined if the journal does not exist. */
  journal: FileState | undefined;
  world: LockWorld;
  guard: Guard | undefined;
}

/** The descriptor stays open while the lock is held, so that its inode number cannot be reused. */
export interface Aside {
  path: string;
  fd: number;
  identity: string;
  modifiedAtMs: number;
  owner: string;
  content: string;
  acquiredAt: string;
  /** In terms of the system's clock, in milliseconds. It is later than the stamp, which is truncated. */
  clockAtMs: number;
  /** In terms of `performance.now`, in milliseconds. */
  steadyAtMs: number;
  /** The system's uptime in seconds when the file was written. */
  uptimeAt: number;
  /** Whether the file has the release mark. */
  isMarked: boolean;
}

/**
 * The mode bit (the sticky bit, which has no other meaning for a file) by which a living holder says that it is about
 * to remove its lock.
 */
export const releaseMark = 0o1000;

/** `new` is not yet the lock, `old` no longer is. Both exist only for a moment unless their process dies. */
export type AsideKind = "new" | "old";

export function writeAside(label: string, site: LockSite): Aside {
  const { disk, processes, now } = site.world;
  const mark = processes.self();
  const owner = nameOwner(label);
  const [clockAtMs, steadyAtMs, uptimeAt] = [now(), performance.now(), uptime()];
  const acquiredAt = journalNowIso(new Date(clockAtMs));
  const content = formatLock({ ...mark, owner, acquiredAt, uptime: uptimeAt.toFixed(2) });
  const path = nameAside("new", mark, site.path);
  const fd = openNew(path, site);
  try {
    writeText(fd, content, site);
    const { identity, modifiedAtMs, mode } = disk.fstat(fd);
    // The umask may have cleared bits, and processes of other users must be able to read who holds the lock.
    if (mode !== site.mode) changeMode(fd, site);
    disk.fsync(fd);
    const times = { modifiedAtMs, acquiredAt, clockAtMs, steadyAtMs, uptimeAt };
    return { path, fd, identity, owner, content, ...times, isMarked: false };
  } catch (error) {
    discardAside({ path, fd }, site);
    throw error;
  }
}

/** Node's permission model disables `fchmod`; the file then keeps its narrower mode. */
function changeMode(fd: number, { mode, world }: LockSite): void {
  try {
    world.disk.fchmod(fd, mode);
  } catch (error) {
    if (errorCode(error) !== "ERR_ACCESS_DENIED") throw error;
  }
}

/** Hexadecimal digits of which all but two bits are random. */
const randomDigits = 16;

/** The name contains the process mark, so that leftovers of a dead process can be recognised. */
export function nameAside(kind: AsideKind, mark: ProcessMark, lockPath: string): string {
  // Unlike `randomBytes`, it draws the bytes for many names at once.
  const random = randomUUID().replaceAll("-", "").slice(-randomDigits);
  return `${lockPath}.${kind}-${mark.pid}-${mark.start}-${namePlace(mark)}-${random}`;
}

/** Returns false if another file has the name, or if the aside was swept away meanwhile. */
export function linkAside(aside: Aside, path: string, site: LockSite): boolean {
  const { disk } = site.world;
  try {
    disk.link(aside.path, path);
    return true;
  } catch (error) {
    // Check first: the link may exist although it was reported as failed, and this process would then hold a lock
    // without knowing it.
    if (lookUp(path, disk)?.identity === aside.identity) return true;
    if (errorCode(error) === "EEXIST" || errorCode(error) === "ENOENT") return false;
    throw error;
  }
}

export function discardAside({ path, fd }: Pick<Aside, "path" | "fd">, site: LockSite): void {
  unlinkQuietly(path, site.world.disk);
  closeQuietly(fd, site.world.disk);
}

/**
 * Marks a file that cannot be removed as released. If that fails too, returns false: other processes consider the lock
 * held as long as this process lives, and only this thread knows better.
 */
export function disown({ fd, owner }: Aside, site: LockSite): boolean {
  try {
    writeText(fd, releasedLine, site);
    return true;
  } catch {
    ownersLeft.add(owner);
    return false;
  }
}

/**
 * Sets or removes the release mark. Returns false if that is not permitted, for example by Node's permission model, or
 * fails.
 */
export function setMark(aside: Aside, { mode, world }: LockSite, isMarked: boolean): boolean {
  if (aside.isMarked === isMarked) return true;
  try {
    world.disk.fchmod(aside.fd, isMarked ? mode | releaseMark : mode);
    aside.isMarked = isMarked;
    return true;
  } catch {
    // The caller does without the mark.
    return false;
  }
}

export function writeText(fd: number, text: string, { world }: LockSite): void {
  writeFully(world.disk, fd, Buffer.from(text));
}

/** Creates missing parent folders (docs/format.md 8). */
function openNew(path: string, { mode, world }: LockSite): number {
  try {
    return world.disk.open(path, openFlags.temporary, mode);
  } catch (error) {
    if (errorCode(error) !== "ENOENT") throw error;
  }
  makeFolder(dirname(path), world.disk);
  return world.disk.open(path, openFlags.temporary, mode);
}
