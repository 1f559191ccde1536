// Keeps the part of the time axis that is in view.
import type { Axis, View } from "../timeline/scale.js";

/** What is shown beside the first and the last instant, as a share of the whole, so that marks there are not cut. */
const padShare = 0.012;

/** The shortest time that can be shown, in milliseconds. */
const leastMs = 500;

export class AxisView {
  #axis: Axis;
  #view: View;

  constructor(axis: Axis) {
    this.#axis = axis;
    this.#view = wholeOf(axis);
  }

  get view(): View {
    return this.#view;
  }

  get axis(): Axis {
    return this.#axis;
  }

  /** Shows the same instants on another axis. */
  setAxis(axis: Axis): void {
    if (this.isWhole) {
      this.#axis = axis;
      this.reset();
      return;
    }
    const from = this.#axis.instantAt(this.#view.from);
    const to = this.#axis.instantAt(this.#view.to);
    this.#axis = axis;
    this.show({ from: axis.lengthAt(from), to: axis.lengthAt(to) });
  }

  get isWhole(): boolean {
    const { from, to } = wholeOf(this.#axis);
    return this.#view.from <= from && this.#view.to >= to;
  }

  reset(): void {
    this.#view = wholeOf(this.#axis);
  }

  /** Shows a part of the axis, and more of it if the part is too short. */
  show({ from, to }: View): void {
    const whole = wholeOf(this.#axis);
    const length = Math.min(Math.max(to - from, leastMs), whole.to - whole.from);
    const middle = (from + to) / 2;
    const start = Math.min(Math.max(whole.from, middle - length / 2), whole.to - length);
    this.#view = { from: start, to: start + length };
  }

  /** `at`: the length on the axis that stays where it is. */
  zoom(factor: number, at: number): void {
    const { from, to } = this.#view;
    // At the shortest time a zoom must not move the view.
    const applied = Math.min(factor, (to - from) / leastMs);
    this.show({ from: at - (at - from) / applied, to: at + (to - at) / applied });
  }

  /** `share`: of what is in view. */
  move(share: number): void {
    const { from, to } = this.#view;
    const by = share * (to - from);
    this.show({ from: from + by, to: to + by });
  }
}

function wholeOf(axis: Axis): View {
  const pad = padShare * axis.length;
  return { from: -pad, to: axis.length + pad };
}
