// Matches launches with the leases that they led to: a SPAWN with the next ACQUIRE of its lane (docs/format.md 11).
import { Op } from "../core/op.js";
import { saysRefused } from "../core/report.js";
import { isObject, text } from "../core/words.js";
import type { Entry } from "../types.js";
import { leaseValue } from "./episode.js";
import type { Launch, LaunchState, Moment } from "./types.js";

/** A worker acquires its lease within seconds. A launch without one is aborted after this time. */
const spawnMsMax = 120_000;

export class LaunchFold {
  /** The launches without an ACQUIRE so far, by lane, and there by run and by holder. */
  readonly #waiting = new Map<string, Map<string, Launch>>();

  /** Returns the launch that the entry records, if it records one. A later entry may set its `acquired`. */
  take(entry: Entry, moment: Moment): Launch | undefined {
    const { op } = entry;
    if (op === Op.ACQUIRE) this.#match(entry, moment);
    if (op !== Op.SPAWN) return undefined;
    const launch = readLaunch(entry, moment);
    if (launch.lane !== "") this.#add(launch);
    return launch;
  }

  /** Forgets the launches that `isKept` rejects. */
  forget(isKept: (launch: Launch) => boolean): void {
    for (const [lane, launches] of this.#waiting) {
      for (const [key, launch] of launches) if (!isKept(launch)) launches.delete(key);
      if (launches.size === 0) this.#waiting.delete(lane);
    }
  }

  /** A later launch of the same run or holder takes the place of an earlier one. */
  #add(launch: Launch): void {
    let launches = this.#waiting.get(launch.lane);
    if (launches === undefined) {
      launches = new Map();
      this.#waiting.set(launch.lane, launches);
    }
    for (const key of keysOf(launch)) launches.set(key, launch);
  }

  #match(entry: Entry, moment: Moment): void {
    const launches = this.#waiting.get(text(entry["lane"]));
    if (launches === undefined || isRefused(entry)) return;
    const asker = {
      holder: text(leaseValue(entry, "holder")) || text(entry["holder"]),
      run_id: text(leaseValue(entry, "run_id")) || text(entry["run_id"]),
    };
    const key = keysOf(asker).find((one) => launches.has(one)) ?? "";
    const launch = launches.get(key);
    if (launch === undefined) return;
    launch.acquired = moment;
    for (const own of keysOf(launch)) if (launches.get(own) === launch) launches.delete(own);
    if (launches.size === 0) this.#waiting.delete(launch.lane);
  }
}

/** `nowMs`: milliseconds since 1970-01-01 UTC. A launch without a time may be recent. */
export function launchStateOf({ moment, acquired }: Pick<Launch, "moment" | "acquired">, nowMs: number): LaunchState {
  if (acquired !== undefined) return "acquired";
  return nowMs - (moment.at ?? nowMs) > spawnMsMax ? "aborted" : "spawning";
}

function readLaunch(entry: Entry, moment: Moment): Launch {
  const read = (key: string): string => text(entry[key]);
  return {
    moment,
    lane: read("lane"),
    loop_ts: read("loop_ts"),
    holder: read("holder"),
    run_id: read("run_id"),
    reason: read("reason"),
    acquired: undefined,
  };
}

/** The run identifies a worker better than its holder. The `loop_ts` of a SPAWN differs from that of the lease. */
function keysOf({ holder, run_id }: Pick<Launch, "holder" | "run_id">): string[] {
  const keys = [];
  if (run_id !== "") keys.push(`run ${run_id}`);
  if (holder !== "") keys.push(`holder ${holder}`);
  return keys;
}

function isRefused({ reason, lease }: Entry): boolean {
  return saysRefused(reason) || (isObject(lease) && saysRefused(lease["reason"]));
}
