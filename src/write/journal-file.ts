// Appends lines to an open journal, durably or not at all; an error says what is in the file (docs/format.md 8,
// "Append").

import { JournalError } from "../errors.js";
import { closeQuietly } from "../file/cleanup.js";
import { type Disk, type FileLook, type FileState, openFlags, readFully, writeOnce } from "../file/disk.js";
import type { RegularFile } from "../file/regular.js";
import { errorText } from "../file/system-error.js";
import { openTarget, seeInPlace, stateInPlace } from "../file/target.js";
import type { Written } from "../read/known.js";
import type { CheckedEnd } from "./checked-end.js";

/**
 * Files, by identity, whose content on the disk is unknown after a failed append: this process appends nothing more to
 * them. Their descriptors stay open, so that no other file can get their inode numbers.
 */
const doubtful = new Map<string, number | undefined>();

const lineFeed = 0x0a;

/** Opens the journal. Creates it and its folders if it is missing, unless `beforeCreate` throws. */
export function openJournalFile(path: string, disk: Disk, beforeCreate?: (path: string) => void): JournalFile {
  const opened = openTarget(path, disk, beforeCreate);
  return new JournalFile(opened, disk);
}

/** The end of a file as the caller has just seen it. */
export interface JournalEnd {
  /** The size of the file in bytes. */
  size: number;
  /** Whether the last line ends in an LF; also true for an empty file. */
  isLastLineWhole: boolean;
}

/** How often to look for the file's end while other writers append. Once is enough unless they never pause. */
const locateRoundsMax = 64;

const readBehindBytes = 64 * 1024;

/**
 * One open descriptor of a journal. The caller closes it. It closes itself when an append fails, because after a failed
 * fsync a later success of fsync on the same descriptor proves nothing. Writers are serialised by the lock, not by this
 * class.
 */
export class JournalFile {
  /** The file's own path, with links resolved. */
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

