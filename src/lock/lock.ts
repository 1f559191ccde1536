// Acquires, inspects and breaks the lock of a journal (docs/format.md 8, "The lock"). removal.ts explains what can
// happen between two processes, and what cannot.

import { setTimeout as pauseFor } from "node:timers/promises";
import { mismatch } from "../arguments.js";
import { type Course, drive, driveAsync, type Wait } from "../core/drive.js";
import { type Disk, type FileState, nodeDisk } from "../file/disk.js";
import { blockFor } from "../file/pause.js";
import { lookUp } from "../file/regular.js";
import { errorCode, errorText } from "../file/system-error.js";
import { findTarget } from "../file/target.js";
import { busyError, describeLock, explainFailure, type FailedCall, type LockState, replacedError } from "./answers.js";
import { discardAside, type Guard, type LockSite, writeAside } from "./aside.js";
import { LockAttempt } from "./attempt.js";
import { guardRefusalsMax } from "./guard.js";
import { HeldLock, type Holding, heldByThisThread, letGo } from "./held.js";
import { type ProcessTable, systemProcesses } from "./process.js";
import { removeGuarded, removeSeen } from "./removal.js";
import { type LockWorld, lockPaths, lockPathsTo, type SeenLock, seeLock } from "./state.js";
import { checkLabel } from "./text.js";

export { type LockState, tellHolder } from "./answers.js";
export type { Guard } from "./aside.js";
export { HeldLock } from "./held.js";
export { discardSpares } from "./spare.js";

export interface LockOptions {
  /** Names the caller, for people. The owner is this and a nonce. Default `lane-journal`. */
  label?: string | undefined;
  /** How long to wait for a holder, in milliseconds. A dead holder costs no wait. Default 1000, like the reference. */
  waitMs?: number | undefined;
  /**
   * The native engine's guard. Without it the lock is equally safe, but takeovers of a stale lock race slightly longer.
   */
  guard?: Guard | undefined;
  /**
   * Keeps the lock file after the release and links it again for the next acquisition of this thread within a minute,
   * which saves writing and fsyncing a new one. Call `discardSpares` after the last one. Default false.
   */
  reuses?: boolean | undefined;
  /** The path of another lock than the journal's. Its folder must exist. Default: the paths of the journal's lock. */
  path?: string | undefined;
  disk?: Disk | undefined;
  processes?: ProcessTable | undefined;
  /** Milliseconds since 1970-01-01 UTC. */
  now?: (() => number) | undefined;
}

const labelDefault = "lane-journal";

const waitMsDefault = 1000;

/**
 * Pauses between attempts grow from the first to the longest, so that a short critical section costs little waiting.
 */
const pauseMs = { first: 1, most: 25 };

/**
 * Blocks the thread while it waits, so that no other code runs between reading and writing a decision. Throws
 * `ERR_LOCK_BUSY`, which says who holds the lock, or `ERR_LOCK_FAILED`, which says why it cannot be acquired; leaves no
 * files behind.
 */
export function acquireLock(journalPath: string, options: LockOptions = {}): HeldLock {
  return drive(acquire(journalPath, options, true));
}

/** Like `acquireLock`, but lets the event loop run while it waits. */
export function acquireLockAsync(journalPath: string, options: LockOptions = {}): Promise<HeldLock> {
  return driveAsync(acquire(journalPath, options, false));
}

/** Returns the current holder of the lock. Changes nothing. */
export function readLock(journalPath: string, options: LockOptions = {}): LockState {
  return explaining({ journalPath, action: "looked at", world: worldOf(options) }, (call) => {
    const seen = findLock(call, options);
    if (seen === undefined) return { held: false, path: call.lockPath ?? journalPath };
    return describeLock(seen, call.world);
  });
}

/**
 * Removes the lock from its holder, for an operator, and returns that holder. A living holder notices just before its
 * next write. Throws `ERR_LOCK_BUSY` if the lock is just being removed or replaced.
 */
export function breakLock(journalPath: string, options: LockOptions = {}): LockState {
  const label = checkLabel(options.label ?? labelDefault);
  return explaining({ journalPath, action: "taken away", world: worldOf(options) }, (call) => {
    const seen = findLock(call, options);
    if (seen === undefined) return { held: false, path: call.lockPath ?? journalPath };
    const lock = describeLock(seen, call.world);
    const { state } = findTarget(journalPath, call.world.disk);
    const site = createSite(seen.path, { path: journalPath, state }, call.world, options);
    if (removeBroken(seen, label, site)) return lock;
    throw replacedError(seen, site);
  });
}

function removeBroken(seen: SeenLock, label: string, site: LockSite): boolean {
  const claimant = writeAside(label, site);
  try {
    for (let refusals = 0; refusals < guardRefusalsMax; refusals++) {
      const removal = removeGuarded(seen, claimant, site);
      if (removal !== "guarded") return removal === "removed";
      blockFor(Math.min(pauseMs.first * 2 ** refusals, pauseMs.most));
    }
    return removeSeen(seen, claimant, site);
  } finally {
    discardAside(claimant, site);
  }
}

