// Finds the refusals and episodes that answer why somebody did not get a lane, or who has it (docs/format.md 11).
import type { History } from "./select.js";
import type { Episode, Refusal, Remark } from "./types.js";

/** The question that `why` answers. */
export interface WhyQuery {
  /** The number of an entry as digits, with or without `#`; else a lane, a holder or a `run_id`. */
  who: string;
  /** Only what happened at or before this instant, in milliseconds since 1970-01-01 UTC. Default: all. */
  atMs?: number | undefined;
  /** How many answers at most, the latest. Default 1. */
  limit?: number | undefined;
}

/** The answer: refusals, or episodes if there is no refusal to explain; both lists may be empty. */
export interface Why {
  /** In file order. */
  refusals: Refusal[];
  /** The episodes that the number, lane, holder or run names. Empty if there are refusals. */
  episodes: Episode[];
  /** The damaged lines and the gaps between files: an entry that changes the answer may have been there. */
  damage: Remark[];
}

/**
 * Explains a refusal, or who holds a lane: returns the last refusals that the query names, else the last episodes
 * (docs/format.md, section 11). `history` is what the function of that name returned, normally for the whole journal.
 */
export function explainWhy(
  { episodes, refusals, remarks }: Pick<History, "episodes" | "refusals" | "remarks">,
  { who, atMs = Number.POSITIVE_INFINITY, limit = 1 }: WhyQuery,
): Why {
  const seq = /^#?\d{1,16}$/.test(who) ? Number(who.replace("#", "")) : undefined;
  const isAsked = ({ moment, holder, lane, run_id }: Refusal): boolean =>
    seq === undefined ? [holder, lane, run_id].includes(who) : moment.seq === seq;
  const isNamed = ({ begin, end, holders, lane, run_id }: Episode): boolean =>
    seq === undefined
      ? lane === who || run_id === who || holders.some(({ holder }) => holder === who)
      : begin.seq === seq || end?.moment.seq === seq || holders.some(({ from }) => from.seq === seq);
  const asked = refusals.filter((refusal) => isAsked(refusal) && (refusal.moment.at ?? atMs) <= atMs).slice(-limit);
  const named = episodes.filter((episode) => isNamed(episode) && (episode.begin.at ?? atMs) <= atMs).slice(-limit);
  return {
    refusals: asked,
    episodes: asked.length > 0 ? [] : named,
    damage: remarks.filter(({ kind }) => kind === "damage" || kind === "gap"),
  };
}
