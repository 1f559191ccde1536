// Makes entries of the rows of members that the addon returns for a history (native/scan/members.h).
import type { EntryList } from "../core/sifted-batch.js";
import { isObject } from "../core/words.js";
import type { Entry } from "../types.js";
import type { AddonSifted } from "./addon.js";
import { parseText, wrongText } from "./addon-text.js";

/** The number of columns of a row. */
const columnCount = 35;

interface Members {
  [key: string]: unknown;
}

/** What the addon returns of entries; see `AddonSifted`. */
interface Rows extends Pick<AddonSifted, "stretches" | "members"> {
  values: Buffer;
}

/** Entries with the members that a history reads, and undefined for those that they do not have. */
export class SiftedRows implements EntryList {
  readonly length: number;
  readonly #rows: Rows;
  /** The values of the current stretch, and the index of the first entry after it. */
  #values: unknown[] = [];
  #end = 0;
  #stretch = 0;
  #bytes = 0;

  constructor(rows: Rows) {
    this.length = rows.members.length / columnCount;
    if (!Number.isInteger(this.length)) throw wrongText("siftEntries", `${columnCount} columns for each entry`);
    this.#rows = rows;
  }

  /** Entries must be read in order. */
  at(index: number): Entry | undefined {
    if (index >= this.length) return undefined;
    while (index >= this.#end) this.#beginStretch();
    const whole = this.#valueAt(columnCount * index);
    return isObject(whole) ? whole : this.#entryAt(columnCount * index);
  }

  /** The values become objects no earlier than needed, so that most of them die young. */
  #beginStretch(): void {
    const { values, stretches } = this.#rows;
    const [entries = 0, bytes = 0] = stretches.subarray(2 * this.#stretch, 2 * this.#stretch + 2);
    if (entries === 0) throw wrongText("siftEntries", "an entry in each stretch");
    const parsed = parseText(values.subarray(this.#bytes, this.#bytes + bytes));
    if (!Array.isArray(parsed)) throw wrongText("siftEntries", "an array of values");
    parsed[0] = undefined;
    this.#values = parsed;
    this.#end += entries;
    this.#bytes += bytes;
    this.#stretch++;
  }

  /** All entries have the same hidden class, so that reading their members is fast. */
  #entryAt(row: number): Entry {
    const value = (column: number): unknown => this.#valueAt(row + column);
    const entry: Members = {
      op: value(1),
      lane: value(2),
      loop_ts: value(3),
      seq: value(4),
      seq_watermark: value(5),
      ts: value(6),
      reason: value(7),
      reason_class: value(8),
      by: value(9),
      holder: value(10),
      prev_holder: value(11),
      host_id: value(12),
      run_id: value(13),
      root_id: value(14),
      parent_id: value(15),
      tree: value(16),
      acquired_at: value(17),
      heartbeat_at: value(18),
      held_by: value(19),
      blocking_trees: value(20),
      generation_watermark: value(21),
      handle: value(22),
      tool: value(23),
      intervention: value(24),
      handler: value(25),
      withheld: value(26),
      lease: value(27) === undefined ? undefined : this.#leaseAt(row),
    };
    return entry;
  }

  #leaseAt(row: number): Members {
    const value = (column: number): unknown => this.#valueAt(row + column);
    return {
      holder: value(28),
      run_id: value(29),
      tree: value(30),
      host_id: value(31),
      acquired_at: value(32),
      heartbeat_at: value(33),
      reason: value(34),
    };
  }

  #valueAt(at: number): unknown {
    return this.#values[this.#rows.members[at] ?? 0];
  }
}
