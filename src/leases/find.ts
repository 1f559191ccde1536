// Finds the live lease that a call refers to, or explains why there is none to change (docs/format.md 8).
import { identityKey } from "../core/identity.js";
import { text } from "../core/words.js";
import type { Fold } from "../engine/engine.js";
import type { Generation, Lease } from "../types.js";
import type { LeaseTarget, RefusalClass } from "./types.js";

export interface Live {
  live: Lease[];
  generations: Generation[];
}

/** The state of the journal on which a decision is based. */
export interface LiveState extends Live {
  /** The token that the next ACQUIRE or RECONCILE gets (docs/format.md 5). */
  nextGeneration: number;
}

/** Tokens up to `counterMin` were already issued, even if the fold does not show them (docs/format.md 5). */
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

/** Picks the lease with the highest token: order would not do, because a reacquired lease keeps its place in it. */
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
 * Whether entries with the lease's own lane and `loop_ts` apply to it. An ACQUIRE may have stored it under another
 * identity (docs/format.md 5); then there is a token that matches no lease's own fields. A lease without a token comes
 * from a checkpoint, which stores it under its own fields.
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

/** Whether the identity is taken, either by a live lease's own fields or by its token. */
export function isTaken(identity: { lane: string; loop_ts: string }, state: Live): boolean {
  const key = identityKey(identity);
  return tokensByIdentity(state).has(key) || state.live.some((lease) => identityKey(lease) === key);
}

/** Pairs these live leases with their tokens. */
export function withTokens(leases: readonly Lease[], state: Live): Found[] {
  const tokens = tokensByIdentity(state);
  return leases.map((lease) => ({ lease, generation: tokens.get(identityKey(lease)) ?? null }));
}

/** Returns the live leases whose own fields have this identity. */
export function leasesOf(identity: { lane: string; loop_ts: string }, state: Live): Lease[] {
  const key = identityKey(identity);
  return state.live.filter((lease) => identityKey(lease) === key);
}

function tokensByIdentity({ generations }: Live): Map<string, number> {
  return new Map(generations.map((row) => [identityKey({ ...row }), row.generation]));
}
