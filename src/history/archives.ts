// Finds the archived files of journals, in the order in which they were written (docs/format.md 7 and 11).
import { readdirSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { Op } from "../core/op.js";
import { int } from "../core/words.js";
import type { JournalEngine } from "../engine/engine.js";
import { JournalError } from "../errors.js";
import { readArchiveName } from "../file/archive-name.js";
import { type Ordered, orderArchives } from "../file/archive-order.js";
import { closeReadable, openReadable, type RegularFile, readSize } from "../file/regular.js";
import { errorText } from "../file/system-error.js";
import { guardRead } from "../read/fold.js";

/** An archived file. */
export interface Archive extends Ordered {
  /** The name of the journal. */
  journal: string;
  path: string;
  /** Its size in bytes. */
  bytes: number;
}

interface Found extends Archive {
  /** The device and inode. */
  identity: string;
}

/**
 * Returns the archives in `folder` that compactions of `journal` made. A second name of the journal's own
 * file, which a failed compaction leaves, is not one. Throws if the folder cannot be read.
 */
export function listArchives(
  folder: string,
  journal: string,
  own: RegularFile | undefined,
  engine: JournalEngine,
): Archive[] {
  const found: Found[] = [];
  // After a compaction that was killed, the next one archives the same file again.
  const known = new Set([own?.state.identity]);
  for (const name of readNames(folder).filter((each) => readArchiveName(each)?.journal === basename(journal))) {
    const archive = readArchive(folder, name, engine);
    if (archive === undefined || known.has(archive.identity)) continue;
    known.add(archive.identity);
    found.push(archive);
  }
  return orderArchives(found);
}

/**
 * Returns the archives in `folder` of each journal, and how many other files there are. An archive that cannot be read
 * has its place by its name.
 */
export function listAllArchives(folder: string, engine: JournalEngine): { journals: Archive[][]; others: number } {
  const journals = new Map<string, Archive[]>();
  let others = 0;
  for (const name of readdirSync(folder)) {
    const archive = readArchiveOrName(folder, name, engine);
    if (archive === undefined) others++;
    else journals.set(archive.journal, [...(journals.get(archive.journal) ?? []), archive]);
  }
  return { journals: [...journals.values()].map((archives) => orderArchives(archives)), others };
}

function readArchiveOrName(folder: string, name: string, engine: JournalEngine): Archive | undefined {
  const named = readArchiveName(name);
  const path = join(folder, name);
  const state = statSync(path, { throwIfNoEntry: false });
  if (named === undefined || state?.isFile() !== true) return undefined;
  try {
    return readArchive(folder, name, engine);
  } catch (error) {
    if (!(error instanceof JournalError)) throw error;
    return { ...named, name, path, bytes: state.size, watermark: (named.nextSeq ?? 1) - 1 };
  }
}

function readNames(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (cause) {
    throw new Error(`the archive folder ${folder} cannot be read: ${errorText(cause)}`, { cause });
  }
}

/** Returns undefined for a file that no compaction has named. */
function readArchive(folder: string, name: string, engine: JournalEngine): Found | undefined {
  const named = readArchiveName(name);
  const path = join(folder, name);
  const file = named === undefined ? undefined : openReadable(path, "the archive");
  if (named === undefined || file === undefined) return undefined;
  try {
    const { identity } = file.state;
    return { ...named, name, path, identity, bytes: readSize(file), watermark: readWatermark(file, engine) };
  } finally {
    closeReadable(file);
  }
}

function readWatermark(file: RegularFile, engine: JournalEngine): number {
  const batches = engine.readEntries(file.fd, { line: 0, offset: 0 });
  const batch = guardRead(file.path, () => batches.next());
  batches.return(undefined);
  const first = batch.done === true ? undefined : batch.value.entries[0];
  return first?.["op"] === Op.CHECKPOINT ? int(first["seq_watermark"]) : -1;
}
