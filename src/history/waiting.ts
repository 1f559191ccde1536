// Finds out when a refused asker got the lane after all (docs/format.md 11).
import { holderOf } from "./episode.js";
import type { Episode, Refusal } from "./types.js";

/** The refusals whose asker has not got the lane yet, by lane and holder and by lane and run. */
export class Waiting {
  readonly #byAsker = new Map<string, Refusal[]>();

  add(refusal: Refusal): void {
    for (const key of askers(refusal.lane, refusal.holder, refusal.run_id)) {
      const waiting = this.#byAsker.get(key);
      if (waiting === undefined) this.#byAsker.set(key, [refusal]);
      else waiting.push(refusal);
    }
  }

  /** Call it when an episode begins or is adopted. */
  grant(episode: Episode): void {
    for (const key of askers(episode.lane, holderOf(episode), episode.run_id)) {
      for (const refusal of this.#byAsker.get(key) ?? []) refusal.granted ??= episode;
      this.#byAsker.delete(key);
    }
  }
}

function askers(lane: string, holder: string, run: string): string[] {
  if (lane === "") return [];
  const keys = [holder === "" ? "" : JSON.stringify([lane, "holder", holder])];
  if (run !== "") keys.push(JSON.stringify([lane, "run", run]));
  return keys.filter((key) => key !== "");
}
