// The shapes of the lease shell (docs/format.md 8): what is requested, what decides, what is returned.
import type { Entry, Generation, JournalOptions, Lease } from "../types.js";

/** A wish for a lane. */
export interface LeaseRequest {
  /** Not empty. */
  lane: string;
  /** Written as `lane_kind`; `null` if left out. */
  kind?: string | undefined;
  /** The paths of the region. Default: none. */
  tree?: readonly string[] | undefined;
  /** With the lane the lease's identity. Default: a time stamp and a nonce, which no other lease has. */
  loopTs?: string | undefined;
  /** The run it belongs to; written with the lease, as text. */
  runId?: string | number | undefined;
  /** Minutes without a beat after which the lease counts as dead (and 5 more). Default: the shell's. */
  ttlMinutes?: number | undefined;
  /** Written with the lease. Default `""`. */
  reason?: string | undefined;
  /** The run at the root of the tree of runs. Written on the REFUSE if the request is refused, as text. */
  rootId?: string | number | undefined;
  /** The run that started this one. Written on the REFUSE if the request is refused, as text. */
  parentId?: string | number | undefined;
}

/** An arbiter's answer; a granted one may name another lane, kind or tree than was requested. */
export type LeaseDecision =
  | { ok: true; lane?: string; kind?: string; tree?: readonly string[]; reason?: string }
  | {
      ok: false;
      reason: string;
      /** Default `""`. */
      reasonClass?: RefusalClass | (string & {});
      /**
       * The live leases in the way, as `decide` was given them. The REFUSE records them as `held_by` and
       * `blocking_trees`, and the reason is completed by when the first of them counts as dead. Default: none.
       */
      heldBy?: readonly Lease[];
    };

/** Is asked under the lock, and again if a writer without it changed the journal meanwhile; it must not write to it. */
export type DecideLease = (request: LeaseRequest & { loopTs: string }, live: Lease[]) => LeaseDecision;

/** Who takes leases, and by which rules. */
export interface LeasesOptions extends JournalOptions {
  /** The holder its leases name, and who signs its refusals: not empty, no line breaks or spaces around it. */
  owner: string;
  /** The host that its leases name. Default: the host's name. */
  hostId?: string;
  /** The process its leases name, on this host. Default: this one. */
  pid?: number;
  /**
   * Default: refuses if a live lease has the lane, or if the request and a live lease both have trees of which two
   * prefixes collide (docs/format.md, section 8, "The decision"). `decideByLane` and `decideByTree` are looser and
   * stricter.
   */
  decide?: DecideLease;
  /** A beat is not written if the last one is younger. Default 0: every beat is. */
  coalesceSeconds?: number;
  /** Default 50; at most 527,040, which is 366 days. */
  ttlMinutes?: number;
  /**
   * `acquire` leaves provably dead leases (as `live({ expireDead: true })` does) out of what `decide` sees, and
   * journals a SCAVENGE for each before the ACQUIRE it grants. Default false: a dead lease holds its lane until it is
   * scavenged.
   */
  reclaimDead?: boolean;
  /**
   * `acquire` refuses while the journal has damaged lines, as one may have been an ACQUIRE (faults A14). Default false,
   * as a crash in the middle of a write leaves such a line too. A compaction acknowledges them.
   */
  refuseWhenCorrupt?: boolean;
  /** Default: the system's clock. */
  now?: () => Date;
}

/** Which lease: the newest live one on the lane, or the one with `loopTs`. */
export interface LeaseTarget {
  /** Not empty. */
  lane: string;
  /** Default: whichever is the newest. */
  loopTs?: string | undefined;
}

/** A change that the holder may make, others only by force. */
export interface ChangeOptions extends LeaseTarget {
  /** Though another holds it; who did is written into the reason. Default false. */
  force?: boolean | undefined;
  /** Written into the entry. Default: what its builder has. */
  reason?: string | undefined;
}

/** Whose the lease is to be. */
export interface AdoptLeaseOptions extends ChangeOptions {
  /** Who holds it from now on. Default: the shell's owner. */
  newHolder?: string | undefined;
  /** Default: the shell's, but not where another holder or host is named. */
  newPid?: number | undefined;
  /** Default: the shell's host. */
  newHostId?: string | undefined;
}

/** Which lease is taken away, and on what condition. */
export interface ScavengeLeaseOptions extends LeaseTarget {
  /** Default `scavenged`. */
  reason?: string | undefined;
  /** Refuses unless the lease is provably dead when the lock is held. Default false. */
  onlyIfDead?: boolean | undefined;
}

/** What is written of a stop; the lane need not have a lease. */
export interface HaltLeaseOptions {
  /** Default `""`. */
  lane?: string | undefined;
  /** Default `""`. */
  loopTs?: string | undefined;
  /** Written as text. Default: none. */
  runId?: string | number | undefined;
  /** What is run to stop it; any JSON value. Default: none. */
  command?: unknown;
  /** Default `""`. */
  reason?: string | undefined;
}

