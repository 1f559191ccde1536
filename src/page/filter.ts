// Selects the part of a history whose lane, holder and run contain what was typed.
import type { History } from "../history/select.js";
import type { Episode } from "../history/types.js";

/** An empty text selects everything. Case does not matter. */
export interface Filter {
  lane: string;
  holder: string;
  run: string;
}

export function filterHistory(history: History, filter: Filter): History {
  const lane = matcherOf(filter.lane);
  const holder = matcherOf(filter.holder);
  const run = matcherOf(filter.run);
  const fits = (each: Episode): boolean =>
    lane(each.lane) && each.holders.some((tenure) => holder(tenure.holder)) && run(each.run_id);
  return {
    ...history,
    episodes: history.episodes.filter(fits),
    refusals: history.refusals.filter((each) => lane(each.lane) && holder(each.holder) && run(each.run_id)),
    remarks: history.remarks.filter(({ kind, lane: where, holder: whose, episode }) => {
      if (kind === "damage") return true;
      return lane(where) && holder(whose) && run(episode?.run_id ?? "");
    }),
  };
}

function matcherOf(typed: string): (text: string) => boolean {
  const wanted = typed.toLowerCase();
  return wanted === "" ? () => true : (text) => text.toLowerCase().includes(wanted);
}
