// Decides what is drawn of a lane: bars and marks that would be too close to see become one block.
import type { Scale } from "../timeline/scale.js";
import type { Bar, Lane, Mark, Period } from "../timeline/types.js";

/** In pixels. */
const narrowBar = 6;
const barWidthMin = 4;
const markWidth = 16;

/** Several marks in one have their number beside it. */
const countedMarkWidth = 38;

/** A wider block would not show how many there are where. */
const blockWidthMax = 24;

/** Bars or marks that are drawn as one. */
export interface Block<Item> extends Period {
  x: number;
  width: number;
  /** At least one, in order of time. */
  items: Item[];
}

export interface BarBlock extends Block<Bar> {
  row: number;
}

export interface LaneLayout {
  bars: BarBlock[];
  marks: Block<Mark>[];
}

/** The bars of each row of a lane, and its marks, in order of time. */
export interface SortedLane {
  rows: Bar[][];
  marks: Mark[];
}

export function sortLane({ rows, bars, marks }: Lane): SortedLane {
  const sorted: Bar[][] = Array.from({ length: rows }, () => []);
  for (const bar of bars.toSorted((a, b) => a.fromMs - b.fromMs)) sorted[bar.row]?.push(bar);
  return { rows: sorted, marks: marks.toSorted((a, b) => a.atMs - b.atMs) };
}

/** Leaves out what is outside the view of the scale, whose unit is the pixel. */
export function layOutLane(lane: SortedLane, scale: Scale): LaneLayout {
  return {
    bars: lane.rows.flatMap((bars, row) => layOutBars(bars, scale).map((block) => ({ ...block, row }))),
    marks: layOutMarks(lane.marks, scale),
  };
}

function layOutBars(bars: readonly Bar[], scale: Scale): Block<Bar>[] {
  const blocks: Block<Bar>[] = [];
  /** The last block, if it consists of narrow bars. */
  let narrow: Block<Bar> | undefined;
  for (const bar of bars) {
    const from = scale.xOf(bar.fromMs);
    const to = scale.xOf(bar.toMs);
    if (to < 0) continue;
    if (from > scale.width) break;
    const isNarrow = to - from < narrowBar;
    if (isNarrow && narrow !== undefined && isClose(narrow, from)) {
      narrow.items.push(bar);
      narrow.width = Math.max(narrow.width, from + barWidthMin - narrow.x, to - narrow.x);
      narrow.toMs = Math.max(narrow.toMs, bar.toMs);
      continue;
    }
    const width = Math.max(barWidthMin, to - from);
    const block = { x: from, width, items: [bar], fromMs: bar.fromMs, toMs: bar.toMs };
    blocks.push(block);
    narrow = isNarrow ? block : undefined;
  }
  return blocks;
}

/** Whether a bar that begins at `from` belongs to the block. */
function isClose({ x, width }: Block<Bar>, from: number): boolean {
  return from < x + width + narrowBar && from < x + blockWidthMax;
}

function layOutMarks(marks: readonly Mark[], scale: Scale): Block<Mark>[] {
  const blocks: Block<Mark>[] = [];
  for (const mark of marks) {
    const x = scale.xOf(mark.atMs);
    if (x < 0) continue;
    if (x > scale.width) break;
    const last = blocks.at(-1);
    const room = last !== undefined && last.items.length > 1 ? countedMarkWidth : markWidth;
    if (last !== undefined && x - last.x < room) {
      last.items.push(mark);
      last.toMs = mark.atMs;
    } else blocks.push({ x, width: 0, items: [mark], fromMs: mark.atMs, toMs: mark.atMs });
  }
  return blocks;
}
