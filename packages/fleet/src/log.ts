// Defines the interface of a replicated log, which holds the records of all journals of a fleet.
import type { FleetRecord } from "./record.js";

/** A record as the log holds it. */
export interface StoredRecord {
  /** The place of the record in the log: higher than that of every record before it. */
  sequence: number;
  record: FleetRecord;
  /** When the log stored it, in milliseconds since 1970-01-01 UTC, by the clock of the log. */
  storedAtMs: number;
}

/** What a reader of a log chooses. */
export interface LogReadOptions {
  /** Only the records with a higher sequence. Default: all. */
  after?: number;
  /** Stops the iteration, which then throws the signal's reason. */
  signal?: AbortSignal;
}

/**
 * Thrown by a reader whose place is gone: the log was deleted or replaced, so a sequence says nothing any more. Read
 * it again from the start.
 */
export class LogResetError extends Error {
  override readonly name = "LogResetError";
}

/**
 * Every log keeps these promises, which test/contract/log.ts checks. No log promises more: a record may be stored and
 * delivered twice, and a reader must rely on generations and offsets alone.
 */
export interface ReplicatedLog {
  /**
   * Resolves once the log has the record. The records of one journal are stored in the order of these calls. After a
   * rejection the record may be stored or not; append it again.
   */
  append(record: FleetRecord): Promise<void>;
  /** Returns the record of the journal that was stored last; undefined if there is none. */
  newestOf(journal: string): Promise<StoredRecord | undefined>;
  /** Returns the first record of the journal that the log still has; undefined if there is none. */
  oldestOf(journal: string): Promise<StoredRecord | undefined>;
  /**
   * Yields the records in the order in which they are stored, each as soon as it is. A log that does not answer is
   * waited for. Throws `LogResetError`.
   */
  read(options?: LogReadOptions): AsyncGenerator<StoredRecord>;
  /** Returns the sequence of the last record; 0 if there is none. A reader that stays below it has stalled. */
  lastSequence(): Promise<number>;
  /** Ends all iterations, which then return. Every later call rejects. */
  close(): Promise<void>;
}
