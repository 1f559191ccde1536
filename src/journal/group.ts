// Entries that wait for the lock in, batches that share a write and an fsync out: group commit (docs/format.md 8,
// "Append").
import { setImmediate, setTimeout } from "node:timers/promises";
import { JournalError } from "../errors.js";
import type { Entry } from "../types.js";
import type { PreparedEntry } from "../write/prepared.js";

/** Of one batch: more saves next to nothing over one fsync, and the event loop stands still while it is written. */
const batchEntriesMax = 1024;
const batchBytesMax = 4 * 1024 * 1024;

/** Between two looks at a lock that is held, in milliseconds. */
const retryMs = 5;

interface Waiting {
  prepared: PreparedEntry;
  resolve(stamped: Entry): void;
  reject(error: unknown): void;
}

/**
 * Takes the lock, writes the entries that `take` gives it and returns them stamped once they are durable. It does not
 * wait: a lock that is held is `ERR_LOCK_BUSY` at once. Nothing else of this process runs while the lock is its own.
 */
export type CommitBatch = (take: () => PreparedEntry[]) => Entry[];

export class Group {
  readonly #commit: CommitBatch;
  readonly #waitMs: number;
  #waiting: Waiting[] = [];
  #isWriting = false;

  /** `waitMs` is how long an entry waits for the lock. */
  constructor(commit: CommitBatch, waitMs: number) {
    this.#commit = commit;
    this.#waitMs = waitMs;
  }

  /** Resolves once the entry is durable; entries are written in the order they came. */
  add(prepared: PreparedEntry): Promise<Entry> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ prepared, resolve, reject });
      if (!this.#isWriting) void this.#writeAll();
    });
  }

  /** Rejects what is not written yet. */
  abandon(error: unknown): void {
    const abandoned = this.#waiting;
    this.#waiting = [];
    for (const each of abandoned) each.reject(error);
  }

  /** Never throws: what fails is told to those who wait. */
  async #writeAll(): Promise<void> {
    this.#isWriting = true;
    while (this.#waiting.length > 0) {
      // Whoever appends in this turn of the event loop joins the batch.
      await setImmediate();
      await this.#writeBatch(this.#waiting.length, performance.now() + this.#waitMs);
    }
    this.#isWriting = false;
  }

  /** `patient` of those who wait give up at the deadline; who came later has time left. */
  async #writeBatch(patient: number, deadline: number): Promise<void> {
    while (this.#waiting.length > 0) {
      const failure = this.#tryBatch();
      if (failure === undefined) return;
      if (performance.now() >= deadline) {
        for (const each of this.#waiting.splice(0, patient)) each.reject(failure);
        return;
      }
      await setTimeout(retryMs + Math.random() * retryMs);
    }
  }

  /** Gives the error if the lock is held; any other is the batch's. */
  #tryBatch(): JournalError | undefined {
    let batch: Waiting[] = [];
    try {
      const stamped = this.#commit(() => {
        if (batch.length === 0) batch = this.#takeBatch();
        return batch.map(({ prepared }) => prepared);
      });
      for (const [at, each] of batch.entries()) settle(each, stamped[at]);
    } catch (error) {
      if (batch.length === 0) {
        if (error instanceof JournalError && error.code === "ERR_LOCK_BUSY") return error;
        batch = this.#takeBatch();
      }
      for (const each of batch) each.reject(error);
    }
    return undefined;
  }

  #takeBatch(): Waiting[] {
    let bytes = 0;
    const over = this.#waiting.findIndex(({ prepared }, at) => {
      bytes += prepared.bytes;
      return at === batchEntriesMax || (at > 0 && bytes > batchBytesMax);
    });
    return this.#waiting.splice(0, over === -1 ? this.#waiting.length : over);
  }
}

function settle(waiting: Waiting, stamped: Entry | undefined): void {
  if (stamped !== undefined) waiting.resolve(stamped);
  else waiting.reject(new Error("group commit: expected an entry for each that was given, found fewer"));
}
