// The live leases and their tokens in, the one that is meant out, or why there is none to act on (docs/format.md 8).
import { identityKey } from "../core/identity.js";
import { text } from "../core/words.js";
import type { Fold } from "../engine/engine.js";
import type { Generation, Lease } from "../types.js";
import type { LeaseTarget, RefusalClass } from "./types.js";

export interface Live {
  live: Lease[];
  generations: Generation[];
}

/** The journal as a decision sees it. */
export interface LiveState extends Live {
  /** The token that the next ACQUIRE or RECONCILE gets (docs/format.md 5). */
  nextGeneration: number;
}

/** `counterMin`: tokens up to this one were handed out, whatever the fold says (docs/format.md 5). */
export function readState(fold: Fold, counterMin: number): LiveState {
  const nextGeneration = Math.max(fold.heldLeases().counter, counterMin) + 1;
  return { live: fold.leases(), generations: fold.generations(), nextGeneration };
}

export interface Found {
  lease: Lease;
  generation: number | null;
}

export interface NotFound {
  reason: string;
  reasonClass: RefusalClass;
}

/** Newest is whose token is highest: a lease that is taken again keeps its place in the order. */
export function findLease(state: Live, target: LeaseTarget): Found | NotFound {
  const { lane, loopTs } = target;
  const tokens = tokensByIdentity(state);
  let newest: Found | undefined;
  for (const lease of state.live) {
    if (text(lease["lane"]) !== lane || (loopTs !== undefined && text(lease["loop_ts"]) !== loopTs)) continue;
    const generation = tokens.get(identityKey(lease)) ?? null;
    if (newest === undefined || (generation ?? 0) >= (newest.generation ?? 0)) newest = { lease, generation };
  }
  const which = loopTs === undefined ? "" : ` with loop_ts ${JSON.stringify(loopTs)}`;
  if (newest === undefined) {
    return { reason: `no live lease on lane ${JSON.stringify(lane)}${which}`, reasonClass: "NO_LEASE" };
  }
  if (isReachable(newest.lease, state)) return newest;
  const where = `the lease on lane ${JSON.stringify(lane)}${which} is not held under its own lane and loop_ts`;
  return { reason: `${where}: only an entry with the identity of its ACQUIRE reaches it`, reasonClass: "MISPLACED" };
}

/**
 * Whether entries with the lease's own lane and `loop_ts` reach it. An ACQUIRE may have put it under another identity
 * (docs/format.md 5), which then has a token that fits no lease's own fields; a lease without a token is from a
 * checkpoint, and so
 * is held under its own.
 */
export function isReachable(lease: Lease, state: Live): boolean {
  const own = identityKey(lease);
  const keys = state.live.map(identityKey);
  if (keys.filter((key) => key === own).length > 1) return false;
  const tokens = tokensByIdentity(state);
  if (tokens.has(own)) return true;
  const fits = new Set(keys);
  return Array.from(tokens.keys()).every((key) => fits.has(key));
}

/** Whether a live lease has the identity, by its own fields or by its token. */
export function isTaken(identity: { lane: string; loop_ts: string }, state: Live): boolean {
  const key = identityKey(identity);
  return tokensByIdentity(state).has(key) || state.live.some((lease) => identityKey(lease) === key);
}

/** These live leases with their tokens. */
export function withTokens(leases: readonly Lease[], state: Live): Found[] {
  const tokens = tokensByIdentity(state);
  return leases.map((lease) => ({ lease, generation: tokens.get(identityKey(lease)) ?? null }));
}

/** The live leases of an identity, by their own fields. */
export function leasesOf(identity: { lane: string; loop_ts: string }, state: Live): Lease[] {
  const key = identityKey(identity);
  return state.live.filter((lease) => identityKey(lease) === key);
}

function tokensByIdentity({ generations }: Live): Map<string, number> {
  return new Map(generations.map((row) => [identityKey({ ...row }), row.generation]));
}
