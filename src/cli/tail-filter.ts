// Selects the entries that `lj tail` prints (docs/cli.md).
import { endOfStamp, instantOf } from "../core/stamp.js";
import { isObject, text } from "../core/words.js";
import type { Entry } from "../types.js";
import type { Flags } from "./flag.js";

export type EntryFilter = (entry: Entry) => boolean;

/** Returns undefined if every entry is wanted. */
export function createFilter({ op, lane, holder, since, until }: Flags): EntryFilter | undefined {
  const filters: EntryFilter[] = [];
  if (op !== undefined) {
    const ops = new Set(op.split(",").map((name) => name.trim().toUpperCase()));
    filters.push((entry) => ops.has(text(entry["op"]).toUpperCase()));
  }
  if (lane !== undefined) filters.push((entry) => namesOf(entry, "lane").includes(lane));
  if (holder !== undefined) {
    filters.push((entry) =>
      [...namesOf(entry, "holder"), text(entry["prev_holder"]), text(entry["by"])].includes(holder),
    );
  }
  // An entry without a stamp may belong to any time, so it is never left out.
  if (since !== undefined) filters.push((entry) => !(instantOf(entry["ts"]) < instantOf(since)));
  if (until !== undefined) filters.push((entry) => !(instantOf(entry["ts"]) > endOfStamp(until)));
  return filters.length === 0 ? undefined : (entry) => filters.every((filter) => filter(entry));
}

/** A field of the entry, of its lease, and of each lease of a CHECKPOINT. */
function namesOf(entry: Entry, field: "lane" | "holder"): string[] {
  const { lease, leases } = entry;
  const named: unknown[] = [entry, lease, ...(Array.isArray(leases) ? leases : [])];
  return named.filter(isObject).map((each) => text(each[field]));
}
