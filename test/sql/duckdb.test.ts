// Checks that the view of docs/sql/duckdb.sql shows the leases and tokens that `replay` returns.
import { readFileSync } from "node:fs";
import { DuckDBInstance } from "@duckdb/node-api";
import { loadNativeEngine } from "../../src/engine/native.js";
import "../support/engines.js";
import type { ViewedLease } from "./exported.js";
import { describeViews, type ViewedDatabase } from "./views.js";

const { engine } = loadNativeEngine();
if (engine === undefined) throw new Error("expected the native engine, found none");

describeViews("DuckDB", engine, async (): Promise<ViewedDatabase> => {
  const instance = await DuckDBInstance.create(":memory:", { threads: "2" });
  const connection = await instance.connect();
  await connection.run(
    'create table lane_entries (journal varchar, generation bigint, "offset" bigint, line bigint, entry json)',
  );
  await connection.run(readFileSync("docs/sql/duckdb.sql", "utf8"));
  const types = `{journal: 'varchar', generation: 'bigint', "offset": 'bigint', line: 'bigint', entry: 'json'}`;
  const readRows = (path: string): string =>
    `select * from read_json('${path}', format = 'newline_delimited', columns = ${types})`;
  return {
    async load(path) {
      await connection.run("delete from lane_entries");
      await connection.run(`insert into lane_entries by name ${readRows(path)}`);
    },
    async query() {
      // As JSON, because the client drops a byte order mark at the start of a string.
      const names = "to_json(loop_ts) as loop_ts, to_json(lane) as lane";
      const reader = await connection.runAndReadAll(
        `select journal, token, lease, ${names} from lane_leases order by journal, place`,
      );
      const shown = new Map<string, ViewedLease[]>();
      for (const row of reader.getRowObjects()) {
        const { journal, loop_ts, lane, token, lease } = row;
        const leases = shown.get(String(journal)) ?? [];
        shown.set(String(journal), leases);
        const number = token === null ? null : Number(token);
        const [loop, name, whole] = [loop_ts, lane, lease].map((text) => JSON.parse(String(text)));
        leases.push({ loop_ts: loop, lane: name, token: number, lease: whole });
      }
      return shown;
    },
    close: () => connection.closeSync(),
  };
});
