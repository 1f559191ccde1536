// Reads the filter and the switch for folded time, and fills the lists of suggestions.
import { formatDuration } from "../cli/history/times.js";
import { find, findInput, make } from "./element.js";
import type { Filter } from "./filter.js";
import type { Past } from "./past.js";

/** A longer list of suggestions helps nobody. */
const suggestionsMax = 500;

export interface Changes {
  filter(filter: Filter): void;
  fold(isFolded: boolean): void;
}

export function listenToControls({ history, timeline }: Past, changes: Changes): void {
  const { gaps } = timeline;
  const inputs = { lane: findInput("filter-lane"), holder: findInput("filter-holder"), run: findInput("filter-run") };
  for (const input of Object.values(inputs)) {
    input.addEventListener("input", () => {
      changes.filter({ lane: inputs.lane.value, holder: inputs.holder.value, run: inputs.run.value });
    });
  }
  // Enter in a field would otherwise load the page again.
  find("controls").addEventListener("submit", (event) => event.preventDefault());
  const { episodes, refusals } = history;
  fillList("known-lanes", [...episodes.map(({ lane }) => lane), ...refusals.map(({ lane }) => lane)]);
  fillList("known-holders", [
    ...episodes.flatMap(({ holders }) => holders.map(({ holder }) => holder)),
    ...refusals.map(({ holder }) => holder),
  ]);
  fillList(
    "known-runs",
    [...episodes, ...refusals].map(({ run_id }) => run_id),
  );
  const fold = findInput("fold");
  const folded = gaps.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0);
  const periods = gaps.length === 1 ? "1 period" : `${gaps.length} periods`;
  find("fold-text").textContent = `Fold idle time: ${formatDuration(folded)} in ${periods}`;
  find("fold-label").hidden = gaps.length === 0;
  fold.addEventListener("change", () => changes.fold(fold.checked));
}

function fillList(id: string, values: readonly string[]): void {
  const known = [...new Set(values)].filter((value) => value !== "").slice(0, suggestionsMax);
  const options = known.map((value) => {
    const option = make("option");
    option.value = value;
    return option;
  });
  find(id).replaceChildren(...options);
}
