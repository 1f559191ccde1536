// Keeps leases in one table of SQLite, by the package better-sqlite3 if it is installed. It is not a dependency.
import { createRequire } from "node:module";
import { isObject } from "../../src/core/words.js";

/** The same three decisions as those of the lease shell, each in a transaction of its own. */
export interface LeaseTable {
  /** Returns the fencing token; undefined if the lane is held. */
  acquire(lane: string): number | undefined;
  /** Returns whether the lane is held by this owner. */
  heartbeat(lane: string): boolean;
  release(lane: string): boolean;
  close(): void;
}

interface Statement {
  run(...values: unknown[]): { changes: number };
  get(...values: unknown[]): unknown;
}

interface Database {
  pragma(text: string): unknown;
  exec(text: string): unknown;
  prepare(text: string): Statement;
  transaction(work: (lane: string) => number | undefined): { immediate(lane: string): number | undefined };
  close(): void;
}

type Open = new (path: string) => Database;

/** The version that the figures are for. */
export const sqlitePackage = "better-sqlite3@12";

function isOpen(value: unknown): value is Open {
  return typeof value === "function";
}

/** Returns undefined if the package is not installed. */
export function openLeaseTable(path: string, owner: string): LeaseTable | undefined {
  let open: unknown;
  try {
    open = createRequire(import.meta.url)("better-sqlite3");
  } catch (error) {
    if (isObject(error) && error["code"] === "MODULE_NOT_FOUND") return undefined;
    throw error;
  }
  if (!isOpen(open)) throw new Error("better-sqlite3: expected a constructor");
  return createLeaseTable(new open(path), owner);
}

function createLeaseTable(database: Database, owner: string): LeaseTable {
  database.pragma("journal_mode = WAL");
  database.pragma("synchronous = FULL");
  database.exec(
    "create table leases (lane text primary key, holder text not null, generation integer not null, " +
      "acquired_at text not null, heartbeat_at text not null) strict;" +
      "create table counter (generation integer not null) strict; insert into counter values (0);",
  );
  const find = database.prepare("select holder from leases where lane = ?");
  const count = database.prepare("update counter set generation = generation + 1 returning generation");
  const insert = database.prepare("insert into leases values (?, ?, ?, ?, ?)");
  const renew = database.prepare("update leases set heartbeat_at = ? where lane = ? and holder = ?");
  const remove = database.prepare("delete from leases where lane = ? and holder = ?");
  const now = (): string => new Date().toISOString();
  const acquire = database.transaction((lane) => {
    if (find.get(lane) !== undefined) return undefined;
    const row = count.get();
    if (!isObject(row) || typeof row["generation"] !== "number") throw new Error("expected a generation");
    const at = now();
    insert.run(lane, owner, row["generation"], at, at);
    return row["generation"];
  });
  return {
    acquire: (lane) => acquire.immediate(lane),
    heartbeat: (lane) => renew.run(now(), lane, owner).changes === 1,
    release: (lane) => remove.run(lane, owner).changes === 1,
    close: () => database.close(),
  };
}
