// Collects entries that wait for the lock into batches that share one write and one fsync: group commit (docs/format.md
// 8, "Append").
import { setImmediate, setTimeout } from "node:timers/promises";
import { JournalError } from "../errors.js";
import type { Entry } from "../types.js";
import type { PreparedEntry } from "../write/prepared.js";

/** Limits of one batch: a larger one saves almost nothing, and the write blocks the event loop. */
const batchEntriesMax = 1024;
const batchBytesMax = 4 * 1024 * 1024;

/** How long to wait before trying a held lock again, in milliseconds. */
const retryMs = 5;

interface Waiting {
  prepared: PreparedEntry;
  resolve(stamped: Entry): void;
  reject(error: unknown): void;
}

/**
 * Takes the lock, writes the entries that `take` returns and returns them stamped once they are durable. It does not
 * wait: a held lock is `ERR_LOCK_BUSY` at once. It runs synchronously, so no other code of this process runs while the
 * lock is held.
 */
export type CommitBatch = (take: () => PreparedEntry[]) => Entry[];

export class Group {
  readonly #commit: CommitBatch;
  readonly #waitMs: number;
  #waiting: Waiting[] = [];
  #isWriting = false;

  /** `waitMs`: how long an entry waits for the lock, in milliseconds. */
  constructor(commit: CommitBatch, waitMs: number) {
    this.#commit = commit;
    this.#waitMs = waitMs;
  }

  /** Resolves once the entry is durable. Entries are written in the order of the calls. */
  add(prepared: PreparedEntry): Promise<Entry> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ prepared, resolve, reject });
      if (!this.#isWriting) void this.#writeAll();
    });
  }

  /** Rejects all entries that are not written yet. */
  abandon(error: unknown): void {
    const abandoned = this.#waiting;
    this.#waiting = [];
    for (const each of abandoned) each.reject(error);
  }

  /** Never throws: errors reject the waiting entries. */
  async #writeAll(): Promise<void> {
    this.#isWriting = true;
    while (this.#waiting.length > 0) {
      // Entries added in this turn of the event loop join the batch.
      await setImmediate();
      await this.#writeBatch(this.#waiting.length, performance.now() + this.#waitMs);
    }
    this.#isWriting = false;
  }

  /** At the deadline the first `patient` waiters are rejected; later arrivals keep waiting. */
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

  /** Returns the error if the lock is held. Every other error rejects the batch. */
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
  else waiting.reject(new Error("group commit: expected one stamped entry for each entry, found fewer"));
}
