// The results of the history fold: tenures of lanes, refusals, and remarks (docs/format.md 11).
import type { Place } from "../types.js";

/** Where and when an entry was written. File order decides; the stamp only labels the entry. */
export interface Moment extends Place {
  /** The index of the file in `History.files` that holds the entry; `line` and `offset` are counted within it. */
  file: number;
  /** The entry's number; 0 if it has none. */
  seq: number;
  /** The entry's `ts` as text; `""` if it has none. */
  ts: string;
  /** The instant of `ts` in milliseconds since 1970-01-01 UTC; `null` if `ts` is not a stamp. */
  at: number | null;
}

/** One holder of an episode. An ADOPT begins the next one. */
export interface Tenure {
  /** `""` if the lease names no holder. */
  holder: string;
  /** The ACQUIRE, RECONCILE, CHECKPOINT or ADOPT with which it began. */
  from: Moment;
}

/**
 * `released`, `scavenged`: by an entry of that op. `replaced`: the same identity was acquired again. `missing`: a later
 * CHECKPOINT does not list the lease, which is damage.
 */
export type EndKind = "released" | "scavenged" | "replaced" | "missing";

/** How, when and by whom an episode was ended. */
export interface EpisodeEnd {
  /** The kind of the end. */
  how: EndKind;
  /** The entry that ended it. */
  moment: Moment;
  /** Who ended it: the entry's `by`, or the new holder of a replaced lease; `""` if the journal does not say. */
  by: string;
  /** The entry's `reason`; `""` if it gives none. */
  reason: string;
}

/** A HALT that names the lane of an episode. */
export interface Halt {
  /** The HALT. */
  moment: Moment;
  /** What was to be halted, as the entry says; `""` if it does not. */
  handle: string;
  /** `""` if the entry gives none. */
  reason: string;
}

/** One uninterrupted time during which one identity held one lane. */
export interface Episode {
  /** The lane, as text. */
  lane: string;
  /** The other half of the identity (docs/format.md, section 5), as text. */
  loop_ts: string;
  /** The fencing token; `null` if there is none. */
  token: number | null;
  /** The entry with which it began. */
  begin: Moment;
  /** True if it began before the first entry or within a gap, so that `begin` is the CHECKPOINT that lists it. */
  isInherited: boolean;
  /** Undefined while the lease is live. */
  end: EpisodeEnd | undefined;
  /** At least one, oldest first. */
  holders: Tenure[];
  /** The lease's, else the entry's; `""` if there is none. */
  run_id: string;
  /** The lease's, as it was written; undefined if there is none. */
  tree: unknown;
  /** The host of the last holder; `""` if unknown. */
  host_id: string;
  /** The number of HEARTBEAT entries. */
  beats: number;
  /** The latest stamp of its ACQUIRE, HEARTBEAT and ADOPT entries, in milliseconds since 1970-01-01 UTC, or `null`. */
  lastSignAt: number | null;
  /** The longest time between two such stamps, in milliseconds; 0 if there are fewer than two. */
  gapMs: number;
  /** In file order. */
  halts: Halt[];
  /** There is damage between its begin and its end, so either may be wrong. */
  isUncertain: boolean;
}

/**
 * How a blocker was identified, best evidence first: `held_by` or `blocking_trees` of the entry; a live lease on the
 * wanted lane; a live lane that the reason names; a live lease whose tree may include a file of the wanted tree.
 */
export type Evidence = "recorded" | "lane" | "reason" | "tree";

/** A lease that was in the way of a refused request. */
export interface RefusalBlocker {
  /** Its lane. */
  lane: string;
  /** The other half of its identity. */
  loop_ts: string;
  /** Who held it at that time; `""` if unknown. */
  holder: string;
  /** The fencing token; `null` if there is none. */
  token: number | null;
  /** Its last sign of life before the refusal, in milliseconds since 1970-01-01 UTC; `null` if that is not known. */
  lastSignAt: number | null;
  /** Undefined if the entry names a lease that was not live. */
  episode: Episode | undefined;
}

/**
 * A REFUSE, or an ACQUIRE whose reason says REFUSED. The second is also an episode, because every fold holds it live.
 */
