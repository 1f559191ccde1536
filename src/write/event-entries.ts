// Builds the entries that change no lease, without `seq` and `ts` (SPEC 8, "Entries").
import { Op } from "../core/op.js";
import { isEmpty } from "../core/words.js";
import type { Entry } from "../types.js";
import { type About, about, copyObject, type Origin, orBlank, runIdIfGiven } from "./entry-fields.js";

/** Who was refused what. */
export interface RefuseOptions extends About {
  /** Who was refused. */
  owner: string;
  /** The reason for programs. Default `""`. */
  reasonClass?: string | undefined;
}

/** `decision`: the arbiter's answer; its `reason` is written, and its `lane` where the options name none. */
export function refuseEntry(decision: { lane?: unknown; reason?: unknown }, options: RefuseOptions): Entry {
  const answer = copyObject("decision", decision);
  return {
    op: Op.REFUSE,
    ...about({ ...options, lane: isEmpty(options.lane) ? orBlank(answer["lane"]) : options.lane }),
    holder: options.owner ?? null,
    reason: orBlank(answer["reason"]),
    reason_class: options.reasonClass ?? "",
  };
}

/** What is stopped and why. */
export interface HaltOptions extends About {
  /** Default `""`. */
  reason?: string | undefined;
  /** What is run to stop it. */
  command?: unknown;
}

/** `handle` is opaque: a process id, a container's name. */
export function haltEntry(handle: unknown, options: HaltOptions = {}): Entry {
  return {
    op: Op.HALT,
    handle: handle ?? null,
    ...about(options),
    command: options.command ?? null,
    reason: options.reason ?? "",
  };
}

/** Whose call was intervened in. */
export interface EnforceOptions extends About {
  /** Who made the call; written as `holder`. Default `""`. */
  owner?: string | undefined;
  /** The tool that was called. Default `""`. */
  tool?: string | undefined;
}

/** `proposal`: the intervention, whole; its `toJSON` is honoured. */
export function enforceEntry(proposal: object, options: EnforceOptions = {}): Entry {
  const given: unknown =
    "toJSON" in proposal && typeof proposal.toJSON === "function" ? proposal.toJSON("proposal") : proposal;
  const whole = copyObject("proposal", given);
  const dispatched = whole["dispatch_call"] ?? null;
  return {
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
  };
}

/** How an attempt at a unit of work ended. */
export interface AttemptOptions extends About {
  /** A word of the caller's own, such as `shipped`. */
  outcome: string;
}

/** Records a try at a unit of work; no lease is changed by it. */
export function attemptEntry(unitId: string, options: AttemptOptions): Entry {
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

/** Records that a worker is started for a lane, before it has a lease; no lease is changed by it. */
export function spawnEntry(options: SpawnOptions): Entry {
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
