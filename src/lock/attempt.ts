// Runs the attempts of one acquisition (docs/format.md 8, "The lock"). Each attempt returns the acquired lock or the
// holder that blocks it. A stale lock, such as one of a dead process, is taken over here.

import { instantOf } from "../core/stamp.js";
import { closeQuietly } from "../file/cleanup.js";
import { openFlags } from "../file/disk.js";
import { journalNowIso } from "../file/path.js";
import { lookUp } from "../file/regular.js";
import { errorCode } from "../file/system-error.js";
import { type Aside, discardAside, type LockSite, linkAside, writeAside } from "./aside.js";
import { guardRefusalsMax } from "./guard.js";
import { type Holding, hold, letGo } from "./held.js";
import { listLeftovers, sweepLeftovers } from "./leftovers.js";
import { type Removal, removeGuarded } from "./removal.js";
import { isStampYoung, isYoung, takeSpare } from "./spare.js";
import { isStale, lifeOf, type SeenLock, seeLock } from "./state.js";

/** `busy` is undefined if the lock disappeared again each time it was inspected. */
export type Outcome = Holding | { busy: SeenLock | undefined };

/** How often one attempt inspects the lock, each time because it changed, before the caller pauses. */
const looksMax = 4;

/** Lock paths beside which this process has listed leftovers since it last took over a dead holder's lock there. */
const listed = new Set<string>();

/** All attempts share one prepared lock file, so it is fsynced only once. */
export class LockAttempt {
  readonly site: LockSite;
  readonly #label: string;
  readonly #reuses: boolean;
  #aside: Aside | undefined;
  #guardRefusals = 0;

  constructor(site: LockSite, label: string, reuses = false) {
    this.site = site;
    this.#label = label;
    this.#reuses = reuses;
  }

  /**
   * Takes a free lock. Removes a stale one first; then the first process to link its file has the lock. The last
   * attempt does not use the guard, because another process may hold it forever.
   */
  tryOnce({ isLast }: { isLast: boolean }): Outcome {
    const kept = this.#publishKept();
    if (kept !== undefined) return kept;
    const { path, world } = this.site;
    let busy: SeenLock | undefined;
    for (let looks = 0; looks < looksMax; looks++) {
      busy = seeLock(path, world.disk);
      const holding = busy === undefined ? this.#publish() : undefined;
      if (holding !== undefined) return holding;
      if (busy === undefined) continue;
      if (!isStale(busy, world)) {
        restampFuture(busy, this.site);
        return { busy };
      }
      const removal = this.#remove(busy, isLast);
      if (removal === "guarded") return { busy };
      if (removal === "removed") listed.delete(path);
    }
    return { busy };
  }

  /** Discards the prepared file if it was not used. */
  end(): void {
    if (this.#aside !== undefined) discardAside(this.#aside, this.site);
    this.#aside = undefined;
  }

  #remove(seen: SeenLock, isLast: boolean): Removal {
    const asksGuard = !isLast && this.#guardRefusals < guardRefusalsMax;
    const removal = removeGuarded(seen, this.#fresh(), asksGuard ? this.site : { ...this.site, guard: undefined });
    if (removal === "guarded") this.#guardRefusals++;
    return removal;
  }

  /** Links a kept file without a look at the lock, which is usually free. If it is not, the link fails. */
  #publishKept(): Holding | undefined {
    if (!this.#reuses || this.#aside !== undefined) return undefined;
    this.#aside = takeSpare(this.#label, this.site);
    return this.#aside === undefined ? undefined : this.#publish();
  }

  #publish(): Holding | undefined {
    const site = this.site;
    if (!listed.has(site.path)) listLeftovers(site);
    const aside = this.#fresh();
    if (!linkAside(aside, site.path, site)) {
      // The aside itself may be missing: another process may have swept it away while this one was stopped.
      if (lookUp(aside.path, site.world.disk) === undefined) this.end();
      return undefined;
    }
    this.#aside = undefined;
    if (this.#reuses && !isYoung(aside, site)) {
      // This process was stopped between the check and the link, or the clock was set back.
      letGo(hold(aside, site, undefined));
      return undefined;
    }
    const holding = hold(aside, site, this.#reuses ? this.#label : undefined);
    listed.add(site.path);
    sweepLeftovers(aside, site);
    return holding;
  }

  /**
   * Returns an aside that may be linked. The reference judges the age of a lock by its stamp, so it is of the current
   * second, or at most a minute old if it is reused.
   */
  #fresh(): Aside {
    const { now } = this.site.world;
    const isFresh = this.#reuses
      ? this.#aside !== undefined && isStampYoung(this.#aside, this.site)
      : this.#aside?.acquiredAt === journalNowIso(new Date(now()));
    if (!isFresh) this.end();
    if (this.#reuses) this.#aside ??= takeSpare(this.#label, this.site);
    this.#aside ??= writeAside(this.#label, this.site);
    return this.#aside;
  }
}

/**
 * If the holder is unknown and both the stamp and the file's time are in the future, the lock would not age until the
 * clock reaches them (faults B10). Setting the file's time makes it age from now on. Where that is not permitted, an
 * operator can use `lj unlock`.
 */
function restampFuture(seen: SeenLock, site: LockSite): void {
  const { disk, processes, now } = site.world;
  const stamp = seen.fields === undefined ? Number.NaN : instantOf(seen.fields.acquiredAt);
  if (lifeOf(seen, processes) !== "unknown" || stamp <= now() || seen.state.modifiedAtMs <= now() + 1000) return;
  try {
    const fd = disk.open(seen.path, openFlags.alter);
    try {
      if (disk.fstat(fd).identity === seen.state.identity) disk.setModified(fd, now());
    } finally {
      closeQuietly(fd, site.world.disk);
    }
  } catch (error) {
    if (!["ENOENT", "EACCES", "EPERM", "ELOOP", "ERR_ACCESS_DENIED"].includes(errorCode(error) ?? "")) throw error;
  }
}
