// Finds the known name that was probably meant by a mistyped one.

/** Longer texts are compared by their beginning, so that the cost stays small. */
const charactersMax = 64;

/**
 * The name that takes the fewest single-character edits to make from `given`, unless that is more than a third of it.
 * A name that begins with `given` is as good as one with a single edit.
 */
export function nearestName(given: string, names: readonly string[]): string | undefined {
  const typed = given.slice(0, charactersMax).toLowerCase();
  let best: { name: string; edits: number } | undefined;
  for (const name of names) {
    const known = name.toLowerCase();
    const isBeginning = typed.length > 1 && known.startsWith(typed);
    const edits = isBeginning ? 1 : countEdits(typed, known);
    if (edits <= Math.max(1, typed.length / 3) && (best === undefined || edits < best.edits)) best = { name, edits };
  }
  return best?.name;
}

/** The Levenshtein distance, where two neighbours that changed places count once. */
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
