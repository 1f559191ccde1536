// Chooses the instants that a time axis names, at whole minutes, hours and days in UTC.
import type { Scale } from "./scale.js";

const secondMs = 1000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

const steps = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 15, 30].map((count) => count * secondMs),
  ...[1, 2, 5, 10, 15, 30].map((count) => count * minuteMs),
  ...[1, 2, 3, 6, 12].map((count) => count * hourMs),
  ...[1, 2, 5, 10, 30, 90, 365, 3650].map((count) => count * dayMs),
];

export interface Tick {
  atMs: number;
  x: number;
  /** The time of day, or the date at midnight. */
  label: string;
  /** The label is a date. */
  isDay: boolean;
}

/** `distance`: how far apart two ticks are at least, in the unit of the scale. */
export function makeTicks(scale: Scale, distance: number): Tick[] {
  const step = steps.find((each) => each * scale.unit >= distance) ?? steps.at(-1) ?? dayMs;
  const ticks: Tick[] = [];
  let free = Number.NEGATIVE_INFINITY;
  for (const stretch of listStretches(scale)) {
    for (let atMs = Math.ceil(stretch.fromMs / step) * step; atMs <= stretch.toMs; atMs += step) {
      const x = scale.xOf(atMs);
      if (x < free) continue;
      ticks.push({ atMs, x, ...labelOf(atMs, step) });
      free = x + distance;
    }
  }
  return ticks;
}

function* listStretches(scale: Scale): Generator<{ fromMs: number; toMs: number }> {
  let fromMs = scale.instantAt(0);
  for (const { gap } of scale.gaps) {
    yield { fromMs, toMs: gap.fromMs };
    fromMs = gap.toMs;
  }
  yield { fromMs, toMs: scale.instantAt(scale.width) };
}

function labelOf(atMs: number, step: number): Pick<Tick, "label" | "isDay"> {
  const iso = new Date(atMs).toISOString();
  if (atMs % dayMs === 0) return { label: iso.slice(0, 10), isDay: true };
  if (step >= minuteMs) return { label: iso.slice(11, 16), isDay: false };
  return { label: step >= secondMs ? iso.slice(11, 19) : iso.slice(11, 23), isDay: false };
}
