// Checks that a Linux shared object is as long as its headers state, because loading a truncated one ends the process.
import { closeSync, fstatSync, openSync, readSync } from "node:fs";

const headerBytes = 64;
const programHeaderBytes = 56;

/**
 * Throws if the file ends before its program headers, its section headers or one of its segments. A file that is not a
 * 64-bit little-endian ELF file is not checked, because loading it fails without harm.
 */
export function checkElf(file: string): void {
  const fd = openSync(file, "r");
  try {
    const { size } = fstatSync(fd);
    const header = readPart(fd, headerBytes, 0);
    if (!isElf(header)) return;
    if (header.length < headerBytes) throw truncated(headerBytes, size);
    const programs = tableAt(header, { offset: 0x20, entry: 0x36 });
    const sections = tableAt(header, { offset: 0x28, entry: 0x3a });
    const tablesEnd = Math.max(programs.end, sections.end);
    if (tablesEnd > size) throw truncated(tablesEnd, size);
    const segmentsEnd = endOfSegments(readPart(fd, programs.end - programs.offset, programs.offset), programs);
    if (segmentsEnd > size) throw truncated(segmentsEnd, size);
  } finally {
    closeSync(fd);
  }
}

/** Checks the magic bytes, and that the file is 64-bit and little-endian. */
function isElf(header: Buffer): boolean {
  return header.subarray(0, 6).equals(Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1]));
}

interface Table {
  offset: number;
  entryBytes: number;
  count: number;
  end: number;
}

/**
 * Reads a table's location from the header: its 64-bit offset, its 16-bit entry size and the 16-bit count that follows
 * it.
 */
function tableAt(header: Buffer, at: { offset: number; entry: number }): Table {
  const offset = Number(header.readBigUInt64LE(at.offset));
  const entryBytes = header.readUInt16LE(at.entry);
  const count = header.readUInt16LE(at.entry + 2);
  return { offset, entryBytes, count, end: offset + entryBytes * count };
}

function endOfSegments(programs: Buffer, { entryBytes, count }: Table): number {
  if (count === 0) return 0;
  if (entryBytes < programHeaderBytes) {
    throw new Error(`expected program headers of at least ${programHeaderBytes} bytes, found ${entryBytes}`);
  }
  const ends = Array.from({ length: count }, (_, i) => {
    const start = i * entryBytes;
    return Number(programs.readBigUInt64LE(start + 8)) + Number(programs.readBigUInt64LE(start + 32));
  });
  return Math.max(...ends);
}

function readPart(fd: number, bytes: number, position: number): Buffer {
  const part = Buffer.alloc(bytes);
  return part.subarray(0, readSync(fd, part, 0, part.length, position));
}

function truncated(expected: number, found: number): Error {
  return new Error(`the file is truncated: expected at least ${expected} bytes, found ${found}`);
}
