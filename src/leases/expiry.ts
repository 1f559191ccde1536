// A lease and a moment in, whether it is provably dead out (SPEC 8, "The lease shell"). Whoever cannot be told stays.
import { isEmpty, isObject, text } from "../core/words.js";
import type { Lease } from "../types.js";
import { isPid, judgeLife, type Life, type ProcessMark, type ProcessTable } from "../write/process.js";
import type { LeaseHealth } from "./shapes.js";

export interface Moment {
  /** Milliseconds since 1970. */
  now: number;
  /** Whose pids can be looked up. */
  hostId: string;
  processes: ProcessTable;
}

export const ttlMinutesDefault = 50;

/** 366 days. What is above it was never meant: a lease would outlive its machine. */
export const ttlMinutesMax = 527_040;

const graceMinutes = 5;
const minute = 60_000;

/** A stamp from further ahead is no clock that was set wrong by a time zone. */
const aheadMinutesMax = 24 * 60;

export function judgeLease(lease: Lease, moment: Moment): LeaseHealth {
  const ttl = readTtl(lease["ttl_minutes"]);
  const sign = lastSign(lease, moment.now);
  if (sign === undefined) {
    return { lease, state: "doubtful", reason: "neither heartbeat_at nor acquired_at is a time that can be" };
  }
  const minutes = (moment.now - sign.at) / minute;
  const seen = `last seen ${Math.floor(minutes)} minutes ago`;
  if (minutes > ttl.minutes + graceMinutes) {
    const isDoubted = sign.isFallback && lifeOf(lease, moment) === "alive";
    if (!isDoubted) return { lease, state: "dead", reason: `${seen}, of ${ttl.minutes} and ${graceMinutes} allowed` };
  } else if (minutes > graceMinutes && lifeOf(lease, moment) === "dead") {
    return { lease, state: "dead", reason: `${seen}, and its process ${text(lease["pid"])} is gone` };
  }
  if (sign.isFallback) return { lease, state: "doubtful", reason: `${seen}; its heartbeat_at is no time that can be` };
  if (ttl.isAbsurd) return { lease, state: "doubtful", reason: `${seen}; its ttl_minutes counts as ${ttl.minutes}` };
  return { lease, state: "live", reason: seen };
}

/** SPEC 8: 50 if absent or absurd (faults B14). */
function readTtl(given: unknown): { minutes: number; isAbsurd: boolean } {
  if (given === undefined || given === null) return { minutes: ttlMinutesDefault, isAbsurd: false };
  const minutes = typeof given === "string" && /^\d{1,40}(\.\d{1,40})?$/.test(given) ? Number(given) : given;
  const isSane = typeof minutes === "number" && minutes > 0 && minutes <= ttlMinutesMax;
  return isSane ? { minutes, isAbsurd: false } : { minutes: ttlMinutesDefault, isAbsurd: true };
}

/** `isFallback`: there is a beat, but not at a time that can be (faults B14). */
function lastSign(lease: Lease, now: number): { at: number; isFallback: boolean } | undefined {
  const stamps = [lease["heartbeat_at"], lease["acquired_at"]].map((stamp) => readStamp(stamp, now));
  const [beat, start] = stamps;
  if (beat !== undefined) return { at: beat, isFallback: false };
  return start === undefined ? undefined : { at: start, isFallback: !isEmpty(lease["heartbeat_at"]) };
}

const stampPattern = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(\.\d{1,40})?(Z|[+-]\d\d:?\d\d)$/;

/** Milliseconds since 1970, a leap second counted as the one after it; undefined for what cannot be a past moment. */
export function readStamp(stamp: unknown, now: number): number | undefined {
  const match = typeof stamp === "string" ? stampPattern.exec(stamp) : null;
  if (match === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minutes = 0, second = 0] = match.slice(1, 7).map(Number);
  const isDay = month >= 1 && month <= 12 && day >= 1 && day <= 31;
  if (!isDay || hour > 23 || minutes > 59 || second > 60) return undefined;
  const fraction = Math.floor(Number(`0${match[7] ?? ""}`) * 1000);
  const at = Date.UTC(year, month - 1, day, hour, minutes, second, fraction) - offsetOf(match[8] ?? "Z");
  return at - now > aheadMinutesMax * minute ? undefined : at;
}

function offsetOf(zone: string): number {
  if (zone === "Z") return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2));
  return (zone.startsWith("-") ? -minutes : minutes) * minute;
}

/** Where the lease says of which boot and namespace its pid is, that decides; else the host's name must do (SPEC 8). */
function lifeOf(lease: Lease, { hostId, processes }: Moment): Life {
  const mark = readProcess(lease);
  if (mark !== undefined) return judgeLife(mark, processes);
  const pid = lease["pid"];
  if (text(lease["host_id"]) !== hostId || !isPid(pid)) return "unknown";
  const found = processes.look(pid);
  if (found === "gone") return "dead";
  if (found === "hidden") return "unknown";
  return found.finished ? "dead" : "alive";
}

/** A lease's `process`: a pid alone tells nothing in another boot or namespace (faults B15). */
export function writeProcess(mark: ProcessMark, holder: string): Lease {
  const { pid, host, machine, bootId, namespace, start } = mark;
  return { pid, holder, host, machine_id: machine, boot_id: bootId, namespace, start };
}

/** Undefined unless it tells of the lease's present holder: an ADOPT sets `holder` and `pid` alone. */
function readProcess(lease: Lease): ProcessMark | undefined {
  const written = lease["process"];
  if (!isObject(written) || !isPid(written["pid"])) return undefined;
  if (written["pid"] !== lease["pid"] || written["holder"] !== lease["holder"]) return undefined;
  const [host, machine, bootId, namespace, start] = ["host", "machine_id", "boot_id", "namespace", "start"].map(
    (field) => text(written[field]),
  );
  if (!(host && bootId && namespace)) return undefined;
  return { pid: written["pid"], host, machine: machine ?? "", bootId, namespace, start: start ?? "" };
}