export interface Refusal {
  /** The entry. */
  moment: Moment;
  /** The entry's op. */
  op: "REFUSE" | "ACQUIRE";
  /** Who asked; `""` if the journal does not say. */
  holder: string;
  /** The lane that was wanted; `""` if the journal does not say. */
  lane: string;
  /** The entry's, usually `""`. */
  loop_ts: string;
  /** The entry's, else the lease's; `""` if there is none. */
  run_id: string;
  /** The run with which the asker's line of runs began, as the entry says; `""` if it does not. */
  root_id: string;
  /** Why it was refused, for people; `""` if the entry gives none. */
  reason: string;
  /** The kind of the reason, for programs; `""` if the entry gives none. */
  reason_class: string;
  /** The evidence for `blockers`; `null` if there is none. */
  evidence: Evidence | null;
  /** The leases that were in the way, at most 64, in map order; empty if none is known. */
  blockers: RefusalBlocker[];
  /** The asker's next episode on the lane; undefined if it has not got the lane. */
  granted: Episode | undefined;
}

/**
 * Something odd. `strayEnd`, `strayBeat`, `strayAdopt`: the entry's identity is not live, and never was. `lateEnd`,
 * `lateBeat`, `lateAdopt`: its lease had ended before, so its holder may still be writing. `sharedLane`: another
 * identity is live on the lane. `again`: the identity was live already. `clockBack`: the stamp is earlier than that of
 * an earlier entry. `future`: it is later than now. `noStamp`: it is missing or is not a stamp. `numberBack`: `seq`
 * repeats or falls. `prevHolder`: `prev_holder` is not the holder. `missing`: a CHECKPOINT does not list a live lease.
 * `damage`: a line that is not an entry. `gap`: the file does not continue the archive before it.
 */
export type RemarkKind =
  | "strayEnd"
  | "strayBeat"
  | "strayAdopt"
  | "lateEnd"
  | "lateBeat"
  | "lateAdopt"
  | "sharedLane"
  | "again"
  | "clockBack"
  | "future"
  | "noStamp"
  | "numberBack"
  | "prevHolder"
  | "missing"
  | "damage"
  | "gap";

/** Something odd about an entry. */
export interface Remark {
  /** What is odd. */
  kind: RemarkKind;
  /** The entry. */
  moment: Moment;
  /** The entry's op. */
  op: string;
  /** The lane of the entry; `""` if it names none. */
  lane: string;
  /** The holder concerned; `""` if unknown. */
  holder: string;
  /** What was found, such as the milliseconds by which the clock went back; `null` if the kind says it all. */
  found: string | number | null;
  /** The episode concerned, if there is one. */
  episode: Episode | undefined;
}

/** A SPAWN: a worker was started for a lane. */
export interface Launch {
  /** The SPAWN. */
  moment: Moment;
  /** The lane; `""` if the entry names none. */
  lane: string;
  /** The entry's, which differs from that of the lease. */
  loop_ts: string;
  /** The worker; `""` if the entry does not say. */
  holder: string;
  /** The worker's run; `""` if there is none. */
  run_id: string;
  /** `""` if the entry gives none. */
  reason: string;
  /** The next ACQUIRE of the lane by that run or holder; undefined if there is none. */
  acquired: Moment | undefined;
}

/** `aborted`: no ACQUIRE followed within 120 seconds. `spawning`: it may still follow. */
export type LaunchState = "acquired" | "spawning" | "aborted";

/** A tool call of an agent in which a hook intervened: an ENFORCE. */
export interface BlockedCall {
  /** The ENFORCE. */
  moment: Moment;
  /** Who called; `""` if the entry does not say. */
  holder: string;
  /** The caller's run; `""` if there is none. */
  run_id: string;
  /** The run with which the caller's line of runs began; `""` if the entry does not say. */
  root_id: string;
  /** The run that started the caller's; `""` if the entry does not say. */
  parent_id: string;
  /** The tool: the entry's `tool`, else its `lane`, where the reference's hooks write it. */
  tool: string;
  /** What the hook did, such as `BLOCK`, `WARN` or `DEFER`; `""` if the entry does not say. */
  intervention: string;
  /** The hook; `""` if the entry does not say. */
  handler: string;
  /** For people; `""` if the entry gives none. */
  reason: string;
  /** For programs; `""` if the entry gives none. */
  reason_class: string;
  /** Whether the call was withheld from its tool; `null` if the entry does not say. */
  withheld: boolean | null;
  /** The caller's live lease: that of its run, else of its root run, else of its holder; undefined if there is none. */
  episode: Episode | undefined;
}
