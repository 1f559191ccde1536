// Checks whether the numbers and time stamps of entries increase in file order (docs/format.md 3).
import type { Entry } from "../types.js";
import { instantOf, lastInstantOf } from "./stamp.js";
import { int } from "./words.js";

/** The length of a stamp as `append` writes it: `2026-06-01T14:00:00Z`. */
const plainStampLength = 20;
const zeroCode = 0x30;
const zCode = 0x5a;

export class Order {
  /** The number that the next entry's `seq` must exceed; `NaN` if there is none yet. */
  seq: number;
  /** The last entry's instant in milliseconds since 1970; `NaN` if there is none yet. */
  ts: number;
  /** The instant of the last value that `takeTs` took; `NaN` if that was not a stamp. */
  instant = Number.NaN;
  /** Caches the minute of the last plain stamp and its first instant, because most stamps share it. */
  #minute = "";
  #minuteMs = 0;

  constructor(from?: { readonly seq: number; readonly ts: number }) {
    this.seq = from?.seq ?? Number.NaN;
    this.ts = from?.ts ?? Number.NaN;
  }

  /** Returns whether the entry's number repeats or falls below an earlier one (`seqBack`). */
  takeNumbers(entry: Entry): boolean {
    const isBack = this.takeSeq(int(entry["seq"]));
    const watermark = int(entry["seq_watermark"]);
    if (watermark > 0 && !(watermark <= this.seq)) this.seq = watermark;
    return isBack;
  }

  /** Like `takeNumbers`, for an entry without a watermark. A 0 is not a number. */
  takeSeq(seq: number): boolean {
    if (seq === 0) return false;
    const isBack = seq <= this.seq;
    this.seq = seq;
    return isBack;
  }

  /** Returns whether the stamp, an entry's `ts`, is earlier than the last one (`tsBack`). */
  takeTs(ts: unknown): boolean {
    const instant = typeof ts === "string" ? (this.#secondsOf(ts) ?? instantOf(ts)) : Number.NaN;
    this.instant = instant;
    if (typeof ts !== "string" || Number.isNaN(instant)) return false;
    const isBack = instant < this.ts && lastInstantOf(ts) < this.ts;
    this.ts = instant;
    return isBack;
  }

  /** Returns the instant of a plain stamp; undefined if the stamp must be read in full. */
  #secondsOf(ts: string): number | undefined {
    if (ts.length !== plainStampLength || ts.charCodeAt(plainStampLength - 1) !== zCode) return undefined;
    const tens = ts.charCodeAt(17) - zeroCode;
    const ones = ts.charCodeAt(18) - zeroCode;
    if (!(tens >= 0 && tens <= 5 && ones >= 0 && ones <= 9)) return undefined;
    const seconds = tens * 10 + ones;
    if (this.#minute !== "" && ts.startsWith(this.#minute)) return this.#minuteMs + seconds * 1000;
    const instant = instantOf(ts);
    if (Number.isNaN(instant)) return undefined;
    this.#minute = ts.slice(0, 17);
    this.#minuteMs = instant - seconds * 1000;
    return instant;
  }
}
