// Counts the events and finds the last beat of every identity in one pass (docs/format.md 12, "Progress").
import { identityKey, noIdentity } from "../core/identity.js";
import { Op } from "../core/op.js";
import { instantOf } from "../core/stamp.js";
import type { Entry } from "../types.js";

const eventOps: ReadonlySet<unknown> = new Set<Op>([Op.ACQUIRE, Op.RELEASE, Op.SCAVENGE, Op.RECONCILE]);
const beatOps: ReadonlySet<unknown> = new Set<Op>([Op.ACQUIRE, Op.HEARTBEAT]);
const beginOps: ReadonlySet<unknown> = new Set<Op>([Op.ACQUIRE, Op.RECONCILE]);

/** Stamps are whole seconds, so that of the current second may be later than the clock. */
const aheadMsMax = 1000;

/** What was found about one identity. Times are in milliseconds since 1970-01-01 UTC. */
interface Found {
  /** Whether the ACQUIRE that begins the lease was met. That one is no event. */
  hasBegun: boolean;
  /** The stamp of the first ACQUIRE or RECONCILE; NaN until then. */
  begunAt: number;
  events: number[];
  /** The latest beat that was not ahead of the clock; -Infinity if there is none. */
  beatAt: number;
  /** The beats that were ahead of the clock. Some may have come into reach since. */
  aheadBeats: number[];
}

/** The moment of the judgement, and the begin of the run if it is known. */
export interface RunWindow {
  /** Milliseconds since 1970-01-01 UTC; at least the moment that the fold was created with. */
  nowMs: number;
  startedAt: number | undefined;
}

/** The progress of one identity at one moment; see `LeaseProgress`. */
export interface Moves {
  startedAt: number;
  events: number;
  lastBeatAt: number | null;
  beatAgeMs: number | null;
}

/** Its memory grows with the identities and their events, because the begin of a run is known only at the end. */
export class ProgressFold {
  readonly #byKey = new Map<string, Found>();
  readonly #latestMs: number;

  /** `nowMs`: milliseconds since 1970-01-01 UTC. */
  constructor(nowMs: number) {
    this.#latestMs = nowMs + aheadMsMax;
  }

  take(entry: Entry): void {
    const { op } = entry;
    if (!eventOps.has(op) && !beatOps.has(op)) return;
    const key = identityKey(entry);
    if (key === noIdentity) return;
    const own = instantOf(entry["ts"]);
    const at = Number.isNaN(own) ? instantOf(entry["heartbeat_at"]) : own;
    // An entry without a time proves nothing. It does not even count as the first ACQUIRE.
    if (Number.isNaN(at)) return;
    const found = this.#byKey.get(key) ?? this.#add(key);
    if (beatOps.has(op) && at <= this.#latestMs) found.beatAt = Math.max(found.beatAt, at);
    else if (beatOps.has(op)) found.aheadBeats.push(at);
    if (beginOps.has(op) && Number.isNaN(found.begunAt)) found.begunAt = at;
    if (op === Op.ACQUIRE && !found.hasBegun) found.hasBegun = true;
    else if (eventOps.has(op)) found.events.push(at);
  }

  /** `key`: as in core/identity.ts. */
  movesOf(key: string, { nowMs, startedAt }: RunWindow): Moves {
    const { begunAt, events, beatAt, aheadBeats } = this.#byKey.get(key) ?? createFound();
    const start = startedAt ?? (Number.isNaN(begunAt) ? nowMs : begunAt);
    const startSecond = Math.floor(start / 1000) * 1000;
    const latest = nowMs + aheadMsMax;
    const beat = aheadBeats.reduce((last, at) => (at <= latest ? Math.max(last, at) : last), beatAt);
    const lastBeatAt = beat === Number.NEGATIVE_INFINITY ? null : beat;
    return {
      startedAt: start,
      events: events.filter((at) => startSecond < at && at <= latest).length,
      lastBeatAt,
      beatAgeMs: lastBeatAt === null ? null : Math.max(0, nowMs - lastBeatAt),
    };
  }

  #add(key: string): Found {
    const found = createFound();
    this.#byKey.set(key, found);
    return found;
  }
}

function createFound(): Found {
  return { hasBegun: false, begunAt: Number.NaN, events: [], beatAt: Number.NEGATIVE_INFINITY, aheadBeats: [] };
}
