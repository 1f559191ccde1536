// Collects the places of damage and anomalies into the lists that a scan reports (docs/format.md 3).
import type { Finding, Place } from "../types.js";

/** The number of places in a list, at most. Counts are not limited (docs/format.md 3). */
export const placesMax = 1_000;

/** The findings that belong to single lines, in the order in which a snapshot lists them. */
export const lineFindingKinds = [
  "corrupt",
  "nonObjects",
  "illFormedUtf8",
  "repeatedKeys",
  "oddSeq",
  "heartbeatBack",
  "seqBack",
  "tsBack",
  "strayEnd",
  "strayBeat",
  "refusedAcquire",
] as const;
export type LineFindingKind = (typeof lineFindingKinds)[number];

/** All findings that are lists. `sharedLane` is computed from the live leases; the torn tail is a single place. */
export const findingKinds = [...lineFindingKinds, "sharedLane"] as const;
export type FindingKind = (typeof findingKinds)[number];

export class Findings {
  readonly #lists: { [kind in LineFindingKind]: Finding };

  constructor(from?: Findings) {
    this.#lists = makeLists((kind) => from?.list(kind) ?? { count: 0, first: [] });
  }

  add(kind: LineFindingKind, { line, offset }: Place): void {
    const list = this.#lists[kind];
    list.count++;
    if (list.first.length < placesMax) list.first.push({ line, offset });
  }

  /** Sets a list that is empty. Throws if the number of places does not match the count. */
  restore(kind: LineFindingKind, count: number, first: Place[]): void {
    if (first.length !== Math.min(count, placesMax)) throw new Error(`${kind}: expected the places of ${count} lines`);
    this.#lists[kind] = { count, first };
  }

  /** Returns a copy of the list. */
  list(kind: LineFindingKind): Finding {
    const { count, first } = this.#lists[kind];
    return { count, first: first.map((place) => ({ ...place })) };
  }

  /** Returns copies of all lists. */
  lists(): { [kind in LineFindingKind]: Finding } {
    return makeLists((kind) => this.list(kind));
  }
}

function makeLists(make: (kind: LineFindingKind) => Finding): { [kind in LineFindingKind]: Finding } {
  return {
    corrupt: make("corrupt"),
    nonObjects: make("nonObjects"),
    illFormedUtf8: make("illFormedUtf8"),
    repeatedKeys: make("repeatedKeys"),
    oddSeq: make("oddSeq"),
    heartbeatBack: make("heartbeatBack"),
    seqBack: make("seqBack"),
    tsBack: make("tsBack"),
    strayEnd: make("strayEnd"),
    strayBeat: make("strayBeat"),
    refusedAcquire: make("refusedAcquire"),
  };
}

/** Returns the list of all `places`, which are in file order. */
export function findingOf(places: readonly Place[]): Finding {
  return { count: places.length, first: places.slice(0, placesMax) };
}
