// Declares the types of the lease shell: requests, decisions, options and results (docs/format.md 8).
import type { Entry, Generation, JournalOptions, Lease } from "../types.js";

/** A request for a lane. */
export interface LeaseRequest {
  /** The lane to acquire. Must not be empty. */
  lane: string;
  /** Written as `lane_kind`. Default: `null`. */
  kind?: string | undefined;
  /** Paths or globs of the files that the lease covers. Default: none. */
  tree?: readonly string[] | undefined;
  /** Identifies the lease together with `lane`. Default: a time stamp and a nonce, which is unique. */
  loopTs?: string | undefined;
  /** The run that the lease belongs to. Written with the lease, as text. Default: none. */
  runId?: string | number | undefined;
  /**
   * Time to live in minutes: without a heartbeat for this long and 5 more minutes, the lease counts as dead. At most
   * 527,040. Default: the `ttlMinutes` of the shell.
   */
  ttlMinutes?: number | undefined;
  /** The reason to record in the ACQUIRE. Default `""`. */
  reason?: string | undefined;
  /** The run at the root of the run tree. Written, as text, only on the REFUSE if the request is refused. */
  rootId?: string | number | undefined;
  /** The run that started this one. Written, as text, only on the REFUSE if the request is refused. */
  parentId?: string | number | undefined;
}

/** How long `acquireWhenFree` waits. */
export interface AcquireWaitOptions {
  /** Stops the wait, which then rejects with the signal's reason. No lease is left behind. */
  signal?: AbortSignal | undefined;
  /** How long to wait, in milliseconds. At 0 there is one attempt. Default: until the request is granted. */
  waitMs?: number | undefined;
  /** How often to look at the journal if the system reports no changes, in milliseconds. Default 500. */
  pollMs?: number | undefined;
}

/** The answer of `decide`. A granted request may change the lane, kind, tree or reason. */
export type LeaseDecision =
  | { ok: true; lane?: string; kind?: string; tree?: readonly string[]; reason?: string }
  | {
      ok: false;
      reason: string;
      /** A machine-readable class. Default `""`. */
      reasonClass?: RefusalClass | (string & {});
      /**
       * The live leases that block the request, as passed to `decide`. The REFUSE records them as `held_by` and
       * `blocking_trees`, and the reason also says when the first of them counts as dead. Default: none.
       */
      heldBy?: readonly Lease[];
    };

/**
 * Decides whether a request is granted. It is called while the lock is held, and called again if a writer that does not
 * take the lock has changed the journal meanwhile. It must not write to the journal.
 */
export type DecideLease = (request: LeaseRequest & { loopTs: string }, live: Lease[]) => LeaseDecision;

/** Options of `openLeases`: who takes leases, and by which rules. */
export interface LeasesOptions extends JournalOptions {
  /** The holder of new leases and the author of refusals. Not empty, without line breaks or surrounding spaces. */
  owner: string;
  /** The host recorded in new leases. Default: the name of this host. */
  hostId?: string;
  /** The process recorded in new leases, on this host. Default: the current process. */
  pid?: number;
  /**
   * Default: refuses if a live lease has the lane, or if the request and a live lease both have trees of which two
   * prefixes collide (docs/format.md, section 8, "The decision"). `decideByLane` is looser, `decideByTree` is stricter.
   */
  decide?: DecideLease;
  /** A heartbeat is skipped if the last one is younger than this, in seconds. Default 0: none is skipped. */
  coalesceSeconds?: number;
  /** Default time to live of new leases, in minutes. Default 50; at most 527,040, which is 366 days. */
  ttlMinutes?: number;
  /**
   * If true, `acquire` hides provably dead leases (as `live({ expireDead: true })` does) from `decide`, and writes a
   * SCAVENGE for each of them before the ACQUIRE. Default false: a dead lease holds its lane until it is scavenged.
   */
  reclaimDead?: boolean;
  /**
   * If true, `acquire` refuses while the journal has damaged lines, because one of them may have been an ACQUIRE
   * (faults A14). Default false, because a crash in the middle of a write leaves such a line too. A compaction clears
   * the damage.
   */
  refuseWhenCorrupt?: boolean;
  /** The clock. Default: the system's clock. */
  now?: () => Date;
}

