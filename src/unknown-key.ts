// Rejects unknown option keys and suggests the nearest known name.

/** Requires every key of an options type, so that the compiler keeps the list complete. */
export type KeysOf<Options> = { readonly [Key in keyof Required<Options>]: true };

export type KnownKeys = { readonly [key: string]: true };

/** Throws a `TypeError` for the first unknown key. Ignores values that are not objects: the caller checks those. */
export function checkKeys(argument: string, given: unknown, known: KnownKeys): void {
  if (typeof given !== "object" || given === null) return;
  const unknown = Object.keys(given).find((key) => !Object.hasOwn(known, key));
  if (unknown === undefined) return;
  const names = Object.keys(known);
  const nearest = findNearest(unknown, names);
  const advice = nearest === undefined ? `expected one of ${names.join(", ")}` : `did you mean ${nearest}?`;
  throw new TypeError(`${argument}: unknown key ${JSON.stringify(unknown.slice(0, keyCharactersMax))}; ${advice}`);
}

const keyCharactersMax = 60;

/** At most one edit per three characters, because names that differ more have little in common. */
function findNearest(unknown: string, names: readonly string[]): string | undefined {
  const typed = plain(unknown.slice(0, keyCharactersMax));
  const ranked = names.map((name) => ({ name, edits: countEdits(typed, plain(name)) }));
  const [best] = ranked.toSorted((one, other) => one.edits - other.edits);
  return best !== undefined && best.edits * 3 <= Math.max(typed.length, 3) ? best.name : undefined;
}

/** Treats `prev_holder` and `prevholder` like `prevHolder`. */
function plain(name: string): string {
  return name.replace(/[_-]/g, "").toLowerCase();
}

/** The Levenshtein distance. */
function countEdits(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, i) => i);
  for (const [i, a] of Array.from(one).entries()) {
    const next = [i + 1];
    for (const [j, b] of Array.from(other).entries()) {
      const swapped = (row[j] ?? 0) + (a === b ? 0 : 1);
      next.push(Math.min(swapped, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
