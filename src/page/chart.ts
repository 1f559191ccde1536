// Draws the part of the timeline that is in view.
import { formatDuration } from "../cli/history/times.js";
import type { Refusal } from "../history/types.js";
import { type Axis, Scale, type View } from "../timeline/scale.js";
import { makeTicks } from "../timeline/ticks.js";
import type { Damage, Lane, Mark, Timeline } from "../timeline/types.js";
import { find, make, makeButton, placeAt } from "./element.js";
import { type Actions, type Drawn, drawLane, keyOfMark } from "./lanes.js";
import { layOutLane, type SortedLane, sortLane } from "./layout.js";
import { tellDamage } from "./tell.js";

/** In pixels, as style.css has them. */
export const sizes = { marks: 18, bar: 26, laneGap: 8 };

const gapWidth = 44;
const tickDistance = 88;

/** The width of a character of a tick, with its share of the padding. */
const tickCharacter = 9;

/** Lanes above and below the view that are drawn too, so that scrolling shows no blank. */
const overscan = 200;

/** A print has at most this many lanes. */
const printedLanesMax = 100;

interface PlacedLane {
  lane: Lane;
  sorted: SortedLane;
  top: number;
  height: number;
}

export class Chart {
  readonly #viewport = find("viewport");
  readonly #lanes = find("lanes");
  readonly #back = find("back");
  readonly #rows = find("rows");
  readonly #axes = [find("axis-top"), find("axis-bottom")];
  readonly #actions: Actions;
  #timeline: Timeline | undefined;
  #placed: PlacedLane[] = [];
  #scale: Scale | undefined;
  isPrinting = false;

  constructor(actions: Actions) {
    this.#actions = actions;
  }

  /** The element whose left and right edges are those of the time axis. */
  get plot(): HTMLElement {
    return this.#back;
  }

  setTimeline(timeline: Timeline): void {
    this.#timeline = timeline;
    this.#placed = [];
    let top = 0;
    for (const lane of timeline.lanes) {
      const height = sizes.marks + lane.rows * sizes.bar + sizes.laneGap;
      this.#placed.push({ lane, sorted: sortLane(lane), top, height });
      top += height;
    }
    this.#lanes.style.height = `${Math.max(top, sizes.bar)}px`;
  }

  /** Returns the scale in which a view would be drawn. */
  makeScale(axis: Axis, view: View): Scale {
    return new Scale({ axis, view, width: this.#back.clientWidth, gapWidth });
  }

  /** Returns what was drawn. */
  draw(axis: Axis, view: View): Drawn {
    const scale = this.makeScale(axis, view);
    this.#scale = scale;
    const focused = document.activeElement instanceof HTMLElement ? document.activeElement.dataset["key"] : undefined;
    this.#drawBack(scale);
    for (const element of this.#axes) drawAxis(element, scale);
    const drawn = this.#drawRows(scale);
    if (focused !== undefined) this.#restoreFocus(focused);
    return drawn;
  }

  /** Returns the mark of a refusal, if its lane is shown. */
  findRefusal(refusal: Refusal): Mark | undefined {
    const marks = (this.#timeline?.lanes ?? []).flatMap((lane) => lane.marks);
    return marks.find((mark) => mark.kind === "refused" && mark.refusal === refusal);
  }

  /** Returns the key of the element that shows a mark, possibly with others. */
  keyOf(mark: Mark): string {
    const placed = this.#placed[mark.lane];
    if (placed === undefined || this.#scale === undefined) return keyOfMark(mark);
    const block = layOutLane(placed.sorted, this.#scale).marks.find(({ items }) => items.includes(mark));
    return keyOfMark(block?.items[0] ?? mark);
  }

  /** Scrolls until a lane is in view. */
  showLane(index: number): void {
    const placed = this.#placed[index];
    if (placed === undefined) return;
    const { scrollTop, clientHeight } = this.#viewport;
    const axes = this.#axes.reduce((sum, axis) => sum + axis.offsetHeight, 0);
    const bottom = placed.top + placed.height - (clientHeight - axes);
    if (placed.top < scrollTop) this.#viewport.scrollTop = placed.top;
    else if (bottom > scrollTop) this.#viewport.scrollTop = bottom;
  }

  #drawRows(scale: Scale): Drawn {
    const drawn: Drawn = { bars: 0, joined: 0, blocks: 0, lanes: 0, lanesTotal: this.#placed.length };
    const rows: HTMLElement[] = [];
    for (const placed of this.#placedInView()) {
      const row = drawLane(placed.lane, layOutLane(placed.sorted, scale), { scale, drawn, actions: this.#actions });
      row.style.top = `${placed.top}px`;
      row.style.height = `${placed.height}px`;
      rows.push(row);
      drawn.lanes++;
    }
    this.#rows.replaceChildren(...rows);
    return drawn;
  }

  #placedInView(): PlacedLane[] {
    if (this.isPrinting) return this.#placed.slice(0, printedLanesMax);
    const { scrollTop, clientHeight } = this.#viewport;
    const from = scrollTop - overscan;
    const to = scrollTop + clientHeight + overscan;
    return this.#placed.filter(({ top, height }) => top + height >= from && top <= to);
  }

  #drawBack(scale: Scale): void {
    const parts: HTMLElement[] = [];
    const percent = (x: number): number => (100 * x) / scale.width;
    for (const { x, isDay } of makeTicks(scale, tickDistance)) {
      const line = make("div", { class: isDay ? "grid day" : "grid" });
      placeAt(line, percent(x));
      parts.push(line);
    }
    for (const { gap, x, width } of scale.gaps) {
      const band = make("div", { class: "gap" });
      band.dataset["length"] = formatDuration(gap.toMs - gap.fromMs);
      placeAt(band, percent(x), percent(width));
      parts.push(band);
    }
    for (const damage of this.#timeline?.damage ?? []) {
      const element = drawDamage(damage, scale, this.#actions);
      if (element !== undefined) parts.push(element);
    }
    this.#back.replaceChildren(...parts);
  }

  #restoreFocus(key: string): void {
    const element = this.#viewport.querySelector(`[data-key="${CSS.escape(key)}"]`);
    if (element instanceof HTMLElement) element.focus({ preventScroll: true });
    else this.#viewport.focus({ preventScroll: true });
  }
}

function drawAxis(element: HTMLElement, scale: Scale): void {
  const percent = (x: number): number => (100 * x) / scale.width;
  const ticks = makeTicks(scale, tickDistance).map(({ x, label, isDay }) => {
    const hasRoom = x + label.length * tickCharacter <= scale.width;
    const tick = make("span", { class: isDay ? "tick day" : "tick", text: hasRoom ? label : "" });
    placeAt(tick, percent(x));
    return tick;
  });
  const gaps = scale.gaps.map(({ gap, x, width }) => {
    const label = make("span", { class: "gap-length", text: formatDuration(gap.toMs - gap.fromMs) });
    placeAt(label, percent(x), percent(width));
    return label;
  });
  element.replaceChildren(...ticks, ...gaps);
}

function drawDamage(damage: Damage, scale: Scale, actions: Actions): HTMLElement | undefined {
  const from = Math.max(0, scale.xOf(damage.fromMs));
  const to = Math.min(scale.width, scale.xOf(damage.toMs));
  if (to < 0 || from > scale.width) return undefined;
  const text = tellDamage(damage);
  const key = `d${damage.firstLine}`;
  const area = makeButton({ class: "damage", label: text, title: text, key }, () => actions.showDamage(damage));
  placeAt(area, (100 * from) / scale.width, (100 * Math.max(3, to - from)) / scale.width);
  return area;
}