/** Stores in `call` the path of the lock that was found, or of the first candidate if there is none. */
function findLock(call: FailedCall, { path: named }: LockOptions): SeenLock | undefined {
  const { disk } = call.world;
  const paths = named === undefined ? lockPaths(call.journalPath, disk) : [named];
  for (const path of paths) {
    call.lockPath = path;
    const seen = seeLock(path, disk);
    if (seen !== undefined) return seen;
  }
  call.lockPath = paths[0];
  return undefined;
}

/**
 * A lock file that cannot be removed is only a warning: the entries are durable and the call must not appear to have
 * failed.
 */
export function releaseLock(lock: HeldLock): void {
  try {
    lock.release();
  } catch (error) {
    // As text, because `emitWarning` rejects an error from another realm.
    process.emitWarning(errorText(error), "Warning", errorCode(error));
  }
}

interface Patience {
  waitMs: number;
  /** In terms of `performance.now`, in milliseconds. */
  deadline: number;
  /** Whether the thread is blocked while it waits. */
  blocking: boolean;
}

/** Takes the lock of a symbolic link first, then that of the journal itself. */
function* acquire(journalPath: string, options: LockOptions, blocking: boolean): Course<HeldLock> {
  const label = checkLabel(options.label ?? labelDefault);
  const waitMs = checkWait(options.waitMs ?? waitMsDefault);
  const patience = { waitMs, deadline: performance.now() + waitMs, blocking };
  const world = worldOf(options);
  const call: FailedCall = { lockPath: undefined, journalPath, action: "taken", world };
  const holdings: Holding[] = [];
  try {
    const target = findTarget(journalPath, world.disk);
    for (const path of options.path === undefined ? lockPathsTo(journalPath, target.path) : [options.path]) {
      call.lockPath = path;
      // Both names lead to one folder: the lock is already held.
      if (holdings.length > 0 && isHeldAt(path, holdings, world)) continue;
      const site = createSite(path, { path: journalPath, state: target.state }, world, options);
      const attempt = new LockAttempt(site, label, options.reuses);
      holdings.push(yield* acquireOne(attempt, patience));
    }
  } catch (error) {
    for (const holding of holdings) letGo(holding);
    throw explainFailure(error, call);
  }
  return new HeldLock(holdings);
}

function isHeldAt(path: string, holdings: readonly Holding[], { disk }: LockWorld): boolean {
  const named = lookUp(path, disk)?.identity;
  return holdings.some(({ aside }) => aside.identity === named);
}

function* acquireOne(attempt: LockAttempt, patience: Patience): Course<Holding> {
  const { site } = attempt;
  try {
    for (let pause = pauseMs.first; ; pause = Math.min(pause * 2, pauseMs.most)) {
      const left = patience.deadline - performance.now();
      const outcome = attempt.tryOnce({ isLast: left <= 0 });
      if ("aside" in outcome) return outcome;
      // Only this thread could end such a wait.
      const own = patience.blocking && heldByThisThread(outcome.busy?.fields?.owner);
      if (own) throw busyError(site, outcome.busy);
      if (left <= 0) throw busyError(site, outcome.busy, patience.waitMs);
      // The jitter keeps waiters from retrying at the same time.
      yield waitFor(Math.min(left, pause * (0.5 + Math.random())));
    }
  } finally {
    attempt.end();
  }
}

function worldOf({ disk = nodeDisk, processes = systemProcesses, now = Date.now }: LockOptions): LockWorld {
  return { disk, processes, now };
}

/** A journal as the caller passed its path, and the state of the file to which its links lead, if there is one. */
interface FoundJournal {
  path: string;
  state: FileState | undefined;
}

/** The mode is 0600 or that of the journal without its execute bits (docs/format.md 8). */
function createSite(path: string, journal: FoundJournal, world: LockWorld, { guard }: LockOptions): LockSite {
  const { state } = journal;
  const mode = state === undefined ? 0o600 : (state.mode & 0o666) | 0o600;
  return { path, journalPath: journal.path, mode, journal: state, world, guard };
}

function explaining<Result>(given: Omit<FailedCall, "lockPath">, run: (call: FailedCall) => Result): Result {
  const call: FailedCall = { ...given, lockPath: undefined };
  try {
    return run(call);
  } catch (error) {
    throw explainFailure(error, call);
  }
}

function checkWait(waitMs: unknown): number {
  if (typeof waitMs === "number" && waitMs >= 0) return waitMs;
  throw mismatch("waitMs", "a number of at least 0", waitMs);
}

function waitFor(milliseconds: number): Wait {
  return { now: () => blockFor(milliseconds), later: () => pauseFor(milliseconds) };
}
