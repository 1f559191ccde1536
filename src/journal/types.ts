// Declares the interface of an open journal.

import type { CompactResult } from "../compact/compact.js";
import type { Entry, Generation, JournalCompactOptions, Lease, Scan } from "../types.js";

/**
 * Receives the live leases and their tokens as they are under the lock, and returns the entries to append, if any. See
 * `Journal.transact`.
 */
// biome-ignore lint/suspicious/noConfusingVoidType: a function that returns nothing is one that decides on nothing
export type Decide = (live: Lease[], generations: Generation[]) => Entry | Entry[] | void;

/**
 * An open journal. Every write takes the lock, folds what other writers have appended, writes, fsyncs and releases the
 * lock; its result is durable. It fails with `ERR_LOCK_BUSY` if the lock stays held for `lockWaitMs`. Reads take no
 * lock; their cost depends on what was appended since the last read. After `close` every call throws `ERR_CLOSED`.
 */
export interface Journal {
  /** The absolute path. Symbolic links in it are followed at each call. */
  readonly path: string;
  /** Returns the live leases in map order (docs/format.md, section 5). */
  replay(): Lease[];
  /** Returns the fencing tokens of the live leases in map order (docs/format.md, section 5). */
  generations(): Generation[];
  /** Returns leases, counts and findings (docs/format.md, section 3). The first call reads the whole journal. */
  scan(): Scan;
  /** Returns the sequence number that the next entry gets (docs/format.md, section 6). */
  nextSeq(): number;
  /** Returns the last `n` entries (default 20; all if 0 or less), read from the end of the file. */
  tail(n?: number): Entry[];
  /** Appends an entry and returns it with `seq` and `ts`. Throws `ERR_ENTRY_INVALID` if JSON cannot represent it. */
  append(entry: Entry): Entry;
  /** Like `append`, with one write and one fsync for all entries: either all of them are in the journal or none is. */
  appendAll(entries: Iterable<Entry>): Entry[];
  /**
   * Like `append`, but waits for the lock without blocking; the write itself blocks. Entries that wait together share a
   * write and an fsync, and if that fails all of them are rejected. The entry is copied at the call: later changes to
   * it are ignored.
   */
  appendAsync(entry: Entry): Promise<Entry>;
  /**
   * Folds, decides and appends under one lock; returns the appended entries, stamped. If `decide` throws, nothing is
   * written. It may read from the journal but must not write to it.
   *
   * `decide` is called again if entries of other writers came before its own: writers that take no lock, or another
   * lock because they reach the file by another path (docs/format.md, section 8, "Order"). If it then returns other
   * entries, the first ones are withdrawn by further entries, and the result of a new decision is appended and
   * returned. It should therefore return the same entries for the same leases. Throws `ERR_NOT_CONFIRMED` if the
   * entries cannot be withdrawn, which is always so for a CHECKPOINT.
   */
  transact(decide: Decide): Entry[];
  /** Rewrites the journal as the fewest entries that fold to the same result (docs/format.md, section 7). */
  compact(options?: JournalCompactOptions): CompactResult;
  /**
   * Forgets what is known of the journal, as if it were closed and opened again: the next call accepts the file as it
   * is, even after `ERR_JOURNAL_WENT_BACK`. Tokens that were already issued may then be issued again.
   */
  forget(): void;
  /** Closes the journal and rejects entries of `appendAsync` that are not written yet. Further calls have no effect. */
  close(): void;
}
