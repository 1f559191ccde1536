// A folder, a journal's name and its state in, a new file beside it with the same owner and mode out
// (docs/format.md 7).

import { createHash, randomBytes } from "node:crypto";
import { basename, dirname } from "node:path";
import { unlinkQuietly } from "../file/cleanup.js";
import { type Disk, type FileState, firstMode, openFlags, readOnce, writeFully } from "../file/disk.js";
import { pickLeftovers } from "../file/leftovers.js";
import { takeRights } from "../file/rights.js";
import { errorCode, errorText } from "../file/system-error.js";

/** Of its name; the journal's own may be as long as a name can be. */
const journalMarkCharacters = 16;
const randomCharacters = 32;

/** Long enough that a call costs nothing beside it, short enough to look up between. */
const chunkBytes = 1024 * 1024;

/** What a compaction writes before it takes the journal's name. It is never reopened by its own. */
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

  /** Beside `journal`, for its owner alone until it has the journal's owner and mode. */
  static create(journal: string, like: FileState, disk: Disk): TemporaryFile {
    const name = `${namePrefix(journal)}${randomBytes(randomCharacters / 2).toString("hex")}.tmp`;
    // Not normalised: behind a link `..` is the kernel's to say.
    const path = `${dirname(journal)}/${name}`;
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

  /** Writes the texts in chunks; a turn after each. */
  *write(texts: Iterable<string>): Generator<undefined> {
    let waiting: string[] = [];
    let units = 0;
    for (const text of texts) {
      waiting.push(text);
      units += text.length;
      if (units < chunkBytes) continue;
      this.#writeAll(Buffer.from(waiting.join("")));
      waiting = [];
      units = 0;
      yield undefined;
    }
    this.#writeAll(Buffer.from(waiting.join("")));
  }

  sync(): void {
    this.#disk.fsync(this.fd);
  }

  /** Reads back byte for byte what was written; a turn after each chunk. */
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

  /** Gives it the journal's name, atomically. */
  replace(journal: string): void {
    const found = this.#disk.lstat(this.path).identity;
    if (found !== this.identity) throw new Error(`${this.path}: expected the file ${this.identity}, found ${found}`);
    this.#disk.rename(this.path, journal);
    this.#hasName = false;
  }

  /** Removes it unless it has become the journal. What fails here is left to the next compaction. */
  end(): void {
    if (this.#hasName) unlinkQuietly(this.path, this.#disk);
    try {
      this.#disk.close(this.fd);
    } catch {
      // Nothing hangs on it: what counts was fsynced.
    }
  }

  #writeAll(bytes: Buffer): void {
    this.#written.update(bytes);
    writeFully(this.#disk, this.fd, bytes);
    this.#bytes += bytes.length;
  }
}

/**
 * Removes what dead compactions of this journal left behind, a bounded number of files a call. The caller holds the
 * lock, so none is at work. One that only lost its lock finds its file gone when it wants to rename it, as it should.
 */
export function removeStale(journal: string, disk: Disk): void {
  const folder = dirname(journal);
  const pattern = new RegExp(`^${namePrefix(journal).replaceAll(".", "\\.")}[0-9a-f]{${randomCharacters}}\\.tmp$`);
  const names = pickLeftovers(folder, (name) => pattern.test(name), disk);
  for (const name of names) removeStaleFile(`${folder}/${name}`, disk);
}

function removeStaleFile(path: string, disk: Disk): void {
  try {
    if (disk.lstat(path).kind === "regular file") disk.unlink(path);
  } catch (error) {
    // Another's file in a folder where only owners may remove: it is in nobody's way.
    if (!["ENOENT", "EACCES", "EPERM"].includes(errorCode(error) ?? "")) throw error;
  }
}

/** Tells the journals of one folder apart, and these files from all others. */
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
