// A label in, a whole and durable lock file under a name of its own out, which a link then makes the lock
// (docs/format.md 8).

import { randomBytes } from "node:crypto";
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

/** `flock(LOCK_EX | LOCK_NB)` of an open file: true if it was free. Closing the descriptor lets it go. */
export interface Guard {
  tryLock(fd: number): boolean;
}

/** One lock file's place and what is needed to work on it. */
export interface LockSite {
  path: string;
  /** As the caller named it. */
  journalPath: string;
  /** Permission bits of the files made: the journal's, else 0600. */
  mode: number;
  /** The journal's state, links followed; undefined if it is missing. */
  journal: FileState | undefined;
  world: LockWorld;
  guard: Guard | undefined;
}

/** The descriptor stays open while the lock is held, so that no other file gets its inode. */
export interface Aside {
  path: string;
  fd: number;
  identity: string;
  owner: string;
  content: string;
  acquiredAt: string;
}

/** `new` is not yet the lock, `old` no longer; both are gone in a moment unless their process is. */
export type AsideKind = "new" | "old";

export function writeAside(label: string, site: LockSite): Aside {
  const { disk, processes, now } = site.world;
  const mark = processes.self();
  const owner = nameOwner(label);
  const acquiredAt = journalNowIso(new Date(now()));
  const content = formatLock({ ...mark, owner, acquiredAt, uptime: uptime().toFixed(2) });
  const path = nameAside("new", mark, site.path);
  const fd = openNew(path, site);
  try {
    const { identity, mode } = disk.fstat(fd);
    // The umask may have taken bits from the mode, and others' processes must read who holds the lock.
    if (mode !== site.mode) changeMode(fd, site);
    writeText(fd, content, site);
    disk.fsync(fd);
    return { path, fd, identity, owner, content, acquiredAt };
  } catch (error) {
    discardAside({ path, fd }, site);
    throw error;
  }
}

/** Node's permission model disables `fchmod`: there the mode stays narrower. */
function changeMode(fd: number, { mode, world }: LockSite): void {
  try {
    world.disk.fchmod(fd, mode);
  } catch (error) {
    if (errorCode(error) !== "ERR_ACCESS_DENIED") throw error;
  }
}

/** By process, so that the leftovers of a dead one can be told from the work of a living one. */
export function nameAside(kind: AsideKind, mark: ProcessMark, lockPath: string): string {
  const random = randomBytes(8).toString("hex");
  return `${lockPath}.${kind}-${mark.pid}-${mark.start}-${namePlace(mark)}-${random}`;
}

/** True once the aside has that name too; false if another file has it, or the aside was swept away meanwhile. */
export function linkAside(aside: Aside, path: string, site: LockSite): boolean {
  const { disk } = site.world;
  try {
    disk.link(aside.path, path);
    return true;
  } catch (error) {
    // A link may be made and yet be reported as failed; asking beats leaving a lock that nobody knows he holds.
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
 * Says in a file that cannot be removed that nobody stands behind it any more. Where even that fails others must take
 * it for held as long as this process lives, and only this thread knows better: then false.
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

export function writeText(fd: number, text: string, { world }: LockSite): void {
  writeFully(world.disk, fd, Buffer.from(text));
}

/** docs/format.md 8: parent folders are made. */
function openNew(path: string, { mode, world }: LockSite): number {
  try {
    return world.disk.open(path, openFlags.temporary, mode);
  } catch (error) {
    if (errorCode(error) !== "ENOENT") throw error;
  }
  makeFolder(dirname(path), world.disk);
  return world.disk.open(path, openFlags.temporary, mode);
}
