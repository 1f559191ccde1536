// Formats entries and leases as strict JSON for programs.
import { isObject } from "../core/words.js";
import type { Entry } from "../types.js";
import { formatLine } from "../write/line.js";

/**
 * Formats one canonical line (docs/format.md 8, "A line"). `NaN` and the infinities, which JSON lacks, become strings.
 */
export function formatStrictLine(entry: Entry): string {
  return formatLine(makeStrict(entry));
}

/** Like `formatStrictLine`, for an array of objects. */
export function* formatStrictArray(items: readonly Entry[]): Generator<string> {
  let before = "[";
  for (const item of items) {
    yield before + formatStrictLine(item).slice(0, -1);
    before = ", ";
  }
  yield items.length === 0 ? "[]\n" : "]\n";
}

function makeStrict(entry: Entry): Entry {
  // Almost no entry contains one, and checking is cheaper than copying.
  return holdsNonFinite(entry) ? mapMembers(entry) : entry;
}

function holdsNonFinite(value: unknown): boolean {
  if (typeof value === "number") return !Number.isFinite(value);
  if (typeof value !== "object" || value === null) return false;
  return (Array.isArray(value) ? value : Object.values(value)).some(holdsNonFinite);
}

function mapMembers(entry: Entry): Entry {
  return Object.fromEntries(Object.entries(entry).map(([key, value]) => [key, mapNonFinite(value)]));
}

function mapNonFinite(value: unknown): unknown {
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  if (Array.isArray(value)) return value.map(mapNonFinite);
  return isObject(value) ? mapMembers(value) : value;
}
