// Holds some successive entries of a journal as a history needs them: most entries, the stamps of heartbeats, and what
// the entries that were left out do to the order and to the tokens (docs/architecture.md, "Sifting").
import type { Entry, Place } from "../types.js";
import { identityKey } from "./identity.js";

/** What a sifting reader leaves out. */
export interface Sieve {
  /** Only entries that may concern this lane, and those that concern all lanes, are needed. Default: all lanes. */
  lane?: string | undefined;
  /** Stamps later than this are odd, so their entries are needed. In milliseconds since 1970-01-01 UTC. */
  nowMs: number;
  /** Whether the ENFORCEs are needed. */
  calls: boolean;
  /** The file is read as if it ended there. Default: the file's end. */
  end?: number | undefined;
  /** See `FoldOptions.threads`. */
  threads: number;
}

/** What the entries that were left out do. */
export interface Skipped {
  /** The number with which that of the next entry is compared; `NaN` if it is known from the last entry. */
  seq: number;
  /** The instant with which that of the next entry is compared; `NaN` as above. */
  ts: number;
  /** How often they advance the counter of generations. */
  added: number;
  /** The least that the counter is after them. */
  atLeast: number;
}

/** Receives what a batch holds, in file order. */
export interface SiftTaker {
  /** `number`: that which its identity has from now on, 0 if it begins no lease. */
  take(entry: Entry, place: Place, number: number): void;
  /** Takes the number that the identity of a lease of the last CHECKPOINT has from now on. */
  takeListed(key: string, number: number): void;
  /** `number`: that of a live identity. `at`: the stamp of its HEARTBEAT, in milliseconds since 1970-01-01 UTC. */
  takeBeat(number: number, at: number): void;
  takeSkipped(skipped: Skipped): void;
}

export const numbersEachEntry = 8;
export const numbersEachBeat = 3;

/** A lease of a CHECKPOINT: the index of its entry, the number of its identity, `loop_ts` and `lane`. */
export type ListedLease = [index: number, number: number, loop_ts: string, lane: string];

/** Makes each entry when it is asked for. */
export interface EntryList {
  readonly length: number;
  at(index: number): Entry | undefined;
}

export interface Sifted {
  /** Each has at least the members that a history reads. */
  entries: EntryList;
  /**
   * For each entry: line, offset, bytes; the members of `Skipped` in their order; and the number that its identity has
   * from now on, 0 if it begins no lease.
   */
  numbers: ArrayLike<number>;
  /** For each heartbeat: the index of the entry before which it belongs, the number of its identity, its instant. */
  beats: ArrayLike<number>;
  listed: ListedLease[];
}

export class SiftedBatch {
  /** The offset at which the next batch begins. */
  readonly offset: number;
  readonly #sifted: Sifted;

  constructor(sifted: Sifted, offset: number) {
    if (sifted.numbers.length !== numbersEachEntry * sifted.entries.length) {
      throw new RangeError(`expected ${numbersEachEntry} numbers for each entry, found ${sifted.numbers.length}`);
    }
    this.#sifted = sifted;
    this.offset = offset;
  }

  visit(taker: SiftTaker): void {
    const { entries, numbers, beats, listed } = this.#sifted;
    const numberAt = (at: number): number => numbers[at] ?? Number.NaN;
    let beat = 0;
    let row = 0;
    const takeBeats = (before: number): void => {
      for (; beat < beats.length && beats[beat] === before; beat += numbersEachBeat) {
        taker.takeBeat(beats[beat + 1] ?? 0, beats[beat + 2] ?? Number.NaN);
      }
    };
    for (let index = 0; index < entries.length; index++) {
      takeBeats(index);
      const at = numbersEachEntry * index;
      const skipped = {
        seq: numberAt(at + 3),
        ts: numberAt(at + 4),
        added: numberAt(at + 5),
        atLeast: numberAt(at + 6),
      };
      taker.takeSkipped(skipped);
      const place = { line: numberAt(at), offset: numberAt(at + 1) };
      taker.take(entries.at(index) ?? {}, place, numberAt(at + 7));
      for (let lease = listed[row]; lease?.[0] === index; lease = listed[++row]) {
        taker.takeListed(identityKey({ loop_ts: lease[2], lane: lease[3] }), lease[1]);
      }
    }
    takeBeats(entries.length);
  }
}
