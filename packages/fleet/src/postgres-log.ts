// Keeps the records in a table of PostgreSQL.
import { randomUUID } from "node:crypto";
import pg from "pg";
import { type LogReadOptions, LogResetError, type ReplicatedLog, type StoredRecord } from "./log.js";
import { decodeRecord, encodeRecord, type FleetRecord, isJournalId } from "./record.js";
import { Turns } from "./turns.js";
import { Wakeup } from "./wakeup.js";

export interface PostgresLogOptions {
  /** How the client reaches the server, with its means for TLS and credentials. */
  connection: pg.PoolConfig;
  /** The name of the table: lower-case letters, digits and `_`. Default `lane_journals`. */
  table?: string;
}

/** How long a reader waits for news before it looks. News that the connection lost is found this late. */
const pollMs = 500;
const rowsMax = 16;
const tablePattern = /^[a-z_][a-z0-9_]{0,40}$/;

interface Row {
  sequence: string;
  stored_at: Date;
  record: Buffer;
}

export class PostgresLog implements ReplicatedLog {
  readonly #pool: pg.Pool;
  readonly #table: string;
  readonly #turns = new Turns();
  readonly #readers = new Set<Wakeup>();
  #listener: pg.Client | undefined;
  #isClosed = false;

  private constructor(pool: pg.Pool, table: string) {
    this.#pool = pool;
    this.#table = table;
    // A connection that breaks while it is idle is replaced at the next query.
    pool.on("error", () => {});
  }

  /** Connects, and creates the table unless it exists. Rejects if the server does not answer. */
  static async open({ connection, table = "lane_journals" }: PostgresLogOptions): Promise<PostgresLog> {
    if (!tablePattern.test(table)) {
      throw new TypeError(`table: expected lower-case letters, digits and _, found ${JSON.stringify(table)}`);
    }
    const pool = new pg.Pool({ max: 4, ...connection });
    const log = new PostgresLog(pool, table);
    try {
      await log.#createTables();
      await log.#listen(connection);
      return log;
    } catch (error) {
      await log.close();
      throw error;
    }
  }

  async append(record: FleetRecord): Promise<void> {
    this.#expectOpen();
    const encoded = encodeRecord(record);
    await this.#turns.take(record.journal, () => this.#insert(record.journal, encoded));
  }

  async newestOf(journal: string): Promise<StoredRecord | undefined> {
    this.#expectOpen();
    return this.#findOne(journal, "desc");
  }

  async oldestOf(journal: string): Promise<StoredRecord | undefined> {
    this.#expectOpen();
    return this.#findOne(journal, "asc");
  }

  async *read({ after = 0, signal }: LogReadOptions = {}): AsyncGenerator<StoredRecord> {
    signal?.throwIfAborted();
    this.#expectOpen();
    const wakeup = new Wakeup(signal);
    this.#readers.add(wakeup);
    try {
      yield* this.#readOn(after, wakeup, signal);
    } finally {
      this.#readers.delete(wakeup);
      wakeup.close();
    }
  }

