// Reads a journal's last entries from the end of the file.

import { CORRUPT_OP } from "../core/op.js";
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
  plan.options.signal?.throwIfAborted();
  const file = openReadable(plan.path);
  if (file === undefined) {
    plan.options.onProgress?.({ bytes: 0, bytesTotal: 0 });
    return [];
  }
  try {
    return readSettled(plan, file, (size) => readTail(plan, file, size, n));
  } finally {
    closeReadable(file);
  }
}

/**
 * Blank lines, non-objects and a torn tail are not entries, so `n` lines may be too few. Then it reads twice as many.
 */
function readTail(plan: ReadPlan, file: RegularFile, size: number, n: number): Entry[] {
  let start = size;
  for (let lines = n; ; lines *= 2) {
    start = findLineStart(plan, file, start, lines);
    const found = readLast(plan, file, { line: 0, offset: start }, n);
    if (found.length < n && start > 0) continue;
    if (start === 0 || !found.some((entry) => entry["op"] === CORRUPT_OP)) return found;
    // A sentinel contains its line's number, which has to be counted from the start of the file.
    return readLast(plan, file, { line: countLines(plan, file, 0, start), offset: start }, n);
  }
}

function readLast(plan: ReadPlan, file: RegularFile, from: Place, n: number): Entry[] {
  let kept: Entry[] = [];
  for (const batch of guardBatches(plan, plan.engine.readEntries(file.fd, from))) {
    for (const entry of batch) kept.push(entry);
    // Cutting at twice the number keeps the copying linear.
    if (kept.length > 2 * n) kept = kept.slice(-n);
  }
  return kept.slice(-n);
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
