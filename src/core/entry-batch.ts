// Holds some entries of a journal in file order, with the place of each one's line.
import type { Entry, Place } from "../types.js";

/** The place of a line, and its length in bytes without its LF. */
export interface LinePlace extends Place {
  bytes: number;
}

const numbersEach = 3;

export class EntryBatch {
  readonly entries: Entry[];
  /** Line, offset and bytes of each entry. Flat, because most readers of a batch ask for no place. */
  readonly #places: ArrayLike<number>;

  constructor(entries: Entry[], places: ArrayLike<number>) {
    if (places.length !== numbersEach * entries.length) {
      throw new RangeError(`expected ${numbersEach} numbers for each of ${entries.length}, found ${places.length}`);
    }
    this.entries = entries;
    this.#places = places;
  }

  /** Returns the place of entry `index`. A sentinel has that of its damaged line. */
  placeOf(index: number): LinePlace {
    const at = numbersEach * index;
    const [line, offset, bytes] = [this.#places[at], this.#places[at + 1], this.#places[at + 2]];
    if (line !== undefined && offset !== undefined && bytes !== undefined) return { line, offset, bytes };
    throw new RangeError(`expected an index below ${this.entries.length}, found ${index}`);
  }
}
