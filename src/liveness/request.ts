// Checks the options of the liveness functions (docs/format.md 12).
import { checkInstant, mismatch } from "../arguments.js";
import { identityKey } from "../core/identity.js";
import { instantOf } from "../core/stamp.js";
import { isObject } from "../core/words.js";
import type { ReadOptions } from "../types.js";
import { checkKeys, type KeysOf } from "../unknown-key.js";
import type { KnownRun } from "./types.js";

/** Options of `progress` and `liveness`: how the journal is read, at which moment, and what is known of runs. */
export interface LivenessOptions extends Omit<ReadOptions, "until" | "snapshot" | "onSnapshot"> {
  /** The moment of the judgement: a stamp (docs/format.md, section 4) or a date. Default: the system's clock. */
  now?: string | Date;
  /**
   * What the journal does not say about some runs. Those that are not live are judged too, after the live leases.
   * Default: nothing.
   */
  runs?: readonly KnownRun[];
}

/** Options of `attempts`: how the journal is read, at which moment, and which unit is returned. */
export interface AttemptsOptions extends Omit<ReadOptions, "until" | "snapshot" | "onSnapshot"> {
  /** The moment of the judgement: a stamp (docs/format.md, section 4) or a date. Default: the system's clock. */
  now?: string | Date;
  /** Only the attempts of this unit. Default: all units. */
  unit?: string;
}

type ReadKeys = "engine" | "threads" | "signal" | "onProgress";

const readKeys: { readonly [key in ReadKeys]: true } = { engine: true, threads: true, signal: true, onProgress: true };

export const livenessKeys: KeysOf<LivenessOptions> = { ...readKeys, now: true, runs: true };

export const attemptsKeys: KeysOf<AttemptsOptions> = { ...readKeys, now: true, unit: true };

/** `KnownRun`, checked. */
export interface CheckedRun {
  /** Milliseconds since 1970-01-01 UTC; undefined if the caller does not know it. */
  startedAt: number | undefined;
  commits: number;
  isGone: boolean | undefined;
}

export interface LivenessRequest {
  /** Milliseconds since 1970-01-01 UTC. */
  nowMs: number;
  /** By the keys of core/identity.ts, in the given order. */
  runs: ReadonlyMap<string, CheckedRun>;
}

export function checkLiveness(options: LivenessOptions = {}): LivenessRequest {
  const { now, runs } = options;
  const given: unknown = runs ?? [];
  if (!Array.isArray(given)) throw mismatch("runs", "an array", given);
  return { nowMs: checkNow(now), runs: new Map(given.map(checkRun)) };
}

export interface AttemptsRequest {
  nowMs: number;
  unit: string | undefined;
}

export function checkAttempts({ now, unit }: AttemptsOptions = {}): AttemptsRequest {
  if (unit !== undefined && typeof unit !== "string") throw mismatch("unit", "a string", unit);
  return { nowMs: checkNow(now), unit };
}

function checkNow(now: unknown): number {
  return checkInstant("now", now, instantOf) ?? Date.now();
}

const runKeys: KeysOf<KnownRun> = { lane: true, loopTs: true, startedAt: true, commits: true, isGone: true };

function checkRun(given: unknown): [key: string, run: CheckedRun] {
  if (!isObject(given)) throw mismatch("runs", "an array of objects", given);
  checkKeys("runs", given, runKeys);
  const { lane, loopTs, startedAt, commits = 0, isGone } = given;
  if (typeof lane !== "string") throw mismatch("runs' lane", "a string", lane);
  if (typeof loopTs !== "string") throw mismatch("runs' loopTs", "a string", loopTs);
  if (typeof commits !== "number" || !Number.isSafeInteger(commits) || commits < 0) {
    throw mismatch("runs' commits", "a whole number of at least 0", commits);
  }
  if (isGone !== undefined && typeof isGone !== "boolean") throw mismatch("runs' isGone", "a boolean", isGone);
  const run = { startedAt: checkInstant("runs' startedAt", startedAt, instantOf), commits, isGone };
  return [identityKey({ lane, loop_ts: loopTs }), run];
}
