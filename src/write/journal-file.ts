// Lines in, lines on the disk out, or an error that says what is there instead (docs/format.md 8, "Append").

import { JournalError } from "../errors.js";
import { closeQuietly } from "../file/cleanup.js";
import { type Disk, type FileLook, type FileState, openFlags, readFully, writeOnce } from "../file/disk.js";
import type { RegularFile } from "../file/regular.js";
import { errorText } from "../file/system-error.js";
import { isInPlace, openTarget, seeInPlace, stateInPlace } from "../file/target.js";
import type { Written } from "../read/known.js";

/**
 * Files of which this process does not know what is on the disk, by identity: it appends nothing more to them. Their
 * descriptors stay open, so that the inode of one that is removed is not given to a file nobody doubts.
 */
const doubtful = new Map<string, number | undefined>();

const lineFeed = 0x0a;

/** Opens the journal, making it and its folders if it is missing, unless `beforeCreate` throws. */
export function openJournalFile(path: string, disk: Disk, beforeCreate?: (path: string) => void): JournalFile {
  const opened = openTarget(path, disk, beforeCreate);
  return new JournalFile(opened, disk);
}

/** What its caller has just seen of a file's end. */
export interface JournalEnd {
  /** Of the file, in bytes. */
  size: number;
  /** The last line has its LF; an empty file has no line without. */
  isLastLineWhole: boolean;
}

/** Rounds of looking for the file's end while other writers append; one is enough unless they never pause. */
const locateRoundsMax = 64;

const readBehindBytes = 64 * 1024;

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
  #seen: FileLook;

  constructor({ fd, path, state }: RegularFile, disk: Disk) {
    this.#fd = fd;
    this.path = path;
    this.identity = state.identity;
    this.#seen = state;
    this.#disk = disk;
  }

  /** Throws `ERR_CLOSED` when closed. */
  get fd(): number {
    if (this.#fd !== undefined) return this.#fd;
    throw new JournalError("ERR_CLOSED", `the journal ${this.path} is closed`, { path: this.path });
  }

  /** As it was when it was opened or looked up again. */
  get seen(): FileLook {
    return this.#seen;
  }

  /** As it is now. */
  look(): FileLook {
    return this.#disk.fstat(this.fd);
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
    const state = seeInPlace(this.path, this.identity, this.#disk);
    if (state !== undefined) this.#seen = state;
    return state !== undefined;
  }

  /** Up to `into.length` bytes; gives the part that was read. */
  read(into: Uint8Array, position: number): Uint8Array {
    return readFully(this.#disk, this.fd, into, position);
  }

  /**
   * Writes the lines, each with its LF, in one write and one fsync; they are durable when it returns. If it throws
   * `ERR_APPEND_FAILED` none of them is in the file; `ERR_DURABILITY_UNKNOWN` says that this cannot be known. No lines:
   * nothing is done. The file is asked for its end if it is not given.
   *
   * `O_APPEND` says nothing about where the bytes go: a writer without the lock may have appended since the file's
   * end was looked up. If it left a line without its LF there, the first of our lines is part of that damaged line,
   * and all of them are written again behind it.
   */
  appendLines(lines: readonly string[], end?: JournalEnd): Written {
    if (doubtful.has(this.identity)) throw this.#refuseDoubtful();
    const { fd } = this;
    if (lines.length === 0) return { bytes: Buffer.alloc(0), start: undefined, after: this.#seen };
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
    const after = this.#checkPlace(before);
    // If the file has grown by our bytes alone, they lie where its end was.
    if (after.size === before + bytes.length) return { bytes, start: before, after };
    const { start, isGlued } = this.#locate(bytes);
    return isGlued ? this.appendLines(lines) : { bytes, start, after };
  }

  /**
   * Where the bytes that were just written begin, and whether they follow a piece of a line. The descriptor's own
   * offset is their end, so what can be read from there to the file's end follows them.
   */
  #locate(bytes: Buffer): { start: number | undefined; isGlued: boolean } {
    const room = Buffer.alloc(readBehindBytes);
    let behind = 0;
    try {
      for (let rounds = 0; rounds < locateRoundsMax; rounds++) {
        const { size } = this;
        for (let got = -1; got !== 0; behind += Math.max(got, 0)) got = this.#disk.readBehind(this.fd, room);
        const start = this.#find(bytes, size - behind - bytes.length, this.size - behind - bytes.length);
        if (start !== undefined) return { start, isGlued: this.#isGlued(bytes, start) };
      }
    } catch {
      // The bytes are durable, wherever they are: the caller decides whether it needs the place.
    }
    return { start: undefined, isGlued: false };
  }

  /** The bytes begin between two places; undefined if they stand there twice, as others have written the very same. */
  #find(bytes: Buffer, first: number, last: number): number | undefined {
    const from = Math.max(first, 0);
    const found = Buffer.from(this.read(Buffer.alloc(Math.max(last - from, 0) + bytes.length), from));
    const at = found.indexOf(bytes);
    return at === -1 || found.indexOf(bytes, at + 1) !== -1 ? undefined : from + at;
  }

  #isGlued(bytes: Buffer, start: number): boolean {
    const isOwnLine = start === 0 || bytes[0] === lineFeed;
    return !isOwnLine && this.read(Buffer.alloc(1), start - 1)[0] !== lineFeed;
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

  /**
   * Looks at the file once more. One that was replaced meanwhile was folded before our line or after it: the
   * caller cannot tell which.
   */
  #checkPlace(before: number): FileLook {
    let found: FileState | undefined;
    try {
      found = stateInPlace(this.path, this.identity, this.#disk);
    } catch (cause) {
      this.close();
      throw this.#fail("ERR_DURABILITY_UNKNOWN", `its place cannot be looked up: ${errorText(cause)}`, cause);
    }
    if (found !== undefined) return found;
    this.close();
    const replaced = "found another file or none under its name";
    const message = `written at ${before} bytes, but ${replaced}: whether the entry is in the new file is not known`;
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

/** docs/format.md 8: a tail without LF becomes a line of its own, never glued to ours, and is never trimmed. */
function joinLines(lines: readonly string[], isLastLineWhole: boolean): Buffer {
  const texts = isLastLineWhole ? lines : ["\n", ...lines];
  const bytes = Buffer.allocUnsafe(texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0));
  let end = 0;
  for (const text of texts) end += bytes.write(text, end);
  return bytes;
}
