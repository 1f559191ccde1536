// Defines the interface of both engines: a resumable fold over an open journal, and batches of its entries.
import type { Content } from "../core/content.js";
import type { Bound } from "../core/cut.js";
import type { EntryBatch } from "../core/entry-batch.js";
import type { HeldLease } from "../core/held-lease.js";
import type { Sieve, SiftedBatch } from "../core/sifted-batch.js";
import type { Engine, Generation, Lease, Place, Scan } from "../types.js";
import type { ValueRoom } from "./room.js";

/**
 * The answers that a fold must provide. `replay`: all except findings. `scan`: findings as well. `compact`: findings
 * and the texts of the leases.
 */
export type FoldKind = "replay" | "scan" | "compact";

export interface FoldOptions {
  kind: FoldKind;
  /** The number of threads, at most; 0 for as many as are useful. JavaScript itself folds on one. */
  threads: number;
  /** The file is read as if it ended there, in every step. Default: the file's end. */
  end?: number | undefined;
}

/** The answers of `Fold.snapshot` and `Fold.mark`, of either engine. */
export interface ResumeOptions {
  snapshot: Buffer;
  mark: Buffer;
  /** See `FoldOptions.threads`. */
  threads: number;
}

/** The results of a scan besides the leases and tokens. */
export interface ScanReport extends Omit<Scan, "leases" | "generations"> {
  /** The number of live leases. */
  live: number;
}

/** The data that a compaction writes into its checkpoint (docs/format.md 7). */
export interface HeldLeases {
  /** The highest generation that was ever granted or recorded. */
  counter: number;
  /** In map order. */
  leases: Iterable<HeldLease>;
}

/** The lines of a compacted journal that hold its live leases (docs/format.md 7). */
export interface LeaseTexts {
  /** The number of leases in the checkpoint. The others follow as ACQUIRE entries. */
  riding: number;
  following: number;
  /** The approximate number of bytes of the texts. */
  bytes: number;
  /**
   * Yields the checkpoint and the ACQUIRE entries in pieces, each line with its LF. Throws for a lease that fits into
   * no line. The fold must not be stepped meanwhile, and the texts can be read only once.
   */
  texts(): Iterable<string | Uint8Array>;
  /** The digests of the leases to which the texts must fold; see `Fold.leaseDigests`. */
  digests: Buffer;
}

/**
 * A fold over one journal that can continue where it stopped. It settles a line only once nothing that follows can
 * change its meaning. The last line may be a torn tail or still grow, so it is not settled: answers include it, and the
 * next step reads it again.
 */
export interface Fold {
  /** The offset at which the next step begins: the start of the first line that is not settled. */
  readonly offset: number;
  /** Whether the last step found a line after `offset`. */
  readonly hasOpenLine: boolean;
  /** Whether the line before `offset` is damaged: if the file were cut there, that line would be a torn tail. */
  readonly endDamaged: boolean;
  /** The content of the lines so far, including the last one in its current form. */
  readonly content: Content;
  /**
   * Returns up to 4,096 bytes before `offset` as they were folded, even if the file has changed since. There are often
   * fewer after a long or damaged line.
   */
  mark(): Buffer;
  /**
   * Folds about `bytesMax` more bytes and at least one line. Returns true if the end of the file was reached. This step
   * reads the file as if it ended at `end`, if given; a later one may read on.
   */
  step(fd: number, bytesMax: number, end?: number): boolean;
  stepAsync(fd: number, bytesMax: number, end?: number): Promise<boolean>;
  /**
   * Returns the live leases after the last step. Answers are complete only once a step has returned true. `leases` and
   * `scan` throw `ERR_ANSWER_TOO_LARGE` if the values of the leases would not fit into the heap.
   */
  leases(): Lease[];
  generations(): Generation[];
  nextSeq(): number;
  /** Returns all results. Only for a fold of kind `scan` or `compact`. */
  scan(): Scan;
  /** Like `scan`, but returns only the number of live leases and makes none of their values. */
  report(): ScanReport;
  /** Returns the settled state for `resumeScan`. Only for a fold of kind `scan`. */
  snapshot(): Buffer;
  /** Returns the counter for a fold of any kind, and the leases only for kind `compact`. */
  heldLeases(): HeldLeases;
  /**
   * Plans the lines of a compacted journal. `bytesMax` is the longest line that readers accept. Throws for a lease in
   * which too many containers are open. Absent if the engine leaves it to src/compact/lease-texts.ts.
   */
  planLeases?(bytesMax: number): LeaseTexts;
  /**
   * Returns eight bytes for each live lease in order, which are equal if and only if, but for chance, the identity, the
   * generation and the value of the lease are. Absent if `planLeases` is.
   */
  leaseDigests?(): Buffer;
  /** Frees the fold's memory. No other member may be used afterwards. */
  drop(): void;
}

/** Reads the entries of a file that grows. */
export interface GrowingEntries {
  /** The place of the first line that is not settled. The next read begins there. */
  readonly place: Place;
  /** Up to 4,096 bytes before `place`, as they were read. Often fewer after a long or damaged line. */
  readonly mark: Buffer;
  /**
   * Returns the entries settled since the last read, of about a megabyte at most. `withLast` includes the last line:
   * nothing will be appended any more.
   */
  read(fd: number, withLast: boolean): { batch: EntryBatch; atEnd: boolean };
}

export interface JournalEngine {
  readonly name: Engine;
  /** Tries to take the exclusive `flock` of a descriptor. Absent if the engine cannot do so. */
  tryFlock?(fd: number): boolean;
  /** The number of bytes for one step: some tens of milliseconds of work between two checks of a signal. */
  readonly stepBytes: number;
  openFold(options: FoldOptions): Fold;
  /** Returns a fold of kind `scan` that continues from a snapshot. Throws for an invalid one. */
  resumeScan(options: ResumeOptions): Fold;
  /**
   * Yields the entries from the start of a line to the end of the file, in batches made from a bounded number of bytes.
   * `room` limits all batches that the caller keeps together; without it, each batch is limited alone.
   */
  readEntries(fd: number, from: Place, room?: ValueRoom): Generator<EntryBatch>;
  /** Yields what a history needs of a whole journal, in batches made from a bounded number of bytes. */
  siftEntries(fd: number, sieve: Sieve): Generator<SiftedBatch>;
  /**
   * Returns a reader of a file that grows. `from` is the start of a line, and `mark` holds the bytes before it, as far
   * as they are known.
   */
  openEntries(from: Place, mark?: Buffer): GrowingEntries;
  /**
   * Finds the offset at which the lines before `bound` end; `Number.MAX_SAFE_INTEGER` if no line is left out, so that a
   * read to that end includes lines appended meanwhile. Yields undefined after each few milliseconds of work.
   */
  findCut(fd: number, bound: Bound): Generator<undefined, number>;
}
