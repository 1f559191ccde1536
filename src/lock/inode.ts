// An open journal in, the flock of its inode held where that is possible (docs/format.md 8, "Order").

import type { Guard } from "./aside.js";
import { blockFor } from "./lock.js";

/** Longer than a decision takes; whoever may read the journal could hold the lock for ever. In milliseconds. */
const waitMsMax = 100;

const pauseMsMax = 5;

/**
 * Keeps native writers apart that reach one journal by two names and so take two lock files. It only makes it rare that
 * a decision has to be withdrawn: without it, or while somebody keeps it, the order of the journal decides alone.
 */
export class InodeLock {
  readonly #guard: Guard | undefined;
  /** It was not to be had the last time: it is not waited for until it is free again. */
  #gaveUp = false;

  constructor(guard: Guard | undefined) {
    this.#guard = guard;
  }

  /** Until the descriptor is closed. */
  hold(fd: number): void {
    if (this.#guard === undefined) return;
    const deadline = performance.now() + waitMsMax;
    while (!tryLock(this.#guard, fd)) {
      if (this.#gaveUp || performance.now() >= deadline) {
        this.#gaveUp = true;
        return;
      }
      blockFor(Math.random() * pauseMsMax);
    }
    this.#gaveUp = false;
  }
}

/** A file system without flock is none to wait for. */
function tryLock(guard: Guard, fd: number): boolean {
  try {
    return guard.tryLock(fd);
  } catch {
    return true;
  }
}