  /** Throws `ERR_CLOSED` if the file is closed. */
  get fd(): number {
    if (this.#fd !== undefined) return this.#fd;
    throw new JournalError("ERR_CLOSED", `the journal ${this.path} is closed`, { path: this.path });
  }

  /** The state when the file was opened or last looked up. */
  get seen(): FileLook {
    return this.#seen;
  }

  /** The current state. */
  look(): FileLook {
    return this.#disk.fstat(this.fd);
  }

  /** The current size in bytes. */
  get size(): number {
    return this.#disk.fstat(this.fd).size;
  }

  /** The current state; undefined once a compaction or another program has replaced the file: open the path again. */
  lookInPlace(): FileLook | undefined {
    return stateInPlace(this.path, this.identity, this.#disk);
  }

  /** Whether opening the path would find this file. False also if it is closed or the lookup fails. */
  lookAgain(): boolean {
    if (this.#fd === undefined) return false;
    const state = seeInPlace(this.path, this.identity, this.#disk);
    if (state !== undefined) this.#seen = state;
    return state !== undefined;
  }

  /** Reads up to `into.length` bytes; returns the part of `into` that was filled. */
  read(into: Uint8Array, position: number): Uint8Array {
    return readFully(this.#disk, this.fd, into, position);
  }

  /**
   * Writes the lines, each with its LF, in one write and one fsync. They are durable when it returns. If it throws
   * `ERR_APPEND_FAILED`, none of them is in the file; after `ERR_DURABILITY_UNKNOWN`, they may be in the file. Without
   * lines it does nothing. Without `end` it reads the file's end itself. With `checks` the lines get check values.
   *
   * `O_APPEND` does not say where the bytes go: a writer without the lock may have appended after the end was looked
   * up. If that writer left a line without its LF, the first of our lines becomes part of that damaged line. Then all
   * of our lines are written again after it.
   */
  appendLines(lines: readonly string[], end?: JournalEnd, checks?: CheckedEnd): Written {
    if (doubtful.has(this.identity)) throw this.#refuseDoubtful();
    const { fd } = this;
    if (lines.length === 0) return { bytes: Buffer.alloc(0), start: undefined, after: this.#seen };
    let before: number;
    let bytes: Buffer;
    try {
      before = end?.size ?? this.size;
      const isLastLineWhole = end?.isLastLineWhole ?? this.#isLastLineWhole(before);
      bytes = checks?.bytesOf(this, lines, before, !isLastLineWhole) ?? joinLines(lines, isLastLineWhole);
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
    // The file has grown by our bytes only, so they lie at its previous end.
    if (after.size === before + bytes.length) {
      checks?.appended(this, bytes, before);
      return { bytes, start: before, after };
    }
    const { start, isGlued } = this.#locate(bytes);
    return isGlued ? this.appendLines(lines, undefined, checks) : { bytes, start, after };
  }

  /**
   * Returns where the bytes that were just written begin, and whether they follow a partial line. The descriptor's own
   * offset is their end, so anything that can be read from there was written after them.
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
      // The bytes are durable wherever they are. The caller decides whether it needs to know the place.
    }
    return { start: undefined, isGlued: false };
  }

  /** Finds the bytes between two offsets. Undefined if they occur twice, because others wrote the same bytes. */
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

  /** Ignores errors of `close`: after an fsync they say nothing about what is on the disk. */
  close(): void {
    const fd = this.#fd;
    this.#fd = undefined;
    if (fd !== undefined) closeQuietly(fd, this.#disk);
  }

  /** Also true for an empty file. */
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

  /**
   * A different size means that a writer without the lock has appended. Its bytes must not be cut, and may split our
   * line.
   */
  #expectSize(fd: number, expected: number): void {
    const found = this.#disk.fstat(fd).size;
    if (found !== expected) throw new Error(`another writer is at work: expected ${expected} bytes, found ${found}`);
  }

  /** Undoes a failed append and reports the outcome. Always throws. */
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
    const outcome = `the file is back to its ${before} bytes`;
    throw this.#fail("ERR_APPEND_FAILED", `${action}: ${errorText(failure)}; ${outcome}`, failure);
  }

  /**
   * Removes only bytes that are certainly ours, and fsyncs. Uses another descriptor if an fsync on ours has failed, and
   * on Windows, which does not shorten a file through a descriptor that appends.
   */
  #cutBack(before: number, written: number, isSpent: boolean): void {
    const isOther = isSpent || this.#disk.semantics === "windows";
    const fd = isOther ? this.#disk.open(this.path, openFlags.alter) : this.fd;
    try {
      this.#expectIdentity(fd);
      this.#expectSize(fd, before + written);
      if (written === 0) return;
      this.#disk.ftruncate(fd, before);
      this.#disk.fsync(fd);
    } finally {
      if (isOther) closeQuietly(fd, this.#disk);
    }
  }

  #expectIdentity(fd: number): void {
    const found = this.#disk.fstat(fd).identity;
    if (found !== this.identity) throw new Error(`expected the file ${this.identity}, found ${found} in its place`);
  }

  /**
   * Looks the file up once more. If it was replaced meanwhile, the compaction may have read it before or after our line
   * was written, and the caller cannot tell which.
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
    const message = `written at ${before} bytes, but ${replaced}: whether the new file contains the entry is unknown`;
    throw this.#fail("ERR_DURABILITY_UNKNOWN", message, undefined);
  }

  #refuseDoubtful(): JournalError {
    const message = "an earlier append failed and could not be undone: check the file, then restart the process";
    return this.#fail("ERR_DURABILITY_UNKNOWN", `nothing was written: ${message}`, undefined);
  }

  #fail(code: "ERR_APPEND_FAILED" | "ERR_DURABILITY_UNKNOWN", what: string, cause: unknown): JournalError {
    return new JournalError(code, `append to the journal ${this.path}: ${what}`, { path: this.path, cause });
  }
}

/** A last line without LF becomes a line of its own: it is neither joined to ours nor trimmed (docs/format.md 8). */
function joinLines(lines: readonly string[], isLastLineWhole: boolean): Buffer {
  const texts = isLastLineWhole ? lines : ["\n", ...lines];
  const bytes = Buffer.allocUnsafe(texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0));
  let end = 0;
  for (const text of texts) end += bytes.write(text, end);
  return bytes;
}
