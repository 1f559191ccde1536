// Finds the archived files of a journal, in the order in which they were written (docs/format.md 7 and 11).
import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { Op } from "../core/op.js";
import { int } from "../core/words.js";
import type { JournalEngine } from "../engine/engine.js";
import { readArchiveName } from "../file/archive-name.js";
import { closeReadable, openReadable, type RegularFile, readSize } from "../file/regular.js";
import { errorText } from "../file/system-error.js";
import { guardRead } from "../read/fold.js";

interface Archive {
  path: string;
  /** Its size in bytes. */
  bytes: number;
}

interface Found extends Archive {
  name: string;
  /** The highest number before its first entry, by its CHECKPOINT; -1 if it does not begin with one. */
  watermark: number;
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
  for (const name of readNames(folder)) {
    const path = join(folder, name);
    const isArchive = readArchiveName(name)?.journal === basename(journal);
    const file = isArchive ? openReadable(path, "the archive") : undefined;
    if (file === undefined) continue;
    try {
      if (known.has(file.state.identity)) continue;
      known.add(file.state.identity);
      found.push({ path, name, bytes: readSize(file), watermark: readWatermark(file, engine) });
    } finally {
      closeReadable(file);
    }
  }
  return found.sort(compareArchives).map(({ path, bytes }) => ({ path, bytes }));
}

function readNames(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (cause) {
    throw new Error(`the archive folder ${folder} cannot be read: ${errorText(cause)}`, { cause });
  }
}

function readWatermark(file: RegularFile, engine: JournalEngine): number {
  const batches = engine.readEntries(file.fd, { line: 0, offset: 0 });
  const batch = guardRead(file.path, () => batches.next());
  batches.return(undefined);
  const first = batch.done === true ? undefined : batch.value.entries[0];
  return first?.["op"] === Op.CHECKPOINT ? int(first["seq_watermark"]) : -1;
}

/** Names of version 0.1.0 sort by a clock that may go back; the numbering never does. */
function compareArchives(a: Found, b: Found): number {
  if (a.watermark !== b.watermark) return a.watermark - b.watermark;
  return a.name < b.name ? -1 : 1;
}
