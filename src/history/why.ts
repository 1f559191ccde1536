// Finds the refusals and episodes that answer why somebody did not get a lane, or who has it (docs/format.md 11).
import type { Lists } from "./select.js";
import type { BlockedCall, Episode, Refusal, Remark } from "./types.js";

/** The question that `why` answers. An absent member excludes nothing. */
export interface WhyQuery {
  /** The number of an entry as digits, with or without `#`; else a lane, a holder or a `run_id`. */
  who?: string | undefined;
  /** Only refusals and calls with this `root_id` or `run_id`, and the episodes of that run. */
  root?: string | undefined;
  /** Only refusals whose asker has not got the lane yet, and live episodes. Default false. */
  open?: boolean | undefined;
  /** Only what happened at or before this instant, in milliseconds since 1970-01-01 UTC. Default: all. */
  atMs?: number | undefined;
  /** How many answers of each kind at most, the latest. Default: 1 with `who`, all without. */
  limit?: number | undefined;
}

/** The answer: refusals, or episodes if there is no refusal to explain; all lists may be empty. */
export interface Why {
  /** In file order. */
  refusals: Refusal[];
  /** The episodes that the number, lane, holder or run names. Empty if there are refusals. */
  episodes: Episode[];
  /** The blocked calls, if the history was read with `calls`. */
  calls: BlockedCall[];
  /** The damaged lines and the gaps between files: an entry that changes the answer may have been there. */
  damage: Remark[];
}

/**
 * Explains a refusal, or who holds a lane: returns the last refusals that the query names, else the last episodes
 * (docs/format.md, section 11). `history` is what the function of that name returned, normally for the whole journal.
 */
export function explainWhy(
  { episodes, refusals, remarks, calls }: Pick<Lists, "episodes" | "refusals" | "remarks" | "calls">,
  query: WhyQuery,
): Why {
  const { open = false, atMs = Number.POSITIVE_INFINITY, limit = query.who === undefined ? undefined : 1 } = query;
  const names = namesOf(query);
  const last = <Item>(items: Item[]): Item[] => (limit === undefined ? items : items.slice(-limit));
  const asked = last(
    refusals.filter(
      (refusal) =>
        names(refusal.moment.seq, refusal) &&
        (refusal.moment.at ?? atMs) <= atMs &&
        !(open && refusal.granted !== undefined),
    ),
  );
  const isNamed = ({ begin, end, holders, lane, run_id }: Episode): boolean =>
    holders.some(({ holder, from }) => names(from.seq, { lane, holder, run_id })) ||
    names(begin.seq, { lane, run_id }) ||
    (end !== undefined && names(end.moment.seq, { lane, run_id }));
  const held = episodes.filter(
    (episode) => isNamed(episode) && (episode.begin.at ?? atMs) <= atMs && !(open && episode.end !== undefined),
  );
  const called = calls.filter(
    (call) => names(call.moment.seq, { lane: call.episode?.lane, ...call }) && (call.moment.at ?? atMs) <= atMs,
  );
  return {
    refusals: asked,
    episodes: asked.length > 0 ? [] : last(held),
    calls: last(called),
    damage: remarks.filter(({ kind }) => kind === "damage" || kind === "gap"),
  };
}

/** What a query may name. */
interface Named {
  lane?: string | undefined;
  holder?: string;
  run_id: string;
  root_id?: string;
}

/** Returns whether the query names an entry, by its number or by what it says. */
function namesOf({ who, root }: WhyQuery): (seq: number, named: Named) => boolean {
  const number = who !== undefined && /^#?\d{1,16}$/.test(who) ? Number(who.replace("#", "")) : undefined;
  return (seq, { lane, holder, run_id, root_id }) => {
    if (root !== undefined && run_id !== root && root_id !== root) return false;
    if (who === undefined) return true;
    return number === undefined ? [lane, holder, run_id, root_id].includes(who) : seq === number;
  };
}
