// Lines in, lines on the disk out, or an error that says what is there instead (SPEC 8, "Append").
import { JournalError } from "../errors.js";
import { errorText } from "../system-error.js";
import { type Disk, openFlags, readFully, writeOnce } from "./disk.js";
import { isInPlace, type OpenedFile, openTarget, sizeInPlace } from "./target.js";

/**
 * Files of which this process does not know what is on the disk, by identity: it appends nothing more to them. Their
 * descriptors stay open, so that the inode of one that is removed is not given to a file nobody doubts.
 */
const doubtful = new Map<string, number | undefined>();

const lineFeed = 0x0a;

/** Opens the journal, making it and its folders if it is missing. */
export function openJournalFile(path: string, disk: Disk): JournalFile {
  const opened = openTarget(path, disk);
  return new JournalFile(opened, disk);
}

/** What its caller has just seen of a file's end. */
export interface JournalEnd {
  /** Of the file, in bytes. */
  size: number;
  /** The last line has its LF; an empty file has no line without. */
  isLastLineWhole: boolean;
}

/**
 * One descriptor of a journal. It is the caller's to close, and closes itself when an append fails: a descriptor whose
 * fsync failed once proves nothing when the next one succeeds. Writers are serialised by the lock, not here.
 */
export class JournalFile {
  /** The file's own name, links resolved. */
  readonly path: string;
  /** Device and inode. */
  readonly identity: string;
  readonly #disk: Disk;
  #fd: number | undefined;
  #seenSize: number;

  constructor({ fd, path, identity, size }: OpenedFile, disk: Disk) {
    this.#fd = fd;
    this.path = path;
    this.identity = identity;
    this.#seenSize = size;
    this.#disk = disk;
  }

