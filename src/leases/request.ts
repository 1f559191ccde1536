// Checks the arguments of the lease shell and fills in defaults; a TypeError names the argument that is wrong.
import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import { mismatch } from "../arguments.js";
import { isObject } from "../core/words.js";
import { journalNowIso } from "../file/path.js";
import { isPid, type ProcessMark, type ProcessTable } from "../lock/process.js";
import { checkLabel } from "../lock/text.js";
import type { Lease } from "../types.js";
import { checkKeys } from "../unknown-key.js";
import { ttlMinutesDefault, ttlMinutesMax } from "./expiry.js";
import { leasesKeys } from "./option-keys.js";
import type {
  AdoptLeaseOptions,
  DecideLease,
  HaltLeaseOptions,
  LeaseDecision,
  LeaseRequest,
  LeasesOptions,
  LeaseTarget,
} from "./types.js";

/** `LeasesOptions` after validation. */
export interface LeaseTerms {
  owner: string;
  hostId: string;
  pid: number;
  decide: DecideLease | undefined;
  coalesceSeconds: number;
  ttlMinutes: number;
  reclaimDead: boolean;
  refuseWhenCorrupt: boolean;
  now: () => Date;
}

export function checkLeasesOptions(given: unknown): LeaseTerms {
  if (!isObject(given)) throw mismatch("options", "an object with an owner", given);
  checkKeys("options", given, leasesKeys);
  const options: { [Key in keyof LeasesOptions]?: unknown } = given;
  const { hostId, pid, decide, coalesceSeconds, ttlMinutes, reclaimDead, refuseWhenCorrupt, now } = options;
  return {
    // The owner also labels the lock, so it must be valid in a lock file.
    owner: checkLabel(options.owner, "owner"),
    hostId: hostId === undefined ? hostname() : checkFilled("hostId", hostId),
    pid: pid === undefined ? process.pid : checkPid("pid", pid),
    decide: decide === undefined ? undefined : checkFunction("decide", decide, isDecide),
    coalesceSeconds: coalesceSeconds === undefined ? 0 : checkSeconds("coalesceSeconds", coalesceSeconds),
    ttlMinutes: ttlMinutes === undefined ? ttlMinutesDefault : checkTtl(ttlMinutes),
    reclaimDead: checkFlag("reclaimDead", reclaimDead),
    refuseWhenCorrupt: checkFlag("refuseWhenCorrupt", refuseWhenCorrupt),
    now: now === undefined ? () => new Date() : checkFunction("now", now, isClock),
  };
}

/** A request with its identity and time to live filled in. */
export type FullRequest = LeaseRequest & { loopTs: string; ttlMinutes: number };

export function checkRequest(given: unknown, terms: LeaseTerms): FullRequest {
  if (!isObject(given)) throw mismatch("request", "an object with a lane", given);
  const request: { [Key in keyof LeaseRequest]?: unknown } = given;
  const { loopTs, ttlMinutes } = request;
  return {
    lane: checkFilled("lane", request.lane),
    loopTs: loopTs === undefined ? nameLease(terms.now()) : checkFilled("loopTs", loopTs),
    ttlMinutes: ttlMinutes === undefined ? terms.ttlMinutes : checkTtl(ttlMinutes),
    kind: optional(request.kind, (kind) => checkFilled("kind", kind)),
    tree: optional(request.tree, (tree) => checkTree("tree", tree)),
    runId: optional(request.runId, (id) => checkRunId("runId", id)),
    reason: optional(request.reason, (reason) => checkText("reason", reason)),
    rootId: optional(request.rootId, (id) => checkRunId("rootId", id)),
    parentId: optional(request.parentId, (id) => checkRunId("parentId", id)),
  };
}

export function checkTarget(given: unknown): LeaseTarget {
  if (!isObject(given)) throw mismatch("target", "an object with a lane", given);
  const target: { [Key in keyof LeaseTarget]?: unknown } = given;
  const lane = checkFilled("lane", target.lane);
  return { lane, loopTs: optional(target.loopTs, (loopTs) => checkText("loopTs", loopTs)) };
}

/** The next holder of an adopted lease. `mark` is undefined for a process on another host. */
export interface Heir {
  holder: string;
  pid: number;
  hostId: string;
  mark: ProcessMark | undefined;
}

/** If a new holder is named, a pid is required: the former holder's pid would name the wrong process. */
export function checkHeir(given: AdoptLeaseOptions, terms: LeaseTerms & { processes: ProcessTable }): Heir {
  const { newHolder, newPid, newHostId } = given;
  const holder = newHolder === undefined ? terms.owner : checkFilled("newHolder", newHolder);
  const isNamed = newHolder !== undefined || newHostId !== undefined;
  const pid = newPid === undefined && !isNamed ? terms.pid : checkPid("newPid", newPid);
  const hostId = newHostId === undefined ? terms.hostId : checkFilled("newHostId", newHostId);
  return { holder, pid, hostId, mark: hostId === terms.hostId ? markProcess(pid, terms.processes) : undefined };
}

