// Copies the journals of a log into folders, each with the older files of the journal as archives, so that every
// program that reads journals and archives can read them.
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { JournalError, nextSeq } from "lane-journal";
import { gapOf } from "./fleet.js";
import type { ReplicatedLog } from "./log.js";
import { Mirror } from "./mirror.js";

export interface CopyOptions {
  log: ReplicatedLog;
  /** Has a folder for each journal afterwards, with the journal's id as its name. It is created. */
  folder: string;
  /** Only the journal with this id. Default: all. */
  id?: string;
  /** Stops copying. */
  signal?: AbortSignal;
}

/** The copy of one journal. */
export interface JournalCopy {
  id: string;
  /** The copy of the journal, `ID/ID.jsonl` in the folder; undefined if the log has no file of the journal whole. */
  path: string | undefined;
  /** The folder with the files that were the journal before, named as compactions name archives. */
  archive: string;
  /** What the copy lacks, for people; undefined if it lacks nothing. */
  gap: string | undefined;
}

const markerName = ".lane-journal-copy";

/**
 * Copies what the log has now. A folder of an earlier call is replaced. Rejects if a folder that this function did not
 * create has the name of a journal.
 */
export async function copyJournals({ log, folder, id, signal }: CopyOptions): Promise<JournalCopy[]> {
  const last = await log.lastSequence();
  const mirrors = new Map<string, Mirror>();
  try {
    if (last > 0) {
      for await (const stored of log.read(signal === undefined ? {} : { signal })) {
        const { journal } = stored.record;
        if (id === undefined || journal === id) mirrorOf(journal, folder, mirrors).apply(stored);
        if (stored.sequence >= last) break;
      }
    }
    const sorted = [...mirrors].toSorted(([a], [b]) => (a < b ? -1 : 1));
    return sorted.map(([journal, mirror]) => settle(journal, join(folder, journal), mirror));
  } finally {
    for (const mirror of mirrors.values()) mirror.close();
  }
}

function mirrorOf(journal: string, folder: string, mirrors: Map<string, Mirror>): Mirror {
  const known = mirrors.get(journal);
  if (known !== undefined) return known;
  const own = join(folder, journal);
  const marker = join(own, markerName);
  if (existsSync(own) && !existsSync(marker) && readdirSync(own).length > 0) {
    throw new Error(`${own}: expected a copy of an earlier call or nothing, found other files`);
  }
  rmSync(own, { recursive: true, force: true });
  mkdirSync(own, { recursive: true });
  writeFileSync(marker, "");
  const mirror = new Mirror(join(own, "files"), { keepsOld: true });
  mirrors.set(journal, mirror);
  return mirror;
}

/** Gives the files the names that readers of journals expect. */
function settle(id: string, folder: string, mirror: Mirror): JournalCopy {
  const { shown, old } = mirror;
  const archive = join(folder, "archive");
  mkdirSync(archive);
  for (const [at, { path, generation }] of old.entries()) {
    // Its successor's number is about when it became an archive.
    const replacedAtMs = old[at + 1]?.generation ?? shown?.generation ?? generation;
    const name = archiveName(id, { next: numberAfter(path), atMs: replacedAtMs, generation });
    renameSync(path, join(archive, name));
  }
  const path = join(folder, `${id}.jsonl`);
  if (shown !== undefined) renameSync(shown.path, path);
  rmSync(join(folder, "files"), { recursive: true });
  return { id, path: shown && path, archive, gap: gapOf(mirror) };
}

/** A file that is not a journal has no numbers. Reading the archive reports it. */
function numberAfter(path: string): number {
  try {
    return nextSeq(path);
  } catch (error) {
    if (error instanceof JournalError && error.code === "ERR_NOT_A_JOURNAL") return 1;
    throw error;
  }
}

/** As docs/format.md of lane-journal, section 7, names archives. */
function archiveName(
  id: string,
  { next, atMs, generation }: { next: number; atMs: number; generation: number },
): string {
  const stamp = `${new Date(atMs).toISOString().slice(0, 19)}Z`.replace(/[-:]/g, "");
  const nonce = (generation % 2 ** 32).toString(16).padStart(8, "0");
  return `${id}.n${String(next).padStart(16, "0")}-${stamp}-${nonce}.jsonl`;
}
