// Folds entries into the lanes that `lj top` shows: held, launched for, or free.

import { identityKey } from "../core/identity.js";
import { CORRUPT_OP } from "../core/op.js";
import { isObject, text } from "../core/words.js";
import { leaseValue } from "../history/episode.js";
import { LaunchFold, launchStateOf } from "../history/launches.js";
import { momentOf } from "../history/moments.js";
import type { Launch } from "../history/types.js";
import { isProvablyGone } from "../leases/expiry.js";
import type { LeaseView } from "../leases/reclaim.js";
import { systemProcesses } from "../lock/process.js";
import type { Entry } from "../types.js";
import { livenessOf } from "./fold.js";
import { ProgressFold } from "./progress.js";
import type { LivenessVerdict } from "./types.js";

/** Entries that are followed have no place. Nothing here shows one. */
const nowhere = { line: 0, offset: 0 };

/** The ops that name a lane of the fleet. The reference's hooks write a tool's name as the lane of an ENFORCE. */
const laneOps: ReadonlySet<unknown> = new Set(["ACQUIRE", "RECONCILE", "ADOPT", "SPAWN"]);

/** A live lease and its progress. */
export interface TopLease {
  view: LeaseView;
  verdict: LivenessVerdict;
}

/** A lane without a live lease. */
export interface FreeLane {
  lane: string;
  /** Who held it last; `""` if unknown. */
  holder: string;
}

export interface TopLanes {
  leases: TopLease[];
  spawning: Launch[];
  /** The lane that was used last comes first. */
  free: FreeLane[];
}

export class TopFold {
  readonly #progress: ProgressFold;
  readonly #launches = new LaunchFold();
  /** The latest launch of each lane. */
  readonly #launched = new Map<string, Launch>();
  /** The last holder of each lane, in the order in which the lanes were last used. */
  readonly #holders = new Map<string, string>();

  /** `nowMs`: milliseconds since 1970-01-01 UTC. */
  constructor(nowMs: number) {
    this.#progress = new ProgressFold(nowMs);
  }

  take(entry: Entry): void {
    const { op } = entry;
    if (op === CORRUPT_OP) return;
    this.#progress.take(entry);
    const launch = this.#launches.take(entry, momentOf(entry, nowhere));
    if (launch !== undefined) this.#launched.set(launch.lane, launch);
    if (laneOps.has(op)) this.#use(text(entry["lane"]), op === "SPAWN" ? undefined : namedHolder(entry));
    const { leases } = entry;
    if (op !== "CHECKPOINT" || !Array.isArray(leases)) return;
    for (const lease of leases.filter(isObject)) this.#use(text(lease["lane"]), text(lease["holder"]));
  }

  lanesAt(nowMs: number, views: readonly LeaseView[]): TopLanes {
    const held = new Set(views.map(({ lane }) => lane));
    const isGone = (lease: LeaseView["lease"]): boolean => isProvablyGone(lease, systemProcesses);
    const leases = views.map((view) => {
      const judged = { key: identityKey(view.lease), lease: view.lease, run: undefined };
      return { view, verdict: livenessOf(this.#progress, judged, { nowMs, isGone }).verdict };
    });
    const spawning = [...this.#launched.values()].filter(
      (launch) => !held.has(launch.lane) && launchStateOf(launch, nowMs) === "spawning",
    );
    const taken = new Set([...held, ...spawning.map(({ lane }) => lane)]);
    const free = [...this.#holders].filter(([lane]) => !taken.has(lane)).map(([lane, holder]) => ({ lane, holder }));
    return { leases, spawning, free: free.reverse() };
  }

  /** Without a `holder`, the last one stays. */
  #use(lane: string, holder: string | undefined): void {
    if (lane === "") return;
    const last = this.#holders.get(lane) ?? "";
    this.#holders.delete(lane);
    this.#holders.set(lane, holder ?? last);
  }
}

/** An ADOPT that names no holder changes none. */
function namedHolder(entry: Entry): string | undefined {
  return entry["op"] === "ADOPT" ? text(entry["holder"]) || undefined : text(leaseValue(entry, "holder"));
}
