// Writes the sentinels of a folded journal as lines, in order (docs/format.md 7). A line that is not an entry becomes a
// stored `_CORRUPT` entry.
import { drive } from "../core/drive.js";
import { makeSentinel } from "../core/entry.js";
import { lineBytesMax, rawBytesMax, rawText } from "../core/lines.js";
import { CORRUPT_OP } from "../core/op.js";
import type { ScanReport } from "../engine/engine.js";
import { type Disk, readFully } from "../file/disk.js";
import { StretchReader } from "../file/stretches.js";
import type { Entry, Place } from "../types.js";
import { looseText } from "./canonical.js";
import { type Kept, KeptLines } from "./kept.js";

export interface FoldedFile {
  fd: number;
  disk: Disk;
  scan: ScanReport;
}

const lineFeed = 0x0a;

/** Yields each line with its LF. Ignores lines that were added after the fold. */
export function* sentinelLines(file: FoldedFile): Generator<string> {
  const { tornTail } = file.scan;
  for (const kept of listPlaces(file.scan) ?? search(file)) {
    yield sentinelLine(isPlace(kept) ? readSentinel(file, kept) : kept);
  }
  if (tornTail?.damaged === true) yield sentinelLine(readSentinel(file, tornTail));
}

/** Returns the places in file order, or undefined if the scan does not list all. Stored sentinels are not listed. */
function listPlaces({ ops, corrupt, nonObjects }: ScanReport): Place[] | undefined {
  if (corrupt.count !== (ops[CORRUPT_OP] ?? 0)) return undefined;
  if ([corrupt, nonObjects].some(({ count, first }) => first.length < count)) return undefined;
  return [...corrupt.first, ...nonObjects.first].sort((a, b) => a.line - b.line);
}

/** A compaction writes stored sentinels at the start, so the search ends early if there are no others. */
function* search({ fd, scan }: FoldedFile): Generator<Kept> {
  const count = (scan.ops[CORRUPT_OP] ?? 0) + scan.nonObjects.count;
  let left = count;
  for (const batch of findKept(fd)) {
    for (const kept of batch) {
      yield kept;
      left--;
      if (left === 0) return;
    }
  }
  throw new Error(`the sentinels: expected ${count}, found ${count - left}`);
}

/** Finds the lines to keep, in file order. Yields after about each megabyte. */
function* findKept(fd: number): Generator<Kept[]> {
  const lines = new KeptLines();
  const reader = new StretchReader(lines);
  for (let atEnd = false; !atEnd; ) {
    atEnd = drive(reader.read({ fd }));
    yield lines.takeKept();
  }
}

/** An entry has an `op`, and a place has not. */
function isPlace(kept: Kept): kept is Place {
  return !("op" in kept);
}

/** Makes the sentinel of the line at a place. */
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
