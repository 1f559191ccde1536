// Keeps the lock files that this thread has released, so that its next decisions link them again instead of writing and
// fsyncing new ones (docs/format.md 8, "The lock").
//
// A kept file is linked again only within `reuseMsMax` of its stamp. A lock that is older than 300 s is therefore still
// the acquisition that was first seen, or one that its holder has lost. The age is checked again after the link, by a
// second clock too, in case this process was stopped just before it.

import { uptime } from "node:os";
import { type Aside, discardAside, type LockSite, setMark } from "./aside.js";

/** In milliseconds. The reference steals a lock 300 s after its stamp, so a holder has at least 240 s. */
export const reuseMsMax = 60_000;

/** A stamp is truncated to the second. */
const stampMs = 1000;

/** More than two clocks differ after a minute unless one was set or stood still, in milliseconds. */
const driftMsMax = 500;

/** A program that writes to many journals keeps this many files, each with an open descriptor. */
const sparesMax = 16;

interface Spare {
  aside: Aside;
  site: LockSite;
  label: string;
  timer: NodeJS.Timeout;
}

/** By the path of the lock, oldest first. */
const spares = new Map<string, Spare>();

/** Takes the kept file of this lock; undefined if there is none that has the label and may still be linked. */
export function takeSpare(label: string, site: LockSite): Aside | undefined {
  const spare = spares.get(site.path);
  if (spare === undefined) return undefined;
  remove(spare);
  const { disk, processes } = spare.site.world;
  const { aside } = spare;
  const isSameWorld = disk === site.world.disk && processes === site.world.processes;
  const isSame = isSameWorld && spare.label === label && spare.site.mode === site.mode;
  if (isSame && isStampYoung(aside, site) && setMark(aside, site, false)) return aside;
  discardAside(aside, spare.site);
  return undefined;
}

/** Keeps a file that is no longer the lock, until it is too old to be linked again. */
export function keepSpare(aside: Aside, label: string, site: LockSite): void {
  discardSpare(site.path);
  for (const [path] of spares) if (spares.size >= sparesMax) discardSpare(path);
  if (spares.size === 0) process.on("exit", discardAll);
  const timer = setTimeout(() => discardSpare(site.path), reuseMsMax).unref();
  spares.set(site.path, { aside, site, label, timer });
}

/** Deletes the files that were kept for this journal's locks. */
export function discardSpares(journalPath: string): void {
  for (const [path, { site }] of spares) if (site.journalPath === journalPath) discardSpare(path);
}

function discardSpare(lockPath: string): void {
  const spare = spares.get(lockPath);
  if (spare === undefined) return;
  remove(spare);
  discardAside(spare.aside, spare.site);
}

/** Whether it is worth trying to link the file. Its stamp is up to a second older than its writing. */
export function isStampYoung({ clockAtMs }: Aside, { world }: LockSite): boolean {
  const ageMs = world.now() - clockAtMs;
  return ageMs >= 0 && ageMs <= reuseMsMax - stampMs;
}

/**
 * Whether the file may be the lock; call it after the link. The clock may have been set. The steady clock may have
 * stood still, but only while the system was suspended, when the other went on. So if both show the same time since the
 * file was written, it is right; otherwise the uptime decides, which takes longer to read.
 */
export function isYoung(aside: Aside, site: LockSite): boolean {
  if (!isStampYoung(aside, site)) return false;
  const clockMs = site.world.now() - aside.clockAtMs;
  const steadyMs = performance.now() - aside.steadyAtMs;
  if (Math.abs(clockMs - steadyMs) <= driftMsMax) return true;
  const upMs = (uptime() - aside.uptimeAt) * 1000;
  return upMs >= 0 && upMs <= reuseMsMax;
}

function remove({ site, timer }: Spare): void {
  clearTimeout(timer);
  spares.delete(site.path);
  if (spares.size === 0) process.off("exit", discardAll);
}

function discardAll(): void {
  for (const path of [...spares.keys()]) discardSpare(path);
}
