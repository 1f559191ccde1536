// Starts a fold of a journal from its last snapshot, and writes the next snapshot beside the journal (docs/format.md
// 10). A snapshot is a cache: if anything about it is wrong, the journal is read instead.

import { basename, dirname, join } from "node:path";
import { crc32 } from "node:zlib";
import { isObject } from "../core/words.js";
import type { Fold, JournalEngine } from "../engine/engine.js";
import { unlinkQuietly } from "../file/cleanup.js";
import { type Disk, firstMode, nodeDisk, openFlags, readFully, writeFully } from "../file/disk.js";
import { lookUp, openRegular, type RegularFile } from "../file/regular.js";
import { renameOver } from "../file/rename.js";
import { takeRights } from "../file/rights.js";
import { errorCode, errorText } from "../file/system-error.js";
import { snapshotBytesMin } from "./fold.js";
import type { FoldSource } from "./known.js";
import { type JournalSource, readableSource } from "./source.js";

/** The number of bytes compared at the start of the journal and before the offset, at most. */
const edgeBytes = 4096;

/** A larger file is not read, because a length in it must not be trusted. */
const fileBytesMax = 1024 * 1024 * 1024;

const firstLine = "lane-journal snapshot 4\n";
const checksumCharacters = 8;

/**
 * The number of names for a file that is not yet the snapshot. They are few, so that files left by killed processes are
 * found without listing the folder: it may be large, and others may be waiting for the lock.
 */
const temporaryNames = 8;

/** A temporary file that is older than this was left by a process that no longer runs. */
const leftoverMs = 60_000;

export interface SnapshotPlan {
  engine: JournalEngine;
  threads: number;
  disk: Disk;
  /** Write a snapshot where there is none; otherwise only one that was used is rewritten. */
  makes: boolean;
  /** The size or growth of a journal from which a snapshot is worthwhile, in bytes. */
  bytesMin: number;
  /** Receives a message for people about what was done with a snapshot. */
  note(what: string): void;
}

export function snapshotPath(journal: string): string {
  return join(dirname(journal), `.${basename(journal)}.snapshot`);
}

/** The snapshots of one journal. */
export class Snapshots implements FoldSource {
  readonly #plan: SnapshotPlan;
  /** The snapshot that was read or written last. */
  #last: { offset: number; bytes: number } | undefined;

  constructor(plan: SnapshotPlan) {
    this.#plan = plan;
  }

  /** Returns a fold to continue. It is of kind `scan`, which includes `replay`, if it was or may be saved. */
  open(file: JournalSource, kind: "replay" | "scan" = "replay"): Fold {
    const { engine, threads, makes, bytesMin } = this.#plan;
    this.#last = undefined;
    if (file.look().size >= bytesMin) {
      try {
        return this.#resume(file);
      } catch (error) {
        const reason = errorCode(error) === "ENOENT" ? "there is none" : errorText(error);
        this.#note(file, `not used: ${reason}`);
      }
    }
    return engine.openFold({ kind: makes ? "scan" : kind, threads });
  }

  /** Rewrites the snapshot if the journal has grown enough since the last one. Failures are only noted. */
  folded(file: JournalSource, fold: Fold): void {
    const { makes, bytesMin } = this.#plan;
    if (!makes && this.#last === undefined) return;
    if (fold.content !== "entries") return;
    const { offset: begin, bytes } = this.#last ?? { offset: 0, bytes: 0 };
    // A snapshot of many leases is written more rarely, because that takes longer.
    if (fold.offset - begin < Math.max(bytesMin, bytes)) return;
    try {
      const written = this.#save(file, fold);
      this.#last = { offset: fold.offset, bytes: written };
      this.#note(file, `written: ${written} bytes for ${fold.offset}`);
    } catch (error) {
      // Do not try again at each call.
      this.#last = { offset: fold.offset, bytes };
      this.#note(file, `not written: ${errorText(error)}`);
    }
  }

  /**
   * Reads the snapshot and returns a fold that continues from it. Throws at the first check that fails: the snapshot's
   * owner, mode and size; its checksum and header; the journal's identity; the journal's size; the bytes at the
   * journal's edges; the state itself; and the offset of the state.
   */
  #resume(file: JournalSource): Fold {
    const { engine, threads, disk } = this.#plan;
    const bytes = readSnapshotFile(file, disk);
    const { identity, offset, head, mark, state } = openEnvelope(bytes);
    expect("the file", file.identity, identity);
    if (offset > file.look().size)
      throw new Error(`expected at most ${file.look().size} bytes of journal, found ${offset}`);
    expectBytes("the journal's first bytes", head, file.read(Buffer.allocUnsafeSlow(head.length), 0));
    const before = file.read(Buffer.allocUnsafeSlow(mark.length), offset - mark.length);
    expectBytes("the journal's bytes before the offset", mark, before);
    const fold = engine.resumeScan({ snapshot: state, mark, threads });
    expect("the offset", offset, fold.offset);
    this.#last = { offset, bytes: bytes.length };
    this.#note(file, `used for ${offset} of ${file.look().size} bytes`);
    return fold;
  }

