// Creates the new file of a compaction beside the journal, with the same owner and mode (docs/format.md 7).

import { createHash, randomBytes } from "node:crypto";
import { basename, dirname } from "node:path";
import { beside, within } from "../file/beside.js";
import { unlinkQuietly } from "../file/cleanup.js";
import { type Disk, type FileState, firstMode, nodeDisk, openFlags, readOnce, writeFully } from "../file/disk.js";
import { pickLeftovers } from "../file/leftovers.js";
import { renameOver } from "../file/rename.js";
import { takeRights } from "../file/rights.js";
import { errorCode, errorText } from "../file/system-error.js";
import { followLinks } from "../file/target.js";

/**
 * The number of characters of the journal's name in the file's name. The journal's name may be as long as a name can
 * be.
 */
const journalMarkCharacters = 16;
const randomCharacters = 32;

/** Large enough that the cost of a call is negligible, and small enough that the event loop runs often. */
const chunkBytes = 1024 * 1024;

/** The file that a compaction writes and then renames to the journal. The compaction never opens it a second time. */
export class TemporaryFile {
  readonly path: string;
  readonly identity: string;
  readonly fd: number;
  readonly #disk: Disk;
  readonly #written = createHash("sha256");
  #bytes = 0;
  #hasName = true;

  private constructor(path: string, fd: number, identity: string, disk: Disk) {
    this.path = path;
    this.fd = fd;
    this.identity = identity;
    this.#disk = disk;
  }

  /** Creates the file beside `journal`. Only its owner has access until the journal's owner and mode are set. */
  static create(journal: string, like: FileState, disk: Disk): TemporaryFile {
    const path = nameTemporary(journal);
    const fd = disk.open(path, openFlags.temporary, firstMode(like.mode));
    try {
      takeJournalRights(fd, like, disk);
      return new TemporaryFile(path, fd, disk.fstat(fd).identity, disk);
    } catch (error) {
      unlinkQuietly(path, disk);
      disk.close(fd);
      throw error;
    }
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Writes the texts in chunks. Yields after each chunk. */
  *write(texts: Iterable<string | Uint8Array>): Generator<undefined> {
    let waiting: (string | Uint8Array)[] = [];
    let length = 0;
    for (const text of texts) {
      waiting.push(text);
      length += text.length;
      if (length < chunkBytes) continue;
      this.#writeAll(joinTexts(waiting));
      waiting = [];
      length = 0;
      yield undefined;
    }
    this.#writeAll(joinTexts(waiting));
  }

  sync(): void {
    this.#disk.fsync(this.fd);
  }

  /** Reads the file back and compares every byte. Yields after each chunk. */
  *verify(): Generator<undefined> {
    const found = createHash("sha256");
    const chunk = Buffer.alloc(chunkBytes);
    let offset = 0;
    for (;;) {
      const got = readOnce(this.#disk, this.fd, chunk, offset);
      if (got === 0) break;
      found.update(chunk.subarray(0, got));
      offset += got;
      yield undefined;
    }
    if (offset !== this.#bytes) throw new Error(`read back: expected ${this.#bytes} bytes, found ${offset}`);
    if (!found.digest().equals(this.#written.digest())) {
      throw new Error(`read back: expected the ${offset} bytes that were written, found others`);
    }
  }

  /** Renames the file to the journal, atomically. */
  replace(journal: string): void {
    const found = this.#disk.lstat(this.path).identity;
    if (found !== this.identity) throw new Error(`${this.path}: expected the file ${this.identity}, found ${found}`);
    renameOver(this.path, journal, this.#disk);
    this.#hasName = false;
  }

  /** Removes the file unless it has replaced the journal. A failure is left to the next compaction. */
  end(): void {
    if (this.#hasName) unlinkQuietly(this.path, this.#disk);
    try {
      this.#disk.close(this.fd);
    } catch {
      // A failure has no effect, because the data was fsynced.
    }
  }

  #writeAll(bytes: Uint8Array): void {
    this.#written.update(bytes);
    writeFully(this.#disk, this.fd, bytes);
    this.#bytes += bytes.length;
  }
}

/** Strings are joined before they are encoded, because there may be many short ones. */
function joinTexts(texts: readonly (string | Uint8Array)[]): Uint8Array {
  const parts: Uint8Array[] = [];
  let strings: string[] = [];
  for (const text of texts) {
    if (typeof text === "string") {
      strings.push(text);
      continue;
    }
    parts.push(Buffer.from(strings.join("")), text);
    strings = [];
  }
  parts.push(Buffer.from(strings.join("")));
  return Buffer.concat(parts);
}

/**
 * Returns the names of files of earlier compactions of this journal that did not finish, at most a bounded number of
 * them. Call it before the lock is held, because the folder may be large.
 */
export function listStale(path: string, disk: Disk = nodeDisk): string[] {
  try {
    const journal = followLinks(path, disk);
    return pickLeftovers(dirname(journal), stalePattern(journal), disk);
  } catch {
    // The next compaction tries again.
    return [];
  }
}

/**
 * Removes the listed files. The caller holds the lock, so no other compaction is running. One that lost its lock finds
 * its file missing when it tries to rename it, and fails as it should.
 */
export function removeStale(journal: string, names: readonly string[], disk: Disk): void {
  const folder = dirname(journal);
  const pattern = stalePattern(journal);
  // If a link at the journal's path changed since the list was made, the names belong to another journal.
  for (const name of names) if (pattern.test(name)) removeStaleFile(within(folder, name), disk);
}

function stalePattern(journal: string): RegExp {
  return new RegExp(`^${namePrefix(journal).replaceAll(".", "\\.")}[0-9a-f]{${randomCharacters}}\\.tmp$`);
}

function removeStaleFile(path: string, disk: Disk): void {
  try {
    if (disk.lstat(path).kind === "regular file") disk.unlink(path);
  } catch (error) {
    // Another user's file in a folder where only owners may remove files. It does no harm.
    if (!["ENOENT", "EACCES", "EPERM"].includes(errorCode(error) ?? "")) throw error;
  }
}

/** Returns a new path beside the journal. A file that stays there is removed by a later compaction. */
export function nameTemporary(journal: string): string {
  return beside(journal, `${namePrefix(journal)}${randomBytes(randomCharacters / 2).toString("hex")}.tmp`);
}

/**
 * Returns the prefix that distinguishes these files from all others, and the journals of one folder from each other.
 */
function namePrefix(journal: string): string {
  const mark = createHash("sha256").update(basename(journal)).digest("hex").slice(0, journalMarkCharacters);
  return `.lane-compact-${mark}-`;
}

function takeJournalRights(fd: number, like: FileState, disk: Disk): void {
  try {
    takeRights(fd, like, disk);
  } catch (cause) {
    const wanted = `owner ${like.uid}:${like.gid} and mode ${like.mode.toString(8)}`;
    throw new Error(`the new file cannot be given the journal's ${wanted}: ${errorText(cause)}`, { cause });
  }
}
