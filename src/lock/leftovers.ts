// Deletes files that processes killed during a lock call left in the lock's folder.

import { basename, dirname } from "node:path";
import { unlinkQuietly } from "../file/cleanup.js";
import { leftoversMax } from "../file/leftovers.js";
import { lookUp } from "../file/regular.js";
import type { Aside, LockSite } from "./aside.js";
import { namePlace } from "./process.js";
import { removeSeen } from "./removal.js";
import { type LockWorld, lifeOf, seeLock } from "./state.js";

/** A file whose process cannot be identified is kept this long; such a file is normally in use only for a moment. */
const untoldHoursMax = 1;

/** Matches the names that `nameAside` makes. */
const asideName = /^(?:new|old)-(\d{1,20})-(\d{0,40})-([0-9a-f]{12})-[0-9a-f]{16}$/;
const claimName = /^claim-[0-9a-f]{32}$/;

/** Maps lock paths to the names beside them that a sweep still has to inspect. */
const listed = new Map<string, string[]>();

/** Call it before the lock is held, because the folder may be large. A folder that cannot be listed is skipped. */
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
 * Call it while `lock` is held. It inspects at most `leftoversMax` of the listed files and leaves the rest to the
 * following holders in this process. A file that cannot be inspected or removed is kept: a leftover is no reason to
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
    const found = world.processes.look(Number(pid), start);
    if (found !== "hidden") return found === "gone" || found.finished || found.start !== start;
  }
  return isOld(lookUp(file, world.disk)?.modifiedAtMs, world);
}

/** Keeps the claim of a living process whatever its age, because a clock may have been set. */
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
