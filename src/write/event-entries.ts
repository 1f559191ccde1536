// Builds the entries that change no lease, without `seq` and `ts` (docs/format.md 8, "Entries").
import { Op } from "../core/op.js";
import { isEmpty } from "../core/words.js";
import type { Blocker, Entry } from "../types.js";
import { checkKeys, type KeysOf } from "../unknown-key.js";
import {
  type About,
  about,
  copyObject,
  type Fields,
  ifGiven,
  type Lineage,
  lineageIfGiven,
  type Origin,
  orBlank,
  runIdIfGiven,
} from "./entry-fields.js";

const aboutKeys: KeysOf<About> = { hostId: true, runId: true, lane: true, loopTs: true };
const lineageKeys: KeysOf<Lineage> = { rootId: true, parentId: true };

/** Who was refused what. */
export interface RefuseOptions extends About, Lineage {
  /** Who was refused. */
  owner: string;
  /** The reason for programs. Default `""`. */
  reasonClass?: string | undefined;
  /** The tree that was requested. Left out if not given. */
  tree?: readonly string[] | null | undefined;
  /** The leases in the way; written as `held_by`. Left out if not given. */
  heldBy?: readonly Blocker[] | null | undefined;
  /** The trees of the leases in the way, by lane; written as `blocking_trees`. Left out if not given. */
  blockingTrees?: { readonly [lane: string]: readonly string[] } | null | undefined;
}

const refuseKeys: KeysOf<RefuseOptions> = {
  ...aboutKeys,
  ...lineageKeys,
  owner: true,
  reasonClass: true,
  tree: true,
  heldBy: true,
  blockingTrees: true,
};

/** `decision`: the arbiter's answer; its `reason` is written, and its `lane` where the options name none. */
export function refuseEntry(decision: { lane?: unknown; reason?: unknown }, options: RefuseOptions): Entry {
  checkKeys("options", options, refuseKeys);
  const answer = copyObject("decision", decision);
  const entry: Fields = {
    op: Op.REFUSE,
    ...about({ ...options, lane: isEmpty(options.lane) ? orBlank(answer["lane"]) : options.lane }),
    holder: options.owner ?? null,
    reason: orBlank(answer["reason"]),
    reason_class: options.reasonClass ?? "",
    ...ifGiven("tree", options.tree),
    ...ifGiven("held_by", options.heldBy),
    ...ifGiven("blocking_trees", options.blockingTrees),
    ...lineageIfGiven(options),
  };
  return entry;
}

/** What is stopped and why. */
export interface HaltOptions extends About {
  /** Default `""`. */
  reason?: string | undefined;
  /** What is run to stop it. */
  command?: unknown;
}

const haltKeys: KeysOf<HaltOptions> = { ...aboutKeys, reason: true, command: true };

/** `handle` is opaque: a process id, a container's name. */
export function haltEntry(handle: unknown, options: HaltOptions = {}): Entry {
  checkKeys("options", options, haltKeys);
  return {
    op: Op.HALT,
    handle: handle ?? null,
    ...about(options),
    command: options.command ?? null,
    reason: options.reason ?? "",
  };
}

/** Whose call was intervened in. */
export interface EnforceOptions extends About, Lineage {
  /** Who made the call; written as `holder`. Default `""`. */
  owner?: string | undefined;
  /** The tool that was called. Default `""`. */
  tool?: string | undefined;
}

const enforceKeys: KeysOf<EnforceOptions> = { ...aboutKeys, ...lineageKeys, owner: true, tool: true };

/** `proposal`: the intervention, whole; its `toJSON` is honoured. */
export function enforceEntry(proposal: object, options: EnforceOptions = {}): Entry {
  checkKeys("options", options, enforceKeys);
  const given: unknown =
    "toJSON" in proposal && typeof proposal.toJSON === "function" ? proposal.toJSON("proposal") : proposal;
  const whole = copyObject("proposal", given);
  const dispatched = whole["dispatch_call"] ?? null;
  const entry: Fields = {
    op: Op.ENFORCE,
    ...about(options),
    holder: options.owner ?? "",
    tool: options.tool ?? "",
    intervention: orBlank(whole["intervention"]),
    dispatch_call: dispatched === null ? null : !isEmpty(dispatched),
    withheld: dispatched === null ? null : isEmpty(dispatched),
    handler: orBlank(whole["handler"]),
    reason: orBlank(whole["reason"]),
    reason_class: orBlank(whole["reason_class"]),
    proposal: whole,
    ...lineageIfGiven(options),
  };
  return entry;
}

/** How an attempt at a unit of work ended. */
export interface AttemptOptions extends About {
  /** A word of the caller's own, such as `shipped`. */
  outcome: string;
}

const attemptKeys: KeysOf<AttemptOptions> = { ...aboutKeys, outcome: true };

/** Records a try at a unit of work; no lease is changed by it. */
export function attemptEntry(unitId: string, options: AttemptOptions): Entry {
  checkKeys("options", options, attemptKeys);
  return {
    schema: { family: "lane-journal", version: 1 },
    op: Op.ATTEMPT,
    unit_id: unitId ?? null,
    outcome: options.outcome ?? null,
    lane: options.lane ?? "",
    loop_ts: options.loopTs ?? "",
    host_id: options.hostId ?? null,
    ...runIdIfGiven(options),
  };
}

/** Who is coming to which lane. */
export interface SpawnOptions extends Origin {
  /** Not taken yet. */
  lane: string;
  /** Default `""`. */
  loopTs?: string | undefined;
  /** Default `""`. */
  holder?: string | undefined;
  /** Written as `null` if missing. */
  pid?: number | null | undefined;
  /** Default `""`. */
  reason?: string | undefined;
}

const spawnKeys: KeysOf<SpawnOptions> = { ...aboutKeys, holder: true, pid: true, reason: true };

/** Records that a worker is started for a lane, before it has a lease; no lease is changed by it. */
export function spawnEntry(options: SpawnOptions): Entry {
  checkKeys("options", options, spawnKeys);
  return {
    op: Op.SPAWN,
    lane: options.lane ?? null,
    loop_ts: options.loopTs ?? "",
    holder: options.holder ?? "",
    host_id: options.hostId ?? null,
    pid: options.pid ?? null,
    reason: options.reason ?? "",
    ...runIdIfGiven(options),
  };
}
