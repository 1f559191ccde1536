// Finds the known name that a mistyped name probably means.

/** Longer texts are compared by their beginning, so that the cost stays small. */
const charactersMax = 64;

/**
 * Returns the name that is the fewest single-character edits away from `given`, unless they exceed a third of its
 * length. A name that begins with `given` comes before all others.
 */
export function nearestName(given: string, names: readonly string[]): string | undefined {
  const typed = plain(given.slice(0, charactersMax));
  let best: { name: string; edits: number } | undefined;
  for (const name of names) {
    const known = plain(name);
    const isBeginning = typed.length > 1 && known.startsWith(typed);
    const edits = isBeginning ? 0 : countEdits(typed, known);
    if (edits <= Math.max(1, typed.length / 3) && (best === undefined || edits < best.edits)) best = { name, edits };
  }
  return best?.name;
}

/** Ignores hyphens, underscores and case, so that `prev_holder` and `prevholder` match `prevHolder`. */
function plain(name: string): string {
  return name.replace(/[_-]/g, "").toLowerCase();
}

/** Returns the Levenshtein distance, except that swapping two neighbours counts as one edit. */
function countEdits(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1];
      const isSwapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const edits = [at(row, j) + 1, at(next, j - 1) + 1, at(row, j - 1) + (isSame ? 0 : 1)];
      if (isSwapped) edits.push(at(before, j - 2) + 1);
      next.push(Math.min(...edits));
    }
    before = row;
    row = next;
  }
  return at(row, b.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY;
}
