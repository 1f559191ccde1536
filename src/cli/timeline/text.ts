// Draws a timeline as text: a row for each lane, a sign for each stretch of time.
import { Axis, Scale } from "../../timeline/scale.js";
import { makeTicks } from "../../timeline/ticks.js";
import type { Bar, Lane, Mark, Period, Timeline } from "../../timeline/types.js";
import { formatDuration, formatTime } from "../history/times.js";
import { printable, printableLine } from "../printable.js";
import type { Ruler } from "../width.js";

/** Each sign and its meaning, in the order of the legend. A later one hides an earlier one in the same place. */
const signs = {
  held: { sign: "=", meaning: "to the last sign of life" },
  silent: { sign: ".", meaning: "silent" },
  shared: { sign: "#", meaning: "two holders" },
  odd: { sign: "*", meaning: "odd" },
  adopted: { sign: "+", meaning: "adopted" },
  halted: { sign: "h", meaning: "HALT" },
  begin: { sign: "[", meaning: "begin" },
  released: { sign: "]", meaning: "released" },
  replaced: { sign: ">", meaning: "acquired again" },
  scavenged: { sign: "x", meaning: "scavenged" },
  missing: { sign: "-", meaning: "missing from a checkpoint" },
  refused: { sign: "!", meaning: "refused" },
  damage: { sign: "?", meaning: "damage" },
  gap: { sign: "~", meaning: "folded time" },
} as const;

type SignName = keyof typeof signs;

const strengths: readonly SignName[] = Object.keys(signs).filter((name): name is SignName => name in signs);

const widest = 400;
const narrowest = 40;
const labelWidthMax = 24;
const gapColumns = 3;
const tickColumns = 12;
/** How many gaps a chart of this width folds: their columns would otherwise crowd out the rest. */
export function countGaps(columns: number): number {
  return Math.floor(columns / 20);
}

export interface ChartOptions {
  /** The width of the terminal. */
  columns: number;
  ruler: Ruler;
}

/** Returns lines, each with its LF. */
export function* writeChart(timeline: Timeline, { columns, ruler }: ChartOptions): Generator<string> {
  if (timeline.lanes.length === 0 && timeline.damage.length === 0) return;
  const wanted = Math.min(widest, Math.max(narrowest, columns));
  const names = timeline.lanes.map(({ name }) => ruler.cut(name === "" ? "(no lane)" : printable(name), labelWidthMax));
  const isDamaged = timeline.damage.length > 0;
  const labelWidth = names.reduce(
    (width, name) => Math.max(width, ruler.widthOf(name)),
    isDamaged ? "damage".length : 0,
  );
  // Two bars and a blank stand beside the chart.
  const width = wanted - labelWidth - 3;
  const axis = new Axis(timeline, timeline.gaps);
  const scale = new Scale({ axis, width, gapWidth: gapColumns });
  const used = new Set<SignName>(scale.gaps.length > 0 ? ["gap"] : []);
  yield `${formatPeriod(timeline)}\n\n`;
  for (const [index, lane] of timeline.lanes.entries()) {
    const row = drawLane(lane, scale, used);
    yield printableLine(`${ruler.pad(names[index] ?? "", labelWidth)} |${row}|`);
  }
  if (isDamaged) {
    const row = new Row(scale);
    for (const period of timeline.damage) row.fill("damage", period);
    yield `${"damage".padEnd(labelWidth)} |${row.finish(used)}|\n`;
  }
  yield `${" ".repeat(labelWidth + 2)}${drawTicks(scale)}`.trimEnd() + "\n\n";
  yield* writeLegend(used, labelWidth + 2, wanted);
  yield* writeGaps(timeline, labelWidth + 2);
}

function formatPeriod({ fromMs, toMs, nowMs }: Timeline): string {
  const from = formatTime(fromMs, Number.NaN);
  const untilNow = toMs === nowMs ? ", until now" : "";
  return `${from} – ${formatTime(toMs, fromMs)} UTC, ${formatDuration(toMs - fromMs)}${untilNow}`;
}

