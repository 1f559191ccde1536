// Removes what processes that were killed in the middle of a lock call left in the lock's folder.

import { basename, dirname } from "node:path";
import { unlinkQuietly } from "../file/cleanup.js";
import { leftoversMax } from "../file/leftovers.js";
import { lookUp } from "../file/regular.js";
import type { Aside, LockSite } from "./aside.js";
import { namePlace } from "./process.js";
import { removeSeen } from "./removal.js";
import { type LockWorld, lifeOf, seeLock } from "./state.js";

/** A file of a process of which nothing can be told is left alone this long; such a file is in use for a moment. */
const untoldHoursMax = 1;

/** As `nameAside` makes them. */
const asideName = /^(?:new|old)-(\d{1,20})-(\d{0,40})-([0-9a-f]{12})-[0-9a-f]{16}$/;
const claimName = /^claim-[0-9a-f]{32}$/;

/** Lock path -> names beside it that a sweep has still to look at. */
const listed = new Map<string, string[]>();

/** Called before the lock is held, as a folder may have many names. A folder that cannot be listed is not swept. */
export function listLeftovers({ path, world }: LockSite): void {
  const start = `${basename(path)}.`;
  try {
    const kinds = world.disk.readdir(dirname(path)).filter((name) => name.startsWith(start));
    const names = kinds.map((name) => name.slice(start.length));
    listed.set(
      path,
      names.filter((kind) => asideName.test(kind) || claimName.test(kind)),
    );
  } catch {
    // The next process tries again.
  }
}

/**
 * Called by the holder of `lock`. It looks at no more than `leftoversMax` of the files that were listed; the following
 * holders in this process go on with the rest. A file that cannot be looked at or removed stays: litter is no reason to
 * fail.
 */
export function sweepLeftovers(lock: Aside, site: LockSite): void {
  const names = listed.get(site.path);
  if (names === undefined) return;
  if (names.length <= leftoversMax) listed.delete(site.path);
  for (const kind of names.splice(0, leftoversMax)) {
    try {
      sweepFile(kind, { ...lock, path: site.path }, site);
    } catch {
      // A later process tries again.
    }
  }
}

function sweepFile(kind: string, claimant: Aside, site: LockSite): void {
  const file = `${site.path}.${kind}`;
  const aside = asideName.exec(kind);
  if (aside === null) sweepClaim(file, claimant, site);
  else if (isLeft(aside, file, site.world)) unlinkQuietly(file, site.world.disk);
}

function isLeft([, pid, start, place]: RegExpExecArray, file: string, world: LockWorld): boolean {
  const here = world.processes.self();
  if (place === namePlace(here) && here.bootId !== "" && start !== "") {
    const found = world.processes.look(Number(pid));
    if (found !== "hidden") return found === "gone" || found.finished || found.start !== start;
  }
  return isOld(lookUp(file, world.disk)?.modifiedAtMs, world);
}

/** That of a living process stands, whatever its age: a clock may have been set. */
function sweepClaim(file: string, claimant: Aside, site: LockSite): void {
  const seen = seeLock(file, site.world.disk);
  if (seen === undefined) return;
  const life = lifeOf(seen, site.world.processes);
  const isUntold = life === "unknown" && isOld(seen.state.modifiedAtMs, site.world);
  if (life === "dead" || isUntold) removeSeen(seen, claimant, site);
}

function isOld(modifiedAtMs: number | undefined, { now }: LockWorld): boolean {
  return modifiedAtMs !== undefined && now() - modifiedAtMs > untoldHoursMax * 3_600_000;
}
