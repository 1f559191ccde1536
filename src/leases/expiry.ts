// Decides whether a lease is live, dead or doubtful at a given moment (docs/format.md 8, "Who is dead").
import { instantOf } from "../core/stamp.js";
import { isEmpty, isObject, text } from "../core/words.js";
import { journalNowIso } from "../file/path.js";
import { isPid, judgeLife, type Life, type ProcessMark, type ProcessTable } from "../lock/process.js";
import type { Lease, LeaseProcess } from "../types.js";
import type { LeaseHealth } from "./types.js";

export interface Moment {
  /** Milliseconds since 1970-01-01 UTC. */
  now: number;
  processes: ProcessTable;
}

export const ttlMinutesDefault = 50;

/** 366 days. A larger value is treated as a mistake. */
export const ttlMinutesMax = 527_040;

const graceMinutes = 5;
const minute = 60_000;

/** A time stamp further ahead of the clock than this cannot be explained by a time zone. */
const aheadMinutesMax = 24 * 60;

export function judgeLease(lease: Lease, moment: Moment): LeaseHealth {
  const sign = lastSign(lease, moment.now);
  if (sign === undefined) {
    const reason = "neither heartbeat_at nor acquired_at is a valid past time";
    return { lease, state: "doubtful", evidence: "time", reason, reclaimableAt: null };
  }
  const ttl = readTtl(lease["ttl_minutes"]);
  const life = lifeOf(lease, moment.processes);
  const allowed = life === "dead" ? graceMinutes : ttl.minutes + graceMinutes;
  const minutes = (moment.now - sign.at) / minute;
  const seen = `last seen ${minutes < 0 ? "ahead of the clock" : `${Math.floor(minutes)} minutes ago`}`;
  const isSpared = sign.isFallback && life === "alive";
  const reclaimableAt = isSpared ? null : stampAfter(sign.at + allowed * minute);
  const judged = { lease, reclaimableAt, evidence: life === "dead" ? "process" : "time" } as const;
  if (minutes > allowed && !isSpared) {
    const reason = life === "dead" ? tellGone(lease) : `${ttl.minutes} minutes and a grace of ${graceMinutes} allowed`;
    return { ...judged, state: "dead", reason: `${seen}, ${reason}` };
  }
  const doubt = sign.isFallback ? "its heartbeat_at is not a valid past time" : tellDoubt(ttl);
  if (doubt !== undefined) return { ...judged, state: "doubtful", reason: `${seen}; ${doubt}` };
  return { ...judged, state: "live", reason: life === "dead" ? `${seen}, ${tellGone(lease)}` : seen };
}

/** Ends a refusal: says from when others can take the lane, if that is known. */
export function tellReclaim({ state, reclaimableAt }: LeaseHealth): string {
  if (state === "dead") return "; it is provably dead, and free once it is scavenged";
  return reclaimableAt === null ? "" : `; it counts as dead from ${reclaimableAt} on unless it is renewed`;
}

function tellGone(lease: Lease): string {
  return `and its process ${text(lease["pid"])} is gone, as its process mark shows`;
}

interface Ttl {
  minutes: number;
  isAbsurd: boolean;
}

function tellDoubt(ttl: Ttl): string | undefined {
  return ttl.isAbsurd ? `its ttl_minutes is invalid and counts as ${ttl.minutes}` : undefined;
}

/** Returns 50 if the field is absent or invalid (docs/format.md 8, faults B14). */
function readTtl(given: unknown): Ttl {
  if (given === undefined || given === null) return { minutes: ttlMinutesDefault, isAbsurd: false };
  const minutes = typeof given === "string" && /^\d{1,40}(\.\d{1,40})?$/.test(given) ? Number(given) : given;
  const isSane = typeof minutes === "number" && minutes > 0 && minutes <= ttlMinutesMax;
  return isSane ? { minutes, isAbsurd: false } : { minutes: ttlMinutesDefault, isAbsurd: true };
}

/** Returns when the lease was last renewed. `isFallback`: `heartbeat_at` is present but not usable (faults B14). */
export function lastSign(lease: Lease, now: number): { at: number; isFallback: boolean } | undefined {
  const [beat, start] = [lease["heartbeat_at"], lease["acquired_at"]].map((stamp) => readPast(stamp, now));
  if (beat !== undefined) return { at: beat, isFallback: false };
  return start === undefined ? undefined : { at: start, isFallback: !isEmpty(lease["heartbeat_at"]) };
}

/** Milliseconds since 1970-01-01 UTC; `undefined` if the stamp is not a valid past time. */
export function readPast(stamp: unknown, now: number): number | undefined {
  const at = instantOf(stamp);
  return at - now <= aheadMinutesMax * minute ? at : undefined;
}

/** Returns the first full second at which the lease has exceeded the allowed age. */
function stampAfter(at: number): string {
  return journalNowIso(new Date(Math.floor(at / 1000) * 1000 + 1000));
}

/** Returns whether the process mark of the lease shows that its process is gone. */
export function isProvablyGone(lease: Lease, processes: ProcessTable): boolean {
  return lifeOf(lease, processes) === "dead";
}

/**
 * Only the process mark counts. A bare pid, present or absent, proves nothing: the reference's command line records the
 * pid of a child that exits immediately, and the same number may belong to another namespace or a later process.
 */
function lifeOf(lease: Lease, processes: ProcessTable): Life {
  const mark = readProcess(lease);
  return mark === undefined ? "unknown" : judgeLife(mark, processes);
}

/** Builds a lease's `process` field: the mark that distinguishes its holder from every other process (faults B15). */
export function writeProcess(mark: ProcessMark, holder: string): LeaseProcess {
  const { pid, host, machine, bootId, namespace, start } = mark;
  return { pid, holder, host, machine_id: machine, boot_id: bootId, namespace, start };
}

/**
 * Returns `undefined` unless the mark is complete and belongs to the current holder. An ADOPT changes `holder` and
 * `pid` but not the mark.
 */
export function readProcess(lease: Lease): ProcessMark | undefined {
  const written: unknown = lease["process"];
  if (!isObject(written) || !isPid(written["pid"])) return undefined;
  if (written["pid"] !== lease["pid"] || written["holder"] !== lease["holder"]) return undefined;
  const [host, machine, bootId, namespace, start] = ["host", "machine_id", "boot_id", "namespace", "start"].map(
    (field) => text(written[field]),
  );
  if (!(host && bootId && namespace && start)) return undefined;
  return { pid: written["pid"], host, machine: machine ?? "", bootId, namespace, start };
}
