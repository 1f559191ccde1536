// Builds the entries that change leases, without `seq` and `ts` (docs/format.md 8, "Entries").
import { Op } from "../core/op.js";
import { isEmpty, text } from "../core/words.js";
import { journalNowIso } from "../file/path.js";
import type { Entry, Generation, Lease } from "../types.js";
import { checkKeys, type KeysOf } from "../unknown-key.js";
import { copyObject, ifAny, ifGiven, pick, type Text } from "./entry-fields.js";

/** The fields of an ACQUIRE beyond those of its lease. */
export interface AcquireOptions {
  /** The reason to record. Default `""`. */
  reason?: string | undefined;
  /** The previous holder of the lane. Default: written as `null`. */
  prevHolder?: Text;
  /** A digest of the environment in which the lease was acquired. Omitted if empty. */
  envDigest?: Text;
  /** Child runs. If not empty, they replace those of the lease in its copy. */
  children?: readonly unknown[] | null | undefined;
  /** The run that the lease belongs to. If not empty, it replaces that of the lease in its copy, as text. */
  runId?: string | number | null | undefined;
}

const acquireKeys: KeysOf<AcquireOptions> = {
  reason: true,
  prevHolder: true,
  envDigest: true,
  children: true,
  runId: true,
};

/**
 * Builds an ACQUIRE with a copy of the lease. `lane` and `loop_ts` of the lease are its identity (docs/format.md,
 * section 5).
 */
export function acquireEntry(lease: Readonly<Lease>, options: AcquireOptions = {}): Entry {
  checkKeys("options", options, acquireKeys);
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

/** The fields of a RELEASE beyond those of its lease. */
export interface ReleaseOptions {
  /** The reason to record. Default `explicit`. */
  reason?: string | undefined;
  /** The owner who released the lease. Omitted if not given. */
  by?: Text;
}

const releaseKeys: KeysOf<ReleaseOptions> = { reason: true, by: true };

/** Builds a RELEASE, which ends a lease by its identity (docs/format.md, section 5). */
export function releaseEntry(lease: Readonly<Lease>, options: ReleaseOptions = {}): Entry {
  checkKeys("options", options, releaseKeys);
  return {
    op: Op.RELEASE,
    ...pick(lease, "lane", "loop_ts", "host_id"),
    reason: options.reason ?? "explicit",
    ...ifGiven("by", options.by),
  };
}

/**
 * Builds a HEARTBEAT. `heartbeatAt` is an ISO time; without it the fold uses the entry's `ts` (docs/format.md, section
 * 5).
 */
export function heartbeatEntry(lease: Readonly<Lease>, options: { heartbeatAt?: Text } = {}): Entry {
  checkKeys("options", options, { heartbeatAt: true });
  return {
    op: Op.HEARTBEAT,
    ...pick(lease, "lane", "loop_ts", "host_id"),
    ...ifAny("heartbeat_at", options.heartbeatAt),
  };
}

/** The fields of a SCAVENGE beyond those of its lease. */
export interface ScavengeOptions {
  /** The reason to record. Default `scavenged`. */
  reason?: string | undefined;
  /** The holder that lost the lease. Default: written as `null`. */
  prevHolder?: Text;
  /** The owner who removed the lease. Omitted if not given. */
  by?: Text;
}

const scavengeKeys: KeysOf<ScavengeOptions> = { reason: true, prevHolder: true, by: true };

/**
 * Builds a SCAVENGE. The fold treats it like a RELEASE (docs/format.md, section 5); it also records the pid and the
 * previous holder.
 */
export function scavengeEntry(lease: Readonly<Lease>, options: ScavengeOptions = {}): Entry {
  checkKeys("options", options, scavengeKeys);
  return {
    op: Op.SCAVENGE,
    ...pick(lease, "lane", "loop_ts", "host_id", "pid"),
    prev_holder: options.prevHolder ?? null,
    reason: options.reason ?? "scavenged",
    ...ifGiven("by", options.by),
  };
}

/** The new holder of a lease. */
export interface AdoptOptions {
  /** Replaces the holder of the live lease. */
  newHolder: string;
  /** Replaces the pid of the live lease. Default: the lease keeps its pid. */
  newPid?: number | null | undefined;
  /** Replaces the host of the live lease. Default: the lease's host. */
  newHostId?: Text;
  /** The time of the handover, as an ISO time. Default: now. */
  heartbeatAt?: Text;
  /** The reason to record. Default `""`. */
  reason?: string | undefined;
}

const adoptKeys: KeysOf<AdoptOptions> = {
  newHolder: true,
  newPid: true,
  newHostId: true,
  heartbeatAt: true,
  reason: true,
};

/**
 * Builds an ADOPT. The lease keeps its identity, tree and token (docs/format.md, section 5). The clock is read only if
 * `heartbeatAt` is not given.
 */
export function adoptEntry(lease: Readonly<Lease>, options: AdoptOptions, now: () => string = journalNowIso): Entry {
  checkKeys("options", options, adoptKeys);
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

/** The fields of a CHECKPOINT beyond the leases. They keep numbers and tokens from being issued twice. */
export interface CheckpointOptions {
  /** The highest sequence number so far (docs/format.md, section 6). */
  seqWatermark: number;
  /** The fencing tokens of the live leases. Omitted if there are none. */
  generations?: readonly Generation[] | null | undefined;
  /** The highest token ever issued. Omitted unless above 0. */
  generationWatermark?: number | null | undefined;
}

const checkpointKeys: KeysOf<CheckpointOptions> = {
  seqWatermark: true,
  generations: true,
  generationWatermark: true,
};

/** Builds a CHECKPOINT, which replaces all live leases by these, in this order (docs/format.md, sections 5 and 7). */
export function checkpointEntry(leases: readonly Readonly<Lease>[], options: CheckpointOptions): Entry {
  checkKeys("options", options, checkpointKeys);
  const { generations, generationWatermark } = options;
  return {
    op: Op.CHECKPOINT,
    leases: leases.map((lease) => copyObject("lease", lease)),
    seq_watermark: options.seqWatermark ?? null,
    ...(generations && generations.length > 0 ? { generations: generations.map((row) => ({ ...row })) } : {}),
    ...(generationWatermark && generationWatermark > 0 ? { generation_watermark: generationWatermark } : {}),
  };
}
