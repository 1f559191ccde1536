// Declares the results of the liveness folds: progress, verdicts and attempts (docs/format.md 12).
import type { Lease } from "../types.js";

/** What the journal shows about the progress of one lease. */
export interface LeaseProgress {
  /** The lane, as text. */
  lane: string;
  /** The other half of the identity (docs/format.md, section 5), as text. */
  loop_ts: string;
  /** The lease; undefined if the identity is not live. */
  lease: Lease | undefined;
  /** When the run began, in milliseconds since 1970-01-01 UTC. */
  startedAt: number;
  /**
   * The number of ACQUIRE, RELEASE, SCAVENGE and RECONCILE entries since then, without the identity's first ACQUIRE,
   * which only begins the lease.
   */
  events: number;
  /** The latest stamp of its ACQUIRE and HEARTBEAT entries, in milliseconds since 1970-01-01 UTC; `null` if none. */
  lastBeatAt: number | null;
  /** The time since `lastBeatAt` in milliseconds, at least 0; `null` if there is no beat. */
  beatAgeMs: number | null;
}

/**
 * `ADVANCING`: its state moved since the run began, or it is alive and too young to judge. `SPINNING`: it is alive, but
 * nothing moved for half an hour. `STALLED`: there is no recent beat, or its process is gone.
 */
export type LivenessVerdict = "ADVANCING" | "SPINNING" | "STALLED";

/** The progress of a lease, and what it means. */
export interface LeaseLiveness extends LeaseProgress {
  /** The number of commits since the run began, as the caller says. */
  commits: number;
  /** Whether the process is provably gone: as the caller says, else by the process mark of the lease. */
  isGone: boolean;
  /** The verdict. */
  verdict: LivenessVerdict;
  /** The evidence for the verdict, for people. */
  reason: string;
}

/** What the caller knows about a run that the journal does not say. */
export interface KnownRun {
  /** The lane. */
  lane: string;
  /** Identifies the lease together with `lane`. */
  loopTs: string;
  /**
   * When the run began: a stamp (docs/format.md, section 4) or a date. Default: the lease's `acquired_at`, else the
   * stamp of the identity's first ACQUIRE or RECONCILE, else the moment of the judgement.
   */
  startedAt?: string | Date | undefined;
  /** The number of commits since the run began. Default 0. */
  commits?: number | undefined;
  /** Whether its process is provably gone. Default: by the process mark of the lease. */
  isGone?: boolean | undefined;
}

/** What the ATTEMPT entries say about one unit of work. */
export interface UnitAttempts {
  /** The unit's `unit_id`, as text. */
  unit_id: string;
  /** How many attempts were counted. */
  count: number;
  /** The outcome that decides: that of the latest attempt, or `unknown` for a word that is not an outcome. */
  outcome: AttemptOutcome;
  /** The `ts` of that attempt, as it was written. */
  ts: string;
  /** The instant of `ts` in milliseconds since 1970-01-01 UTC. */
  at: number;
  /** `cooling`: the unit was tried recently and did not ship, so it should not be tried again yet. */
  state: "clear" | "cooling";
  /** When the cooldown ends, in milliseconds since 1970-01-01 UTC; `null` if the latest attempt shipped. */
  until: number | null;
}

/** The outcomes that the reference writes. Every other word counts as `unknown`. */
export type AttemptOutcome = "shipped" | "drained" | "blocked" | "error" | "unknown";
