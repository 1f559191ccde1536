// A lock file that was seen in, that very file removed out: never another that took its place (faults B6).
//
// Whoever removes a lock file, to replace a dead holder's or to release his own, first takes the *claim* on it: a name
// made from its inode, time and content, given by `link` to one claimant alone. Only then he looks again, moves the
// file away, looks at what he moved and unlinks it. A lock appears by `link` (here) or `O_EXCL` (the reference), which
// replace nothing. Among writers of this package that excludes, with and without the guard:
//  - two thieves of one lock: the second has no claim, or finds another file than the one he judged;
//  - a thief and the holder who lets go: one of them has the claim, the other leaves the name alone;
//  - the removal of a fresh lock: it is another file, so a claim on the old one does not stand for it.
// A claim whose holder died is removed the same way, by a claim on it. The guard, an flock that ends with its process,
// spares thieves that race; it cannot replace the claim, as the TypeScript engine has no flock.
//
// The reference takes no claim. It steals what is older than 300 s by `acquired_at`: moves it away, compares, then
// deletes it or renames it back over the name. What remains with it, for microseconds each:
//  - it steals or releases an *old* lock and another enters just between our second look and our move: we see that we
//    moved another file and link it back unless the name is taken again. Its holder, if ours, notices by `check`;
//  - its own put-back replaces a lock taken in that moment: the holder, if ours, notices by `check`, and a file it
//    lost that comes back says that it was released;
//  - it robs a living holder after 300 s, as it does its own: `check` notices, until the moment of the write.

import { createHash } from "node:crypto";
import { basename } from "node:path";
import { closeQuietly, unlinkQuietly } from "../file/cleanup.js";
import { lookUp } from "../file/regular.js";
import { errorCode } from "../file/system-error.js";
import { type Aside, disown, type LockSite, linkAside, nameAside } from "./aside.js";
import { openGuard } from "./guard.js";
import { isSame, isStale, type SeenLock, seeLock } from "./state.js";

/** `guarded`: another process holds the guard, and nothing was tried. */
export type Removal = "removed" | "kept" | "guarded";

/** As `removeSeen`, among native writers one at a time. */
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

/** True if this call removed it; false if it is gone, is another file or is being removed by somebody else. */
export function removeSeen(seen: SeenLock, claimant: Aside, site: LockSite): boolean {
  const claim = nameClaim(seen, site);
  try {
    if (!takeClaim(claim, claimant, site)) return false;
    return isSame(seen, seeLock(seen.path, site.world.disk)) && moveAway(seen, site);
  } finally {
    dropClaim(claim, claimant, site);
  }
}

/** For the holder himself, who has no other name for his file any more: he claims it by its own name. */
export function removeOwn(seen: SeenLock, held: Aside, site: LockSite): boolean {
  return removeSeen(seen, { ...held, path: seen.path }, site);
}

/** Moves exactly the file that was seen to a name of its own and unlinks it; another one is put back. */
function moveAway(seen: SeenLock, site: LockSite): boolean {
  const { disk, processes } = site.world;
  const away = nameAside("old", processes.self(), site.path);
  try {
    disk.rename(seen.path, away);
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

/** By a link, which replaces nobody's (faults B6). */
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

/** A holder's claim is made from the lock's name, at which another file may be by now. */
function linkClaim(claim: string, claimant: Aside, site: LockSite): boolean {
  if (!linkAside(claimant, claim, site)) return false;
  if (lookUp(claim, site.world.disk)?.identity === claimant.identity) return true;
  unlinkQuietly(claim, site.world.disk);
  return false;
}

/** If it is the claimant's. One that cannot be dropped would bar everybody while its process lives: it is disowned. */
function dropClaim(claim: string, claimant: Aside, site: LockSite): void {
  try {
    if (lookUp(claim, site.world.disk)?.identity === claimant.identity) site.world.disk.unlink(claim);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return;
    disown(claimant, site);
    throw error;
  }
}

/** Who has the claim on a lock, if anybody. */
export function seeClaim(seen: SeenLock, site: LockSite): SeenLock | undefined {
  return seeLock(nameClaim(seen, site), site.world.disk);
}

function nameClaim({ path, state, content }: SeenLock, site: LockSite): string {
  const it = JSON.stringify([basename(path), state.identity, state.modifiedAtMs, content ?? null]);
  return `${site.path}.claim-${createHash("sha256").update(it).digest("hex").slice(0, 32)}`;
}
