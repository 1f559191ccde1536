// Writes live leases for people: a row for each one, and a row with the evidence for its state.
import { text } from "../../core/words.js";
import type { LeaseView } from "../../leases/reclaim.js";
import type { Paint } from "../colour.js";
import { formatBetween } from "../history/times.js";
import { printable, printableLine } from "../printable.js";
import type { Ruler } from "../width.js";
import { stateColours, tellReclaimable } from "./words.js";

export interface Look {
  nowMs: number;
  paint: Paint;
  ruler: Ruler;
  /** Whether a column names the holder's host. */
  showsHost?: boolean;
  /** Whether the row with the evidence is left out. */
  isBrief?: boolean;
}

/** A column grows with its content up to this limit, so that one long value does not push the others off the screen. */
const cellColumnsMax = 40;

/** Returns lines, each with its LF, for `Output.writeStyled`. */
export function* writeLeases(leases: readonly LeaseView[], look: Look): Generator<string> {
  const { paint, ruler } = look;
  const rows = leases.map((lease) => [...cellsOf(lease, look.nowMs), ...(look.showsHost ? [hostOf(lease)] : [])]);
  const widths = (rows[0] ?? []).map((_, column) =>
    rows.reduce((width, row) => Math.max(width, Math.min(ruler.widthOf(row[column] ?? ""), cellColumnsMax)), 0),
  );
  for (const [index, lease] of leases.entries()) {
    const cells = rows[index] ?? [];
    const padded = cells.map((cell, column) => ruler.pad(ruler.cut(cell, cellColumnsMax), widths[column] ?? 0));
    yield `${padded.join("  ")}  ${paint(stateColours[lease.state], lease.state.toUpperCase())}\n`;
    if (look.isBrief) continue;
    yield printableLine(`    ${lease.reason}; ${tellReclaimable(lease, look.nowMs)}`);
  }
}

function hostOf({ lease }: LeaseView): string {
  return printable(`on ${text(lease.host_id) || "an unknown host"}`);
}

/** Returns the lane, the holder, the token, the age and the last sign of life. */
function cellsOf({ lane, holder, isMine, token, acquiredAt, lastSignAt }: LeaseView, nowMs: number): string[] {
  const since = formatBetween(acquiredAt, nowMs);
  const silent = formatBetween(lastSignAt, nowMs);
  const cells = [
    lane || "(no lane)",
    `${holder || "(no holder)"}${isMine ? " (you)" : ""}`,
    token === null ? "no token" : `token ${token}`,
    since === undefined ? "age unknown" : `held ${since}`,
    silent === undefined ? "no sign of life" : `last sign ${silent} ago`,
  ];
  return cells.map(printable);
}