/** What is written of a worker that is started; the lane need not have a lease. */
export interface SpawnLeaseOptions extends LeaseTarget {
  /** Default: the shell's owner. */
  holder?: string | undefined;
  /** Default: none. */
  pid?: number | undefined;
  /** Written as text. Default: none. */
  runId?: string | number | undefined;
  /** Default `""`. */
  reason?: string | undefined;
}

/** Done and durable. Can be passed on as the target of the next call. */
export interface LeaseDone {
  /** Tells it from `LeaseRefused`. */
  ok: true;
  /** That of the lease, which an arbiter may have chosen. */
  lane: string;
  /** With the lane the lease's identity. */
  loopTs: string;
  /** As the fold has it now; as it was, if it is no longer live. */
  lease: Lease;
  /** Its fencing token; null if it has none. */
  generation: number | null;
  /** What was journaled, stamped. */
  entry: Entry;
}

/** As `LeaseDone`; `entry` is null if the last beat is young enough. */
export type LeaseBeaten = Omit<LeaseDone, "entry"> & { entry: Entry | null };

/** Refused, and journaled as such. */
export interface LeaseRefused {
  /** Tells it from `LeaseDone`. */
  ok: false;
  /** For people. */
  reason: string;
  /** For programs: one of `RefusalClass`, or what `decide` gave. */
  reasonClass: RefusalClass | (string & {});
  /** The REFUSE, stamped. */
  entry: Entry;
}

/** `LANE_HELD`: by a live lease. `IDENTITY_HELD`: there is a lease of this lane and `loopTs`. */
export type RefusalClass =
  | "LANE_HELD"
  /** A live lease's tree may name the same files as the request's. */
  | "TREE_HELD"
  /** The request or a live lease has no tree, and the decision needs one. */
  | "TREE_UNKNOWN"
  | "IDENTITY_HELD"
  /** No live lease is meant by the lane and `loopTs`. */
  | "NO_LEASE"
  /** Another holds it. */
  | "NOT_HOLDER"
  /** It is not provably dead. */
  | "NOT_DEAD"
  /** It is held under another identity than its own fields give, so that no entry made from it would reach it. */
  | "MISPLACED"
  /** See `refuseWhenCorrupt`. */
  | "JOURNAL_CORRUPT";

/** What can be said of a live lease at a moment. */
export interface LeaseHealth {
  /** As the fold has it. */
  lease: Lease;
  /**
   * `dead` is provably so (docs/format.md, section 8); `doubtful` is kept, but has a stamp or a time to live that
   * cannot be used.
   */
  state: "live" | "dead" | "doubtful";
  /**
   * What the state rests on: `process` if the lease's process mark shows that its holder's process is gone, otherwise
   * `time`: its last stamp and its time to live.
   */
  evidence: "time" | "process";
  /** When it counts as dead unless it is renewed, as `YYYY-MM-DDTHH:MM:SSZ`; past if it is dead, `null` if unknown. */
  reclaimableAt: string | null;
  /** The state's evidence in words, for people. */
  reason: string;
}

/**
 * Decisions under the lock: each call reads, decides and appends as one step, and is durable when it returns. Arguments
 * of the wrong type throw `TypeError`, and what `Journal` throws passes through.
 */
export interface Leases {
  /** The journal's, absolute. */
  readonly path: string;
  /** The holder its leases name. */
  readonly owner: string;
  /** Asks `decide`; writes an ACQUIRE or, if refused, a REFUSE. */
  acquire(request: LeaseRequest): LeaseDone | LeaseRefused;
  /** By its holder, unless forced. */
  release(target: ChangeOptions): LeaseDone | LeaseRefused;
  /** Hands a lease on: the holder's own to another process or holder, anybody's if forced. */
  adopt(target: AdoptLeaseOptions): LeaseDone | LeaseRefused;
  /** By its exact holder alone, so that nobody revives an orphan. */
  heartbeat(target: LeaseTarget): LeaseBeaten | LeaseRefused;
  /** Takes away a lease whose holder is gone. Nobody checks who asks. */
  scavenge(target: ScavengeLeaseOptions): LeaseDone | LeaseRefused;
  /** Records that something is stopped; `handle` is opaque. */
  halt(handle: unknown, options?: HaltLeaseOptions): Entry;
  /** Records that a worker is started. */
  spawn(options: SpawnLeaseOptions): Entry;
  /**
   * `expireDead` leaves out what is provably dead (docs/format.md, section 8); the journal is not changed by that.
   * Default false.
   */
  live(options?: { expireDead?: boolean }): Lease[];
  /** The live leases in map order, each with whether it is dead, and why. */
  health(): LeaseHealth[];
  /** The fencing tokens of the live leases in map order. */
  generations(): Generation[];
  /** As the journal's: every later call throws `ERR_CLOSED`. No lease is released by it. */
  close(): void;
}
