// Checks that the view of docs/sql/clickhouse.sql shows the leases and tokens that `replay` returns.
//   LANE_CHDB  the folder of the package chdb; `npm run test:clickhouse` installs it. Without it nothing runs.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { describe, it } from "vitest";
import { loadNativeEngine } from "../../src/engine/native.js";
import "../support/engines.js";
import type { ViewedLease } from "./exported.js";
import { describeViews, type ViewedDatabase } from "./views.js";

/** What this suite uses of chdb. */
interface Session {
  query(sql: string, format?: string): string;
  close(): void;
}

const folder = process.env["LANE_CHDB"];
const { engine } = loadNativeEngine();
if (engine === undefined) throw new Error("expected the native engine, found none");

function isSession(value: unknown): value is Session {
  return typeof Reflect.get(Object(value), "query") === "function";
}

function openSession(path: string): Session {
  const library: unknown = createRequire(import.meta.url)(path);
  const session: unknown = Reflect.construct(Reflect.get(Object(library), "Session"), []);
  if (isSession(session)) return session;
  throw new TypeError(`${path}: expected a session with a method query, found none`);
}

async function openClickHouse(path: string): Promise<ViewedDatabase> {
  const session = openSession(path);
  const columns = "journal String, generation Int64, offset Int64, line Int64, entry String";
  session.query(`create table lane_entries (${columns}) engine = MergeTree order by (journal, generation, line)`);
  session.query(readFileSync("docs/sql/clickhouse.sql", "utf8"));
  return {
    async load(rows) {
      session.query("truncate table lane_entries");
      session.query(`insert into lane_entries select * from file('${rows}', 'JSONEachRow', '${columns}')`);
    },
    async query() {
      const answer = session.query("select * from lane_leases order by journal, place", "JSONEachRow");
      const shown = new Map<string, ViewedLease[]>();
      for (const line of answer.split("\n").filter((text) => text !== "")) {
        const { journal, loop_ts, lane, token, lease } = JSON.parse(line);
        const leases = shown.get(journal) ?? [];
        shown.set(journal, leases);
        leases.push({ loop_ts, lane, token, lease: JSON.parse(lease) });
      }
      return shown;
    },
    close: () => session.close(),
  };
}

if (folder === undefined) {
  describe("the view of ClickHouse", () => {
    it.skip("is compared by npm run test:clickhouse", () => undefined);
  });
} else {
  describeViews("ClickHouse", engine, () => openClickHouse(folder));
}
