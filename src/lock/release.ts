// Removes the lock that this thread holds, without a claim on it (docs/format.md 8, "The lock"; docs/architecture.md,
// "Releasing the lock").

import { lookUp } from "../file/regular.js";
import { type Aside, type LockSite, releaseMark, setMark } from "./aside.js";
import { isClaimed, moveAway, removeClaimed } from "./removal.js";
import type { KnownLock } from "./state.js";

/**
 * Returns true if this call removed the lock file; false if it is gone, was replaced or changed, or is being removed by
 * another process. Takes a claim if somebody else has one, and where the file cannot be marked.
 */
export function removeHeld(held: Aside, site: LockSite): boolean {
  const known: KnownLock = { path: site.path, state: held, content: held.content };
  let isRemoved = false;
  try {
    // The order of these steps excludes every other remover: the mark, then the claim, then the lock itself.
    if (setMark(held, site, true) && !isClaimed(known, site)) {
      const found = lookUp(site.path, site.world.disk);
      if (found?.identity !== held.identity || found.modifiedAtMs !== held.modifiedAtMs) return false;
      // On a file system that has no such bit, the mark has no effect.
      if ((found.mode & releaseMark) !== 0) return (isRemoved = moveAway(known, site));
    }
  } finally {
    // The mark on a file that stays would keep an operator from breaking the lock. A kept file loses it when it is
    // linked again.
    if (!isRemoved) setMark(held, site, false);
  }
  return removeClaimed(known, held, site);
}
