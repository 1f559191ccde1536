// Leases, decisions and options in, entries without `seq` and `ts` out: the builders of SPEC 8.
import { Op } from "../core/op.js";
import { isEmpty, isObject, text } from "../core/words.js";
import type { Entry, Generation, Lease } from "../types.js";
import { nameKind } from "./encode.js";
import { journalNowIso } from "./path.js";

type Text = string | null | undefined;

/** What tells one process from another in an entry; each is written as `null` if it is missing. */
interface Origin {
  /** The host it happened on. */
  hostId?: Text;
  /** The run it belongs to; written as text. */
  runId?: string | number | null | undefined;
}

/** The lease an entry without one is about. */
interface About extends Origin {
  /** Default `""`: none. */
  lane?: string | undefined;
  /** Default `""`: none. */
  loopTs?: string | undefined;
}

/** What an ACQUIRE says beyond its lease. */
export interface AcquireOptions {
  /** Default `""`. */
  reason?: string | undefined;
  /** Whose lease it replaces; written as `null` if missing. */
  prevHolder?: Text;
  /** A digest of the environment the lease was taken in. Left out if empty. */
  envDigest?: Text;
  /** Put on the lease's copy if not empty, else the lease's own stay. */
  children?: readonly unknown[] | null | undefined;
  /** Put on the lease's copy, as text, if not empty, else the lease's own stays. */
  runId?: string | number | null | undefined;
}

/** The lease is copied; its identity, `loop_ts` and `lane`, is what the fold knows it by (SPEC 5). */
export function acquireEntry(lease: Readonly<Lease>, options: AcquireOptions = {}): Entry {
  const held = copyObject("lease", lease);
  const runId = options.runId ?? held["run_id"];
  if (!isEmpty(runId)) held["run_id"] = text(runId);
  const children = options.children ?? held["children"];
  if (!isEmpty(children)) held["children"] = children;
  return {
    op: Op.ACQUIRE,
    ...pick(lease, "lane", "lane_kind", "tree", "loop_ts", "host_id", "pid", "ttl_minutes"),
    prev_holder: options.prevHolder ?? null,
    reason: options.reason ?? "",
    lease: held,
    ...ifAny("env_digest", options.envDigest),
  };
}

/** Ends a lease by its identity (SPEC 5). `reason` defaults to `explicit`. */
export function releaseEntry(lease: Readonly<Lease>, options: { reason?: string | undefined } = {}): Entry {
  return { op: Op.RELEASE, ...pick(lease, "lane", "loop_ts", "host_id"), reason: options.reason ?? "explicit" };
}

/** `heartbeatAt`: an ISO time; without it the fold takes the entry's `ts` (SPEC 5). */
export function heartbeatEntry(lease: Readonly<Lease>, options: { heartbeatAt?: Text } = {}): Entry {
  return {
    op: Op.HEARTBEAT,
    ...pick(lease, "lane", "loop_ts", "host_id"),
    ...ifAny("heartbeat_at", options.heartbeatAt),
  };
}

/** What a SCAVENGE says beyond its lease. */
export interface ScavengeOptions {
  /** Default `scavenged`. */
  reason?: string | undefined;
  /** Whom it was taken from; written as `null` if missing. */
  prevHolder?: Text;
}

/** As a RELEASE to the fold (SPEC 5), but taken away: it names pid and previous holder too. */
export function scavengeEntry(lease: Readonly<Lease>, options: ScavengeOptions = {}): Entry {
  return {
    op: Op.SCAVENGE,
    ...pick(lease, "lane", "loop_ts", "host_id", "pid"),
    prev_holder: options.prevHolder ?? null,
    reason: options.reason ?? "scavenged",
  };
}

/** Who holds a lease from now on. */
export interface AdoptOptions {
  /** Put on the live lease. */
  newHolder: string;
  /** Put on the live lease; without it the lease keeps its pid. */
  newPid?: number | null | undefined;
  /** Default: the lease's. */
  newHostId?: Text;
  /** Default: now. */
  heartbeatAt?: Text;
  /** Default `""`. */
  reason?: string | undefined;
}

/** The lease keeps identity, tree and token (SPEC 5). The clock is asked only if no `heartbeatAt` is given. */
export function adoptEntry(lease: Readonly<Lease>, options: AdoptOptions, now: () => string = journalNowIso): Entry {
  return {
    op: Op.ADOPT,
    ...pick(lease, "lane", "loop_ts"),
    holder: options.newHolder ?? null,
    pid: options.newPid ?? null,
    host_id: isEmpty(options.newHostId) ? (lease["host_id"] ?? null) : options.newHostId,
    prev_holder: lease["holder"] ?? null,
    heartbeat_at: isEmpty(options.heartbeatAt) ? now() : options.heartbeatAt,
    reason: options.reason ?? "",
  };
}

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

/** What a checkpoint carries beside the leases, so that no number or token is handed out again. */
export interface CheckpointOptions {
  /** The highest number so far (SPEC 6). */
  seqWatermark: number;
  /** The live leases' fencing tokens. Left out if there are none. */
  generations?: readonly Generation[] | null | undefined;
  /** The highest token ever handed out. Left out unless above 0. */
  generationWatermark?: number | null | undefined;
}

/** The whole live set, in order: the fold begins anew with it (SPEC 5 and 7). */
export function checkpointEntry(leases: readonly Readonly<Lease>[], options: CheckpointOptions): Entry {
  const { generations, generationWatermark } = options;
  return {
    op: Op.CHECKPOINT,
    leases: leases.map((lease) => copyObject("lease", lease)),
    seq_watermark: options.seqWatermark ?? null,
    ...(generations && generations.length > 0 ? { generations: generations.map((row) => ({ ...row })) } : {}),
    ...(generationWatermark && generationWatermark > 0 ? { generation_watermark: generationWatermark } : {}),
  };
}

function about(options: Omit<About, "lane"> & { lane?: unknown }): Entry {
  return {
    lane: options.lane ?? "",
    loop_ts: options.loopTs ?? "",
    host_id: options.hostId ?? null,
    run_id: options.runId ?? null,
  };
}

function runIdIfGiven(options: Origin): Entry {
  return options.runId === undefined || options.runId === null ? {} : { run_id: text(options.runId) };
}

function ifAny(key: string, value: unknown): Entry {
  return isEmpty(value) ? {} : { [key]: value };
}

function orBlank(value: unknown): unknown {
  return isEmpty(value) ? "" : value;
}

/** The lease's values of these keys, a missing one as `null`. */
function pick(lease: Readonly<Lease>, ...keys: string[]): Entry {
  const held = expectObject("lease", lease);
  return Object.fromEntries(keys.map((key) => [key, held[key] ?? null]));
}

function copyObject(name: string, value: unknown): Entry {
  return { ...expectObject(name, value) };
}

function expectObject(name: string, value: unknown): Entry {
  if (isObject(value)) return value;
  throw new TypeError(`${name}: expected an object, found ${nameKind(value)}`);
}
