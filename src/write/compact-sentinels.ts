// A folded journal in, the lines of its sentinels out, in order (SPEC 7): a bad line becomes a stored `_CORRUPT` entry.
import { makeSentinel } from "../core/entry.js";
import { lineBytesMax, rawBytesMax, rawText } from "../core/lines.js";
import { CORRUPT_OP } from "../core/op.js";
import { text } from "../core/words.js";
import type { JournalEngine } from "../engine/engine.js";
import type { Entry, Place, Scan } from "../types.js";
import { looseText } from "./canonical.js";
import { type Disk, readFully } from "./disk.js";

export interface FoldedFile {
  fd: number;
  engine: JournalEngine;
  disk: Disk;
  scan: Scan;
}

const lineFeed = 0x0a;

/** Each with its LF. Lines that were added since the fold are left alone. */
export function* sentinelLines(file: FoldedFile): Generator<string> {
  const { scan } = file;
  const count = scan.ops[CORRUPT_OP] ?? 0;
  const arePlacesKnown = scan.corrupt.count === count && scan.corrupt.first.length === count;
  const sentinels = arePlacesKnown ? scan.corrupt.first.map((place) => readSentinel(file, place)) : search(file, count);
  for (const sentinel of sentinels) yield sentinelLine(sentinel);
  if (scan.tornTail?.terminated === true) yield sentinelLine(readSentinel(file, scan.tornTail));
}

/** Stored ones have no place in the scan. A compaction puts them at the start, where the search is soon over. */
function* search({ engine, fd }: FoldedFile, count: number): Generator<Entry> {
  let left = count;
  if (left === 0) return;
  for (const batch of engine.readEntries(fd, { line: 0, offset: 0 })) {
    for (const entry of batch) {
      if (text(entry["op"]) !== CORRUPT_OP) continue;
      yield entry;
      left--;
      if (left === 0) return;
    }
  }
  throw new Error(`the sentinels: expected ${count}, found ${count - left}`);
}

/** Of the bad line that begins there. */
function readSentinel({ disk, fd }: FoldedFile, { line, offset }: Place): Entry {
  const bytes = Buffer.alloc(rawBytesMax);
  const read = bytes.subarray(0, readFully(disk, fd, bytes, offset).length);
  const end = read.indexOf(lineFeed);
  return makeSentinel(rawText(end === -1 ? read : read.subarray(0, end)), line);
}

function sentinelLine(sentinel: Entry): string {
  const line = `${looseText(sentinel)}\n`;
  const bytes = Buffer.byteLength(line) - 1;
  if (bytes <= lineBytesMax) return line;
  throw new Error(`a sentinel: expected at most ${lineBytesMax} bytes as a line, found ${bytes}`);
}
