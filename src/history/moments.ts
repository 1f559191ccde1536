// Places entries in time: their stamps, numbers, and what is odd about them.
import { Order } from "../core/order.js";
import { instantOf, lastInstantOf } from "../core/stamp.js";
import { int, text } from "../core/words.js";
import type { Entry, Place } from "../types.js";
import type { Moment, RemarkKind } from "./types.js";

/** Returns the instant of a stamp in milliseconds since 1970-01-01 UTC; `null` if the value is not a stamp. */
export function stampOf(value: unknown): number | null {
  const instant = instantOf(value);
  return Number.isNaN(instant) ? null : instant;
}

export function momentOf(entry: Entry, { line, offset }: Place): Moment {
  return { line, offset, seq: int(entry["seq"]), ts: text(entry["ts"]), at: stampOf(entry["ts"]) };
}

/** Something odd about the stamp or the number of an entry. */
interface Oddity {
  kind: RemarkKind;
  found: number | null;
}

/** Compares the stamps and numbers of entries in file order, by the rules of a scan (docs/format.md 3). */
export class Clock {
  /** Milliseconds since 1970-01-01 UTC: later stamps lie in the future. */
  readonly #nowMs: number;
  readonly #order = new Order();

  constructor(nowMs: number) {
    this.#nowMs = nowMs;
  }

  take(entry: Entry, { at, ts }: Moment): Oddity[] {
    const { seq, ts: before } = this.#order;
    const odd: Oddity[] = [];
    if (at === null) odd.push({ kind: "noStamp", found: null });
    else if (at > this.#nowMs) odd.push({ kind: "future", found: at - this.#nowMs });
    if (this.#order.takeTs(entry["ts"])) odd.push({ kind: "clockBack", found: before - lastInstantOf(ts) });
    if (this.#order.takeNumbers(entry)) odd.push({ kind: "numberBack", found: seq });
    return odd;
  }
}
