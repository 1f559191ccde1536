// Leases, decisions and options in, entries without `seq` and `ts` out: the builders of SPEC 8.
import { Op } from "../core/op.js";
import { isEmpty, isObject, text } from "../core/words.js";
import type { Entry, Generation, Lease } from "../types.js";
import { nameKind } from "./encode.js";
import { journalNowIso } from "./path.js";

type Text = string | null | undefined;

/** What tells one process from another in an entry; each is written as `null` if it is missing. */
interface Origin {
  hostId?: Text;
  /** The run it belongs to; written as text. */
  runId?: string | number | null | undefined;
}

/** The lease an entry without one is about. Default `""`: none. */
interface About extends Origin {
  lane?: string | undefined;
  loopTs?: string | undefined;
}

export interface AcquireOptions {
  /** Default `""`. */
  reason?: string | undefined;
  prevHolder?: Text;
  /** Left out if empty. */
  envDigest?: Text;
  /** Put on the lease's copy if not empty, else the lease's own stay. */
  children?: readonly unknown[] | null | undefined;
  /** Put on the lease's copy, as text, if not empty, else the lease's own stays. */
  runId?: string | number | null | undefined;
}

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

/** `reason` defaults to `explicit`. */
export function releaseEntry(lease: Readonly<Lease>, options: { reason?: string | undefined } = {}): Entry {
  return { op: Op.RELEASE, ...pick(lease, "lane", "loop_ts", "host_id"), reason: options.reason ?? "explicit" };
}

/** Without `heartbeatAt` the fold takes the entry's `ts` (SPEC 5). */
export function heartbeatEntry(lease: Readonly<Lease>, options: { heartbeatAt?: Text } = {}): Entry {
  return {
    op: Op.HEARTBEAT,
    ...pick(lease, "lane", "loop_ts", "host_id"),
    ...ifAny("heartbeat_at", options.heartbeatAt),
  };
}

export interface ScavengeOptions {
  /** Default `scavenged`. */
  reason?: string | undefined;
  prevHolder?: Text;
}

export function scavengeEntry(lease: Readonly<Lease>, options: ScavengeOptions = {}): Entry {
  return {
    op: Op.SCAVENGE,
    ...pick(lease, "lane", "loop_ts", "host_id", "pid"),
    prev_holder: options.prevHolder ?? null,
    reason: options.reason ?? "scavenged",
  };
}

export interface AdoptOptions {
  newHolder: string;
  newPid?: number | null | undefined;
  /** Default: the lease's. */
  newHostId?: Text;
  /** Default: now. */
  heartbeatAt?: Text;
  /** Default `""`. */
  reason?: string | undefined;
}

/** The clock is asked only if no `heartbeatAt` is given. */
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

export interface RefuseOptions extends About {
  /** Who was refused. */
  owner: string;
  /** Default `""`. */
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

export interface EnforceOptions extends About {
  /** Default `""`. */
  owner?: string | undefined;
  /** Default `""`. */
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

export interface AttemptOptions extends About {
  outcome: string;
}

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

export interface SpawnOptions extends Origin {
  lane: string;
  /** Default `""`. */
  loopTs?: string | undefined;
  /** Default `""`. */
  holder?: string | undefined;
  pid?: number | null | undefined;
  /** Default `""`. */
  reason?: string | undefined;
}

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

export interface CheckpointOptions {
  /** The highest number so far (SPEC 6). */
  seqWatermark: number;
  /** Left out if there are none. */
  generations?: readonly Generation[] | null | undefined;
  /** Left out unless above 0. */
  generationWatermark?: number | null | undefined;
}

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