  #save(file: JournalSource, fold: Fold): number {
    const { disk } = this.#plan;
    const path = snapshotPath(file.path);
    if (fold.endDamaged) throw new Error("the last line is damaged");
    const mark = fold.mark();
    // There is a damaged line among the last ones; a later call tries again.
    if (mark.length < Math.min(fold.offset, edgeBytes)) throw new Error("the last lines were not folded in one go");
    const { identity } = file;
    const header = `${JSON.stringify({ identity, offset: fold.offset, mark: mark.length })}\n`;
    const head = file.read(Buffer.allocUnsafeSlow(mark.length), 0);
    if (head.length < mark.length) throw new Error("the journal became shorter");
    const edges = Buffer.concat([Buffer.from(header), head, mark]);
    const state = fold.snapshot();
    const start = Buffer.concat([Buffer.from(`${firstLine}${checksumOf(edges, state)}\n`), edges]);
    const journal = disk.fstat(file.fd);
    const { temporary, fd } = openTemporary(path, firstMode(journal.mode & 0o666), disk);
    try {
      writeFully(disk, fd, start);
      writeFully(disk, fd, state);
      // Users who may read the journal may read its snapshot.
      takeRights(fd, { ...journal, mode: journal.mode & 0o666 }, disk, true);
      // If this process was stopped for a minute, another one may have taken over the name.
      expect("the new file", disk.fstat(fd).identity, disk.lstat(temporary).identity);
      renameOver(temporary, path, disk);
    } catch (error) {
      unlinkQuietly(temporary, disk);
      throw error;
    } finally {
      disk.close(fd);
    }
    return start.length + state.length;
  }

  #note(file: JournalSource, what: string): void {
    this.#plan.note(`snapshot ${snapshotPath(file.path)}: ${what}`);
  }
}

/** The snapshots of a journal that is open for reading. */
export interface SnapshotsOfFile {
  open(kind: "replay" | "scan"): Fold;
  folded(fold: Fold): void;
}

export function openSnapshots(
  file: RegularFile,
  plan: Pick<SnapshotPlan, "engine" | "threads" | "makes" | "note">,
): SnapshotsOfFile {
  const snapshots = new Snapshots({ ...plan, disk: nodeDisk, bytesMin: snapshotBytesMin });
  const source = readableSource(file, nodeDisk);
  return { open: (kind) => snapshots.open(source, kind), folded: (fold) => snapshots.folded(source, fold) };
}

interface Envelope {
  identity: unknown;
  offset: number;
  /** The journal's first bytes, as many as `mark` has. */
  head: Buffer;
  /** The bytes before the offset. */
  mark: Buffer;
  state: Buffer;
}

function openEnvelope(bytes: Buffer): Envelope {
  const start = firstLine.length + checksumCharacters + 1;
  if (bytes.toString("latin1", 0, firstLine.length) !== firstLine) throw new Error(`expected ${firstLine.trim()}`);
  const body = bytes.subarray(start);
  if (bytes.toString("latin1", firstLine.length, start) !== `${checksumOf(body)}\n`) {
    throw new Error("expected its bytes to match its checksum, found others");
  }
  const end = body.indexOf(0x0a);
  const header: unknown = JSON.parse(body.toString("utf8", 0, end));
  const { identity, offset, mark }: { [key: string]: unknown } = isObject(header) ? header : {};
  if (!isCount(offset) || !isCount(mark) || mark > Math.min(offset, edgeBytes)) {
    throw new Error("expected a header with an offset and a mark");
  }
  const edges = body.subarray(end + 1);
  return {
    identity,
    offset,
    head: edges.subarray(0, mark),
    mark: edges.subarray(mark, 2 * mark),
    state: edges.subarray(2 * mark),
  };
}

/** Accepts only a file whose owner could have written the journal and that admits no more writers than the journal. */
function readSnapshotFile(file: JournalSource, disk: Disk): Buffer {
  const { fd, state: found } = openRegular(snapshotPath(file.path), openFlags.read, disk);
  try {
    const journal = disk.fstat(file.fd);
    if (found.size > fileBytesMax) throw new Error(`expected at most ${fileBytesMax} bytes, found ${found.size}`);
    const isTrusted = [journal.uid, process.geteuid?.() ?? found.uid, 0].includes(found.uid);
    if (!isTrusted) throw new Error(`expected the owner to be the journal's, ${journal.uid}, found ${found.uid}`);
    if ((found.mode & 0o022 & ~journal.mode) !== 0) {
      throw new Error("expected a mode that lets nobody write who cannot write the journal");
    }
    const bytes = Buffer.allocUnsafeSlow(found.size);
    if (readFully(disk, fd, bytes, 0).length === found.size) return bytes;
    throw new Error(`expected ${found.size} bytes, found fewer: it was truncated while it was read`);
  } finally {
    disk.close(fd);
  }
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

/** The CRC-32 of the parts one after the other, as 8 hexadecimal digits. */
function checksumOf(...parts: readonly Buffer[]): string {
  let sum = 0;
  for (const part of parts) sum = crc32(part, sum);
  return sum.toString(16).padStart(checksumCharacters, "0");
}

/** Opens a new file under one of the temporary names of the snapshot at `path`, after removing an old file there. */
function openTemporary(path: string, mode: number, disk: Disk): { temporary: string; fd: number } {
  const first = Math.floor(Math.random() * temporaryNames);
  for (let taken = 0; ; taken++) {
    const temporary = `${path}.new-${(first + taken) % temporaryNames}`;
    try {
      removeLeftover(temporary, disk);
      return { temporary, fd: disk.open(temporary, openFlags.temporary, mode) };
    } catch (error) {
      if (errorCode(error) !== "EEXIST" || taken + 1 === temporaryNames) throw error;
    }
  }
}

function removeLeftover(temporary: string, disk: Disk): void {
  const found = lookUp(temporary, disk);
  if (found !== undefined && Date.now() - found.modifiedAtMs > leftoverMs) unlinkQuietly(temporary, disk);
}

function expectBytes(what: string, expected: Buffer, found: Uint8Array): void {
  if (!expected.equals(found)) throw new Error(`${what}: expected those of the snapshot, found others`);
}

function expect(what: string, expected: unknown, found: unknown): void {
  if (expected !== found) throw new Error(`${what}: expected ${String(expected)}, found ${String(found)}`);
}
