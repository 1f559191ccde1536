// Describes how a compaction of a journal broke docs/format.md 7, given what is appended later; returns null if it did
// not.
import { readFileSync, writeFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { rewriteText } from "../../src/compact/canonical.js";
import { text } from "../../src/core/words.js";
import type { Engine, Entry } from "../../src/index.js";
import { JournalError, leaseGenerations, nextSeq, readAll, replay, scan } from "../../src/index.js";
import { compactWith } from "./compacting.js";

/** The files that a verdict may overwrite. */
export interface Paths {
  old: string;
  compacted: string;
}

const fresh = '{"op": "ACQUIRE", "lane": "fresh lane", "loop_ts": "fresh loop"}\n';
const mark = Buffer.from([0xef, 0xbb, 0xbf]);

/** `later` begins with a new line, as an append does. All engines must write the same bytes. */
export function judgeCompaction(
  before: Buffer,
  later: Buffer,
  engines: readonly Engine[],
  paths: Paths,
): string | null {
  writeFileSync(paths.old, before);
  if (!scan(paths.old).isJournal) return judgeRefusal(before, engines, paths);
  const written = engines.map((engine) => {
    writeFileSync(paths.compacted, before);
    const result = compactWith(engine, paths.compacted);
    return { engine, result, bytes: readFileSync(paths.compacted) };
  });
  const [first, ...others] = written;
  if (first === undefined) throw new Error("expected an engine to compact with, found none");
  for (const { engine, bytes } of others) {
    if (!bytes.equals(first.bytes))
      return `${engine} wrote\n${String(bytes)}${first.engine} wrote\n${String(first.bytes)}`;
  }
  writeFileSync(paths.old, before);
  const complaint = compareNow(paths, first.engine, first.result.entriesAfter);
  if (complaint !== null) return complaint;
  // A byte order mark is damage within a file, but not at its start; and an empty journal stays empty.
  const added = later.subarray(0, 3).equals(mark) ? later.subarray(3) : later;
  const gap = before.length === 0 || before.at(-1) === 0x0a ? "" : "\n";
  writeFileSync(paths.old, Buffer.concat([before, Buffer.from(gap), added]));
  writeFileSync(paths.compacted, Buffer.concat([first.bytes, added]));
  // After a torn first append without any entry the file is refused, so there is nothing to compare (docs/format.md
  // 10).
  if (!scan(paths.old).isJournal) return null;
  return compareLater(paths, first.engine);
}

/** Every engine must refuse a file that is not a journal and leave it unchanged. */
function judgeRefusal(before: Buffer, engines: readonly Engine[], { compacted }: Paths): string | null {
  for (const engine of engines) {
    writeFileSync(compacted, before);
    try {
      compactWith(engine, compacted);
      return `${engine} compacted a file that is not a journal`;
    } catch (error) {
      if (!(error instanceof JournalError && error.code === "ERR_NOT_A_JOURNAL")) throw error;
    }
    if (!readFileSync(compacted).equals(before)) return `${engine} changed a file that is not a journal`;
  }
  return null;
}

function compareNow({ old, compacted }: Paths, engine: Engine, entriesAfter: number): string | null {
  const options = { engine };
  const found = scan(compacted, options);
  if (found.entries !== entriesAfter) return `expected ${entriesAfter} entries, found ${found.entries}`;
  if (found.corrupt.count > 0 || found.tornTail !== null) return "the new file is damaged";
  const was = scan(old, options);
  const kept = sentinels(readAll(compacted, options));
  const torn = was.tornTail?.damaged === true ? 1 : 0;
  if (!isPartOf(sentinels(readAll(old, options)), kept)) return "sentinels differ";
  const expected = sentinels(readAll(old, options)).length + was.nonObjects.count + torn;
  if (kept.length !== expected) return `expected ${expected} sentinels, found ${kept.length}`;
  if (torn === 1 && kept.at(-1)?.["_line"] !== was.tornTail?.line) return "the bad last line was not kept";
  for (const line of readFileSync(compacted, "utf8").split("\n").slice(0, -1)) {
    if (rewriteText(line).text !== line) return `a line is not canonical: ${line}`;
  }
  return compareTokens(old, compacted, engine);
}

/**
 * Returns whether `all` contains `part` in its order. A compaction adds only sentinels for lines that are not objects.
 */
function isPartOf(part: readonly Entry[], all: readonly Entry[]): boolean {
  let at = 0;
  for (const entry of all) if (isDeepStrictEqual(entry, part[at])) at++;
  return at === part.length;
}

/** A token that is still valid must stay with its holder; every other token must be new. */
function compareTokens(old: string, compacted: string, engine: Engine): string | null {
  const tokens = leaseGenerations(old, { engine });
  const nameOf = (row: { loop_ts: string; lane: string }): string => JSON.stringify([row.loop_ts, row.lane]);
  const was = new Map(tokens.map((row) => [nameOf(row), row.generation]));
  const issued = Math.max(0, ...was.values());
  for (const row of leaseGenerations(compacted, { engine })) {
    const isKept = was.get(nameOf(row)) === row.generation;
    if (!isKept && row.generation <= issued) return `the token ${row.generation} was handed out before`;
  }
  return null;
}

function compareLater({ old, compacted }: Paths, engine: Engine): string | null {
  const options = { engine };
  const [leases, found] = [replay(old, options), replay(compacted, options)];
  if (!isDeepStrictEqual(found, leases)) {
    return `leases: expected ${JSON.stringify(leases)}, found ${JSON.stringify(found)}`;
  }
  const [want, have] = [nextSeq(old, options), nextSeq(compacted, options)];
  if (want !== have) return `nextSeq: expected ${want}, found ${have}`;
  const [plain, renewed] = [nextToken(old, engine), nextToken(compacted, engine)];
  return renewed < plain ? `the next token: expected at least ${plain}, found ${renewed}` : null;
}

function nextToken(path: string, engine: Engine): number {
  const bytes = readFileSync(path);
  writeFileSync(
    path,
    Buffer.concat([bytes, Buffer.from(bytes.length === 0 || bytes.at(-1) === 0x0a ? fresh : `\n${fresh}`)]),
  );
  const row = leaseGenerations(path, { engine }).find(({ lane }) => lane === "fresh lane");
  // If no token is left the lease has none (docs/format.md 10), which counts as above all.
  return row?.generation ?? Number.POSITIVE_INFINITY;
}

function sentinels(entries: Entry[]): Entry[] {
  return entries.filter((entry) => text(entry["op"]) === "_CORRUPT");
}
