// Compares what a view shows with what `replay` returns, on random journals of every family.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { JournalEngine } from "../../src/engine/engine.js";
import { type Family, families } from "../generate/journal.js";
import { makeFolder, removeFolders } from "../generate/place.js";
import { chooseJournalCount, chooseSeed } from "../generate/seed.js";
import { type ExportedJournal, exportRandom, type ViewedLease } from "./exported.js";

/** A database that has the view `lane_leases`. */
export interface ViewedDatabase {
  /** Replaces the rows of `lane_entries` by those of a file of JSON lines. */
  load(path: string): Promise<void>;
  /** Returns the leases of each journal, in the order of `place`. */
  query(): Promise<Map<string, ViewedLease[]>>;
  close(): void;
}

/** How many journals are in the table at once. */
const journalsAtOnce = 500;

export function describeViews(name: string, engine: JournalEngine, open: () => Promise<ViewedDatabase>): void {
  const seed = chooseSeed(`sql-${name}`);
  const perFamily = process.env["LANE_SOAK"] === "1" ? 10_000 : Math.ceil(chooseJournalCount() / 20 / families.length);
  const folder = makeFolder("sql");
  const met = { journals: 0, leases: 0, leftOut: 0 };
  let database: ViewedDatabase;

  beforeAll(async () => {
    database = await open();
  });
  afterAll(() => {
    database.close();
    removeFolders();
  });

  async function compare(journals: readonly ExportedJournal[]): Promise<void> {
    const path = join(folder, "rows.ndjson");
    writeFileSync(path, journals.flatMap(({ rows }) => rows).join(""));
    await database.load(path);
    const shown = await database.query();
    for (const { id, leases } of journals) expect(shown.get(id) ?? [], `LANE_TEST_SEED=${seed}, ${id}`).toEqual(leases);
  }

  async function runFamily(family: Family): Promise<void> {
    let waiting: ExportedJournal[] = [];
    for (let at = 0; at < perFamily; at++) {
      const exported = await exportRandom(`${seed}/${family.name}/${at}`, family, { folder, engine });
      if (exported === undefined) met.leftOut++;
      else {
        met.journals++;
        met.leases += exported.leases.length;
        waiting.push(exported);
      }
      if (waiting.length < journalsAtOnce && at + 1 < perFamily) continue;
      await compare(waiting);
      waiting = [];
    }
  }

  describe(`the view of ${name}`, () => {
    for (const family of families) {
      it(`shows what replay returns of ${family.name} journals`, () => runFamily(family), 1_800_000);
    }

    it("was compared on journals with leases, of which few were left out", () => {
      process.stderr.write(`sql-${name}: ${JSON.stringify(met)}\n`);
      expect(met.leases).toBeGreaterThan(met.journals / 2);
      expect(met.journals).toBeGreaterThan(2 * met.leftOut);
    });
  });
}
