// Decides a request for a lane: writes an ACQUIRE if it is granted, otherwise a REFUSE (docs/format.md 8).

import { Op } from "../core/op.js";
import { isObject, text } from "../core/words.js";
import type { Decision } from "../journal/commit.js";
import type { Entry, Lease } from "../types.js";
import { acquireEntry, scavengeEntry } from "../write/entries.js";
import { decideByDefault } from "./decide.js";
import { judgeLease, type Moment, tellReclaim, writeProcess } from "./expiry.js";
import { type Found, isTaken, type LiveState, leasesOf, withTokens } from "./find.js";
import { firstOf, refuse, type Terms } from "./outcome.js";
import { findReclaimable } from "./reclaim.js";
import { checkDecision, type FullRequest, stampOfNow } from "./request.js";
import type { DecideLease, LeaseDecision, LeaseDone, LeaseHealth, LeaseRefused } from "./types.js";

/** `damage` describes damaged lines in the journal; if it is given, the request is refused. */
export function decideAcquire(
  request: FullRequest,
  state: LiveState,
  terms: Terms,
  moment: Moment,
  damage: string | undefined,
): Decision<LeaseDone | LeaseRefused> {
  const { lane: wanted, loopTs, tree, runId, rootId, parentId } = request;
  const refusal = { lane: wanted, loopTs, tree, runId, rootId, parentId };
  if (damage !== undefined) {
    const reason = `a damaged line may have been an ACQUIRE: ${damage}`;
    return refuse({ ...refusal, reason, reasonClass: "JOURNAL_CORRUPT" }, terms);
  }
  const dead = terms.reclaimDead ? findReclaimable(state, moment) : [];
  const passed = new Set(dead.map(({ lease }) => lease));
  const seen = state.live.filter((lease) => !passed.has(lease));
  const decision = ask(terms.decide ?? decideByDefault, request, seen);
  if (!decision.ok) {
    const heldBy = withTokens(decision.heldBy ?? [], state);
    const reason = `${decision.reason}${tellFirst(heldBy, moment)}`;
    return refuse({ ...refusal, heldBy, reason, reasonClass: decision.reasonClass ?? "" }, terms);
  }
  const lane = decision.lane ?? wanted;
  const identity = { lane, loop_ts: loopTs };
  // Checked whatever `decide` answers: the ACQUIRE would replace the other lease.
  if (isTaken(identity, state)) {
    const reason = `a lease on lane ${JSON.stringify(lane)} with loop_ts ${JSON.stringify(loopTs)} is live`;
    const heldBy = withTokens(leasesOf(identity, state), state);
    return refuse({ ...refusal, lane, heldBy, reason, reasonClass: "IDENTITY_HELD" }, terms);
  }
  return grant({ ...request, ...decision, lane }, dead, state.nextGeneration, terms);
}

/** Whether a decision grants the request: a refusal writes no ACQUIRE. */
export function isGrant({ entries }: Decision<unknown>): boolean {
  return entries.some((entry) => isObject(entry) && entry["op"] === Op.ACQUIRE);
}

/** Describes the first blocking lease, which is the one that the reason names. */
function tellFirst([first]: readonly Found[], moment: Moment): string {
  if (first === undefined) return "";
  const health = judgeLease(first.lease, moment);
  return `, ${health.reason}${tellReclaim(health)}`;
}

function ask(decide: DecideLease, request: FullRequest, live: Lease[]): LeaseDecision {
  return checkDecision(decide({ ...request }, live));
}

function grant(
  request: FullRequest,
  dead: readonly LeaseHealth[],
  generation: number,
  terms: Terms,
): Decision<LeaseDone> {
  const { lane, loopTs, kind, tree = [], ttlMinutes, runId, reason } = request;
  const now = stampOfNow(terms);
  const lease: Lease = {
    lane,
    lane_kind: kind ?? null,
    tree,
    loop_ts: loopTs,
    host_id: terms.hostId,
    pid: terms.pid,
    acquired_at: now,
    heartbeat_at: now,
    ttl_minutes: ttlMinutes,
    holder: terms.owner,
    process: writeProcess(terms.mark, terms.owner),
  };
  const previous = dead.findLast((each) => text(each.lease["lane"]) === lane)?.lease["holder"];
  const prevHolder = previous === undefined ? undefined : text(previous);
  const acquired = acquireEntry(lease, { reason, runId, prevHolder });
  return {
    entries: [...dead.map((health) => scavengeDead(health, terms.owner)), acquired],
    settle(appended) {
      const entry = firstOf(appended.slice(-1));
      return { ok: true, lane, loopTs, lease: leaseOf(entry, lease), generation, entry };
    },
  };
}

function scavengeDead({ lease, reason }: LeaseHealth, by: string): Entry {
  return scavengeEntry(lease, { reason: `dead: ${reason}`, prevHolder: text(lease["holder"]), by });
}

/** The lease as it was written: the entry builder may have added fields. */
function leaseOf(entry: Entry, lease: Lease): Lease {
  const written = entry["lease"];
  return typeof written === "object" ? { ...lease, ...written } : lease;
}
