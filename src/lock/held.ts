// Checks and removes a lock file that this thread has published (docs/format.md 8, "The lock").

import { JournalError } from "../errors.js";
import { closeQuietly, unlinkQuietly } from "../file/cleanup.js";
import { readFully } from "../file/disk.js";
import { lookUp } from "../file/regular.js";
import { errorText } from "../file/system-error.js";
import { type Aside, discardAside, disown, type LockSite } from "./aside.js";
import { removeHeld } from "./release.js";
import { keepSpare } from "./spare.js";
import { type SeenLock, seeLock } from "./state.js";

/** One lock file that this thread holds. */
export interface Holding {
  aside: Aside;
  site: LockSite;
  /** The label if the file is kept for the next acquisition; undefined if it is used once. */
  reusedAs: string | undefined;
}

/** Owners of the locks that this thread holds: a blocking wait for one of them would never end. */
const ownersHere = new Set<string | undefined>();

/** A lock without an owner is never this thread's. */
export function heldByThisThread(owner: string | undefined): boolean {
  return ownersHere.has(owner);
}

/**
 * The lock of one journal, held until `release` or until the process ends. The end of a worker thread does not release
 * it.
 */
export class HeldLock {
  /** Unique to this acquisition: the label, a colon and a nonce. */
  readonly owner: string;
  readonly path: string;
  #holdings: readonly Holding[];

  constructor(holdings: readonly Holding[]) {
    this.#holdings = holdings;
    this.owner = holdings[0]?.aside.owner ?? "";
    this.path = holdings[0]?.site.path ?? "";
  }

  /**
   * Call it just before a write. Throws `ERR_LOCK_LOST` unless the lock file is in place and unchanged. It is not if an
   * operator broke the lock, or if the reference stole it after 300 s.
   */
  check(): void {
    if (this.#holdings.length === 0) throw lost(this.path, "it was released");
    for (const holding of this.#holdings) checkHolding(holding);
  }

  /** Removes the lock unless it was lost to another holder. Further calls have no effect. */
  release(): void {
    const holdings = this.#holdings.toReversed();
    this.#holdings = [];
    const failures = holdings.flatMap((holding) => failureOf(() => letGo(holding)));
    if (failures.length > 0) throw failures[0];
  }
}

/** Call it immediately after the link that made the file the lock. */
export function hold(aside: Aside, site: LockSite, reusedAs: string | undefined): Holding {
  ownersHere.add(aside.owner);
  if (reusedAs === undefined) unlinkQuietly(aside.path, site.world.disk);
  return { aside, site, reusedAs };
}

/** Throws `ERR_LOCK_FAILED` if the file is still there afterwards. */
export function letGo(holding: Holding): void {
  const { aside, site, reusedAs } = holding;
  ownersHere.delete(aside.owner);
  let isRemoved = false;
  try {
    isRemoved = removeHeld(aside, site);
    // A file that cannot be removed, or is about to be put back, must not appear to be held by a living process.
    if (!isRemoved) disown(aside, site);
  } catch (cause) {
    if (isThere(holding)) throw stuck(holding, cause);
  } finally {
    if (reusedAs === undefined) closeQuietly(aside.fd, site.world.disk);
    else if (isRemoved) keepSpare(aside, reusedAs, site);
    else discardAside(aside, site);
  }
}

function checkHolding(holding: Holding): void {
  const { path, world } = holding.site;
  let found: string;
  try {
    if (isIntact(holding)) return;
    found = nameFound(seeLock(path, world.disk), holding);
  } catch (cause) {
    throw lost(path, `it cannot be looked at: ${errorText(cause)}`, cause);
  }
  throw lost(path, `expected owner ${holding.aside.owner}, found ${found}`);
}

/** Whether the lock file is the one that was linked and nobody has written to it since. */
function isIntact({ aside, site }: Holding): boolean {
  const { disk } = site.world;
  const content = Buffer.from(aside.content);
  const state = lookUp(site.path, disk);
  if (state?.identity !== aside.identity || state.size !== content.length) return false;
  return content.equals(readFully(disk, aside.fd, Buffer.allocUnsafe(content.length), 0));
}

/** If that cannot be determined, the file counts as present. */
function isThere({ aside, site }: Holding): boolean {
  try {
    return lookUp(site.path, site.world.disk)?.identity === aside.identity;
  } catch {
    return true;
  }
}

function nameFound(seen: SeenLock | undefined, { aside }: Holding): string {
  if (seen === undefined) return "no file";
  if (seen.state.identity === aside.identity) return "its file changed";
  return seen.fields === undefined ? "another file" : `owner ${seen.fields.owner} (pid ${seen.fields.pid})`;
}

/** Explains that the file remains. If it can be marked as released, the next caller gets the lock immediately. */
function stuck({ aside, site }: Holding, cause: unknown): JournalError {
  const held = `for others it stays held until process ${process.pid} takes it again or ends`;
  const outcome = disown(aside, site) ? "the file is marked as released" : held;
  const message = `the lock ${site.path} cannot be removed: ${errorText(cause)}; ${outcome}`;
  return new JournalError("ERR_LOCK_FAILED", message, { path: site.path, cause });
}

function lost(path: string, why: string, cause?: unknown): JournalError {
  return new JournalError("ERR_LOCK_LOST", `the lock ${path} is lost: ${why}; nothing was written`, { path, cause });
}

function failureOf(run: () => void): unknown[] {
  try {
    run();
    return [];
  } catch (error) {
    return [error];
  }
}
