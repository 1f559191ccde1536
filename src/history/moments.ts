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

/** Returns the moment of an entry by itself. `file` is that of `Moment`. */
export function momentOf(entry: Entry, { line, offset }: Place, file = 0): Moment {
  return { file, line, offset, seq: int(entry["seq"]), ts: text(entry["ts"]), at: stampOf(entry["ts"]) };
}

/** Compares by the order of the files, and of the entries within a file. */
export function compareMoments(a: Moment, b: Moment): number {
  return a.file - b.file || a.line - b.line;
}

/** More lines than a file has. */
const linesMax = 2 ** 40;

/** Returns a number that is greater for a later moment, by the order of `compareMoments`. */
export function orderOf({ file, line }: Pick<Moment, "file" | "line">): number {
  return file * linesMax + line;
}

/** Something odd about the stamp or the number of an entry. */
export interface Oddity {
  kind: RemarkKind;
  found: number | null;
}

/** Compares the stamps and numbers of entries in file order, by the rules of a scan (docs/format.md 3). */
export class Clock {
  /** Milliseconds since 1970-01-01 UTC: later stamps lie in the future. */
  readonly #nowMs: number;
  readonly #order = new Order();
  /** See `Moment`. */
  file = 0;

  constructor(nowMs: number) {
    this.#nowMs = nowMs;
  }

  /** The next entry is compared with these, because entries were left out. `NaN`: with the last entry. */
  skipTo({ seq, ts }: { seq: number; ts: number }): void {
    if (!Number.isNaN(seq)) this.#order.seq = seq;
    if (!Number.isNaN(ts)) this.#order.ts = ts;
  }

  /** Returns the moment of the next entry, and what is odd about it. */
  take(entry: Entry, { line, offset }: Place): { moment: Moment; odd: readonly Oddity[] } {
    const { seq: numberBefore, ts: before } = this.#order;
    const isBack = this.#order.takeTs(entry["ts"]);
    const isNumberBack = this.#order.takeNumbers(entry);
    const { instant } = this.#order;
    const at = Number.isNaN(instant) ? null : instant;
    const moment = { file: this.file, line, offset, seq: int(entry["seq"]), ts: text(entry["ts"]), at };
    if (!isBack && !isNumberBack && at !== null && at <= this.#nowMs) return { moment, odd: nothing };
    const odd: Oddity[] = [];
    if (at === null) odd.push({ kind: "noStamp", found: null });
    else if (at > this.#nowMs) odd.push({ kind: "future", found: at - this.#nowMs });
    if (isBack) odd.push({ kind: "clockBack", found: before - lastInstantOf(moment.ts) });
    if (isNumberBack) odd.push({ kind: "numberBack", found: numberBefore });
    return { moment, odd };
  }
}

const nothing: readonly Oddity[] = [];
