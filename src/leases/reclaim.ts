// Tells which live leases could be reclaimed now, and what the journal shows about each of them (docs/format.md 8).
import { text } from "../core/words.js";
import type { ProcessMark } from "../lock/process.js";
import type { Lease } from "../types.js";
import { judgeLease, lastSign, type Moment, readPast, readProcess } from "./expiry.js";
import { isReachable, type Live, withTokens } from "./find.js";
import type { LeaseHealth } from "./types.js";

/** Returns the provably dead leases that a SCAVENGE can remove, in map order. */
export function findReclaimable(state: Live, moment: Moment): LeaseHealth[] {
  const dead = state.live.map((lease) => judgeLease(lease, moment)).filter((health) => health.state === "dead");
  return dead.filter(({ lease }) => isReachable(lease, state));
}

/** A live lease as an operator wants to see it. Times are in milliseconds since 1970-01-01 UTC, `null` if unknown. */
export interface LeaseView extends LeaseHealth {
  lane: string;
  loop_ts: string;
  /** `""` if the lease names none. */
  holder: string;
  /** The fencing token; `null` if there is none. */
  token: number | null;
  acquiredAt: number | null;
  lastSignAt: number | null;
  /** Whether a reap would remove it now. */
  isReclaimable: boolean;
  isMine: boolean;
}

/** Who asks: a holder's name, or processes one of which may be the holder. */
export interface Asker {
  owner: string | undefined;
  processes: readonly ProcessMark[];
}

/** Returns the live leases in map order. */
export function viewLeases(state: Live, moment: Moment, asker: Asker): LeaseView[] {
  const reclaimable = new Set(findReclaimable(state, moment).map(({ lease }) => lease));
  return withTokens(state.live, state).map(({ lease, generation }) => ({
    ...judgeLease(lease, moment),
    lane: text(lease.lane),
    loop_ts: text(lease.loop_ts),
    holder: text(lease.holder),
    token: generation,
    acquiredAt: readPast(lease.acquired_at, moment.now) ?? null,
    lastSignAt: lastSign(lease, moment.now)?.at ?? null,
    isReclaimable: reclaimable.has(lease),
    isMine: isHeldBy(lease, asker),
  }));
}

function isHeldBy(lease: Lease, { owner, processes }: Asker): boolean {
  if (owner !== undefined) return text(lease.holder) === owner;
  const mark = readProcess(lease);
  if (mark === undefined) return false;
  const key = placeOf(mark);
  return processes.some((process) => placeOf(process) === key);
}

/** What distinguishes a process from every other one. */
function placeOf({ pid, bootId, namespace, start }: ProcessMark): string {
  return JSON.stringify([pid, bootId, namespace, start]);
}
