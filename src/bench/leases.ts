// Compares the leases that two programs find: equal, equal in another order, or different.
import type { Lease } from "../index.js";

/** The result of comparing another program's leases with ours. */
export type Agreement = "equal" | "equal, in another order" | "different";

/** Ignores the order of keys in a lease: it has no meaning, and not every program keeps it. */
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
