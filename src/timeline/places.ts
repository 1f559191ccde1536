// Places moments in time: one without a stamp stands where its neighbours in the file do.
import { compareMoments, orderOf } from "../history/moments.js";
import type { Episode, Moment, Refusal, Remark } from "../history/types.js";
import type { Damage, Period } from "./types.js";

export interface Moments {
  episodes: readonly Episode[];
  refusals: readonly Refusal[];
  remarks: readonly Remark[];
}

/** The moments with a stamp, in file order. */
export class Places {
  readonly #orders: Float64Array;
  readonly #instants: Float64Array;
  readonly #nowMs: number;

  /** `nowMs`: where everything stands if no moment has a stamp. */
  constructor(history: Moments, nowMs: number) {
    const stamped = [...listMoments(history)].filter(({ at }) => at !== null).sort(compareMoments);
    this.#orders = Float64Array.from(stamped, orderOf);
    this.#instants = Float64Array.from(stamped, ({ at }) => at ?? nowMs);
    this.#nowMs = nowMs;
  }

  /** Returns the moment's own instant, else that of the moment before it in the file, else of the one after it. */
  instantOf(moment: Moment): number {
    if (moment.at !== null) return moment.at;
    const after = this.#after(moment);
    return this.#instants[after - 1] ?? this.#instants[after] ?? this.#nowMs;
  }

  /** Returns the period between the stamped moments before and after another one. */
  around(moment: Moment): Period {
    const after = this.#after(moment);
    const first = this.#instants[after - 1] ?? this.#instants[after] ?? this.#nowMs;
    const second = this.#instants[after] ?? first;
    return { fromMs: Math.min(first, second), toMs: Math.max(first, second) };
  }

  /** Returns the index of the first stamped moment after another one. */
  #after(moment: Moment): number {
    const order = orderOf(moment);
    let low = 0;
    let high = this.#orders.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#orders[middle] ?? 0) > order) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

function* listMoments({ episodes, refusals, remarks }: Moments): Generator<Moment> {
  for (const { begin, end, holders, halts } of episodes) {
    yield begin;
    if (end !== undefined) yield end.moment;
    for (const { from } of holders) yield from;
    for (const { moment } of halts) yield moment;
  }
  for (const { moment } of refusals) yield moment;
  for (const { moment } of remarks) yield moment;
}

/** Joins the damaged lines that lie between the same two moments. */
export function placeDamage(remarks: readonly Remark[], places: Places): Damage[] {
  const damage: Damage[] = [];
  for (const { kind, moment } of remarks) {
    if (kind !== "damage") continue;
    const period = places.around(moment);
    const last = damage.at(-1);
    if (last !== undefined && last.fromMs === period.fromMs && last.toMs === period.toMs) {
      last.lastLine = moment.line;
      last.lines++;
    } else damage.push({ ...period, firstLine: moment.line, lastLine: moment.line, lines: 1 });
  }
  return damage;
}
