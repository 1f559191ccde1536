// Draws the timeline, and answers the controls, the pointer and the keyboard.
import type { Episode, Refusal } from "../history/types.js";
import type { Scale, View } from "../timeline/scale.js";
import type { Bar, Period, Timeline } from "../timeline/types.js";
import { Chart } from "./chart.js";
import { listenToControls } from "./controls.js";
import { find } from "./element.js";
import type { Filter } from "./filter.js";
import { listenToButtons, listenToDrags, listenToKeys, listenToWheel, type Movements } from "./gestures.js";
import type { Drawn } from "./lanes.js";
import { makeAxis, type Past, selectPast } from "./past.js";
import { Selection } from "./selection.js";
import { Table } from "./table.js";
import { AxisView } from "./view.js";

/** How much of the view a period takes that is zoomed to. */
const zoomedShare = 0.8;

export class Viewer {
  readonly #past: Past;
  readonly #viewport = find("viewport");
  readonly #chart: Chart;
  readonly #view: AxisView;
  readonly #selection: Selection;
  readonly #table = new Table((bar) => this.#goToEpisode(bar.episode));
  #bars = new Map<Episode, Bar>();
  #isScheduled = false;

  constructor(past: Past) {
    this.#past = past;
    this.#view = new AxisView(makeAxis(past.timeline, true));
    const selection = new Selection(past.history, past.nowMs, {
      episode: (episode) => this.#goToEpisode(episode),
      refusal: (refusal) => this.#goToRefusal(refusal),
      changed: () => this.#schedule(),
    });
    this.#selection = selection;
    this.#chart = new Chart({
      keys: selection.keys,
      isSelected: (key) => selection.isSelected(key),
      isRelated: (key) => selection.isRelated(key),
      showBar: ({ episode }) => selection.showEpisode(episode),
      showMarks: (marks, key) => selection.showMarks(marks, key),
      showDamage: (damage) => selection.showDamage(damage),
      zoomTo: (period) => this.#zoomTo(period),
    });
  }

  start(): void {
    this.#setTimeline(this.#past.timeline);
    const { plot } = this.#chart;
    const movements = this.#makeMovements();
    listenToKeys(find("chart"), movements);
    listenToButtons(movements);
    listenToWheel(this.#viewport, plot, movements);
    listenToDrags(this.#viewport, plot, movements);
    listenToControls(this.#past, {
      filter: (filter) => this.#filter(filter),
      fold: (isFolded) => this.#change(() => this.#view.setAxis(makeAxis(this.#past.timeline, isFolded))),
    });
    this.#viewport.addEventListener("scroll", () => this.#schedule());
    new ResizeObserver(() => this.#schedule()).observe(plot);
    addEventListener("beforeprint", () => this.#print(true));
    addEventListener("afterprint", () => this.#print(false));
    this.#draw();
  }

  /** The scale of the next drawing, which several keys may come before. */
  get #scale(): Scale {
    return this.#chart.makeScale(this.#view.axis, this.#view.view);
  }

  #makeMovements(): Movements {
    const lengthAt = (x: number): number => this.#scale.lengthAt(x);
    return {
      zoom: (factor, x) => this.#change(() => this.#view.zoom(factor, lengthAt(x ?? this.#middle()))),
      move: (share) => this.#change(() => this.#view.move(share)),
      show: (from, to) => this.#change(() => this.#view.show({ from: lengthAt(from), to: lengthAt(to) })),
      reset: () => this.#change(() => this.#view.reset()),
    };
  }

  /** Zooming keeps what has the focus in place, else the middle. */
  #middle(): number {
    const { left, width } = this.#chart.plot.getBoundingClientRect();
    const focused = document.activeElement;
    if (!(focused instanceof HTMLElement) || focused.dataset["key"] === undefined) return width / 2;
    const box = focused.getBoundingClientRect();
    return Math.min(width, Math.max(0, box.left + box.width / 2 - left));
  }

  #filter(filter: Filter): void {
    this.#setTimeline(selectPast(this.#past, filter));
    this.#schedule();
  }

  #setTimeline(timeline: Timeline): void {
    this.#chart.setTimeline(timeline);
    const bars = timeline.lanes.flatMap((lane) => lane.bars);
    this.#bars = new Map(bars.map((bar) => [bar.episode, bar]));
    this.#table.setBars(bars.toSorted((a, b) => a.episode.begin.line - b.episode.begin.line));
  }

  #goToEpisode(episode: Episode): void {
    const bar = this.#bars.get(episode);
    this.#selection.showEpisode(episode);
    if (bar === undefined) return;
    this.#chart.showLane(bar.lane);
    if (!this.#isVisible(bar)) this.#zoomTo(bar);
    this.#draw();
    this.#focus(`e${this.#selection.keys.of(episode)}`);
  }

  #goToRefusal(refusal: Refusal): void {
    const mark = this.#chart.findRefusal(refusal);
    if (mark === undefined) return;
    this.#chart.showLane(mark.lane);
    const period = { fromMs: mark.atMs, toMs: mark.atMs };
    if (!this.#isVisible(period)) this.#zoomTo(period);
    this.#draw();
    const key = this.#chart.keyOf(mark);
    this.#selection.showMarks([mark], key);
    this.#draw();
    this.#focus(key);
  }

  /** Whether enough of the period is in view to see it. */
  #isVisible({ fromMs, toMs }: Period): boolean {
    const scale = this.#scale;
    const from = scale.xOf(fromMs);
    const to = scale.xOf(toMs);
    const isPoint = fromMs === toMs;
    return from < scale.width && to > 0 && (isPoint || to - from > zoomedPixelsMin);
  }

  #zoomTo({ fromMs, toMs }: Period): void {
    const from = this.#view.axis.lengthAt(fromMs);
    const to = this.#view.axis.lengthAt(toMs);
    this.#change(() => this.#view.show(widen({ from, to }, this.#view.view)));
  }

  #focus(key: string): void {
    const element = this.#viewport.querySelector(`[data-key="${CSS.escape(key)}"]`);
    if (element instanceof HTMLElement) element.focus({ preventScroll: false });
  }

  #change(change: () => void): void {
    change();
    this.#schedule();
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    requestAnimationFrame(() => {
      this.#isScheduled = false;
      this.#draw();
    });
  }

  #draw(): void {
    const start = performance.now();
    const drawn = this.#chart.draw(this.#view.axis, this.#view.view);
    find("status").textContent = tellDrawn(drawn, this.#view.isWhole);
    performance.measure("draw", { start });
  }

  #print(isPrinting: boolean): void {
    this.#chart.isPrinting = isPrinting;
    this.#draw();
  }
}

/** A bar of fewer pixels is zoomed to. */
const zoomedPixelsMin = 6;

/** A period that is an instant is shown within a twentieth of what is in view. */
function widen({ from, to }: View, { from: viewFrom, to: viewTo }: View): View {
  const length = to > from ? (to - from) / zoomedShare : (viewTo - viewFrom) / 20;
  const middle = (from + to) / 2;
  return { from: middle - length / 2, to: middle + length / 2 };
}

/** Says what is not drawn. */
function tellDrawn({ bars, joined, blocks, lanes, lanesTotal }: Drawn, isWhole: boolean): string {
  const count = (n: number): string => n.toLocaleString("en");
  if (lanesTotal === 0) return "Nothing fits the filter.";
  const parts = [`${count(bars)} ${bars === 1 ? "bar" : "bars"} drawn`];
  if (joined > 0) parts.push(`${count(joined)} more are too short and joined into ${count(blocks)} blocks; zoom in`);
  if (lanes < lanesTotal) parts.push(`${count(lanes)} of ${count(lanesTotal)} lanes drawn; scroll for more`);
  parts.push(isWhole ? "whole time" : "a part of the time");
  return `${parts.join(" · ")}.`;
}
