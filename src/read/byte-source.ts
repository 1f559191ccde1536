// Reads the bytes of one file that is or was the journal, and notices when bytes that were read have been taken back
// (docs/format.md 10, "Following bytes").
import { createHash } from "node:crypto";
import { nodeDisk, readFully, readOnce } from "../file/disk.js";
import { closeReadable, type RegularFile, readOrigin, readSize } from "../file/regular.js";
import { commonBytes, commonLines } from "./backlog.js";

/** How far the bytes of a journal have been read. It can be stored as JSON, and `followBytes` can continue there. */
export interface BytesPosition {
  /** The generation of the file, at least 1. */
  generation: number;
  /** The number of bytes before the position, from the start of the file. */
  offset: number;
  /** Identifies the file: its device, its inode and when it was created. */
  file: string;
  /** The SHA-256 of the first 4,096 bytes of the file, or of all bytes before the position if they are fewer. */
  head: string;
  /** The SHA-256 of the last 4,096 bytes before the position, or of all if they are fewer. */
  tail: string;
}

/** The most bytes of one read. */
const readBytesMax = 256 * 1024;

/** The most bytes at the start of a file, and before an offset, by which they are recognised. */
const markBytesMax = 4096;

/**
 * Entries repeat much of each other, but never a whole one with its number. Only so many common bytes that end a line
 * show that what precedes them is equal too.
 */
const commonBytesMin = 256;

/** With reads of full length they reach back 8 MiB: an append that is taken back is hardly ever longer. */
const marksMax = 32;

/** What precedes an offset that was read up to. */
interface Mark {
  end: number;
  /** The bytes before `end` as they were read: 4,096, or all if there are fewer. */
  bytes: Buffer;
}

/** The bytes of one read. */
export interface BytesRead {
  /** Valid until the next read. */
  bytes: Buffer;
  /** Whether the file ended there. */
  endReached: boolean;
}

/** Holds a mark and what follows it. Shared, because its bytes are copied before the next read. */
const room = Buffer.allocUnsafeSlow(markBytesMax + readBytesMax);

export class ByteSource {
  /** Device and inode, which are unique while the file is open. */
  readonly identity: string;
  /** The names of the file in the journal's slot. */
  readonly slotPaths: string[];
  readonly #file: RegularFile;
  /** Unlike `identity` also unique after the file was removed. Read when it is first needed. */
  #lastingIdentity: string | undefined;
  #offset = 0;
  #head: Buffer = Buffer.alloc(0);
  /** Sorted by their ends. The last one ends at the offset. */
  #marks: Mark[] = [{ end: 0, bytes: Buffer.alloc(0) }];

  /** Takes ownership of the file: `close` closes it. */
  constructor(file: RegularFile, ...slotPaths: string[]) {
    this.#file = file;
    this.slotPaths = slotPaths;
    this.identity = file.state.identity;
  }

  get offset(): number {
    return this.#offset;
  }

  positionIn(generation: number): BytesPosition {
    const head = hashOf(this.#head);
    const tail = hashOf(this.#newestMark.bytes);
    return { generation, offset: this.#offset, file: this.#identify(), head, tail };
  }

  /** Returns false, and stays at the start, if the position is one of another file or its bytes have changed since. */
  continueAt({ file, offset, head, tail }: BytesPosition): boolean {
    if (file !== this.#identify()) return false;
    const length = Math.min(offset, markBytesMax);
    const first = this.#copy(0, length);
    const last = this.#copy(offset - length, length);
    if (hashOf(first) !== head || hashOf(last) !== tail) return false;
    this.#offset = offset;
    this.#head = first;
    this.#marks = [{ end: offset, bytes: last }];
    return true;
  }

  /** Returns undefined, and reads nothing, if bytes before the offset have been taken back. */
  read(): BytesRead | undefined {
    const { bytes: mark } = this.#newestMark;
    // One call reads both, so that nothing can be taken back between the check and the read.
    const into = room.subarray(0, mark.length + readBytesMax);
    const found = into.subarray(0, readOnce(nodeDisk, this.#file.fd, into, this.#offset - mark.length));
    if (!found.subarray(0, mark.length).equals(mark)) return undefined;
    const bytes = found.subarray(mark.length);
    if (bytes.length > 0) this.#advance(bytes, found);
    return { bytes, endReached: found.length < into.length || readSize(this.#file) <= this.#offset };
  }

  /** Returns to the last offset before which the file still has the bytes that were read; 0 if none is known. */
  goBack(): void {
    for (let mark = this.#marks.pop(); mark !== undefined; mark = this.#marks.pop()) {
      const begin = mark.end - mark.bytes.length;
      const found = this.#copy(begin, mark.bytes.length);
      if (begin > 0 && commonLines(mark.bytes, found) < commonBytesMin) continue;
      const same = commonBytes(mark.bytes, found);
      const end = begin + same;
      const length = Math.min(end, markBytesMax);
      const bytes = this.#copy(end - length, length);
      // The file may have changed again.
      if (bytes.length < length || !endsLike(bytes, mark.bytes.subarray(0, same))) continue;
      this.#restart(end, bytes);
      return;
    }
    this.#restart(0, Buffer.alloc(0));
  }

  close(): void {
    closeReadable(this.#file);
  }

  #identify(): string {
    this.#lastingIdentity ??= readOrigin(this.#file).lastingIdentity;
    return this.#lastingIdentity;
  }

  #restart(offset: number, before: Buffer): void {
    this.#offset = offset;
    this.#head = this.#head.subarray(0, offset);
    // A mark that ends later holds bytes that have been taken back.
    this.#marks = [...this.#marks.filter(({ end }) => end < offset), { end: offset, bytes: before }];
  }

  get #newestMark(): Mark {
    const mark = this.#marks.at(-1);
    if (mark === undefined) throw new RangeError("expected a mark, found none");
    return mark;
  }

  /** `found` ends with the new bytes and begins with the mark before them. */
  #advance(bytes: Buffer, found: Buffer): void {
    this.#offset += bytes.length;
    const missing = markBytesMax - this.#head.length;
    if (missing > 0) this.#head = Buffer.concat([this.#head, bytes.subarray(0, missing)]);
    const last = Buffer.from(found.subarray(Math.max(0, found.length - markBytesMax)));
    this.#marks.push({ end: this.#offset, bytes: last });
    if (this.#marks.length > marksMax) this.#marks.shift();
  }

  #copy(begin: number, length: number): Buffer {
    return Buffer.from(readFully(nodeDisk, this.#file.fd, Buffer.allocUnsafe(length), begin));
  }
}

/** Whether the last bytes of both are equal: as many as the shorter one has. */
function endsLike(a: Buffer, b: Buffer): boolean {
  const length = Math.min(a.length, b.length);
  return a.subarray(a.length - length).equals(b.subarray(b.length - length));
}

function hashOf(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}