/** Checks the fields that `halt` and `spawn` share. */
export function checkAbout(given: HaltLeaseOptions): Omit<HaltLeaseOptions, "command"> {
  return {
    lane: optional(given.lane, (lane) => checkText("lane", lane)),
    loopTs: optional(given.loopTs, (loopTs) => checkText("loopTs", loopTs)),
    runId: optional(given.runId, (id) => checkRunId("runId", id)),
    reason: optional(given.reason, (reason) => checkText("reason", reason)),
  };
}

/** `decide` is the caller's code, so its answer is validated before anything is written. */
export function checkDecision(given: unknown): LeaseDecision {
  if (!isObject(given) || typeof given["ok"] !== "boolean") {
    throw mismatch("decide's answer", "an object with a boolean ok", given);
  }
  const { ok, lane, kind, tree, reason, reasonClass, heldBy } = given;
  if (!ok) {
    const stated = checkFilled("decide's reason", reason);
    const named = optional(reasonClass, (name) => checkText("decide's reasonClass", name));
    const blockers = optional(heldBy, checkLeases);
    return {
      ok,
      reason: stated,
      ...(named === undefined ? {} : { reasonClass: named }),
      ...(blockers === undefined ? {} : { heldBy: blockers }),
    };
  }
  return {
    ok,
    ...(lane === undefined ? {} : { lane: checkFilled("decide's lane", lane) }),
    ...(kind === undefined ? {} : { kind: checkFilled("decide's kind", kind) }),
    ...(tree === undefined ? {} : { tree: checkTree("decide's tree", tree) }),
    ...(reason === undefined ? {} : { reason: checkText("decide's reason", reason) }),
  };
}

/** Milliseconds and a nonce: with seconds alone, a late release could remove the next lease (faults B11). */
function nameLease(now: Date): string {
  return `${now.toISOString()}-${randomBytes(6).toString("hex")}`;
}

export function stampOfNow(terms: LeaseTerms): string {
  return journalNowIso(terms.now());
}

/** Looks up the start time of another process, so that a later process with the same pid is not mistaken for it. */
export function markProcess(pid: number, processes: ProcessTable): ProcessMark {
  const self = processes.self();
  if (pid === self.pid) return self;
  const found = processes.look(pid);
  return { ...self, pid, start: typeof found === "object" ? found.start : "" };
}

export function optional<Value>(given: unknown, check: (given: unknown) => Value): Value | undefined {
  return given === undefined ? undefined : check(given);
}

export function checkText(name: string, given: unknown): string {
  if (typeof given !== "string") throw mismatch(name, "a string", given);
  return given;
}

export function checkFilled(name: string, given: unknown): string {
  if (typeof given !== "string" || given === "") throw mismatch(name, "a string that is not empty", given);
  return given;
}

export function checkFlag(name: string, given: unknown): boolean {
  if (given !== undefined && typeof given !== "boolean") throw mismatch(name, "a boolean", given);
  return given ?? false;
}

export function checkPid(name: string, given: unknown): number {
  if (!isPid(given)) throw mismatch(name, "a process id, 1 to 2147483647", given);
  return given;
}

function checkRunId(name: string, given: unknown): string | number {
  if (typeof given === "string" || (typeof given === "number" && Number.isFinite(given))) return given;
  throw mismatch(name, "a string or a finite number", given);
}

function checkTree(name: string, given: unknown): string[] {
  if (!Array.isArray(given)) throw mismatch(name, "an array of strings", given);
  return given.map((path) => checkText(`${name}'s paths`, path));
}

function checkLeases(given: unknown): Lease[] {
  if (Array.isArray(given) && given.every(isObject)) return given;
  throw mismatch("decide's heldBy", "an array of leases", given);
}

function checkSeconds(name: string, given: unknown): number {
  if (typeof given === "number" && Number.isFinite(given) && given >= 0) return given;
  throw mismatch(name, "a finite number of at least 0", given);
}

/** Rejects values that a reader would replace by the default (faults B14). */
function checkTtl(given: unknown): number {
  if (typeof given === "number" && given > 0 && given <= ttlMinutesMax) return given;
  throw mismatch("ttlMinutes", `a number above 0, at most ${ttlMinutesMax}`, given);
}

function checkFunction<Wanted>(name: string, given: unknown, is: (given: unknown) => given is Wanted): Wanted {
  if (is(given)) return given;
  throw mismatch(name, "a function", given);
}

function isDecide(given: unknown): given is DecideLease {
  return typeof given === "function";
}

function isClock(given: unknown): given is () => Date {
  return typeof given === "function";
}
