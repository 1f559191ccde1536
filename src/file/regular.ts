// A journal's path -> an open, readable, regular file, or undefined where there is none (SPEC 3).
import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from "node:fs";
import { getSystemErrorName } from "node:util";
import { JournalError } from "../errors.js";
import { errorCode, isError, uninterrupted } from "./system-error.js";

export interface ReadableJournal {
  path: string;
  fd: number;
}

/** Not blocking, so that a FIFO does not hang; no controlling terminal; Node itself adds `O_CLOEXEC`. */
const openFlags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0);

/**
 * Throws `ERR_JOURNAL_UNREADABLE` for every failure but ENOENT: an empty journal would free every lane. `what` is what
 * messages call the file.
 */
export function openReadable(path: string, what = "the journal"): ReadableJournal | undefined {
  let fd: number;
  try {
    fd = openSync(path, openFlags);
  } catch (cause) {
    if (errorCode(cause) === "ENOENT") return undefined;
    throw unreadable(path, cause, what);
  }
  try {
    const stats = readStats(path, fd);
    if (stats.isFile()) return { path, fd };
    const message = `${what} ${path}: expected a regular file, found ${kindOf(stats)}`;
    throw new JournalError("ERR_JOURNAL_UNREADABLE", message, { path });
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

/** Linux frees a descriptor whatever `close` returns, and what was read through it is whole. */
export function closeReadable(file: ReadableJournal | undefined): void {
  try {
    if (file !== undefined) closeSync(file.fd);
  } catch {
    // Raising this would fail a call that has its answer.
  }
}

/** As `readSync`, taken up again after a signal. */
export function readPart(fd: number, into: Uint8Array, start: number, length: number, position: number): number {
  return uninterrupted(() => readSync(fd, into, start, length, position));
}

/** The file's size in bytes as it is now. */
export function readSize(file: ReadableJournal): number {
  return readStats(file.path, file.fd).size;
}

/** A failure of the operating system becomes `ERR_JOURNAL_UNREADABLE`; any other error stays what it is. */
export function unreadable(path: string, cause: unknown, what = "the journal"): unknown {
  if (!isError(cause) || !("syscall" in cause)) return cause;
  const code = errorCode(cause) ?? errorName(cause);
  if (code === undefined) return cause;
  const reason = cause.message.startsWith(code) ? cause.message : `${code}: ${cause.message}`;
  const message = `${what} ${path} cannot be read: ${reason}`;
  return new JournalError("ERR_JOURNAL_UNREADABLE", message, { path, cause });
}

/** A journal only grows, so one that got shorter is another one by now (format 10). */
export function shrunken(path: string, expected: number, found: number): JournalError {
  const message = `the journal ${path} became shorter while it was read: expected ${expected} bytes, found ${found}`;
  return new JournalError("ERR_JOURNAL_UNREADABLE", message, { path });
}

function readStats(path: string, fd: number): Stats {
  try {
    return fstatSync(fd);
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

/** The native engine gives the number alone. */
function errorName(error: Error): string | undefined {
  if (!("errno" in error) || typeof error.errno !== "number" || error.errno >= 0) return undefined;
  return getSystemErrorName(error.errno);
}

function kindOf(stats: Stats): string {
  if (stats.isDirectory()) return "a folder";
  if (stats.isFIFO()) return "a FIFO";
  if (stats.isSocket()) return "a socket";
  return stats.isBlockDevice() ? "a block device" : "a character device";
}
