// Reads a journal's last entries from the end of the file.

import { CORRUPT_OP } from "../core/op.js";
import { ValueRoom } from "../engine/room.js";
import { closeReadable, openReadable, type RegularFile, readPart } from "../file/regular.js";
import type { Entry, Place } from "../types.js";
import { guardBatches, guardRead, type ReadPlan, readAllEntries, readSettled } from "./fold.js";

const lineFeed = 0x0a;

/** The first block covers a screenful of ordinary lines; later ones have the most useful size for a read. */
const firstBlockBytes = 64 * 1024;
const blockBytes = 1024 * 1024;

/** Returns the last `n` entries in file order; all of them if `n` is 0 or less. */
export function tailEntries(plan: ReadPlan, n: number): Entry[] {
  if (n <= 0) return readAllEntries(plan);
  const file = openTail(plan);
  if (file === undefined) return [];
  try {
    return readSettled(plan, file, (size) => {
      const tail = locateTail(plan, file, size, n);
      return [...readTail(plan, file, tail, new ValueRoom())].flat();
    });
  } finally {
    closeReadable(file);
  }
}

/** Yields what `tailEntries` returns, in arrays of bounded size. A tail of at most a block is yielded as one array. */
export function* tailBatches(plan: ReadPlan, n: number): Generator<Entry[]> {
  const file = openTail(plan);
  if (file === undefined) return;
  try {
    const tail = readSettled(plan, file, (size) => locateTail(plan, file, size, n));
    const batches = readTail(plan, file, tail);
    if (tail.bytes <= blockBytes) yield [...batches].flat();
    else yield* batches;
  } finally {
    closeReadable(file);
  }
}

function openTail(plan: ReadPlan): RegularFile | undefined {
  plan.options.signal?.throwIfAborted();
  const file = openReadable(plan.path);
  if (file === undefined) plan.options.onProgress?.({ bytes: 0, bytesTotal: 0 });
  return file;
}

/** Where the requested entries are. */
interface Tail {
  /** The start of a line at or before the first requested entry. */
  from: Place;
  /** The number of entries from there to the first requested one. */
  skipped: number;
  /** The number of requested entries that exist. */
  count: number;
  /** The number of bytes from `from` to the end of the file. */
  bytes: number;
}

/** The last `n` lines may hold fewer than `n` entries, so this doubles the number of lines until they hold enough. */
function locateTail(plan: ReadPlan, file: RegularFile, size: number, n: number): Tail {
  let start = size;
  for (let lines = n; ; lines *= 2) {
    start = findLineStart(plan, file, start, lines);
    let count = 0;
    let isDamaged = false;
    for (const batch of guardBatches(plan, plan.engine.readEntries(file.fd, { line: 0, offset: start }))) {
      count += batch.entries.length;
      isDamaged ||= batch.entries.some((entry) => entry["op"] === CORRUPT_OP);
    }
    if (count < n && start > 0) continue;
    // A sentinel contains the number of its line, which requires counting the lines before it.
    const line = isDamaged ? countLines(plan, file, 0, start) : 0;
    const found = { from: { line, offset: start }, bytes: size - start };
    return { ...found, skipped: Math.max(0, count - n), count: Math.min(count, n) };
  }
}

function* readTail(plan: ReadPlan, file: RegularFile, tail: Tail, room?: ValueRoom): Generator<Entry[]> {
  let { skipped, count } = tail;
  for (const { entries } of guardBatches(plan, plan.engine.readEntries(file.fd, tail.from, room))) {
    const wanted = entries.slice(skipped, skipped + count);
    skipped = Math.max(0, skipped - entries.length);
    count -= wanted.length;
    if (wanted.length > 0) yield wanted;
    if (count === 0) return;
  }
}

/**
 * Returns the start of the line `lines` before `end`, which is a line's start or the file's end; 0 if there are fewer.
 */
export function findLineStart(plan: ReadPlan, file: RegularFile, end: number, lines: number): number {
  let left = lines;
  // The byte before `end` belongs to the first line that is searched; no line starts after it.
  let blockEnd = end - 1;
  let block = Buffer.allocUnsafe(firstBlockBytes);
  while (blockEnd > 0) {
    const blockStart = Math.max(0, blockEnd - block.length);
    const bytes = readBlock(plan, file, block, blockStart, blockEnd - blockStart);
    let at = bytes === 0 ? -1 : block.lastIndexOf(lineFeed, bytes - 1);
    while (at !== -1) {
      left -= 1;
      if (left === 0) return blockStart + at + 1;
      at = at === 0 ? -1 : block.lastIndexOf(lineFeed, at - 1);
    }
    blockEnd = blockStart;
    if (block.length < blockBytes) block = Buffer.allocUnsafe(blockBytes);
  }
  return 0;
}

/** Counts the lines that end between two offsets. */
export function countLines(plan: ReadPlan, file: RegularFile, start: number, end: number): number {
  const block = Buffer.allocUnsafe(blockBytes);
  let lines = 0;
  for (let offset = start; offset < end; offset += blockBytes) {
    const bytes = readBlock(plan, file, block, offset, Math.min(blockBytes, end - offset));
    const read = block.subarray(0, bytes);
    for (let at = read.indexOf(lineFeed); at !== -1; at = read.indexOf(lineFeed, at + 1)) lines += 1;
  }
  return lines;
}

/** Fewer bytes than requested mean that the file became shorter, which `readSettled` notices. */
function readBlock(plan: ReadPlan, file: RegularFile, block: Buffer, offset: number, length: number): number {
  plan.options.signal?.throwIfAborted();
  let filled = 0;
  while (filled < length) {
    const position = offset + filled;
    const bytes = guardRead(file.path, () => readPart(file.fd, block, filled, length - filled, position));
    if (bytes === 0) break;
    filled += bytes;
  }
  return filled;
}
