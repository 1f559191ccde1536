// Runs the suite of logs on PostgreSQL.
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LogResetError } from "../src/log.js";
import { PostgresLog } from "../src/postgres-log.js";
import { describeLog, recordOf } from "./contract/log.js";
import { type PostgresServer, startPostgres } from "./support/postgres.js";

let server: PostgresServer;
let opened = 0;

beforeAll(async () => {
  server = await startPostgres();
});
afterAll(async () => {
  await server.stop();
});

const openLog = (table: string): Promise<PostgresLog> => PostgresLog.open({ connection: server.connection, table });

describeLog("PostgreSQL", () => openLog(`log_${++opened}`));

describe("a log in PostgreSQL", () => {
  it("numbers the records of several writers without a gap that is filled later", async () => {
    const writers = await Promise.all([1, 2, 3].map(() => openLog("several")));
    const readers = await openLog("several");
    const seen: number[] = [];
    const reading = (async () => {
      for await (const { sequence } of readers.read()) if (seen.push(sequence) === 60) return;
    })();
    await Promise.all(
      writers.map(async (log, at) => {
        for (let offset = 0; offset < 20; offset++) await log.append(recordOf(`writer-${at}`, offset, "x"));
      }),
    );
    await reading;
    expect(seen).toEqual(Array.from({ length: 60 }, (_, at) => at + 1));
    for (const log of [...writers, readers]) await log.close();
  });

  it("tells a reader that the tables were dropped, also when they have been filled again", async () => {
    const log = await openLog("dropped");
    await log.append(recordOf("a", 0, "x"));
    const reader = log.read();
    await reader.next();
    const client = new pg.Client(server.connection);
    await client.connect();
    await client.query("drop table dropped, dropped_state");
    await client.end();
    const again = await openLog("dropped");
    for (let offset = 0; offset < 3; offset++) await again.append(recordOf("a", offset, "x"));
    await expect(reader.next()).rejects.toThrow(LogResetError);
    await log.close();
    await again.close();
  });

  it("takes no name for a table that would be SQL", async () => {
    await expect(openLog("a; drop table b")).rejects.toThrow(/^table: expected lower-case letters/);
  });
});
