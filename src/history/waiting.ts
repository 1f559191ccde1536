// Finds out when a refused asker got the lane after all (docs/format.md 11).
import { holderOf } from "./episode.js";
import type { Episode, Refusal } from "./types.js";

/** Refusals by who asked: by holder, and by run. */
interface Askers {
  byHolder: Map<string, Refusal[]>;
  byRun: Map<string, Refusal[]>;
}

/** The refusals whose asker has not got the lane yet. */
export class Waiting {
  readonly #byLane = new Map<string, Askers>();

  add(refusal: Refusal): void {
    if (refusal.lane === "") return;
    let lane = this.#byLane.get(refusal.lane);
    if (lane === undefined) {
      lane = { byHolder: new Map(), byRun: new Map() };
      this.#byLane.set(refusal.lane, lane);
    }
    addTo(lane.byHolder, refusal.holder, refusal);
    addTo(lane.byRun, refusal.run_id, refusal);
  }

  /** Forgets the refusals that `isKept` rejects. */
  forget(isKept: (refusal: Refusal) => boolean): void {
    for (const [lane, { byHolder, byRun }] of this.#byLane) {
      forgetFrom(byHolder, isKept);
      forgetFrom(byRun, isKept);
      if (byHolder.size + byRun.size === 0) this.#byLane.delete(lane);
    }
  }

  /** Call it when an episode begins or is adopted. */
  grant(episode: Episode): void {
    const lane = this.#byLane.get(episode.lane);
    if (lane === undefined) return;
    grantFrom(lane.byHolder, holderOf(episode), episode);
    grantFrom(lane.byRun, episode.run_id, episode);
  }
}

function addTo(askers: Map<string, Refusal[]>, asker: string, refusal: Refusal): void {
  if (asker === "") return;
  const waiting = askers.get(asker);
  if (waiting === undefined) askers.set(asker, [refusal]);
  else waiting.push(refusal);
}

function grantFrom(askers: Map<string, Refusal[]>, asker: string, episode: Episode): void {
  for (const refusal of askers.get(asker) ?? []) refusal.granted ??= episode;
  askers.delete(asker);
}

function forgetFrom(askers: Map<string, Refusal[]>, isKept: (refusal: Refusal) => boolean): void {
  for (const [asker, waiting] of askers) {
    const kept = waiting.filter((refusal) => refusal.granted === undefined && isKept(refusal));
    if (kept.length === 0) askers.delete(asker);
    else askers.set(asker, kept);
  }
}
