// Decides from a request and the live leases whether a lane is granted (docs/format.md 8, "The decision").
import { collide, readPrefixes } from "../core/trees.js";
import { text } from "../core/words.js";
import type { Lease } from "../types.js";
import type { DecideLease, LeaseDecision, LeaseRequest, RefusalClass } from "./types.js";

/**
 * Refuses if a live lease has the requested lane; trees are ignored. Use it if lanes are kept apart by name alone. See
 * docs/format.md, section 8, "The decision".
 */
export function decideByLane({ lane }: LeaseRequest, live: Lease[]): LeaseDecision {
  const holders = live.filter((lease) => text(lease["lane"]) === lane);
  const [first] = holders;
  if (first === undefined) return { ok: true };
  return refusal("LANE_HELD", tellHeld(first), holders);
}

/**
 * Refuses if a live lease has the requested lane, or a tree that may include a file of the request's tree. Also refuses
 * if the request or any live lease has no tree, because the files it touches are unknown. See docs/format.md, section
 * 8, "The decision".
 */
export function decideByTree(request: LeaseRequest, live: Lease[]): LeaseDecision {
  return decide(request, live, true);
}

/** The default decision: the same as `decideByTree`, except that a missing tree never conflicts. */
export const decideByDefault: DecideLease = (request, live) => decide(request, live, false);

function decide(request: LeaseRequest, live: Lease[], refusesUnknown: boolean): LeaseDecision {
  const byLane = decideByLane(request, live);
  if (!byLane.ok) return byLane;
  const wanted = readPrefixes(request.tree);
  const collisions = wanted === undefined ? [] : live.filter((lease) => collide(wanted, readPrefixes(lease["tree"])));
  const [first] = collisions;
  if (first !== undefined) {
    const trees = `the tree ${nameTree(request.tree)} collides with the tree ${nameTree(first["tree"])}`;
    return refusal("TREE_HELD", `${trees}: ${tellHeld(first)}`, collisions);
  }
  const unknown = wanted === undefined ? live : live.filter((lease) => readPrefixes(lease["tree"]) === undefined);
  const [one] = unknown;
  if (one === undefined || !refusesUnknown) return { ok: true };
  const which = wanted === undefined ? "the request has no tree" : "a live lease has no tree";
  return refusal("TREE_UNKNOWN", `${which}, so the files they share are not known: ${tellHeld(one)}`, unknown);
}

function refusal(reasonClass: RefusalClass, reason: string, heldBy: Lease[]): LeaseDecision {
  const more = heldBy.length > 1 ? ` (and ${heldBy.length - 1} more)` : "";
  return { ok: false, reason: `${reason}${more}`, reasonClass, heldBy };
}

function tellHeld(lease: Lease): string {
  const [lane, holder, since] = ["lane", "holder", "acquired_at"].map((key) => JSON.stringify(text(lease[key])));
  return `lane ${lane} is held by ${holder} since ${since}`;
}

const namedCharactersMax = 200;

function nameTree(tree: unknown): string {
  return (JSON.stringify(tree) ?? "").slice(0, namedCharactersMax);
}
