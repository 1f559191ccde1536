// Holds the flock on an open journal's inode, where flock is available (docs/format.md 8, "Order").

import { blockFor } from "../file/pause.js";
import type { Guard } from "./aside.js";

/** In milliseconds: longer than a decision takes, but bounded, because any reader can hold this flock forever. */
const waitMsMax = 100;

const pauseMsMax = 5;

/**
 * Keeps apart native writers that reach one journal by two names and therefore take two lock files. This only makes
 * withdrawals rare. Without the flock, or while another process keeps it, the order in the journal still decides.
 */
export class InodeLock {
  readonly #guard: Guard | undefined;
  /** The last wait timed out: do not wait again until the flock has been free once. */
  #gaveUp = false;

  constructor(guard: Guard | undefined) {
    this.#guard = guard;
  }

  /** Holds the flock until the descriptor is closed. */
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

/** On a file system without flock there is nothing to wait for. */
function tryLock(guard: Guard, fd: number): boolean {
  try {
    return guard.tryLock(fd);
  } catch {
    return true;
  }
}
