// Repeats a request for a lane until it is granted (docs/format.md 8, "Waiting").
import { setTimeout as pauseFor } from "node:timers/promises";
import { checkOptions, mismatch } from "../arguments.js";
import { JournalError } from "../errors.js";
import { checkFollow } from "../read/follow.js";
import { JournalWatch } from "../read/watch.js";
import { checkKeys } from "../unknown-key.js";
import { waitKeys } from "./option-keys.js";
import type { AcquireWaitOptions, LeaseDone, LeaseRefused } from "./types.js";

/** The longest pause before an attempt, in milliseconds. It is random, so that no waiter is always the first one. */
const pauseMsMax = 20;

/** `AcquireWaitOptions` after validation. */
export interface WaitPlan {
  signal: AbortSignal | undefined;
  waitMs: number;
  pollMs: number;
}

export function checkWait(given: AcquireWaitOptions | undefined): WaitPlan {
  checkKeys("options", given, waitKeys);
  const { signal } = checkOptions(given);
  const waitMs: unknown = given?.waitMs ?? Number.POSITIVE_INFINITY;
  if (typeof waitMs !== "number" || !(waitMs >= 0)) throw mismatch("waitMs", "a number of at least 0", waitMs);
  const { pollMs } = given?.pollMs === undefined ? checkFollow(undefined) : checkFollow({ pollMs: given.pollMs });
  return { signal, waitMs, pollMs };
}

export interface Attempts {
  path: string;
  /** How long the last attempt waits for the lock, in milliseconds. */
  lockWaitMs: number;
  /** Makes the request under the lock without waiting for it, and journals a refusal only if `isRecorded`. */
  acquire(isRecorded: boolean): LeaseDone | LeaseRefused | "refused";
  /** Whether the request would be granted as far as can be seen without the lock. */
  wouldGrant(): boolean;
}

/** Journals the first refusal and, if time runs out, the last one. */
export async function acquireWhenFree(attempts: Attempts, plan: WaitPlan): Promise<LeaseDone | LeaseRefused> {
  const { signal, waitMs, pollMs } = plan;
  signal?.throwIfAborted();
  const deadline = performance.now() + waitMs;
  const watch = new JournalWatch({ path: attempts.path, pollMs, signal });
  try {
    for (let isFirst = true; ; ) {
      const leftMs = deadline - performance.now();
      const isLast = leftMs <= 0;
      watch.forgetNews();
      const answer = isFirst || isLast || attempts.wouldGrant() ? attempt(attempts, isFirst || isLast) : "refused";
      if (!(answer instanceof JournalError)) {
        if (answer !== "refused" && (answer.ok || isLast)) return answer;
        isFirst = false;
        await watch.changed(leftMs);
      } else if (leftMs <= -attempts.lockWaitMs) throw answer;
      await pauseFor(Math.random() * pauseMsMax);
      signal?.throwIfAborted();
    }
  } finally {
    watch.close();
  }
}

/** Returns the error if the lock is held: that says nothing about the lane. */
function attempt(attempts: Attempts, isRecorded: boolean): ReturnType<Attempts["acquire"]> | JournalError {
  try {
    return attempts.acquire(isRecorded);
  } catch (error) {
    if (error instanceof JournalError && error.code === "ERR_LOCK_BUSY") return error;
    throw error;
  }
}