  async lastSequence(): Promise<number> {
    this.#expectOpen();
    return (await this.#findState()).last;
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const wakeup of this.#readers) wakeup.wake();
    await Promise.all([this.#pool.end(), this.#listener?.end()]);
  }

  async *#readOn(after: number, wakeup: Wakeup, signal: AbortSignal | undefined): AsyncGenerator<StoredRecord> {
    const isOver = (): boolean => this.#isClosed;
    let epoch: string | undefined;
    for (let next = after; !this.#isClosed; ) {
      wakeup.take();
      const state = await wakeup.untilAnswered(() => this.#findState(), isOver);
      if (state === undefined) return;
      epoch ??= state.epoch;
      if (epoch !== state.epoch || state.last < next) throw new LogResetError("the table was replaced");
      if (state.last === next) await wakeup.wait(pollMs);
      else {
        const from = next;
        const rows = (await wakeup.untilAnswered(() => this.#fetch(from), isOver)) ?? [];
        for (const row of rows) {
          const stored = toStored(row);
          if (stored !== undefined) yield stored;
          signal?.throwIfAborted();
          if (this.#isClosed) return;
        }
        next = Number(rows.at(-1)?.sequence ?? state.last);
      }
      signal?.throwIfAborted();
    }
  }

  async #insert(journal: string, encoded: Uint8Array): Promise<void> {
    const client = await this.#pool.connect();
    try {
      await client.query("begin");
      // One append after the other: a reader that has seen a number must have seen all lower ones.
      await client.query(`select from ${this.#table}_state for update`);
      await client.query(
        `with next as (update ${this.#table}_state set last = last + 1 returning last)
         insert into ${this.#table} (sequence, journal, record) select last, $1, $2 from next`,
        [journal, Buffer.from(encoded.buffer, encoded.byteOffset, encoded.length)],
      );
      await client.query(`select pg_notify($1, '')`, [this.#table]);
      await client.query("commit");
      client.release();
    } catch (error) {
      // Without its connection, the server rolls the transaction back.
      client.release(true);
      throw error;
    }
  }

  async #findOne(journal: string, order: "asc" | "desc"): Promise<StoredRecord | undefined> {
    if (!isJournalId(journal)) return undefined;
    const { rows } = await this.#pool.query<Row>(
      `select sequence, stored_at, record from ${this.#table} where journal = $1 order by sequence ${order} limit 1`,
      [journal],
    );
    return rows[0] && toStored(rows[0]);
  }

  async #fetch(after: number): Promise<Row[]> {
    const { rows } = await this.#pool.query<Row>(
      `select sequence, stored_at, record from ${this.#table} where sequence > $1 order by sequence limit ${rowsMax}`,
      [after],
    );
    return rows;
  }

  async #findState(): Promise<{ epoch: string; last: number }> {
    const { rows } = await this.#pool.query<{ epoch: string; last: string }>(
      `select epoch, last from ${this.#table}_state`,
    );
    const [state] = rows;
    if (state === undefined) throw new Error(`${this.#table}_state: expected a row, found none`);
    return { epoch: state.epoch, last: Number(state.last) };
  }

  /** The epoch is another after the tables were dropped. One transaction creates both, under a lock of its own. */
  async #createTables(): Promise<void> {
    const client = await this.#pool.connect();
    try {
      await client.query("begin");
      await client.query("select pg_advisory_xact_lock(hashtext($1))", [this.#table]);
      await client.query(
        `create table if not exists ${this.#table} (sequence bigint primary key, journal text not null,
         stored_at timestamptz not null default clock_timestamp(), record bytea not null)`,
      );
      await client.query(`create index if not exists ${this.#table}_journal on ${this.#table} (journal, sequence)`);
      await client.query(
        `create table if not exists ${this.#table}_state
         (one boolean primary key check (one), epoch text not null, last bigint not null)`,
      );
      await client.query(`insert into ${this.#table}_state values (true, $1, 0) on conflict do nothing`, [
        randomUUID(),
      ]);
      await client.query("commit");
      client.release();
    } catch (error) {
      client.release(true);
      throw error;
    }
  }

  /** Only makes readers faster: they look without news too, and a connection that breaks is not replaced. */
  async #listen(connection: pg.PoolConfig): Promise<void> {
    const listener = new pg.Client(connection);
    this.#listener = listener;
    listener.on("error", () => {});
    listener.on("notification", () => {
      for (const wakeup of this.#readers) wakeup.wake();
    });
    await listener.connect();
    await listener.query(`listen ${this.#table}`);
  }

  #expectOpen(): void {
    if (this.#isClosed) throw new Error("the log is closed");
  }
}

/** Returns undefined for what is not a record: others may write to the table. */
function toStored({ sequence, stored_at, record }: Row): StoredRecord | undefined {
  const decoded = decodeRecord(record);
  if (!decoded.ok) return undefined;
  return { sequence: Number(sequence), record: decoded.record, storedAtMs: stored_at.getTime() };
}
