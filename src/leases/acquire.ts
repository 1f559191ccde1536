// A wish for a lane and the live leases in, an ACQUIRE or a REFUSE out (SPEC 8).
import type { Decision } from "../commit.js";
import { text } from "../core/words.js";
import type { Entry, Lease } from "../types.js";
import { acquireEntry, scavengeEntry } from "../write/entries.js";
import { judgeLease, type Moment, tellReclaim, writeProcess } from "./expiry.js";
import { isReachable, isTaken, type LiveState } from "./find.js";
import { firstOf, refuse, type Terms } from "./outcome.js";
import { checkDecision, type FullRequest, stampOfNow } from "./request.js";
import type { LeaseDecision, LeaseDone, LeaseHealth, LeaseRefused } from "./shapes.js";

/** `damage` says what is wrong with the journal, if that is to keep anybody from acquiring. */
export function decideAcquire(
  request: FullRequest,
  state: LiveState,
  terms: Terms,
  moment: Moment,
  damage: string | undefined,
): Decision<LeaseDone | LeaseRefused> {
  const refusal = { lane: request.lane, loopTs: request.loopTs, runId: request.runId };
  if (damage !== undefined) {
    const reason = `a damaged line may have been an ACQUIRE: ${damage}`;
    return refuse({ ...refusal, reason, reasonClass: "JOURNAL_CORRUPT" }, terms);
  }
  const dead = terms.reclaimDead ? findDead(state, moment) : [];
  const passed = new Set(dead.map(({ lease }) => lease));
  const seen = state.live.filter((lease) => !passed.has(lease));
  const decision = terms.decide === undefined ? decideFree(request, seen, moment) : ask(terms.decide, request, seen);
  if (!decision.ok) {
    return refuse({ ...refusal, reason: decision.reason, reasonClass: decision.reasonClass ?? "" }, terms);
  }
  const lane = decision.lane ?? request.lane;
  // Whatever the arbiter says: the ACQUIRE would take the place of the other's lease.
  if (isTaken({ lane, loop_ts: request.loopTs }, state)) {
    const reason = `a lease on lane ${JSON.stringify(lane)} with loop_ts ${JSON.stringify(request.loopTs)} is live`;
    return refuse({ ...refusal, lane, reason, reasonClass: "IDENTITY_HELD" }, terms);
  }
  return grant({ ...request, ...decision, lane }, dead, state.nextGeneration, terms);
}

/** SPEC 8: a lane is free if no live lease has it. */
function decideFree({ lane }: FullRequest, live: readonly Lease[], moment: Moment): LeaseDecision {
  const held = live.find((lease) => text(lease["lane"]) === lane);
  if (held === undefined) return { ok: true };
  const holder = JSON.stringify(text(held["holder"]));
  const since = JSON.stringify(text(held["acquired_at"]));
  const health = judgeLease(held, moment);
  const reported = `lane ${JSON.stringify(lane)} is held by ${holder} since ${since}, ${health.reason}`;
  return { ok: false, reason: `${reported}${tellReclaim(health)}`, reasonClass: "LANE_HELD" };
}

function ask(decide: NonNullable<Terms["decide"]>, request: FullRequest, live: Lease[]): LeaseDecision {
  return checkDecision(decide({ ...request }, live));
}

/** Those that a SCAVENGE reaches. */
function findDead(state: LiveState, moment: Moment): LeaseHealth[] {
  const dead = state.live.map((lease) => judgeLease(lease, moment)).filter((health) => health.state === "dead");
  return dead.filter(({ lease }) => isReachable(lease, state));
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
    entries: [...dead.map(scavengeDead), acquired],
    settle(appended) {
      const entry = firstOf(appended.slice(-1));
      return { ok: true, lane, loopTs, lease: leaseOf(entry, lease), generation, entry };
    },
  };
}

function scavengeDead({ lease, reason }: LeaseHealth): Entry {
  return scavengeEntry(lease, { reason: `dead: ${reason}`, prevHolder: text(lease["holder"]) });
}

/** The builder may have added to it. */
function leaseOf(entry: Entry, lease: Lease): Lease {
  const written = entry["lease"];
  return typeof written === "object" ? { ...lease, ...written } : lease;
}
