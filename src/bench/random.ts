// Generates a reproducible sequence of whole numbers from a seed. Not for secrets.

/** Returns a whole number from 0 to `bound - 1`; `bound` is at most 2^31. */
export type Draw = (bound: number) => number;

/** Passes a 32-bit counter through a mixing function, so that neighbouring seeds are unrelated. */
export function drawFrom(seed: number): Draw {
  let state = seed | 0;
  return (bound) => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    mixed ^= mixed >>> 15;
    return ((mixed >>> 0) * bound * 2 ** -32) | 0;
  };
}

/** Picks one element of a non-empty list. */
export function pick<T>(list: readonly T[], draw: Draw): T {
  const chosen = list[draw(list.length)];
  if (chosen === undefined) throw new RangeError("pick expected a list with elements, found an empty one");
  return chosen;
}