/** Selects a lease: the newest live one on the lane, or the one with `loopTs`. */
export interface LeaseTarget {
  /** The lane of the lease. Must not be empty. */
  lane: string;
  /** Identifies the lease together with `lane`. Default: the newest live lease on the lane. */
  loopTs?: string | undefined;
}

/** Options of a change that only the holder may make, unless it is forced. */
export interface ChangeOptions extends LeaseTarget {
  /** If true, changes a lease of another holder too; the reason then records who did so. Default false. */
  force?: boolean | undefined;
  /** The reason to record in the entry. Default: that of the entry's builder. */
  reason?: string | undefined;
}

/** Selects the new holder of a lease. */
export interface AdoptLeaseOptions extends ChangeOptions {
  /** The new holder. Default: the shell's owner. */
  newHolder?: string | undefined;
  /** The new holder's process. Default: the shell's pid; required if `newHolder` or `newHostId` is given. */
  newPid?: number | undefined;
  /** The new holder's host. Default: the shell's host. */
  newHostId?: string | undefined;
}

/** Selects a lease to scavenge, and on what condition. */
export interface ScavengeLeaseOptions extends LeaseTarget {
  /** The reason to record. Default `scavenged`. */
  reason?: string | undefined;
  /** If true, refuses unless the lease is provably dead at the moment of the decision. Default false. */
  onlyIfDead?: boolean | undefined;
}

/** The fields of a HALT. The lane need not have a lease. */
export interface HaltLeaseOptions {
  /** The lane that is stopped. Default `""`. */
  lane?: string | undefined;
  /** The `loop_ts` of what is stopped. Default `""`. */
  loopTs?: string | undefined;
  /** The run that is stopped. Written as text. Default: none. */
  runId?: string | number | undefined;
  /** The command that stops it; any JSON value. Default: none. */
  command?: unknown;
  /** The reason to record. Default `""`. */
  reason?: string | undefined;
}

/** The fields of a SPAWN. The lane need not have a lease. */
export interface SpawnLeaseOptions extends LeaseTarget {
  /** The holder of the new worker. Default: the shell's owner. */
  holder?: string | undefined;
  /** The process id of the new worker. Default: none. */
  pid?: number | undefined;
  /** The run of the new worker. Written as text. Default: none. */
  runId?: string | number | undefined;
  /** The reason to record. Default `""`. */
  reason?: string | undefined;
}

/** A change that was made and is durable. It can be passed as the target of the next call. */
export interface LeaseDone {
  /** Distinguishes it from `LeaseRefused`. */
  ok: true;
  /** The lease's lane. `decide` may have chosen another one than was requested. */
  lane: string;
  /** Identifies the lease together with `lane`. */
  loopTs: string;
  /** The lease after the change; its last state if it is no longer live. */
  lease: Lease;
  /** The lease's fencing token; `null` if it has none. */
  generation: number | null;
  /** The entry that was written, stamped. */
  entry: Entry;
}

/** Like `LeaseDone`; `entry` is `null` if the heartbeat was skipped. */
export type LeaseBeaten = Omit<LeaseDone, "entry"> & { entry: Entry | null };

/** A refusal. It is recorded in the journal as a REFUSE. */
export interface LeaseRefused {
  /** Distinguishes it from `LeaseDone`. */
  ok: false;
  /** The reason, for people. */
  reason: string;
  /** The class of the reason, for programs: a `RefusalClass`, or what `decide` returned. */
  reasonClass: RefusalClass | (string & {});
  /** The REFUSE that was written, stamped. */
  entry: Entry;
}