  /** Throws `ERR_CLOSED` when closed. */
  get fd(): number {
    if (this.#fd !== undefined) return this.#fd;
    throw new JournalError("ERR_CLOSED", `the journal ${this.path} is closed`, { path: this.path });
  }

  /** In bytes, when it was opened or looked up again. */
  get seenSize(): number {
    return this.#seenSize;
  }

  /** In bytes, as it is now. */
  get size(): number {
    return this.#disk.fstat(this.fd).size;
  }

  /** False once a compaction, or anybody, put another file in its place: open the path again. */
  isInPlace(): boolean {
    return isInPlace(this.path, this.identity, this.#disk);
  }

  /** As an open would find it; false if that has to find another file, or this one is closed or cannot be looked up. */
  lookAgain(): boolean {
    if (this.#fd === undefined) return false;
    const size = sizeInPlace(this.path, this.identity, this.#disk);
    if (size !== undefined) this.#seenSize = size;
    return size !== undefined;
  }

  /** Up to `into.length` bytes; gives the part that was read. */
  read(into: Uint8Array, position: number): Uint8Array {
    return readFully(this.#disk, this.fd, into, position);
  }

  /**
   * Writes the lines, each with its LF, in one write and one fsync; they are durable when it returns. If it throws
   * `ERR_APPEND_FAILED` none of them is in the file; `ERR_DURABILITY_UNKNOWN` says that this cannot be known. No lines:
   * nothing is done. The file is asked for its end if it is not given. Gives what was written.
   */
  appendLines(lines: readonly string[], end?: JournalEnd): Buffer {
    if (doubtful.has(this.identity)) throw this.#refuseDoubtful();
    const { fd } = this;
    if (lines.length === 0) return Buffer.alloc(0);
    let before: number;
    let bytes: Buffer;
    try {
      before = end?.size ?? this.size;
      bytes = joinLines(lines, end?.isLastLineWhole ?? this.#isLastLineWhole(before));
    } catch (cause) {
      this.close();
      throw this.#fail("ERR_APPEND_FAILED", `nothing was written: ${errorText(cause)}`, cause);
    }
    this.#writeAll(fd, bytes, before);
    try {
      this.#disk.fsync(fd);
    } catch (failure) {
      this.#undo(before, bytes.length, `fsync at ${before + bytes.length} bytes`, failure, true);
    }
    this.#checkPlace(before);
    return bytes;
  }

  /** Whatever `close` says after an fsync is no news of what is on the disk. */
  close(): void {
    const fd = this.#fd;
    this.#fd = undefined;
    if (fd !== undefined) closeQuietly(fd, this.#disk);
  }

  /** An empty file's too. */
  #isLastLineWhole(size: number): boolean {
    if (size === 0) return true;
    const last = this.read(Buffer.alloc(1), size - 1);
    if (last.length === 1) return last[0] === lineFeed;
    throw new Error(`expected ${size} bytes, found the file shorter`);
  }

  #writeAll(fd: number, bytes: Buffer, before: number): void {
    let written = 0;
    try {
      written = writeOnce(this.#disk, fd, bytes);
      while (written < bytes.length) {
        this.#expectSize(fd, before + written);
        written += writeOnce(this.#disk, fd, bytes.subarray(written));
        this.#expectSize(fd, before + written);
      }
    } catch (failure) {
      const action = `write of ${bytes.length} bytes at ${before} stopped after ${written}`;
      this.#undo(before, written, action, failure, false);
    }
  }

  /** Another size means bytes of a writer without the lock, which are not ours to cut and may break our line up. */
  #expectSize(fd: number, expected: number): void {
    const found = this.#disk.fstat(fd).size;
    if (found !== expected) throw new Error(`another writer is at work: expected ${expected} bytes, found ${found}`);
  }

  /** Undoes an append that failed and says how that went; always throws. */
  #undo(before: number, written: number, action: string, failure: unknown, isSpent: boolean): never {
    try {
      this.#cutBack(before, written, isSpent);
    } catch (cause) {
      doubtful.set(this.identity, this.#fd);
      this.#fd = undefined;
      const outcome = `cutting it back to ${before} bytes failed too: ${errorText(cause)}`;
      const advice = "whether the entry is durable is not known, and this process appends no more to the file";
      const message = `${action}: ${errorText(failure)}; ${outcome}; ${advice}`;
      throw this.#fail("ERR_DURABILITY_UNKNOWN", message, failure);
    }
    this.close();
    const outcome = `it has its ${before} bytes again`;
    throw this.#fail("ERR_APPEND_FAILED", `${action}: ${errorText(failure)}; ${outcome}`, failure);
  }

  /** Durably, and only what is surely ours; by another descriptor if ours is spent: its fsync failed once. */
  #cutBack(before: number, written: number, isSpent: boolean): void {
    const fd = isSpent ? this.#disk.open(this.path, openFlags.append) : this.fd;
    try {
      this.#expectIdentity(fd);
      this.#expectSize(fd, before + written);
      if (written === 0) return;
      this.#disk.ftruncate(fd, before);
      this.#disk.fsync(fd);
    } finally {
      if (isSpent) closeQuietly(fd, this.#disk);
    }
  }

  #expectIdentity(fd: number): void {
    const found = this.#disk.fstat(fd).identity;
    if (found !== this.identity) throw new Error(`expected the file ${this.identity}, found ${found} in its place`);
  }

  /** A file that was replaced meanwhile was folded before our line or after it: the caller cannot tell which. */
  #checkPlace(before: number): void {
    let inPlace: boolean;
    try {
      inPlace = this.isInPlace();
    } catch (cause) {
      this.close();
      throw this.#fail("ERR_DURABILITY_UNKNOWN", `its place cannot be looked up: ${errorText(cause)}`, cause);
    }
    if (inPlace) return;
    this.close();
    const found = "found another file or none under its name";
    const message = `written at ${before} bytes, but ${found}: whether the entry is in the new file is not known`;
    throw this.#fail("ERR_DURABILITY_UNKNOWN", message, undefined);
  }

  #refuseDoubtful(): JournalError {
    const message = "an earlier append failed and could not be undone: check the file, then start the process anew";
    return this.#fail("ERR_DURABILITY_UNKNOWN", `nothing was written: ${message}`, undefined);
  }

  #fail(code: "ERR_APPEND_FAILED" | "ERR_DURABILITY_UNKNOWN", what: string, cause: unknown): JournalError {
    return new JournalError(code, `append to the journal ${this.path}: ${what}`, { path: this.path, cause });
  }
}

/** SPEC 8: a tail without LF becomes a line of its own, never glued to ours, and is never trimmed. */
function joinLines(lines: readonly string[], isLastLineWhole: boolean): Buffer {
  const texts = isLastLineWhole ? lines : ["\n", ...lines];
  const bytes = Buffer.allocUnsafe(texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0));
  let end = 0;
  for (const text of texts) end += bytes.write(text, end);
  return bytes;
}

/** For a descriptor that has nothing left to say: Linux frees it whatever `close` returns. */
function closeQuietly(fd: number, disk: Disk): void {
  try {
    disk.close(fd);
  } catch {
    // Raising this would hide the answer that matters, which the caller has already.
  }
}
