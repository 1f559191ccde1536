// Folds entries into live leases, generations and numbering (docs/format.md 5 and 6).
import type { Entry, Generation, Lease, Place } from "../types.js";
import { copyText } from "./copy.js";
import { hasWords } from "./dialect.js";
import { adoptedFields, leaseFields } from "./fields.js";
import { Generations } from "./generations.js";
import { identityKey, noIdentity } from "./identity.js";
import { identityMembers, Live, movesBack, stampOf } from "./live.js";
import { eachObject, mayName } from "./members.js";
import { Op, STATE_MUTATING_OPS } from "./op.js";
import { raiseSeq } from "./seq.js";
import { wholeTextMax } from "./shallow.js";
import type { LeaseParts } from "./sparse.js";
import { isEmpty, isObject } from "./words.js";

/** The state after some entries. */
export class State {
  readonly live: Live;
  readonly generations: Generations;
  /** The highest number so far (docs/format.md 6). */
  seq: number;

  constructor(from?: State) {
    this.live = from?.live.fork() ?? new Live();
    this.generations = from?.generations.fork() ?? new Generations();
    this.seq = from?.seq ?? 0;
  }
}

/** Data about an entry of a file, besides its members. */
export interface EntryAbout {
  /** The place of the entry. Only a scan needs it. */
  place?: Place | undefined;
  /** The texts of the leases, which are then kept as texts. The entry need not have their values. */
  parts?: LeaseParts | undefined;
  /** Whether even the short leases of a CHECKPOINT are kept as texts. */
  keepsTexts?: boolean;
}

/** Folds in one entry. Does not change the entry, but leases may share nested values with it. */
export function foldEntry(state: State, entry: Entry, about: EntryAbout = {}): void {
  state.seq = raiseSeq(state.seq, entry);
  const op = entry["op"];
  // No other value has the text of a known op, and making the text of a container takes long.
  if (typeof op !== "string") return;
  if (op === Op.CHECKPOINT) foldCheckpoint(state, entry, about);
  else if (isStateMutating(op)) foldChange(state, op, entry, about);
}

function foldChange(state: State, op: StateMutatingOp, entry: Entry, { place, parts }: EntryAbout): void {
  const key = identityKey(entry);
  if (key === noIdentity) return;
  switch (op) {
    case Op.ACQUIRE:
    case Op.RECONCILE:
      if (parts?.held === undefined) state.live.set(key, leaseOf(entry), place);
      else state.live.keepText(key, parts.held, place);
      state.generations.advance(key, entry["generation_watermark"]);
      break;
    case Op.RELEASE:
    case Op.SCAVENGE:
      state.live.delete(key);
      state.generations.delete(key);
      break;
    case Op.HEARTBEAT:
      beat(state.live, key, entry, parts);
      break;
    case Op.ADOPT:
      adopt(state.live, key, entry, parts);
      beat(state.live, key, entry, parts);
      break;
    default:
      op satisfies never;
  }
}

/** Returns whether the entry would move the stamp of a live lease back (docs/format.md 3, `heartbeatBack`). */
export function beatsBack(state: State, entry: Entry): boolean {
  const op = entry["op"];
  if (op !== Op.HEARTBEAT && op !== Op.ADOPT) return false;
  const key = identityKey(entry);
  return key !== noIdentity && movesBack(state.live.stamp(key), stampOf(entry));
}

/** Returns copies of the live leases of entries in memory. Throws `TypeError` for an element that is not an object. */
export function replay(entries: Iterable<Entry>): Lease[] {
  return foldEntries(entries).live.leases();
}

/** Returns the fencing tokens of entries in memory. Throws `TypeError` for an element that is not an object. */
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

function foldCheckpoint(state: State, entry: Entry, { place, parts, keepsTexts }: EntryAbout): void {
  state.live.clear();
  const leases = parts?.members.get("leases") ?? "";
  if (parts === undefined) restoreLeases(state.live, entry["leases"], place);
  else if (keepsTexts !== true && parsesFast(leases)) restoreLeases(state.live, JSON.parse(leases), place);
  else restoreTexts(state.live, leases, place);
  state.generations.restore(entry);
}

/** Returns whether to parse all leases of a checkpoint at once. It is faster, but the values may take much memory. */
function parsesFast(leases: string): boolean {
  return leases.startsWith("[") && leases.length <= wholeTextMax && !hasWords(leases);
}

function restoreLeases(live: Live, leases: unknown, place: Place | undefined): void {
  for (const lease of Array.isArray(leases) ? leases : []) {
    if (!isObject(lease) || identityFields.every((field) => lease[field] === undefined)) continue;
    const key = identityKey(lease);
    if (key !== noIdentity) live.set(key, { ...lease }, place);
  }
}

/** Keeps only the elements that are leases, because there may be many others. */
function restoreTexts(live: Live, leases: string, place: Place | undefined): void {
  if (!leases.startsWith("[")) return;
  for (const lease of eachObject(leases)) {
    const key = mayName(lease, identityFields) ? identityKey({ ...identityMembers(lease) }) : noIdentity;
    if (key !== noIdentity) live.keepText(key, copyText(lease), place);
  }
}

const identityFields = ["lane", "loop_ts"];

function leaseOf(entry: Entry): Lease {
  const nested = entry["lease"];
  if (isObject(nested)) return { ...nested };
  const lease: Lease = {};
  for (const field of leaseFields) {
    if (entry[field] !== undefined) lease[field] = entry[field];
  }
  return lease;
}

function adopt(live: Live, key: string, entry: Entry, parts: LeaseParts | undefined): void {
  for (const field of adoptedFields) {
    const value = entry[field];
    if (value !== undefined && value !== null) live.setField(key, field, value, parts?.members.get(field));
  }
}

function beat(live: Live, key: string, entry: Entry, parts: LeaseParts | undefined): void {
  const from = isEmpty(entry["heartbeat_at"]) ? "ts" : "heartbeat_at";
  const stamp = entry[from];
  if (!isEmpty(stamp)) live.setField(key, "heartbeat_at", stamp, parts?.members.get(from));
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "an array" : `a ${typeof value}`;
}
