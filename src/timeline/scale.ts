// Maps instants to places on a time axis from which gaps are cut out.
import type { Gap, Period } from "./types.js";

/** A time axis without its gaps. A length on it is in milliseconds; 0 is where it begins. */
export class Axis {
  readonly gaps: readonly Gap[];
  readonly length: number;
  readonly #period: Period;
  /** The length before each gap. */
  readonly #before: number[] = [];

  /** `gaps`: in order of time, within the period. */
  constructor({ fromMs, toMs }: Period, gaps: readonly Gap[]) {
    this.#period = { fromMs, toMs };
    this.gaps = gaps;
    let cut = 0;
    for (const gap of gaps) {
      this.#before.push(gap.fromMs - fromMs - cut);
      cut += gap.toMs - gap.fromMs;
    }
    this.length = toMs - fromMs - cut;
  }

  /** Returns the length before an instant. Instants outside the axis have one too. */
  lengthAt(ms: number): number {
    const index = this.#gapBefore(ms);
    const gap = this.gaps[index];
    if (gap === undefined) return ms - this.#period.fromMs;
    return (this.#before[index] ?? 0) + Math.max(0, ms - gap.toMs);
  }

  /** Returns the instant after a length. At a gap that is where it begins. */
  instantAt(length: number): number {
    let low = 0;
    let high = this.#before.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#before[middle] ?? 0) >= length) high = middle;
      else low = middle + 1;
    }
    const gap = this.gaps[low - 1];
    return gap === undefined ? this.#period.fromMs + length : gap.toMs + length - (this.#before[low - 1] ?? 0);
  }

  /** The length before the gap of this index. */
  beforeGap(index: number): number {
    return this.#before[index] ?? 0;
  }

  /** Returns the index of the last gap that begins before the instant, or -1. */
  #gapBefore(ms: number): number {
    let low = 0;
    let high = this.gaps.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.gaps[middle]?.fromMs ?? 0) >= ms) high = middle;
      else low = middle + 1;
    }
    return low - 1;
  }
}

/** A part of an axis, as lengths on it. */
export interface View {
  from: number;
  /** More than `from`. */
  to: number;
}

export interface ScaleOptions {
  axis: Axis;
  /** Default: the whole axis. */
  view?: View | undefined;
  /** The width of the drawing, in any unit. */
  width: number;
  /** The width of a folded gap. Many gaps get less, so that they take at most a third of the drawing. */
  gapWidth: number;
}

/** A gap where it is drawn. */
export interface FoldedGap {
  gap: Gap;
  x: number;
  width: number;
}

/** Places instants in a drawing of an axis, in which each gap has the same width. */
export class Scale {
  readonly width: number;
  readonly gaps: readonly FoldedGap[];
  readonly view: View;
  readonly axis: Axis;
  /** The width of a millisecond. */
  readonly unit: number;

  constructor({ axis, view = { from: 0, to: axis.length }, width, gapWidth }: ScaleOptions) {
    this.width = width;
    this.axis = axis;
    this.view = view;
    const inside = axis.gaps
      .map((gap, index) => ({ gap, before: axis.beforeGap(index) }))
      .filter(({ before }) => before >= view.from && before <= view.to);
    const each = inside.length === 0 ? 0 : Math.min(gapWidth, width / 3 / inside.length);
    this.unit = (width - each * inside.length) / (view.to - view.from);
    this.gaps = inside.map(({ gap, before }, index) => ({
      gap,
      x: (before - view.from) * this.unit + index * each,
      width: each,
    }));
  }

  /** Instants outside the view are left of 0, or right of the width. */
  xOf(ms: number): number {
    let shift = 0;
    for (const { gap, x, width } of this.gaps) {
      if (ms <= gap.fromMs) break;
      if (ms < gap.toMs) return x + (width * (ms - gap.fromMs)) / (gap.toMs - gap.fromMs);
      shift += width;
    }
    return (this.axis.lengthAt(ms) - this.view.from) * this.unit + shift;
  }

  /** Returns the length on the axis that is drawn at a place. Within a gap that is where the gap is. */
  lengthAt(x: number): number {
    let shift = 0;
    for (const gap of this.gaps) {
      if (x <= gap.x) break;
      if (x < gap.x + gap.width) return this.view.from + (gap.x - shift) / this.unit;
      shift += gap.width;
    }
    return this.view.from + (x - shift) / this.unit;
  }

  /** Returns the instant that is drawn at a place. */
  instantAt(x: number): number {
    for (const { gap, x: from, width } of this.gaps) {
      if (x > from && x < from + width) return gap.fromMs + ((gap.toMs - gap.fromMs) * (x - from)) / width;
    }
    return this.axis.instantAt(this.lengthAt(x));
  }
}