function drawLane(lane: Lane, scale: Scale, used: Set<SignName>): string {
  const row = new Row(scale);
  for (const bar of lane.bars) row.drawBar(bar);
  for (const period of lane.shared) row.fill("shared", period);
  for (const bar of lane.bars) row.drawEnds(bar);
  for (const mark of lane.marks) row.drawMark(mark);
  return row.finish(used);
}

/** The columns of one lane. */
class Row {
  readonly #scale: Scale;
  readonly #cells: (SignName | undefined)[];

  constructor(scale: Scale) {
    this.#scale = scale;
    this.#cells = Array.from({ length: scale.width });
  }

  drawBar({ fromMs, signMs, toMs }: Bar): void {
    this.fill("silent", { fromMs: signMs, toMs });
    this.fill("held", { fromMs, toMs: signMs });
  }

  /** A bar of one column shows only how it ended. */
  drawEnds({ fromMs, toMs, how }: Bar): void {
    this.#put("begin", this.#columnOf(fromMs));
    if (how !== "live") this.#put(how, this.#columnOf(toMs));
  }

  drawMark({ kind, atMs }: Mark): void {
    this.#put(kind, this.#columnOf(atMs));
  }

  fill(name: SignName, { fromMs, toMs }: Period): void {
    const { width } = this.#scale;
    const first = Math.max(0, Math.floor(this.#scale.xOf(fromMs)));
    const last = Math.min(width - 1, this.#columnOf(toMs));
    for (let column = first; column <= last; column++) this.#put(name, column);
  }

  /** Returns the row with its gaps. */
  finish(used: Set<SignName>): string {
    const { gaps } = this.#scale;
    for (const { x, width } of gaps) {
      const middle = Math.floor(x + width / 2);
      this.#cells[middle] = "gap";
    }
    let row = "";
    for (const cell of this.#cells) {
      if (cell !== undefined) used.add(cell);
      row += cell === undefined ? " " : signs[cell].sign;
    }
    return row;
  }

  /** The axis ends in the last column. */
  #columnOf(ms: number): number {
    const x = this.#scale.xOf(ms);
    return x === this.#scale.width ? this.#scale.width - 1 : Math.floor(x);
  }

  #put(name: SignName, column: number): void {
    if (column < 0 || column >= this.#scale.width) return;
    const before = this.#cells[column];
    if (before !== undefined && strengths.indexOf(before) > strengths.indexOf(name)) return;
    this.#cells[column] = name;
  }
}

function drawTicks(scale: Scale): string {
  let line = "";
  for (const { x, label } of makeTicks(scale, tickColumns)) {
    const column = Math.floor(x);
    if (column >= line.length && column + label.length <= scale.width) line = line.padEnd(column) + label;
  }
  return line;
}

function* writeLegend(used: ReadonlySet<SignName>, indent: number, columns: number): Generator<string> {
  const items = strengths.filter((name) => used.has(name)).map((name) => `${signs[name].sign} ${signs[name].meaning}`);
  let line = "";
  for (const item of items) {
    if (line !== "" && indent + line.length + 3 + item.length > columns) {
      yield `${" ".repeat(indent)}${line}\n`;
      line = "";
    }
    line += line === "" ? item : `   ${item}`;
  }
  if (line !== "") yield `${" ".repeat(indent)}${line}\n`;
}

function* writeGaps({ gaps }: Timeline, indent: number): Generator<string> {
  for (const { fromMs, toMs, isIdle } of gaps) {
    const what = isIdle ? "no lease was held" : "nothing happened";
    const between = `${formatTime(fromMs, Number.NaN)} – ${formatTime(toMs, fromMs)}`;
    yield `${" ".repeat(indent)}~ ${formatDuration(toMs - fromMs)}, ${between}: ${what}\n`;
  }
}
