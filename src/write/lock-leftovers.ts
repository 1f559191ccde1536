// A lock's folder in, the same without what processes left there that were killed in the middle of a lock call.
import { basename, dirname } from "node:path";
import { type Aside, type LockSite, unlinkQuietly } from "./lock-aside.js";
import { removeSeen } from "./lock-removal.js";
import { type LockWorld, lifeOf, lookUp, seeLock } from "./lock-state.js";
import { namePlace } from "./process.js";

/** A file of a process of which nothing can be told is left alone this long; such a file is in use for a moment. */
const untoldHoursMax = 1;

/** As `nameAside` makes them. */
const asideName = /^(?:new|old)-(\d{1,20})-(\d{0,40})-([0-9a-f]{12})-[0-9a-f]{16}$/;
const claimName = /^claim-[0-9a-f]{32}$/;

/** Called by the holder of `lock`. Whatever it cannot look at or remove stays: litter is no reason to fail. */
export function sweepLeftovers(lock: Aside, site: LockSite): void {
  try {
    sweep({ ...lock, path: site.path }, site);
  } catch {
    // The next holder tries again.
  }
}

function sweep(claimant: Aside, site: LockSite): void {
  const { path, world } = site;
  const folder = dirname(path);
  const start = `${basename(path)}.`;
  for (const name of world.disk.readdir(folder)) {
    if (!name.startsWith(start)) continue;
    const kind = name.slice(start.length);
    const file = `${folder}/${name}`;
    const aside = asideName.exec(kind);
    if (aside !== null && isLeft(aside, file, world)) unlinkQuietly(file, site);
    if (claimName.test(kind)) sweepClaim(file, claimant, site);
  }
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
