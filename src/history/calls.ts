// Reads blocked calls: tool calls of agents in which a hook intervened (docs/format.md 11).
import { text } from "../core/words.js";
import type { Entry } from "../types.js";
import { holderOf } from "./episode.js";
import type { BlockedCall, Episode, Moment } from "./types.js";

/** Finds the leases of callers. */
export class Callers {
  /** The episodes that each run or holder has begun or adopted, the last of which is the latest. */
  readonly #byRun = new Map<string, Episode[]>();
  readonly #byHolder = new Map<string, Episode[]>();

  /** Call it when an episode begins or is adopted. */
  add(episode: Episode): void {
    addTo(this.#byRun, episode.run_id, episode);
    addTo(this.#byHolder, holderOf(episode), episode);
  }

  /** Forgets runs and holders without a live episode. */
  forgetEnded(): void {
    for (const callers of [this.#byRun, this.#byHolder]) {
      for (const [name, begun] of callers) if (begun.every(({ end }) => end !== undefined)) callers.delete(name);
    }
  }

  /** Reads an ENFORCE. */
  readCall(entry: Entry, moment: Moment): BlockedCall {
    const read = (key: string): string => text(entry[key]);
    const { withheld } = entry;
    const caller = { holder: read("holder"), run_id: read("run_id"), root_id: read("root_id") };
    return {
      moment,
      ...caller,
      parent_id: read("parent_id"),
      tool: read("tool") || read("lane"),
      intervention: read("intervention"),
      handler: read("handler"),
      reason: read("reason"),
      reason_class: read("reason_class"),
      withheld: typeof withheld === "boolean" ? withheld : null,
      episode: this.#leaseOf(caller),
    };
  }

  #leaseOf({ holder, run_id, root_id }: Pick<BlockedCall, "holder" | "run_id" | "root_id">): Episode | undefined {
    const isHeld = (episode: Episode): boolean => holderOf(episode) === holder;
    return lastLive(this.#byRun, run_id) ?? lastLive(this.#byRun, root_id) ?? lastLive(this.#byHolder, holder, isHeld);
  }
}

function addTo(callers: Map<string, Episode[]>, name: string, episode: Episode): void {
  if (name === "") return;
  const begun = callers.get(name);
  if (begun === undefined) callers.set(name, [episode]);
  else {
    while (begun.at(-1)?.end !== undefined) begun.pop();
    begun.push(episode);
  }
}

/** Forgets the later episodes that are not live or that `isHeld` rejects. */
function lastLive(callers: Map<string, Episode[]>, name: string, isHeld?: (episode: Episode) => boolean) {
  const begun = callers.get(name) ?? [];
  for (let last = begun.at(-1); last !== undefined; last = begun.at(-1)) {
    if (last.end === undefined && isHeld?.(last) !== false) return last;
    begun.pop();
  }
  return undefined;
}
