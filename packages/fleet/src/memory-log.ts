// Holds a log in the memory of one process.
import { type LogReadOptions, LogResetError, type ReplicatedLog, type StoredRecord } from "./log.js";
import { encodeRecord, type FleetRecord } from "./record.js";

export class MemoryLog implements ReplicatedLog {
  #stored: StoredRecord[] = [];
  readonly #newest = new Map<string, StoredRecord>();
  #resets = 0;
  /** The readers that wait for a record. */
  readonly #waiting = new Set<() => void>();
  #isClosed = false;

  async append(record: FleetRecord): Promise<void> {
    this.#expectOpen();
    // As with every other log, an invalid record is rejected, and later changes of the caller's bytes are not seen.
    encodeRecord(record);
    const copy = { ...record, bytes: new Uint8Array(record.bytes) };
    const stored = { sequence: this.#stored.length + 1, record: copy, storedAtMs: Date.now() };
    this.#stored.push(stored);
    this.#newest.set(record.journal, stored);
    this.#wakeAll();
  }

  async newestOf(journal: string): Promise<StoredRecord | undefined> {
    this.#expectOpen();
    return this.#newest.get(journal);
  }

  async oldestOf(journal: string): Promise<StoredRecord | undefined> {
    this.#expectOpen();
    return this.#stored.find(({ record }) => record.journal === journal);
  }

  /** Deletes all records, as an operator who deletes the log does. */
  reset(): void {
    this.#stored = [];
    this.#newest.clear();
    this.#resets++;
    this.#wakeAll();
  }

  /** Loses the last records, as servers do that lose their power. Readers of what follows must begin again. */
  lose(count: number): void {
    this.#stored = this.#stored.slice(0, Math.max(0, this.#stored.length - count));
    this.#newest.clear();
    for (const stored of this.#stored) this.#newest.set(stored.record.journal, stored);
    this.#resets++;
    this.#wakeAll();
  }

  async *read({ after = 0, signal }: LogReadOptions = {}): AsyncGenerator<StoredRecord> {
    signal?.throwIfAborted();
    this.#expectOpen();
    const resets = this.#resets;
    for (let next = after; !this.#isClosed; ) {
      if (this.#resets !== resets || next > this.#stored.length) throw new LogResetError("the log was replaced");
      const stored = this.#stored[next];
      if (stored === undefined) {
        await this.#waitForMore(signal);
      } else {
        next++;
        yield stored;
      }
      signal?.throwIfAborted();
    }
  }

  async lastSequence(): Promise<number> {
    this.#expectOpen();
    return this.#stored.length;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#wakeAll();
  }

  async #waitForMore(signal: AbortSignal | undefined): Promise<void> {
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        this.#waiting.delete(wake);
        signal?.removeEventListener("abort", wake);
        resolve();
      };
      this.#waiting.add(wake);
      signal?.addEventListener("abort", wake);
    });
  }

  #wakeAll(): void {
    for (const wake of [...this.#waiting]) wake();
  }

  #expectOpen(): void {
    if (this.#isClosed) throw new Error("the log is closed");
  }
}
