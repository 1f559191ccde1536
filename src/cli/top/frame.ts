// Composes what `lj top` shows at one moment: one line per lane, cut to the size of the terminal.

import type { TopLanes, TopLease } from "../../liveness/lanes.js";
import type { LivenessVerdict } from "../../liveness/types.js";
import type { Colour, Paint } from "../colour.js";
import { formatBetween, formatTime } from "../history/times.js";
import { printable } from "../printable.js";
import type { Ruler } from "../width.js";

export interface TopView extends TopLanes {
  path: string;
  nowMs: number;
  /** Whether all existing entries have been read. */
  isComplete: boolean;
}

export interface FrameLook {
  columns: number;
  rows: number;
  paint: Paint;
  ruler: Ruler;
}

type State = LivenessVerdict | "SPAWNING" | "FREE";

const stateColours: { [state in State]: Colour } = {
  STALLED: "red",
  SPINNING: "yellow",
  ADVANCING: "green",
  SPAWNING: "blue",
  FREE: "dim",
};

/** What needs attention comes first. */
const verdictOrder: readonly LivenessVerdict[] = ["STALLED", "SPINNING", "ADVANCING"];

interface Row {
  state: State;
  /** In the order of the headings. */
  cells: readonly string[];
}

const headings = ["LANE", "STATE", "HOLDER", "TOKEN", "HELD", "SIGN", "DEAD AT"];

/** The columns that names take, at most and at least: they are cut so that the other cells fit. */
const nameColumnsMax = 40;
const nameColumnsMin = 8;

const gap = "  ";

/** Returns at most as many lines as the terminal has rows, for `printableStyled`. None is wider than the terminal. */
export function composeFrame(view: TopView, look: FrameLook): string[] {
  const { columns, rows, paint, ruler } = look;
  const body = rowsOf(view);
  const room = Math.max(0, rows - headLines - 1);
  const shown = body.length > room ? body.slice(0, Math.max(0, room - 1)) : body;
  const table = new Table(shown, look);
  const more = body.length - shown.length;
  const lines = [
    ...headOf(view, columns, ruler),
    paint("bold", table.format(headings)),
    ...shown.map((row) => table.paintRow(row)),
    ...(more > 0 ? [ruler.cut(`and ${more} more`, columns)] : []),
  ];
  return lines.slice(0, rows);
}

/** The lines above the heading of the table. */
const headLines = 3;

function headOf({ path, nowMs, isComplete, leases, spawning, free }: TopView, columns: number, ruler: Ruler): string[] {
  const clock = `${new Date(nowMs).toISOString().slice(11, 19)}Z   q quits`;
  const room = columns - ruler.widthOf(clock) - gap.length;
  const title = room < 1 ? "" : ruler.pad(ruler.cut(printable(path), room), room) + gap;
  const dead = leases.filter(({ view }) => view.isReclaimable).length;
  const counts = [
    `${leases.length} ${leases.length === 1 ? "lease" : "leases"}`,
    ...(dead > 0 ? [`${dead} to reclaim`] : []),
    ...(spawning.length > 0 ? [`${spawning.length} spawning`] : []),
    `${free.length} free`,
    ...(isComplete ? [] : ["still reading"]),
  ];
  return [ruler.cut(title + clock, columns), ruler.cut(counts.join(", "), columns), ""];
}

function rowsOf({ leases, spawning, free, nowMs }: TopView): Row[] {
  const rank = ({ verdict }: TopLease): number => verdictOrder.indexOf(verdict);
  const held = leases.toSorted((one, other) => rank(one) - rank(other));
  return [
    ...held.map((lease) => leaseRow(lease, nowMs)),
    ...spawning.map(({ lane, holder, moment }): Row => {
      const since = formatBetween(moment.at, nowMs) ?? "";
      return { state: "SPAWNING", cells: [lane, "SPAWNING", holder, "", since] };
    }),
    ...free.map(({ lane, holder }): Row => {
      return { state: "FREE", cells: [lane, "FREE", holder === "" ? "" : `(${holder})`] };
    }),
  ];
}

function leaseRow({ view, verdict }: TopLease, nowMs: number): Row {
  const { lane, holder, isMine, token, acquiredAt, lastSignAt } = view;
  const cells = [
    lane || "(no lane)",
    verdict,
    `${holder || "(no holder)"}${isMine ? " (you)" : ""}`,
    token === null ? "none" : String(token),
    formatBetween(acquiredAt, nowMs) ?? "?",
    formatBetween(lastSignAt, nowMs) ?? "none",
    tellDeadAt(view, nowMs),
  ];
  return { state: verdict, cells };
}

/** When the lease counts as dead unless it is renewed. */
function tellDeadAt({ isReclaimable, reclaimableAt }: TopLease["view"], nowMs: number): string {
  if (isReclaimable) return "now";
  return reclaimableAt === null ? "?" : formatTime(Date.parse(reclaimableAt), nowMs);
}

class Table {
  readonly #look: FrameLook;
  readonly #widths: readonly number[];

  constructor(rows: readonly Row[], look: FrameLook) {
    this.#look = look;
    const all = [headings, ...rows.map(({ cells }) => cells)];
    const natural = headings.map((_, column) =>
      Math.max(...all.map((cells) => look.ruler.widthOf(printable(cells[column] ?? "")))),
    );
    this.#widths = fitNames(natural, look.columns);
  }

  format(cells: readonly string[]): string {
    const { ruler, columns } = this.#look;
    return ruler.cut(this.#pad(cells).join(gap).trimEnd(), columns);
  }

  /** Colours the state. The line is measured before, because colours take no columns. */
  paintRow({ state, cells }: Row): string {
    const { paint } = this.#look;
    const line = this.format(cells);
    if (state === "FREE") return paint("dim", line);
    const lane = `${this.#pad(cells)[0]}${gap}`;
    if (!line.startsWith(lane + state)) return line;
    return `${lane}${paint(stateColours[state], state)}${line.slice(lane.length + state.length)}`;
  }

  #pad(cells: readonly string[]): string[] {
    const { ruler } = this.#look;
    return cells.map((cell, column) => {
      const width = this.#widths[column] ?? 0;
      return ruler.pad(ruler.cut(printable(cell), width), width);
    });
  }
}

/** Returns the widths with lane and holder narrowed, the wider one first, until a line fits. */
function fitNames([lane = 0, state = 0, holder = 0, ...rest]: readonly number[], columns: number): number[] {
  const names = [Math.min(lane, nameColumnsMax), Math.min(holder, nameColumnsMax)];
  const others = [state, ...rest].reduce((sum, width) => sum + width + gap.length, 0) + gap.length;
  const wider = (): number => ((names[0] ?? 0) >= (names[1] ?? 0) ? 0 : 1);
  const total = (): number => names.reduce((sum, width) => sum + width, others);
  for (let name = wider(); total() > columns && (names[name] ?? 0) > nameColumnsMin; name = wider()) {
    names[name] = (names[name] ?? 0) - 1;
  }
  return [names[0] ?? 0, state, names[1] ?? 0, ...rest];
}
