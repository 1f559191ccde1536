// Draws one lane: its name, its bars and its marks.
import { orderOf } from "../history/moments.js";
import { momentOfMark } from "../timeline/model.js";
import type { Scale } from "../timeline/scale.js";
import type { Bar, Damage, Lane, Mark, Period } from "../timeline/types.js";
import { make, makeButton, placeAt } from "./element.js";
import type { BarBlock, Block, LaneLayout } from "./layout.js";
import type { Keys } from "./past.js";
import { nameOfHolders, nameOfLane, tellBar, tellPlacedMark } from "./tell.js";

/** What a click on something drawn does. */
export interface Actions {
  keys: Keys;
  /** The keys of what is explained, and of what it refers to. */
  isSelected(key: string): boolean;
  isRelated(key: string): boolean;
  showBar(bar: Bar): void;
  /** `key`: of the element that shows them. */
  showMarks(marks: readonly Mark[], key: string): void;
  showDamage(damage: Damage): void;
  zoomTo(period: Period): void;
}

/** Counts what was drawn. */
export interface Drawn {
  /** Bars of their own. */
  bars: number;
  /** Bars that are too narrow and were joined, and into how many blocks. */
  joined: number;
  blocks: number;
  lanes: number;
  lanesTotal: number;
}

export interface Drawing {
  scale: Scale;
  drawn: Drawn;
  actions: Actions;
}

export function drawLane(lane: Lane, layout: LaneLayout, drawing: Drawing): HTMLElement {
  const row = make("div", { class: "lane" });
  const name = make("div", { class: "lane-name", text: nameOfLane(lane.name), title: nameOfLane(lane.name) });
  const plot = make("div", { class: "plot" });
  const placed = [
    ...layout.bars.map((block) => ({ x: block.x, element: drawBlock(block, drawing) })),
    ...layout.marks.map((block) => ({ x: block.x, element: drawMarks(block, drawing) })),
  ];
  // Tab goes through them in order of time.
  plot.append(...placed.sort((a, b) => a.x - b.x).map(({ element }) => element));
  row.append(name, plot);
  return row;
}

function drawBlock(block: BarBlock, drawing: Drawing): HTMLElement {
  const [bar] = block.items;
  const { drawn } = drawing;
  if (block.items.length > 1 || bar === undefined) {
    drawn.joined += block.items.length;
    drawn.blocks++;
    return drawJoined(block, drawing);
  }
  drawn.bars++;
  return drawBar(bar, block, drawing);
}

/** The width of what is outside the view is cut off, so that the label stays in view. */
function placeBlock(element: HTMLElement, { x, width, row }: BarBlock, scale: Scale): { from: number; to: number } {
  const from = Math.max(-2, x);
  const to = Math.min(scale.width + 2, x + width);
  placeAt(element, (100 * from) / scale.width, (100 * (to - from)) / scale.width);
  element.style.setProperty("--row", String(row));
  return { from, to };
}

function drawBar(bar: Bar, block: BarBlock, { scale, actions }: Drawing): HTMLElement {
  const key = `e${actions.keys.of(bar.episode)}`;
  const told = tellBar(bar);
  const element = makeButton({ class: `bar ${bar.how}`, label: told, title: told, key }, () => actions.showBar(bar));
  if (bar.episode.isUncertain) element.classList.add("uncertain");
  if (actions.isSelected(key)) element.setAttribute("aria-pressed", "true");
  if (actions.isRelated(key)) element.classList.add("related");
  const { from, to } = placeBlock(element, block, scale);
  const held = make("span", { class: "held" });
  const sign = Math.min(to, Math.max(from, scale.xOf(bar.signMs)));
  placeAt(held, 0, to > from ? (100 * (sign - from)) / (to - from) : 100);
  element.append(
    held,
    make("span", { class: "label", text: nameOfHolders(bar.episode) }),
    make("span", { class: "cap" }),
  );
  return element;
}

function drawJoined(block: BarBlock, { scale, actions }: Drawing): HTMLElement {
  const [first] = block.items;
  const told = `${block.items.length} episodes that are too short to draw one by one; press to zoom in`;
  const key = `j${first === undefined ? "" : actions.keys.of(first.episode)}`;
  const attributes = { class: `joined ${worstOf(block.items)}`, label: told, title: told, key };
  const element = makeButton(attributes, () => actions.zoomTo(block));
  placeBlock(element, block, scale);
  element.style.setProperty("--share", `${Math.round(100 * shareOf(block, scale))}%`);
  return element;
}

/** The endings from bad to good. */
const badness: readonly Bar["how"][] = ["missing", "scavenged", "replaced", "live", "released"];

function worstOf(bars: readonly Bar[]): Bar["how"] {
  const found = new Set(bars.map(({ how }) => how));
  return badness.find((how) => found.has(how)) ?? "released";
}

/** Which part of the block leases were held in, at least a fifth so that it can be seen. */
function shareOf({ items, width }: BarBlock, scale: Scale): number {
  const held = items.reduce((sum, { fromMs, toMs }) => sum + scale.xOf(toMs) - scale.xOf(fromMs), 0);
  return Math.min(1, Math.max(0.2, held / width));
}

function drawMarks(block: Block<Mark>, { scale, actions }: Drawing): HTMLElement {
  const [mark] = block.items;
  const refused = block.items.find(({ kind }) => kind === "refused");
  const shown = refused ?? mark;
  const isOne = block.items.length === 1;
  const told = block.items.slice(0, 8).map(tellPlacedMark).join("; ");
  const more = block.items.length > 8 ? `; and ${block.items.length - 8} more` : "";
  const key = mark === undefined ? "m" : keyOfMark(mark);
  const attributes = { class: `mark ${shown?.kind ?? "odd"}`, label: told + more, title: told + more, key };
  const element = makeButton(attributes, () => actions.showMarks(block.items, key));
  if (!isOne) element.dataset["count"] = block.items.length > 99 ? "99+" : String(block.items.length);
  if (actions.isSelected(key)) element.setAttribute("aria-pressed", "true");
  if (shown?.kind === "refused" && actions.isRelated(`r${actions.keys.of(shown.refusal)}`)) {
    element.classList.add("related");
  }
  placeAt(element, (100 * block.x) / scale.width);
  return element;
}

/** Marks that are drawn as one have the key of the first. */
export function keyOfMark(mark: Mark): string {
  return `m${mark.lane}-${orderOf(momentOfMark(mark))}-${mark.kind}`;
}
