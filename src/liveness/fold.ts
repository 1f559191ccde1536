// Folds entries into live leases and their progress at once, and judges them (docs/format.md 12).
import { foldEntry, State } from "../core/fold.js";
import { identityOf } from "../core/identity.js";
import { instantOf } from "../core/stamp.js";
import type { Entry, Lease } from "../types.js";
import { judgeLiveness } from "./judge.js";
import { ProgressFold } from "./progress.js";
import type { CheckedRun, LivenessRequest } from "./request.js";
import type { LeaseLiveness, LeaseProgress } from "./types.js";

/** Returns whether the process of a lease is provably gone. */
export type IsGone = (lease: Lease) => boolean;

/** The identity that is judged, as a key of core/identity.ts, and what is known of it. */
export interface Judged {
  key: string;
  /** Undefined if the identity is not live. */
  lease: Lease | undefined;
  run: CheckedRun | undefined;
}

export class LivenessFold {
  readonly #state = new State();
  readonly #progress: ProgressFold;

  /** `nowMs`: milliseconds since 1970-01-01 UTC, at most the moment of any judgement. */
  constructor(nowMs: number) {
    this.#progress = new ProgressFold(nowMs);
  }

  take(entry: Entry): void {
    foldEntry(this.#state, entry);
    this.#progress.take(entry);
  }

  /** Returns the progress of the live leases in map order, then that of the other runs of the request. */
  progress(request: LivenessRequest): LeaseProgress[] {
    return this.#judged(request).map((judged) => progressOf(this.#progress, judged, request.nowMs));
  }

  /** Like `progress`, with the verdicts. */
  liveness(request: LivenessRequest, isGone: IsGone): LeaseLiveness[] {
    return this.#judged(request).map((judged) => livenessOf(this.#progress, judged, { ...request, isGone }));
  }

  #judged({ runs }: LivenessRequest): Judged[] {
    const { live } = this.#state;
    const keys = [...live.keys()];
    const leases = live.leases().map((lease, index): Judged => {
      const key = keys[index] ?? "";
      return { key, lease, run: runs.get(key) };
    });
    const others = [...runs].filter(([key]) => !live.has(key));
    return [...leases, ...others.map(([key, run]): Judged => ({ key, lease: undefined, run }))];
  }
}

function progressOf(fold: ProgressFold, { key, lease, run }: Judged, nowMs: number): LeaseProgress {
  const acquiredAt = instantOf(lease?.acquired_at);
  const startedAt = run?.startedAt ?? (Number.isNaN(acquiredAt) ? undefined : acquiredAt);
  const { lane, loop_ts } = identityOf(key);
  return { lane, loop_ts, lease, ...fold.movesOf(key, { nowMs, startedAt }) };
}

/** Judges one identity by the entries that the fold has taken. */
export function livenessOf(
  fold: ProgressFold,
  judged: Judged,
  { nowMs, isGone }: { nowMs: number; isGone: IsGone },
): LeaseLiveness {
  const { lease, run } = judged;
  const progress = progressOf(fold, judged, nowMs);
  const known = { commits: run?.commits ?? 0, isGone: run?.isGone ?? (lease !== undefined && isGone(lease)) };
  const { events, beatAgeMs, startedAt } = progress;
  return { ...progress, ...known, ...judgeLiveness({ ...known, events, beatAgeMs, runAgeMs: nowMs - startedAt }) };
}
