// Builds the entries that change leases, without `seq` and `ts` (docs/format.md 8, "Entries").
import { Op } from "../core/op.js";
import { isEmpty, text } from "../core/words.js";
import { journalNowIso } from "../file/path.js";
import type { Entry, Generation, Lease } from "../types.js";
import { checkKeys, type KeysOf } from "../unknown-key.js";
import { copyObject, ifAny, ifGiven, pick, type Text } from "./entry-fields.js";

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

const acquireKeys: KeysOf<AcquireOptions> = {
  reason: true,
  prevHolder: true,
  envDigest: true,
  children: true,
  runId: true,
};

/**
 * The lease is copied; its identity, `loop_ts` and `lane`, is what the fold knows it by (docs/format.md, section 5).
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

/** What a RELEASE says beyond its lease. */
export interface ReleaseOptions {
  /** Default `explicit`. */
  reason?: string | undefined;
  /** Who released it. Left out if not given. */
  by?: Text;
}

const releaseKeys: KeysOf<ReleaseOptions> = { reason: true, by: true };

/** Ends a lease by its identity (docs/format.md, section 5). */
export function releaseEntry(lease: Readonly<Lease>, options: ReleaseOptions = {}): Entry {
  checkKeys("options", options, releaseKeys);
  return {
    op: Op.RELEASE,
    ...pick(lease, "lane", "loop_ts", "host_id"),
    reason: options.reason ?? "explicit",
    ...ifGiven("by", options.by),
  };
}

/** `heartbeatAt`: an ISO time; without it the fold takes the entry's `ts` (docs/format.md, section 5). */
export function heartbeatEntry(lease: Readonly<Lease>, options: { heartbeatAt?: Text } = {}): Entry {
  checkKeys("options", options, { heartbeatAt: true });
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
  /** Who took it away. Left out if not given. */
  by?: Text;
}

const scavengeKeys: KeysOf<ScavengeOptions> = { reason: true, prevHolder: true, by: true };

/** As a RELEASE to the fold (docs/format.md, section 5), but taken away: it names pid and previous holder too. */
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

const adoptKeys: KeysOf<AdoptOptions> = {
  newHolder: true,
  newPid: true,
  newHostId: true,
  heartbeatAt: true,
  reason: true,
};

/**
 * The lease keeps identity, tree and token (docs/format.md, section 5). The clock is asked only if no `heartbeatAt` is
 * given.
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

/** What a checkpoint carries beside the leases, so that no number or token is handed out again. */
export interface CheckpointOptions {
  /** The highest number so far (docs/format.md, section 6). */
  seqWatermark: number;
  /** The live leases' fencing tokens. Left out if there are none. */
  generations?: readonly Generation[] | null | undefined;
  /** The highest token ever handed out. Left out unless above 0. */
  generationWatermark?: number | null | undefined;
}

const checkpointKeys: KeysOf<CheckpointOptions> = {
  seqWatermark: true,
  generations: true,
  generationWatermark: true,
};

/** The whole live set, in order: the fold begins anew with it (docs/format.md, sections 5 and 7). */
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
