// Finds the periods that a chart may fold: long ones in which nothing happened.
import type { Gap, Period } from "./types.js";

/** The part of the rest of the chart above which a period without leases is folded. */
const idleShare = 0.2;

/** Several shorter ones are folded too, until together they take at most this part of the rest. */
const idleTotalShare = 0.5;

/** So small a part of the whole is never worth a fold. */
const leastShare = 0.02;

/** A period in which leases were held, without a sign of life, tells more, so only a very long one is folded. */
const silentFactor = 3;

/** What remains visible at each side of a fold, as a part of the rest, so that bars do not touch it. */
const marginShare = 0.015;

export interface Activity extends Period {
  /** When leases were held, or lines were damaged. */
  held: readonly Period[];
  /** When something happened, in any order. */
  instants: readonly number[];
  /** How many gaps are folded at most. */
  gapsMax: number;
}

/** Returns the gaps in order of time. */
export function findGaps({ fromMs, toMs, held, instants, gapsMax }: Activity): Gap[] {
  const stretches = listStretches({ fromMs, toMs }, held, instants);
  let rest = toMs - fromMs;
  let idle = sumOf(stretches.filter(({ isIdle }) => isIdle));
  const folded: Gap[] = [];
  for (const stretch of stretches.toSorted((a, b) => lengthOf(b) - lengthOf(a))) {
    const length = lengthOf(stretch);
    const others = rest - length;
    // Otherwise nothing would remain visible.
    if (folded.length === gapsMax || others <= 0 || length <= leastShare * rest) break;
    const busy = rest - idle;
    const isLong = stretch.isIdle
      ? length > idleShare * others || idle > idleTotalShare * busy
      : length > silentFactor * others;
    if (!isLong) continue;
    folded.push(stretch);
    rest = others;
    if (stretch.isIdle) idle -= length;
  }
  const margin = marginShare * rest;
  return folded
    .map(({ isIdle, ...period }) => ({ fromMs: period.fromMs + margin, toMs: period.toMs - margin, isIdle }))
    .filter((gap) => lengthOf(gap) > margin)
    .sort((a, b) => a.fromMs - b.fromMs);
}

function lengthOf({ fromMs, toMs }: Period): number {
  return toMs - fromMs;
}

function sumOf(periods: readonly Period[]): number {
  return periods.reduce((sum, period) => sum + lengthOf(period), 0);
}

/** Cuts the whole period at each instant. */
function listStretches(whole: Period, held: readonly Period[], instants: readonly number[]): Gap[] {
  const inside = instants.filter((at) => at > whole.fromMs && at < whole.toMs);
  const cuts = [...new Set([whole.fromMs, ...inside, whole.toMs])].sort((a, b) => a - b);
  const busy = joinPeriods(held);
  const stretches: Gap[] = [];
  let next = 0;
  for (const [index, toMs] of cuts.entries()) {
    const fromMs = cuts[index - 1];
    if (fromMs === undefined) continue;
    while ((busy[next]?.toMs ?? Number.POSITIVE_INFINITY) <= fromMs) next++;
    const isIdle = (busy[next]?.fromMs ?? Number.POSITIVE_INFINITY) >= toMs;
    stretches.push({ fromMs, toMs, isIdle });
  }
  return stretches;
}

/** Returns periods that do not overlap, in order of time. */
function joinPeriods(periods: readonly Period[]): Period[] {
  const joined: Period[] = [];
  for (const { fromMs, toMs } of periods.toSorted((a, b) => a.fromMs - b.fromMs)) {
    const last = joined.at(-1);
    if (last !== undefined && fromMs <= last.toMs) last.toMs = Math.max(last.toMs, toMs);
    else joined.push({ fromMs, toMs });
  }
  return joined;
}
