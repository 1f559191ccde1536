// Records each change that the calls of a disk make in a folder, and reads and restores the state of a folder.
import { constants, readdirSync, readFileSync } from "node:fs";
import { relative } from "node:path";
import { type Disk, type FileState, nodeDisk } from "../../src/file/disk.js";
import { errorCode } from "../../src/file/system-error.js";
import type { Change, DiskState, StoredFile } from "./disk-model.js";

export interface Recording {
  disk: Disk;
  /** The state before the first change; all of it is durable. */
  start: DiskState;
  changes: Change[];
}

/** The result is `.` for the folder itself, as `dirname` returns it. */
function nameIn(root: string, path: string): string {
  return relative(root, path) || ".";
}

/** Returns the content of a folder. Hard links are names of one file. */
export function readState(root: string): DiskState {
  const state: DiskState = { folders: [], files: [] };
  const byIdentity = new Map<string, StoredFile>();
  for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
    const path = `${entry.parentPath}/${entry.name}`;
    const name = nameIn(root, path);
    if (entry.isDirectory()) {
      state.folders.push(name);
      continue;
    }
    const { identity, modifiedAtMs } = nodeDisk.lstat(path);
    const file = byIdentity.get(identity) ?? { names: [], content: readFileSync(path), identity, modifiedAtMs };
    file.names.push(name);
    if (!byIdentity.has(identity)) state.files.push(file);
    byIdentity.set(identity, file);
  }
  return state;
}

interface OpenedFile {
  file: number;
  position: number;
  appends: boolean;
}

type Opened = { folder: string } | OpenedFile;

class Recorder {
  readonly changes: Change[] = [];
  readonly #root: string;
  readonly #disk: Disk;
  readonly #isForgotten: (change: Change) => boolean;
  readonly #numbers = new Map<string, number>();
  readonly #opened = new Map<number, Opened>();
  #files = 0;

  constructor(root: string, start: DiskState, disk: Disk, isForgotten: (change: Change) => boolean) {
    this.#root = root;
    this.#disk = disk;
    this.#isForgotten = isForgotten;
    for (const { identity } of start.files) this.#numbers.set(identity, this.#files++);
  }

