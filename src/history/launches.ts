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
  /** The launches without an ACQUIRE so far, by lane and run and by lane and holder. */
  readonly #waiting = new Map<string, Launch>();

  /** Returns the launch that the entry records, if it records one. A later entry may set its `acquired`. */
  take(entry: Entry, moment: Moment): Launch | undefined {
    if (entry.op === Op.ACQUIRE && !isRefused(entry)) this.#match(entry, moment);
    if (entry.op !== Op.SPAWN) return undefined;
    const launch = readLaunch(entry, moment);
    for (const key of keysOf(launch)) this.#waiting.set(key, launch);
    return launch;
  }

  #match(entry: Entry, moment: Moment): void {
    const asker = {
      lane: text(entry["lane"]),
      holder: text(leaseValue(entry, "holder")) || text(entry["holder"]),
      run_id: text(leaseValue(entry, "run_id")) || text(entry["run_id"]),
    };
    const key = keysOf(asker).find((one) => this.#waiting.has(one)) ?? "";
    const launch = this.#waiting.get(key);
    if (launch === undefined) return;
    launch.acquired = moment;
    for (const own of keysOf(launch)) if (this.#waiting.get(own) === launch) this.#waiting.delete(own);
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
function keysOf({ lane, holder, run_id }: Pick<Launch, "lane" | "holder" | "run_id">): string[] {
  if (lane === "") return [];
  const named = [
    { kind: "run", name: run_id },
    { kind: "holder", name: holder },
  ];
  return named.filter(({ name }) => name !== "").map(({ kind, name }) => JSON.stringify([lane, kind, name]));
}

function isRefused({ reason, lease }: Entry): boolean {
  return saysRefused(reason) || (isObject(lease) && saysRefused(lease["reason"]));
}
