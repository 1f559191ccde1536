// The few calls a writer makes of the file system, in one place, so that a test can fail any one of them.
import {
  type BigIntStats,
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  lstatSync,
  mkdirSync,
  openSync,
  readlinkSync,
  readSync,
  writeSync,
} from "node:fs";

export type FileKind = "regular file" | "symbolic link" | "folder" | "FIFO" | "socket" | "device";

export interface FileState {
  /** Device and inode: what tells a file from the one that replaced it under its name. */
  identity: string;
  kind: FileKind;
  /** In bytes. */
  size: number;
}

/** Each call throws what `node:fs` throws; `read` and `write` may do a part and say how much. */
export interface Disk {
  open(path: string, flags: number, mode?: number): number;
  close(fd: number): void;
  /** Of the name itself, a link not followed. */
  lstat(path: string): FileState;
  fstat(fd: number): FileState;
  readlink(path: string): string;
  mkdir(path: string): void;
  read(fd: number, into: Uint8Array, position: number): number;
  write(fd: number, bytes: Uint8Array): number;
  fsync(fd: number): void;
  ftruncate(fd: number, length: number): void;
}

/** One call may ask for no more than an `int` of bytes. */
const writeBytesMax = 1024 * 1024 * 1024;

export const nodeDisk: Disk = {
  open: (path, flags, mode) => openSync(path, flags, mode),
  close: (fd) => closeSync(fd),
  lstat: (path) => stateOf(lstatSync(path, { bigint: true })),
  fstat: (fd) => stateOf(fstatSync(fd, { bigint: true })),
  readlink: (path) => readlinkSync(path),
  mkdir: (path) => mkdirSync(path),
  read: (fd, into, position) => readSync(fd, into, 0, into.length, position),
  write: (fd, bytes) => writeSync(fd, bytes, 0, Math.min(bytes.length, writeBytesMax)),
  fsync: (fd) => fsyncSync(fd),
  ftruncate: (fd, length) => ftruncateSync(fd, length),
};

/** SPEC 8, "Paths": a FIFO does not hang, a link put in the way is not followed. */
export const openFlags = {
  append: constants.O_RDWR | constants.O_APPEND | constants.O_NONBLOCK | constants.O_NOFOLLOW,
  create: constants.O_CREAT | constants.O_EXCL,
  folder: constants.O_RDONLY | constants.O_DIRECTORY,
};

/** The operating system's name for an error, such as `ENOSPC`. */
export function errorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function stateOf(stats: BigIntStats): FileState {
  return { identity: `${stats.dev}:${stats.ino}`, kind: kindOf(stats), size: Number(stats.size) };
}

function kindOf(stats: BigIntStats): FileKind {
  if (stats.isFile()) return "regular file";
  if (stats.isSymbolicLink()) return "symbolic link";
  if (stats.isDirectory()) return "folder";
  if (stats.isFIFO()) return "FIFO";
  return stats.isSocket() ? "socket" : "device";
}