  note(change: Change): void {
    if (!this.#isForgotten(change)) this.changes.push(change);
  }

  name(path: string): string {
    return nameIn(this.#root, path);
  }

  number(identity: string): number {
    const number = this.#numbers.get(identity);
    if (number === undefined) throw new Error(`expected a file that was opened or there before, found ${identity}`);
    return number;
  }

  open(path: string, flags: number, mode?: number): number {
    const isNew = (flags & constants.O_CREAT) !== 0 && !this.#isThere(path);
    const fd = this.#disk.open(path, flags, mode);
    const { kind, identity } = this.#disk.fstat(fd);
    if (kind === "folder") {
      this.#opened.set(fd, { folder: this.name(path) });
      return fd;
    }
    if (isNew) {
      // A freed inode number may be reused; the name then refers to another file.
      this.#numbers.set(identity, this.#files++);
      this.note({ kind: "create", name: this.name(path), file: this.number(identity), identity });
    }
    const appends = (flags & constants.O_APPEND) !== 0;
    this.#opened.set(fd, { file: this.number(identity), position: 0, appends });
    return fd;
  }

  close(fd: number): void {
    this.#opened.delete(fd);
    this.#disk.close(fd);
  }

  write(fd: number, bytes: Uint8Array): number {
    const opened = this.#file(fd);
    const offset = opened.appends ? this.#disk.fstat(fd).size : opened.position;
    const written = this.#disk.write(fd, bytes);
    opened.position = offset + written;
    const { modifiedAtMs } = this.#disk.fstat(fd);
    this.note({
      kind: "write",
      file: opened.file,
      offset,
      bytes: Buffer.from(bytes.subarray(0, written)),
      modifiedAtMs,
    });
    return written;
  }

  fsync(fd: number): void {
    const opened = this.#opened.get(fd);
    if (opened === undefined) throw new Error(`expected an open descriptor, found ${fd}`);
    try {
      this.#disk.fsync(fd);
    } catch (error) {
      if ("file" in opened) this.note({ kind: "syncFailed", file: opened.file });
      throw error;
    }
    this.note("file" in opened ? { kind: "sync", file: opened.file } : { kind: "syncFolder", name: opened.folder });
  }

  ftruncate(fd: number, length: number): void {
    this.#disk.ftruncate(fd, length);
    const { modifiedAtMs } = this.#disk.fstat(fd);
    this.note({ kind: "truncate", file: this.#file(fd).file, length, modifiedAtMs });
  }

  touch(fd: number, modifiedAtMs: number): void {
    this.#disk.setModified(fd, modifiedAtMs);
    this.note({ kind: "touch", file: this.#file(fd).file, modifiedAtMs });
  }

  #file(fd: number): OpenedFile {
    const opened = this.#opened.get(fd);
    if (opened !== undefined && "file" in opened) return opened;
    throw new Error(`expected the descriptor of a file, found ${fd}`);
  }

  #isThere(path: string): boolean {
    try {
      this.#disk.lstat(path);
      return true;
    } catch (error) {
      if (errorCode(error) === "ENOENT") return false;
      throw error;
    }
  }
}

/**
 * Changes for which `isForgotten` returns true are made but not recorded, as on a disk that lies about its fsyncs.
 */
export function recordDisk(
  root: string,
  below: Disk = nodeDisk,
  isForgotten: (change: Change) => boolean = () => false,
): Recording {
  const start = readState(root);
  const recorder = new Recorder(root, start, below, isForgotten);
  const disk: Disk = {
    ...below,
    open: (path, flags, mode) => recorder.open(path, flags, mode),
    close: (fd) => recorder.close(fd),
    write: (fd, bytes) => recorder.write(fd, bytes),
    fsync: (fd) => recorder.fsync(fd),
    ftruncate: (fd, length) => recorder.ftruncate(fd, length),
    setModified: (fd, modifiedAtMs) => recorder.touch(fd, modifiedAtMs),
    mkdir(path) {
      below.mkdir(path);
      recorder.note({ kind: "mkdir", name: recorder.name(path) });
    },
    link(existing, path) {
      below.link(existing, path);
      const file = recorder.number(below.lstat(path).identity);
      recorder.note({ kind: "link", name: recorder.name(path), file });
    },
    rename(from, to) {
      below.rename(from, to);
      recorder.note({ kind: "rename", name: recorder.name(from), to: recorder.name(to) });
    },
    unlink(path) {
      below.unlink(path);
      recorder.note({ kind: "unlink", name: recorder.name(path) });
    },
  };
  return { disk, start, changes: recorder.changes };
}

/**
 * Writes a state to the real disk, below `root`. Returns a disk that reports for each file the inode number and the
 * time from before the cut until the file is written to, because a real cut does not change them.
 */
export function restoreState(root: string, state: DiskState): Disk {
  const before = new Map<string, { identity: string; modifiedAtMs: number; timeHere: number }>();
  for (const folder of state.folders.toSorted()) nodeDisk.mkdir(`${root}/${folder}`);
  for (const { names, content, identity, modifiedAtMs } of state.files) {
    const [first, ...others] = names.map((name) => `${root}/${name}`);
    if (first === undefined) continue;
    const fd = nodeDisk.open(first, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600);
    for (let done = 0; done < content.length; done += nodeDisk.write(fd, content.subarray(done)));
    nodeDisk.close(fd);
    for (const other of others) nodeDisk.link(first, other);
    const here = nodeDisk.lstat(first);
    before.set(here.identity, { identity, modifiedAtMs, timeHere: here.modifiedAtMs });
  }
  const asBefore = (found: FileState): FileState => {
    const known = before.get(found.identity);
    if (known === undefined) return found;
    const { identity, timeHere } = known;
    return {
      ...found,
      identity,
      modifiedAtMs: found.modifiedAtMs === timeHere ? known.modifiedAtMs : found.modifiedAtMs,
    };
  };
  return {
    ...nodeDisk,
    lstat: (path) => asBefore(nodeDisk.lstat(path)),
    fstat: (fd) => asBefore(nodeDisk.fstat(fd)),
  };
}
