// The interface both engines keep: an open journal in, a resumable fold or batches of entries out.
import type { Content } from "../core/content.js";
import type { HeldLease } from "../core/held-lease.js";
import type { Engine, Entry, Generation, Lease, Place, Scan } from "../types.js";
import type { ValueRoom } from "./room.js";

/** What a fold must answer: `replay` all but findings, `scan` these too, `compact` the texts of the leases as well. */
export type FoldKind = "replay" | "scan" | "compact";

/** What a scan tells besides the leases and tokens. */
export interface ScanReport extends Omit<Scan, "leases" | "generations"> {
  /** The number of live leases. */
  live: number;
}

/** What a compaction writes into its checkpoint (docs/format.md 7). */
export interface HeldLeases {
  /** The highest generation ever handed out or heard of. */
  counter: number;
  /** In map order. */
  leases: Iterable<HeldLease>;
}

/**
 * A fold over one journal that goes on where it stopped. It settles a line only once nothing that follows can change
 * its meaning: the last line (which may be a torn tail, or still growing) is looked at by the answers, but read again
 * by the next step.
 */
export interface Fold {
  /** Where the next step begins: the start of the first line that is not settled. */
  readonly offset: number;
  /** The last step found a line behind `offset`. */
  readonly hasOpenLine: boolean;
  /** The line before `offset` is damaged: were the file cut there, it would be a torn tail. */
  readonly endDamaged: boolean;
  /** What the lines so far are, the last one as it stands now. */
  readonly content: Content;
  /**
   * Up to 4,096 bytes before `offset` as they were folded, whatever has become of the file since; often fewer behind a
   * long line or a damaged one.
   */
  mark(): Buffer;
  /**
   * Folds about `bytesMax` more bytes, at least one line; true when the end of the file was reached. This step reads
   * the file as if it ended at `end`, if that is given; a later one may read on.
   */
  step(fd: number, bytesMax: number, end?: number): boolean;
  stepAsync(fd: number, bytesMax: number, end?: number): Promise<boolean>;
  /**
   * The answers, as of the last step. They are only whole once a step has returned true. `leases` and `scan` throw
   * `ERR_ANSWER_TOO_LARGE` where the leases' values would not fit into the heap.
   */
  leases(): Lease[];
  generations(): Generation[];
  nextSeq(): number;
  /** Everything; only for a fold of kind `scan` or `compact`. */
  scan(): Scan;
  /** As `scan`, but of the leases only how many there are: no lease's value is made. */
  report(): ScanReport;
  /** What is settled, for `resumeScan`; only for a fold of kind `scan`. */
  snapshot(): Buffer;
  /** The counter is there for every kind, the leases only for `compact`. */
  heldLeases(): HeldLeases;
  /** Gives its memory back at once; nothing may be asked afterwards. */
  drop(): void;
}

export interface JournalEngine {
  readonly name: Engine;
  /** Takes the exclusive `flock` of a descriptor if it is free; absent where the engine has no such call. */
  tryFlock?(fd: number): boolean;
  /** How much a step should take: some tens of milliseconds of work, between two looks at a signal. In bytes. */
  readonly stepBytes: number;
  /** `threads`: 0 for as many as are worth it. The file is read as if it ended at `end`, if that is given. */
  openFold(kind: FoldKind, threads: number, end?: number): Fold;
  /** A fold of kind `scan` that goes on from what `snapshot` and `mark` of either engine gave, or an error. */
  resumeScan(snapshot: Buffer, mark: Buffer, threads: number): Fold;
  /**
   * Entries from a line's start to the end of the file, in arrays of a bounded number of bytes of text. `room` is for
   * all that the caller keeps; without it, each array is looked at alone.
   */
  readEntries(fd: number, from: Place, room?: ValueRoom): Generator<Entry[]>;
}