/** `LANE_HELD`: a live lease has the lane. `IDENTITY_HELD`: a live lease has this lane and `loopTs`. */
export type RefusalClass =
  | "LANE_HELD"
  /** A live lease's tree may include a file of the request's tree. */
  | "TREE_HELD"
  /** The request or a live lease has no tree, and the decision needs one. */
  | "TREE_UNKNOWN"
  | "IDENTITY_HELD"
  /** There is no live lease with the lane and `loopTs`. */
  | "NO_LEASE"
  /** The lease has another holder. */
  | "NOT_HOLDER"
  /** The lease is not provably dead. */
  | "NOT_DEAD"
  /** The lease is stored under an identity other than its own fields, so no entry built from it would apply to it. */
  | "MISPLACED"
  /** See `refuseWhenCorrupt`. */
  | "JOURNAL_CORRUPT";

/** The state of a live lease at a given moment. */
export interface LeaseHealth {
  /** The lease as the fold returns it. */
  lease: Lease;
  /**
   * `dead`: provably dead (docs/format.md, section 8). `doubtful`: kept, although a time stamp or its time to live is
   * invalid.
   */
  state: "live" | "dead" | "doubtful";
  /**
   * The evidence for `state`: `process` if the process mark shows that the holder's process is gone, otherwise `time`,
   * which is the last stamp and the time to live.
   */
  evidence: "time" | "process";
  /**
   * When the lease counts as dead unless it is renewed, as `YYYY-MM-DDTHH:MM:SSZ`. In the past if it is dead; `null` if
   * unknown.
   */
  reclaimableAt: string | null;
  /** The evidence in words, for people. */
  reason: string;
}

/**
 * The lease shell. Each call reads the journal, decides and appends under the lock as one step; its result is durable.
 * Arguments of the wrong type throw `TypeError`; errors of `Journal` are thrown unchanged.
 */
export interface Leases {
  /** The journal's absolute path. */
  readonly path: string;
  /** The holder of new leases. */
  readonly owner: string;
  /** Calls `decide`, then writes an ACQUIRE or, if refused, a REFUSE. */
  acquire(request: LeaseRequest): LeaseDone | LeaseRefused;
  /**
   * Like `acquire`, but waits while the request is refused, without blocking: until it is granted, until `waitMs` is
   * over, which resolves with the last refusal, or until the signal aborts, which rejects with its reason. It journals
   * the first refusal and, if the time is over, the last one. While it waits it also calls `decide` without the lock,
   * to see whether an attempt is worth it. Waiters have no order: see docs/format.md, section 8, "Waiting".
   */
  acquireWhenFree(request: LeaseRequest, options?: AcquireWaitOptions): Promise<LeaseDone | LeaseRefused>;
  /** Releases a lease. Refused unless this owner holds it or `force` is true. */
  release(target: ChangeOptions): LeaseDone | LeaseRefused;
  /** Hands a lease over to another process or holder. Refused unless this owner holds it or `force` is true. */
  adopt(target: AdoptLeaseOptions): LeaseDone | LeaseRefused;
  /** Renews a lease. Only its exact holder may do so, so that nobody revives an orphaned lease. */
  heartbeat(target: LeaseTarget): LeaseBeaten | LeaseRefused;
  /** Removes a lease whose holder is gone. The caller's identity is not checked. */
  scavenge(target: ScavengeLeaseOptions): LeaseDone | LeaseRefused;
  /** Records that something is stopped. `handle` is any JSON value and is not interpreted. */
  halt(handle: unknown, options?: HaltLeaseOptions): Entry;
  /** Records that a worker is started. */
  spawn(options: SpawnLeaseOptions): Entry;
  /**
   * Returns the live leases. `expireDead` leaves out provably dead ones (docs/format.md, section 8) without changing
   * the journal. Default false.
   */
  live(options?: { expireDead?: boolean }): Lease[];
  /** Returns the live leases in map order, each with its state and the evidence for it. */
  health(): LeaseHealth[];
  /** Returns the fencing tokens of the live leases in map order. */
  generations(): Generation[];
  /** Closes the journal: every later call throws `ERR_CLOSED`. Leases are not released. */
  close(): void;
}
