// Gives the bars of a lane rows in which they do not overlap, and finds when two leases were live on it.
import { compareMoments, orderOf } from "../history/moments.js";
import type { Bar, Period } from "./types.js";

/** Bars beyond that stand in the last row, over others. */
const rowsMax = 12;

/** Sets `row` of each bar. Returns how many rows there are, at least 1. The bars are in file order. */
export function assignRows(bars: readonly Bar[]): number {
  const ends: number[] = [];
  for (const bar of bars.toSorted((a, b) => a.fromMs - b.fromMs || compareMoments(a.episode.begin, b.episode.begin))) {
    const free = ends.findIndex((end) => end <= bar.fromMs);
    bar.row = free === -1 ? Math.min(ends.length, rowsMax - 1) : free;
    ends[bar.row] = Math.max(ends[bar.row] ?? bar.toMs, bar.toMs);
  }
  return Math.max(1, ends.length);
}

/**
 * Returns the periods in which a lease was live while another one was. The order of the file decides: bars can also
 * overlap because a clock was wrong.
 */
export function findShared(bars: readonly Bar[]): Period[] {
  const shared: Period[] = [];
  let longest: Bar | undefined;
  for (const bar of bars) {
    if (longest !== undefined && endOrderOf(longest) > orderOf(bar.episode.begin)) {
      const period = { fromMs: Math.max(longest.fromMs, bar.fromMs), toMs: Math.min(longest.toMs, bar.toMs) };
      if (period.fromMs <= period.toMs) shared.push(period);
    }
    if (longest === undefined || endOrderOf(bar) > endOrderOf(longest)) longest = bar;
  }
  return shared;
}

function endOrderOf({ episode }: Bar): number {
  return episode.end === undefined ? Number.POSITIVE_INFINITY : orderOf(episode.end.moment);
}
