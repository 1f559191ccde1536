// Places of damage and oddities, met one by one -> the lists of a scan (SPEC 3).
import type { Finding, Place } from "../types.js";

/** SPEC 3: lists are cut there, counts are not. */
export const placesMax = 1_000;

/** The kinds that are lists; the torn tail is single. */
export const findingKinds = [
  "corrupt",
  "nonObjects",
  "illFormedUtf8",
  "repeatedKeys",
  "oddSeq",
  "heartbeatBack",
] as const;
export type FindingKind = (typeof findingKinds)[number];

export class Findings {
  readonly #lists: { [kind in FindingKind]: Finding };

  constructor(from?: Findings) {
    const list = (kind: FindingKind): Finding => from?.list(kind) ?? { count: 0, first: [] };
    this.#lists = {
      corrupt: list("corrupt"),
      nonObjects: list("nonObjects"),
      illFormedUtf8: list("illFormedUtf8"),
      repeatedKeys: list("repeatedKeys"),
      oddSeq: list("oddSeq"),
      heartbeatBack: list("heartbeatBack"),
    };
  }

  add(kind: FindingKind, { line, offset }: Place): void {
    const list = this.#lists[kind];
    list.count++;
    if (list.first.length < placesMax) list.first.push({ line, offset });
  }

  /** Puts a list in place of an empty one. Throws for one that cannot be. */
  restore(kind: FindingKind, count: number, first: Place[]): void {
    if (first.length !== Math.min(count, placesMax)) throw new Error(`${kind}: expected the places of ${count} lines`);
    this.#lists[kind] = { count, first };
  }

  /** A copy of the list. */
  list(kind: FindingKind): Finding {
    const { count, first } = this.#lists[kind];
    return { count, first: first.map((place) => ({ ...place })) };
  }
}
