// The shape of an open journal: what it reads, decides and appends.

import type { CompactResult } from "../compact/compact.js";
import type { Entry, Generation, JournalCompactOptions, Lease, Scan } from "../types.js";

/** Sees the live leases and their tokens as they are under the lock; gives what is to be appended, or nothing. */
// biome-ignore lint/suspicious/noConfusingVoidType: a function that returns nothing is one that decides on nothing
export type Decide = (live: Lease[], generations: Generation[]) => Entry | Entry[] | void;

/**
 * Every write takes the lock, folds what others appended, writes, fsyncs and lets the lock go; what it returns is
 * durable. A lock that stays held is `ERR_LOCK_BUSY`. Reads take no lock and cost what was appended since the last one.
 * After `close` every call throws `ERR_CLOSED`.
 */
export interface Journal {
  /** Absolute; links in it are followed at each call. */
  readonly path: string;
  /** The live leases in map order (docs/format.md, section 5). */
  replay(): Lease[];
  /** The fencing tokens of the live leases in map order (docs/format.md, section 5). */
  generations(): Generation[];
  /** Leases, counts and findings (docs/format.md, section 3). The first call reads the whole journal. */
  scan(): Scan;
  /** The number the next entry gets (docs/format.md, section 6). */
  nextSeq(): number;
  /** The last `n` entries (default 20; all if 0 or less), read from the end of the file. */
  tail(n?: number): Entry[];
  /** Gives the entry back, stamped. */
  append(entry: Entry): Entry;
  /** As `append`, with one write and one fsync for all of them: either all are in the journal or none is. */
  appendAll(entries: Iterable<Entry>): Entry[];
  /**
   * As `append`, waiting for the lock without blocking. Entries that wait together share a write and an fsync; if that
   * fails, all of them are rejected. The entry is written as it is now; the write itself blocks.
   */
  appendAsync(entry: Entry): Promise<Entry>;
  /**
   * Folds, decides and appends under one lock; returns what was appended, stamped. If `decide` throws, nothing is
   * written. It may read from the journal but not write to it.
   *
   * `decide` is asked again if other writers' entries came before its own: writers that take no lock, or take another
   * because they reach the file by another path (docs/format.md, section 8, "Order"). If its answer is then another,
   * the entries that it gave first are withdrawn by further entries, and what it decides after that is appended and
   * returned. So it should give the same entries for the same leases. `ERR_NOT_CONFIRMED` if they cannot be withdrawn:
   * a CHECKPOINT cannot.
   */
  transact(decide: Decide): Entry[];
  /** Rewrites the journal as the fewest entries that fold to the same (docs/format.md, section 7). */
  compact(options?: JournalCompactOptions): CompactResult;
  /**
   * Forgets what is known of the journal, as closing and opening it does: the next call accepts the file as it is,
   * after `ERR_JOURNAL_WENT_BACK` too. Tokens that were handed out before may then be handed out again.
   */
  forget(): void;
  /** Entries of `appendAsync` that are not written yet are rejected. A second call does nothing. */
  close(): void;
}
