// Generates random journals, exports them as rows and says what the views must show. What SQL cannot represent is left
// out and counted.
import { copyFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { checkOptions } from "../../src/arguments.js";
import { formatPortable } from "../../src/cli/export/portable.js";
import { RowReader } from "../../src/cli/export/rows.js";
import type { JournalEngine } from "../../src/engine/engine.js";
import { closeReadable, openReadable } from "../../src/file/regular.js";
import { compactJournal, type Entry, JournalError, leaseGenerations, readAll, replay } from "../../src/index.js";
import { type Family, makeJournal } from "../generate/journal.js";
import { foldNaively, isNothing, keyOf, type Thing, textOf, thingsIn } from "../generate/oracle-fold.js";
import { Random } from "../generate/random.js";

/** One lease, as both views show it. */
export interface ViewedLease {
  loop_ts: string;
  lane: string;
  token: number | null;
  lease: unknown;
}

export interface ExportedJournal {
  /** The journal in the rows, and the seed of its bytes. */
  id: string;
  /** Lines of JSON with the columns of `lj export`; some are there twice. */
  rows: string[];
  /** In the order of the fold. */
  leases: ViewedLease[];
}

/** Returns undefined for a file that is not a journal, and for identities that differ in SQL (docs/sql.md). */
export async function exportRandom(
  id: string,
  family: Family,
  { folder, engine }: { folder: string; engine: JournalEngine },
): Promise<ExportedJournal | undefined> {
  const [path, old] = [join(folder, "journal.jsonl"), join(folder, "old.jsonl")];
  const r = new Random(`${id}/rows`);
  rmSync(old, { force: true });
  writeFileSync(path, makeJournal(family, id));
  try {
    const kind = r.pickWeighted([
      [10, "alone"],
      [9, "after another file"],
      [1, "compacted"],
    ]);
    if (kind === "after another file") writeFileSync(old, makeJournal(family, `${id}/old`));
    if (kind === "compacted") {
      copyFileSync(path, old);
      compactJournal(path);
    }
    const entries = readAll(path);
    if (hasOtherTexts(entries)) return undefined;
    const newest = await readRows(id, { path, generation: 2 }, engine);
    // A file without entries has no rows, so a view cannot tell that it replaced another one.
    const older = newest.length === 0 ? [] : await readRows(id, { path: old, generation: 1 }, engine);
    const rows = [...older, ...newest];
    const twice = rows.filter(() => r.chance(0.2));
    return { id, rows: r.shuffled([...rows, ...twice]), leases: expectedLeases(path, entries) };
  } catch (error) {
    if (isForeign(error)) return undefined;
    throw error;
  }
}

function isForeign(error: unknown): boolean {
  return error instanceof JournalError && error.code === "ERR_NOT_A_JOURNAL";
}

interface ExportedFile {
  path: string;
  generation: number;
}

/** Returns the rows that `lj export` writes; none for an older file that is missing or not a journal. */
async function readRows(journal: string, { path, generation }: ExportedFile, engine: JournalEngine): Promise<string[]> {
  const file = openReadable(path);
  if (file === undefined) return [];
  const rows: string[] = [];
  try {
    const reader = new RowReader({ path, engine, options: checkOptions({}) });
    for await (const batch of reader.read(file)) {
      for (const { offset, line, entry } of batch) {
        rows.push(`{"entry":${entry},${JSON.stringify({ journal, generation, offset, line }).slice(1)}\n`);
      }
    }
  } catch (error) {
    if (generation > 1 || !isForeign(error)) throw error;
  } finally {
    closeReadable(file);
  }
  return rows;
}

function expectedLeases(path: string, entries: Entry[]): ViewedLease[] {
  const { identities } = foldNaively(entries);
  const tokens = new Map(leaseGenerations(entries).map(({ generation, ...row }) => [keyOf(row), generation]));
  return replay(path).map((lease, at) => {
    const identity = identities[at];
    if (identity === undefined) throw new Error(`${path}: expected ${at + 1} identities, found ${identities.length}`);
    const token = tokens.get(keyOf(identity)) ?? null;
    return { loop_ts: asExported(identity.loop_ts), lane: asExported(identity.lane), token, lease: asExported(lease) };
  });
}

/** Returns what a database reads of a value. */
function asExported<Value>(value: Value): Value {
  return JSON.parse(formatPortable({ value })).value;
}

/** Whether the text of an identity depends on what the rows do not keep. */
function hasOtherTexts(entries: readonly Thing[]): boolean {
  const named = entries.flatMap((entry) => [entry, ...thingsIn(entry["leases"]), ...thingsIn(entry["generations"])]);
  return named.some((thing) => isOther(thing["loop_ts"]) || isOther(thing["lane"]));
}

function isOther(value: unknown): boolean {
  if (typeof value === "number") return Math.abs(value) >= 1e18 && Math.abs(value) < 1e21;
  if (typeof value !== "object" || isNothing(value)) return false;
  const tokens = formatPortable({ value }).slice('{"value": '.length, -1);
  const written = tokens.replace(/("(?:[^"\\]|\\.)*")|\s+/g, (_, string?: string) =>
    string === undefined ? "" : JSON.stringify(JSON.parse(string)),
  );
  // Databases write exponents and control characters in other ways.
  return written !== textOf(value) || /e\+|\\u00/.test(written);
}
