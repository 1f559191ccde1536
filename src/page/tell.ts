// Says in words what is drawn: for labels, for screen readers, and in the panel.
import { formatBetween, formatDuration, formatTime } from "../cli/history/times.js";
import { writeWhy } from "../cli/history/why-text.js";
import { tellHolders } from "../cli/history/words.js";
import { printable } from "../cli/printable.js";
import { endings, tellMark } from "../cli/timeline/words.js";
import type { Episode, Refusal, Remark } from "../history/types.js";
import type { Why } from "../history/why.js";
import type { Bar, Damage, Mark } from "../timeline/types.js";

/** A label of more characters is cut: no bar is that wide. */
const labelCharactersMax = 200;

/** How many of several things are explained one by one. */
const explainedMax = 20;

export function shorten(text: string): string {
  const shown = printable(text);
  return shown.length <= labelCharactersMax ? shown : `${shown.slice(0, labelCharactersMax)}…`;
}

export function nameOfLane(lane: string): string {
  return lane === "" ? "(no lane)" : shorten(lane);
}

export function nameOfHolders(episode: Episode): string {
  return shorten(tellHolders(episode));
}

/** Formats with the date. */
export function formatInstant(ms: number): string {
  return formatTime(ms, Number.NaN);
}

export function tellBar({ episode, how, fromMs, toMs, signMs }: Bar): string {
  const until = how === "live" ? "now" : formatTime(toMs, fromMs);
  const silent = toMs - signMs < 1000 ? "" : `, silent for the last ${formatDuration(toMs - signMs)}`;
  const held = `${nameOfHolders(episode)} on ${nameOfLane(episode.lane)}`;
  return `${held}, ${formatInstant(fromMs)} – ${until}: ${endings[how]}${silent}`;
}

export function tellPlacedMark(mark: Mark): string {
  return shorten(`${formatInstant(mark.atMs)} ${tellMark(mark)}`);
}

export function tellDamage({ firstLine, lastLine, lines, fromMs, toMs }: Damage): string {
  const which = lines === 1 ? `Line ${firstLine} is` : `${lines} of the lines ${firstLine} to ${lastLine} are`;
  const when =
    fromMs === toMs
      ? `at ${formatInstant(fromMs)}`
      : `between ${formatInstant(fromMs)} and ${formatTime(toMs, fromMs)}`;
  return `${which} damaged. The entries around it were written ${when}. \`lj verify\` shows the damage.`;
}

export class Explainer {
  /** An answer without refusals and episodes. */
  readonly #nothing: Why;
  readonly #nowMs: number;

  constructor(remarks: readonly Remark[], nowMs: number) {
    const damage = remarks.filter(({ kind }) => kind === "damage");
    this.#nothing = { refusals: [], episodes: [], calls: [], damage };
    this.#nowMs = nowMs;
  }

  explainEpisode(episode: Episode): string {
    const { tree, host_id } = episode;
    const rows = [...writeWhy({ ...this.#nothing, episodes: [episode] }, this.#nowMs)];
    if (tree !== null && tree !== undefined) rows.push(rowOf("tree", JSON.stringify(tree)));
    if (host_id !== "") rows.push(rowOf("host", host_id));
    return rows.join("");
  }

  explainRefusal(refusal: Refusal): string {
    return [...writeWhy({ ...this.#nothing, refusals: [refusal] }, this.#nowMs)].join("");
  }

  explainMarks(marks: readonly Mark[]): string {
    const told = marks.slice(0, explainedMax).map((mark) => this.#explainMark(mark));
    const rest = marks.length - told.length;
    return told.join("\n") + (rest > 0 ? `\nand ${rest} more; zoom in to see them one by one\n` : "");
  }

  #explainMark(mark: Mark): string {
    if (mark.kind === "refused") return this.explainRefusal(mark.refusal);
    return `${printable(`${formatInstant(mark.atMs)}  ${tellMark(mark)}`)}\n`;
  }
}

function rowOf(label: string, text: string): string {
  return `    ${label.padEnd(9)}${printable(text)}\n`;
}

export function formatHeld({ fromMs, toMs }: Bar): string {
  return formatDuration(toMs - fromMs);
}

export function formatSilent({ signMs, toMs }: Bar): string {
  return formatBetween(signMs, toMs) ?? "";
}
