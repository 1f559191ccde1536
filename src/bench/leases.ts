// Leases of one way against those of another: the same, the same in another order, or others.
import type { Lease } from "../index.js";

/** How an answer compares with ours. */
export type Agreement = "equal" | "equal, in another order" | "different";

/** The order of keys in a lease is no part of its meaning, and not every peer keeps it. */
export function compareLeases(ours: readonly Lease[], theirs: readonly Lease[]): Agreement {
  if (ours.length !== theirs.length) return "different";
  const expected = ours.map(canonicalText);
  const found = theirs.map(canonicalText);
  if (expected.every((text, i) => text === found[i])) return "equal";
  const sorted = found.toSorted();
  return expected.toSorted().every((text, i) => text === sorted[i]) ? "equal, in another order" : "different";
}

function canonicalText(lease: Lease): string {
  return JSON.stringify(lease, (_, value: unknown) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
