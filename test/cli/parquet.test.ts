// Reads with DuckDB what `lj export --format parquet` writes, and compares it with the lines of JSON.
import { closeSync, cpSync, mkdirSync, openSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { describe, expect, it } from "vitest";
import { append, compactJournal } from "../../src/index.js";
import { run } from "../package/installs.js";
import { engines } from "../support/engines.js";
import { finish, main, pathOf, runCommand, startCommand, writeJournal } from "./command.js";

async function query(sql: string): Promise<unknown[]> {
  const connection = await (await DuckDBInstance.create(":memory:")).connect();
  try {
    return (await connection.runAndReadAll(sql)).getRowObjects();
  } finally {
    connection.closeSync();
  }
}

/** Exports to a file, and returns its path. */
async function exportParquet(...args: readonly string[]): Promise<string> {
  const path = pathOf("rows.parquet");
  const fd = openSync(path, "w");
  const outcome = await finish(startCommand(["export", "--format", "parquet", ...args], {}, fd));
  closeSync(fd);
  expect(outcome).toMatchObject({ code: 0 });
  return path;
}

const nested = `${"[".repeat(1023)}${"]".repeat(1023)}`;
const odd = writeJournal(
  "odd.jsonl",
  [
    '{"op": "ACQUIRE", "lane": "日本 😀", "loop_ts": "T", "note": "\\ud800 \\\\ud800 \\u0000\\u2028\\"", "seq": 1}',
    "damaged",
    '{"op": "HALT", "note": [NaN, 1e400, 1e20, -9223372036854775808, 0.1], "seq": 2}',
    `{"op": "HALT", "note": ${nested}}`,
    "",
  ].join("\n"),
);

describe.each(engines)("lj export --format parquet on the %s engine", (engine) => {
  it("writes the rows that the default format prints", async () => {
    const args = ["--id", "host-a", "--engine", engine, odd];
    const lines = (await runCommand(["export", ...args])).stdout.trimEnd().split("\n");
    const rows = await query(`
      select journal, generation::varchar as generation, "offset"::varchar as "offset", line::varchar as line, entry
      from read_parquet('${await exportParquet(...args)}')`);
    const expected = lines.map((line) => {
      const { journal, generation, offset, line: number } = JSON.parse(line);
      // The default format also escapes what controls a terminal, which does not change the value.
      const entry: unknown = JSON.parse(line).entry;
      return { journal, generation: String(generation), offset: String(offset), line: String(number), entry };
    });
    expect(rows.map((row) => ({ ...Object(row), entry: JSON.parse(Object(row).entry) }))).toEqual(expected);
    expect(rows).toHaveLength(4);
  });
});

describe("lj export --format parquet", () => {
  it("writes several groups, so that a long journal does not have to be in memory", async () => {
    const long = JSON.stringify({ op: "HALT", note: "x".repeat(1_000_000) });
    const path = await exportParquet(writeJournal("long.jsonl", `${long}\n`.repeat(20)));
    const [found] = await query(`
      select (select count(*)::int from read_parquet('${path}')) as rows,
        (select count(distinct row_group_id)::int from parquet_metadata('${path}')) as groups`);
    expect(found).toEqual({ rows: 20, groups: 2 });
  });

  it("writes the archives first, and the entries in the order of their files", async () => {
    const journal = pathOf(join("archived", "journal.jsonl"));
    mkdirSync(dirname(journal));
    append({ op: "ACQUIRE", lane: "a", loop_ts: "T" }, journal);
    compactJournal(journal, { archive: join(dirname(journal), "old") });
    append({ op: "RELEASE", lane: "a", loop_ts: "T" }, journal);
    const path = await exportParquet("--archive", join(dirname(journal), "old"), journal);
    const rows = await query(`select entry ->> '$.op' as op from read_parquet('${path}')`);
    expect(rows).toEqual([{ op: "ACQUIRE" }, { op: "CHECKPOINT" }, { op: "RELEASE" }]);
    const numbers = await query(`select distinct generation from read_parquet('${path}')`);
    expect(numbers).toHaveLength(2);
  });

  it("writes a file without rows for a missing journal", async () => {
    const path = await exportParquet(pathOf("missing.jsonl"));
    expect(await query(`select column_name from (describe select * from read_parquet('${path}'))`)).toEqual(
      ["journal", "generation", "offset", "line", "entry"].map((name) => ({ column_name: name })),
    );
    expect(await query(`select * from read_parquet('${path}')`)).toEqual([]);
  });

  it("says what to install if the package is missing", () => {
    const alone = pathOf("alone");
    cpSync(dirname(main), alone, { recursive: true });
    writeFileSync(join(alone, "journal.jsonl"), '{"op": "HALT"}\n');
    const args = ["export", "--format", "parquet", "--engine", "js", join(alone, "journal.jsonl")];
    const { status, stdout, stderr } = run(process.execPath, [join(alone, "lj.js"), ...args], alone);
    expect([status, stdout]).toEqual([3, ""]);
    expect(stderr).toBe(
      "lj: --format parquet: the package hyparquet-writer is missing; npm install hyparquet-writer@0.17.0\n",
    );
  });
});
