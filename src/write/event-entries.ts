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

/** The fields of a REFUSE. */
export interface RefuseOptions extends About, Lineage {
  /** The owner whose request was refused. */
  owner: string;
  /** The class of the reason, for programs. Default `""`. */
  reasonClass?: string | undefined;
  /** The tree that was requested. Omitted if not given. */
  tree?: readonly string[] | null | undefined;
  /** The leases that block the request; written as `held_by`. Omitted if not given. */
  heldBy?: readonly Blocker[] | null | undefined;
  /** The trees of the blocking leases, by lane; written as `blocking_trees`. Omitted if not given. */
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

/**
 * Builds a REFUSE. `decision` is the answer of `decide`: its `reason` is recorded, and its `lane` unless the options
 * name one (docs/format.md, section 8, "Entries").
 */
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

/** The fields of a HALT. */
export interface HaltOptions extends About {
  /** The reason to record. Default `""`. */
  reason?: string | undefined;
  /** The command that stops it; any JSON value. Default: written as `null`. */
  command?: unknown;
}

const haltKeys: KeysOf<HaltOptions> = { ...aboutKeys, reason: true, command: true };

/** Builds a HALT. `handle` is not interpreted: for example a process id or a container's name. */
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

/** The fields of an ENFORCE: whose tool call was intercepted. */
export interface EnforceOptions extends About, Lineage {
  /** The owner who made the call; written as `holder`. Default `""`. */
  owner?: string | undefined;
  /** The tool that was called. Default `""`. */
  tool?: string | undefined;
}

const enforceKeys: KeysOf<EnforceOptions> = { ...aboutKeys, ...lineageKeys, owner: true, tool: true };

/** Builds an ENFORCE. `proposal` is the complete intervention; its `toJSON` is honoured. */
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

/** The fields of an ATTEMPT. */
export interface AttemptOptions extends About {
  /** How the attempt ended, in the caller's own words, such as `shipped`. */
  outcome: string;
}

const attemptKeys: KeysOf<AttemptOptions> = { ...aboutKeys, outcome: true };

/** Builds an ATTEMPT, which records one attempt at a unit of work. It changes no lease. */
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

/** The fields of a SPAWN. */
export interface SpawnOptions extends Origin {
  /** The lane that the worker is going to acquire. */
  lane: string;
  /** The `loop_ts` of the worker. Default `""`. */
  loopTs?: string | undefined;
  /** The holder of the worker. Default `""`. */
  holder?: string | undefined;
  /** The process id of the worker. Default: written as `null`. */
  pid?: number | null | undefined;
  /** The reason to record. Default `""`. */
  reason?: string | undefined;
}

const spawnKeys: KeysOf<SpawnOptions> = { ...aboutKeys, holder: true, pid: true, reason: true };

/** Builds a SPAWN, which records that a worker is started for a lane before it has a lease. It changes no lease. */
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
