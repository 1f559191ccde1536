// Removes exactly the lock file that was inspected, never one that has replaced it since (faults B6).
//
// Before a process removes the lock file of another, it takes a *claim* on it. The claim is a file name derived from
// the lock file's inode; `link` creates it for one claimant only. The claimant then inspects the lock again, renames
// it, checks what it has renamed, and unlinks that. A holder that releases its lock *marks* it instead
// of claiming it, and takes a claim only if it finds one (release.ts). A new lock appears by `link` (this package) or
// `O_EXCL` (the reference), neither of which replaces a file. Among writers of this package this rules out the
// following, with and without the guard:
//  - two takeovers of one lock: the second gets no claim, or finds a file other than the one it inspected;
//  - the removal of a living holder's lock during its release: the claimant finds the mark, or the holder finds the
//    claim (docs/architecture.md, "Releasing the lock");
//  - the removal of a fresh lock: it is another file, for which a claim on the old one is not valid, and while there is
//    a claim on the old one, nobody else removes that.
//
// A claim whose holder died is removed in the same way, by a claim on it. The guard, an flock that ends with its
// process, avoids races between takeovers. It cannot replace the claim, because the TypeScript engine has no flock.
//
// The reference takes no claim. It steals a lock that is older than 300 s by `acquired_at`: it renames the file,
// compares it, then deletes it or renames it back over the name. Three cases remain possible, for microseconds each:
//  - It steals or releases an *old* lock and another writer acquires it between our second look and our rename. We see
//    that we renamed another file, and link it back unless the name is taken again. If the other writer uses this
//    package, its `check` notices.
//  - When it renames a file back, it can replace a lock that was acquired in the meantime. If the holder uses this
//    package, its `check` notices. A lock file of this package that comes back in this way is marked as released.
//  - It steals a lock from a living holder after 300 s, as it does with its own locks. `check` notices, until the
//    write.

import { createHash } from "node:crypto";
import { basename } from "node:path";
import { closeQuietly, unlinkQuietly } from "../file/cleanup.js";
import { lookUp } from "../file/regular.js";
import { renameOver } from "../file/rename.js";
import { errorCode } from "../file/system-error.js";
import { type Aside, disown, type LockSite, linkAside, nameAside, releaseMark } from "./aside.js";
import { openGuard } from "./guard.js";
import { isSame, isStale, type KnownLock, type SeenLock, seeLock } from "./state.js";

/** `guarded`: another process holds the guard, and nothing was attempted. */
export type Removal = "removed" | "kept" | "guarded";

/** Like `removeSeen`, but native writers take turns. */
export function removeGuarded(seen: SeenLock, claimant: Aside, site: LockSite): Removal {
  const { guard } = site;
  const fd = guard && openGuard(site);
  try {
    if (guard !== undefined && fd !== undefined && !guard.tryLock(fd)) return "guarded";
    return removeSeen(seen, claimant, site) ? "removed" : "kept";
  } finally {
    if (fd !== undefined) closeQuietly(fd, site.world.disk);
  }
}

/**
 * Returns true if this call removed the file; false if it is gone, was replaced or is being removed by another process.
 */
export function removeSeen(seen: KnownLock, claimant: Aside, site: LockSite): boolean {
  const claim = nameClaim(seen, site);
  try {
    if (!takeClaim(claim, claimant, site)) return false;
    const found = seeLock(seen.path, site.world.disk);
    return isSame(seen, found) && !isBeingReleased(found, site) && moveAway(seen, site);
  } finally {
    dropClaim(claim, claimant, site);
  }
}

/** Removes the holder's own lock. The file may have no other name, so the claim is linked from the lock's name. */
export function removeClaimed(own: KnownLock, held: Aside, site: LockSite): boolean {
  return removeSeen(own, { ...held, path: own.path }, site);
}

/** A holder whose state is unknown may have been stopped for long: its mark ends with its lock. */
function isBeingReleased(found: SeenLock, { world }: LockSite): boolean {
  return (found.state.mode & releaseMark) !== 0 && !isStale(found, world);
}

/** Renames the file and unlinks it if it is exactly the one that was inspected; otherwise puts it back. */
export function moveAway(seen: KnownLock, site: LockSite): boolean {
  const { disk, processes } = site.world;
  const away = nameAside("old", processes.self(), site.path);
  try {
    renameOver(seen.path, away, disk);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return false;
    throw error;
  }
  let isIt = false;
  try {
    const moved = disk.lstat(away);
    isIt = moved.identity === seen.state.identity && moved.modifiedAtMs === seen.state.modifiedAtMs;
  } finally {
    if (!isIt) putBack(away, seen.path, site);
  }
  unlinkQuietly(away, site.world.disk);
  return isIt;
}

/** Uses a link, which never replaces another file (faults B6). */
function putBack(away: string, path: string, { world }: LockSite): void {
  try {
    world.disk.link(away, path);
  } catch (error) {
    if (errorCode(error) !== "EEXIST") throw error;
  }
}

function takeClaim(claim: string, claimant: Aside, site: LockSite): boolean {
  if (linkClaim(claim, claimant, site)) return true;
  const other = seeLock(claim, site.world.disk);
  if (other === undefined || !isStale(other, site.world)) return false;
  return removeSeen(other, claimant, site) && linkClaim(claim, claimant, site);
}

/** A holder's claim is linked from the lock's name, which may denote another file by now. */
function linkClaim(claim: string, claimant: Aside, site: LockSite): boolean {
  if (!linkAside(claimant, claim, site)) return false;
  if (lookUp(claim, site.world.disk)?.identity === claimant.identity) return true;
  unlinkQuietly(claim, site.world.disk);
  return false;
}

/**
 * Drops the claim if it is the claimant's. A claim that cannot be dropped would block everyone while its process lives,
 * so it is marked as released.
 */
function dropClaim(claim: string, claimant: Aside, site: LockSite): void {
  try {
    if (lookUp(claim, site.world.disk)?.identity === claimant.identity) site.world.disk.unlink(claim);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return;
    disown(claimant, site);
    throw error;
  }
}

/** Whether there is a claim on the lock, be it valid or not. */
export function isClaimed(known: KnownLock, site: LockSite): boolean {
  return lookUp(nameClaim(known, site), site.world.disk) !== undefined;
}

/** Returns the claim on a lock, if there is one. */
export function seeClaim(seen: SeenLock, site: LockSite): SeenLock | undefined {
  return seeLock(nameClaim(seen, site), site.world.disk);
}

/**
 * The name does not depend on what a process may read of the lock, nor on whether its holder has marked it as released
 * meanwhile.
 */
function nameClaim({ path, state }: Pick<KnownLock, "path" | "state">, site: LockSite): string {
  const it = JSON.stringify([basename(path), state.identity]);
  return `${site.path}.claim-${createHash("sha256").update(it).digest("hex").slice(0, 32)}`;
}
