// Finds the lines at the end of an archive that its compaction carried over into the next file (docs/format.md 7 and
// 11).
import { CORRUPT_OP, Op } from "../core/op.js";
import type { JournalEngine } from "../engine/engine.js";
import { type RegularFile, readPart, readSize } from "../file/regular.js";
import { guardRead } from "../read/fold.js";
import type { Entry } from "../types.js";

/** A compaction carries over what was appended within moments. */
const carriedBytesMax = 1024 * 1024;

const lineFeed = 0x0a;

/**
 * Returns the offset at which the lines of `archive` begin that are the first ones of `next` after those that the
 * compaction itself wrote; the size of the archive if there are none.
 */
export function findCarried(archive: RegularFile, next: RegularFile, engine: JournalEngine): number {
  const size = readSize(archive);
  const start = skipCompacted(next, engine);
  if (start === undefined) return size;
  const from = Math.max(0, size - carriedBytesMax);
  const end = readBytes(archive, from, size);
  const begin = readBytes(next, start, Math.min(readSize(next), start + carriedBytesMax));
  const first = begin.subarray(0, begin.indexOf(lineFeed) + 1);
  if (first.length === 0) return size;
  for (let at = end.indexOf(first); at !== -1; at = end.indexOf(first, at + 1)) {
    const isLineStart = from + at === 0 || end[at - 1] === lineFeed;
    const carried = end.subarray(at);
    if (isLineStart && begin.subarray(0, carried.length).equals(carried)) return from + at;
  }
  return size;
}

/** Returns the offset of the first line that the file's compaction did not write; undefined if there is none. */
function skipCompacted(file: RegularFile, engine: JournalEngine): number | undefined {
  const batches = engine.readEntries(file.fd, { line: 0, offset: 0 });
  let isFirst = true;
  try {
    for (;;) {
      const turn = guardRead(file.path, () => batches.next());
      if (turn.done === true) return undefined;
      for (const [index, entry] of turn.value.entries.entries()) {
        if (!isOfCompaction(entry, isFirst)) return isFirst ? undefined : turn.value.placeOf(index).offset;
        isFirst = false;
      }
    }
  } finally {
    batches.return(undefined);
  }
}

/** A compaction writes a CHECKPOINT, then ACQUIREs, then sentinels, all without number and stamp. */
function isOfCompaction(entry: Entry, isFirst: boolean): boolean {
  const { op, seq, ts } = entry;
  if (seq !== undefined || ts !== undefined) return false;
  return isFirst ? op === Op.CHECKPOINT : op === Op.ACQUIRE || op === CORRUPT_OP;
}

/** Returns fewer bytes if the file has become shorter. */
function readBytes({ path, fd }: RegularFile, start: number, end: number): Buffer {
  const bytes = Buffer.alloc(Math.max(0, end - start));
  let length = 0;
  for (let got = -1; got !== 0 && length < bytes.length; length += got) {
    got = guardRead(path, () => readPart(fd, bytes, length, bytes.length - length, start + length));
  }
  return bytes.subarray(0, length);
}
