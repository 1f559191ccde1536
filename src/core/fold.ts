// Entries, one by one -> live leases, generations and numbering (SPEC 5 and 6).
import type { Entry, Generation, Lease, Place } from "../types.js";
import { Generations } from "./generations.js";
import { identityKey, noIdentity } from "./identity.js";
import { Live, movesBack, stampOf } from "./live.js";
import { Op, STATE_MUTATING_OPS } from "./op.js";
import { raiseSeq } from "./seq.js";
import { isEmpty, isObject, text } from "./words.js";

/** What the entries so far amount to. */
export class State {
  readonly live: Live;
  readonly generations: Generations;
  /** SPEC 6, the highest number so far. */
  seq: number;

  constructor(from?: State) {
    this.live = from?.live.fork() ?? new Live();
    this.generations = from?.generations.fork() ?? new Generations();
    this.seq = from?.seq ?? 0;
  }
}

/** What an ACQUIRE without a nested lease gives, in this order (SPEC 5). */
export const leaseFields = [
  "lane",
  "lane_kind",
  "tree",
  "loop_ts",
  "host_id",
  "pid",
  "acquired_at",
  "heartbeat_at",
  "ttl_minutes",
  "holder",
  "run_id",
];

/** What an ADOPT may hand over, in this order (SPEC 5). */
export const adoptedFields = ["holder", "pid", "host_id"];

/**
 * Folds one entry in. The entry is not changed, but the leases may share what lies deeper in it. `place` is the
 * entry's; only a scan needs it.
 */
export function foldEntry(state: State, entry: Entry, place?: Place): void {
  state.seq = raiseSeq(state.seq, entry);
  const op = text(entry["op"]);
  if (op === Op.CHECKPOINT) foldCheckpoint(state, entry, place);
  else if (isStateMutating(op)) foldChange(state, op, entry, place);
}

function foldChange(state: State, op: StateMutatingOp, entry: Entry, place: Place | undefined): void {
  const key = identityKey(entry);
  if (key === noIdentity) return;
  switch (op) {
    case Op.ACQUIRE:
    case Op.RECONCILE:
      state.live.set(key, leaseOf(entry), place);
      state.generations.advance(key, entry["generation_watermark"]);
      break;
    case Op.RELEASE:
    case Op.SCAVENGE:
      state.live.delete(key);
      state.generations.delete(key);
      break;
    case Op.HEARTBEAT:
      beat(state.live.get(key), entry);
      break;
    case Op.ADOPT:
      adopt(state.live.get(key), entry);
      beat(state.live.get(key), entry);
      break;
    default:
      op satisfies never;
  }
}

/** SPEC 3, `heartbeatBack`: whether folding the entry in would move a live lease's stamp to a smaller one. */
export function beatsBack(state: State, entry: Entry): boolean {
  const op = entry["op"];
  if (op !== Op.HEARTBEAT && op !== Op.ADOPT) return false;
  const key = identityKey(entry);
  return key !== noIdentity && movesBack(state.live.get(key), stampOf(entry));
}

/** The live leases of entries in memory, as copies. Throws `TypeError` for an element that is no object. */
export function replay(entries: Iterable<Entry>): Lease[] {
  return foldEntries(entries).live.leases();
}

/** The fencing tokens of entries in memory. Throws `TypeError` for an element that is no object. */
export function leaseGenerations(entries: Iterable<Entry>): Generation[] {
  return foldEntries(entries).generations.rows();
}

/** `seen` is called with each entry. */
export function foldEntries(entries: Iterable<unknown>, seen?: (entry: Entry) => void): State {
  const state = new State();
  let index = 0;
  for (const entry of entries) {
    if (!isObject(entry)) throw new TypeError(`entries[${index}]: expected an object, found ${kindOf(entry)}`);
    foldEntry(state, entry);
    seen?.(entry);
    index++;
  }
  return state;
}

/** The members of `STATE_MUTATING_OPS`. */
type StateMutatingOp = Exclude<Op, "REFUSE" | "HALT" | "ENFORCE" | "ATTEMPT" | "SPAWN" | "CHECKPOINT">;

function isStateMutating(op: string): op is StateMutatingOp {
  const ops: ReadonlySet<string> = STATE_MUTATING_OPS;
  return ops.has(op);
}

function foldCheckpoint(state: State, entry: Entry, place: Place | undefined): void {
  state.live.clear();
  const leases = entry["leases"];
  for (const lease of Array.isArray(leases) ? leases : []) {
    if (!isObject(lease)) continue;
    const key = identityKey(lease);
    if (key !== noIdentity) state.live.set(key, { ...lease }, place);
  }
  state.generations.restore(entry);
}

function leaseOf(entry: Entry): Lease {
  const nested = entry["lease"];
  if (isObject(nested)) return { ...nested };
  const lease: Lease = {};
  for (const field of leaseFields) {
    if (entry[field] !== undefined) lease[field] = entry[field];
  }
  return lease;
}

function adopt(lease: Lease | undefined, entry: Entry): void {
  if (lease === undefined) return;
  for (const field of adoptedFields) {
    const value = entry[field];
    if (value !== undefined && value !== null) lease[field] = value;
  }
}

function beat(lease: Lease | undefined, entry: Entry): void {
  const stamp = stampOf(entry);
  if (lease !== undefined && !isEmpty(stamp)) lease["heartbeat_at"] = stamp;
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "an array" : `a ${typeof value}`;
}
