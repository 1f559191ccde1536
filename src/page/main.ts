// Starts the page: reads its history, draws it, and answers the controls.
import { formatDuration, formatTime } from "../cli/history/times.js";
import { printable } from "../cli/printable.js";
import type { Timeline } from "../timeline/types.js";
import { find } from "./element.js";
import { drawLegend } from "./legend.js";
import { type Past, readPast } from "./past.js";
import { formatInstant } from "./tell.js";
import { Viewer } from "./viewer.js";

function start(): void {
  const past = readPast(find("history").textContent ?? "");
  const name = printable(past.journal);
  document.title = `${name}: timeline of lanes`;
  find("title").textContent = name;
  find("summary").textContent = summarize(past);
  if (isEmpty(past.timeline)) {
    find("status").textContent = "There is nothing to draw: no episode, no refusal and no damage.";
    return;
  }
  drawLegend(past.timeline);
  new Viewer(past).start();
}

function summarize({ history, timeline, nowMs }: Past): string {
  const count = (n: number, one: string, many = `${one}s`): string =>
    `${n.toLocaleString("en")} ${n === 1 ? one : many}`;
  const { episodes, refusals, remarks, omitted } = history;
  const damaged = remarks.filter(({ kind }) => kind === "damage").length;
  const parts = [
    `${formatInstant(timeline.fromMs)} – ${formatTime(timeline.toMs, timeline.fromMs)} UTC`,
    formatDuration(timeline.toMs - timeline.fromMs),
    count(timeline.lanes.length, "lane"),
    count(episodes.length, "episode"),
    ...(refusals.length > 0 ? [count(refusals.length, "refusal")] : []),
    ...(damaged > 0 ? [count(damaged, "damaged line")] : []),
    ...(omitted > 0 ? [`${omitted.toLocaleString("en")} earlier episodes left out`] : []),
    `read ${formatInstant(nowMs)}`,
  ];
  return parts.join(" · ");
}

function isEmpty({ lanes, damage }: Timeline): boolean {
  return lanes.length === 0 && damage.length === 0;
}

start();
