// Opens regular files, and nothing else, without blocking on a FIFO or a device. Every file is opened here, except
// temporary files that this process creates.
import { fstatSync, readSync } from "node:fs";
import { getSystemErrorName } from "node:util";
import { JournalError } from "../errors.js";
import { closeQuietly } from "./cleanup.js";
import { type Disk, type FileKind, type FileState, nodeDisk, openFlags } from "./disk.js";
import { errorCode, isError, uninterrupted } from "./system-error.js";

/** An open regular file. */
export interface RegularFile {
  readonly path: string;
  readonly fd: number;
  /** The file's state when it was opened. */
  readonly state: FileState;
}

/** The path names something that is not a regular file. */
export class NotRegularError extends Error {
  readonly kind: FileKind;

  constructor(kind: FileKind) {
    super(`expected a regular file, found a ${kind}`);
    this.kind = kind;
  }
}

/**
 * Opens `path` if it is a regular file. Throws the system's error if `open` or `fstat` fails and `NotRegularError` for
 * a folder, a FIFO, a socket or a device; no descriptor then stays open. `flags` are of `openFlags`.
 */
export function openRegular(path: string, flags: number, disk: Disk, mode?: number): RegularFile {
  const fd = disk.open(path, flags, mode);
  try {
    const state = disk.fstat(fd);
    if (state.kind === "regular file") return { path, fd, state };
    throw new NotRegularError(state.kind);
  } catch (error) {
    closeQuietly(fd, disk);
    throw error;
  }
}

/** The state of the path itself: a symbolic link is not followed. Undefined if there is nothing. */
export function lookUp(path: string, disk: Disk): FileState | undefined {
  try {
    return disk.lstat(path);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

/**
 * Opens a file for reading and follows links. Returns undefined if it does not exist. Throws `ERR_JOURNAL_UNREADABLE`
 * for every other failure, because an empty journal would free every lane. `what` is the file's name in messages.
 */
export function openReadable(path: string, what = "the journal"): RegularFile | undefined {
  try {
    return openRegular(path, openFlags.follow, nodeDisk);
  } catch (cause) {
    if (errorCode(cause) === "ENOENT") return undefined;
    if (!(cause instanceof NotRegularError)) throw unreadable(path, cause, what);
    throw new JournalError("ERR_JOURNAL_UNREADABLE", `${what} ${path}: ${cause.message}`, { path });
  }
}

export function closeReadable(file: RegularFile | undefined): void {
  if (file !== undefined) closeQuietly(file.fd, nodeDisk);
}

/** Like `readSync`, but repeats the call if a signal interrupts it. */
export function readPart(fd: number, into: Uint8Array, start: number, length: number, position: number): number {
  return uninterrupted(() => readSync(fd, into, start, length, position));
}

/** The file's size in bytes as it is now. */
export function readSize(file: Pick<RegularFile, "path" | "fd">): number {
  try {
    return nodeDisk.fstat(file.fd).size;
  } catch (cause) {
    throw unreadable(file.path, cause);
  }
}

/** When a file was created. On a file system without such times it is always the same. */
export interface Origin {
  /** Device, inode and time of creation: distinguishes a file from a later one that reuses its inode. */
  lastingIdentity: string;
  /** In milliseconds since 1970-01-01 UTC. */
  createdAtMs: number;
}

export function readOrigin(file: Pick<RegularFile, "path" | "fd">): Origin {
  try {
    const { dev, ino, birthtimeNs, birthtimeMs } = fstatSync(file.fd, { bigint: true });
    return { lastingIdentity: `${dev}:${ino}:${birthtimeNs}`, createdAtMs: Number(birthtimeMs) };
  } catch (cause) {
    throw unreadable(file.path, cause);
  }
}

/** Wraps errors of the operating system in `ERR_JOURNAL_UNREADABLE`; returns other errors unchanged. */
export function unreadable(path: string, cause: unknown, what = "the journal"): unknown {
  if (!isError(cause) || !("syscall" in cause)) return cause;
  const code = errorCode(cause) ?? errorName(cause);
  if (code === undefined) return cause;
  const reason = cause.message.startsWith(code) ? cause.message : `${code}: ${cause.message}`;
  const message = `${what} ${path} cannot be read: ${reason}`;
  return new JournalError("ERR_JOURNAL_UNREADABLE", message, { path, cause });
}

/** A journal only grows, so one that became shorter has been replaced or rewritten (docs/format.md 10). */
export function shrunken(path: string, expected: number, found: number): JournalError {
  const message = `the journal ${path} became shorter while it was read: expected ${expected} bytes, found ${found}`;
  return new JournalError("ERR_JOURNAL_UNREADABLE", message, { path });
}

/** The native engine's errors carry only the number. */
function errorName(error: Error): string | undefined {
  if (!("errno" in error) || typeof error.errno !== "number" || error.errno >= 0) return undefined;
  return getSystemErrorName(error.errno);
}
