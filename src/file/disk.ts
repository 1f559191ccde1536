// The few calls a writer makes of the file system, in one place, so that a test can fail any one of them.
import {
  type BigIntStats,
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  futimesSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
  renameSync,
  statfsSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { errorCode, uninterrupted } from "./system-error.js";

export type FileKind =
  | "regular file"
  | "symbolic link"
  | "folder"
  | "FIFO"
  | "socket"
  | "block device"
  | "character device";

/** What shows that somebody has written to a file. */
export interface FileLook {
  /** In bytes. */
  size: number;
  /** When its bytes last changed, in milliseconds since 1970. */
  modifiedAtMs: number;
}

export interface FileState extends FileLook {
  /** Device and inode: what tells a file from the one that replaced it under its name. */
  identity: string;
  kind: FileKind;
  /** Of the file system it is on. */
  device: string;
  /** Permission bits. */
  mode: number;
  uid: number;
  gid: number;
  /** Names the file has: more than one with hard links. */
  links: number;
}

/** Each call throws what `node:fs` throws; `read` and `write` may do a part and say how much. */
export interface Disk {
  open(path: string, flags: number, mode?: number): number;
  close(fd: number): void;
  /** Of the name itself, a link not followed. */
  lstat(path: string): FileState;
  fstat(fd: number): FileState;
  readlink(path: string): string;
  /** With mode 0775 less the umask: a folder made for a journal is never writable by every user. */
  mkdir(path: string): void;
  read(fd: number, into: Uint8Array, position: number): number;
  /** As `read`, from where the last write of this descriptor ended, then from where the last such read ended. */
  readBehind(fd: number, into: Uint8Array): number;
  write(fd: number, bytes: Uint8Array): number;
  fsync(fd: number): void;
  ftruncate(fd: number, length: number): void;
  fchmod(fd: number, mode: number): void;
  fchown(fd: number, uid: number, gid: number): void;
  /** A second name for a file; never replaces one. */
  link(existing: string, path: string): void;
  /** Replaces what is at `to`. */
  rename(from: string, to: string): void;
  unlink(path: string): void;
  setModified(fd: number, modifiedAtMs: number): void;
  readdir(folder: string): string[];
  /** Bytes that are left for an ordinary user on the file system of a folder; undefined where it does not tell. */
  freeBytes(folder: string): number | undefined;
}

/** In a folder that every user may write, another user could replace the journal. */
const folderMode = 0o775;

/** One call may ask for no more than an `int` of bytes. */
const writeBytesMax = 1024 * 1024 * 1024;

/**
 * Node's permission model disables `fchmod`, `fchown` and `futimes`, and from 20.20 on `fsync`. Each write is made
 * synchronous there, by `O_SYNC`; a folder cannot be flushed, as on Windows (docs/platforms.md).
 */
const isRestricted = Reflect.get(process, "permission") !== undefined;
const synchronous = isRestricted ? (constants.O_SYNC ?? 0) : 0;

export const nodeDisk: Disk = {
  open: (path, flags, mode) => openSync(path, flags | synchronous, mode),
  close: (fd) => closeSync(fd),
  lstat: (path) => stateOf(lstatSync(path, { bigint: true })),
  fstat: (fd) => stateOf(fstatSync(fd, { bigint: true })),
  readlink: (path) => readlinkSync(path),
  mkdir: (path) => mkdirSync(path, { mode: folderMode }),
  read: (fd, into, position) => readSync(fd, into, 0, into.length, position),
  readBehind: (fd, into) => readSync(fd, into, 0, into.length, null),
  write: (fd, bytes) => writeSync(fd, bytes, 0, Math.min(bytes.length, writeBytesMax)),
  fsync: (fd) => (isRestricted ? flushIfAllowed(fd) : fsyncSync(fd)),
  ftruncate: (fd, length) => ftruncateSync(fd, length),
  fchmod: (fd, mode) => fchmodSync(fd, mode),
  fchown: (fd, uid, gid) => fchownSync(fd, uid, gid),
  link: (existing, path) => linkSync(existing, path),
  rename: (from, to) => renameSync(from, to),
  unlink: (path) => unlinkSync(path),
  setModified: (fd, modifiedAtMs) => futimesSync(fd, modifiedAtMs / 1000, modifiedAtMs / 1000),
  readdir: (folder) => readdirSync(folder),
  freeBytes(folder) {
    const { blocks, bavail, bsize } = statfsSync(folder);
    return blocks === 0 ? undefined : bavail * bsize;
  },
};

/** Windows has none of these flags, whatever the types say: a link that comes before the open is followed there. */
const notBlocking = constants.O_NONBLOCK ?? 0;
const notFollowing = constants.O_NOFOLLOW ?? 0;

/** docs/format.md 8, "Paths": a FIFO does not hang, a link put in the way is not followed. */
export const openFlags = {
  append: constants.O_RDWR | constants.O_APPEND | notBlocking | notFollowing,
  create: constants.O_CREAT | constants.O_EXCL,
  /** For a file that is only read: a link to it is followed. */
  follow: constants.O_RDONLY | notBlocking | (constants.O_NOCTTY ?? 0),
  folder: constants.O_RDONLY | (constants.O_DIRECTORY ?? 0),
  read: constants.O_RDONLY | notBlocking | notFollowing | (constants.O_NOCTTY ?? 0),
  /** Made once and never removed; the next open of the same flags finds it. */
  lasting: constants.O_RDWR | constants.O_CREAT | notBlocking | notFollowing,
  /** A new file that is read back. */
  temporary: constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | notFollowing,
};

/**
 * The mode to create a file with that is to get `mode` as soon as its owner is right. Until then it is for its owner
 * alone, except under Node's permission model, which disables `fchmod`: there `open` must give the mode.
 */
export function firstMode(mode: number): number {
  return isRestricted ? mode : 0o600;
}

/** What was written through this descriptor is on the disk already. */
function flushIfAllowed(fd: number): void {
  try {
    fsyncSync(fd);
  } catch (error) {
    if (errorCode(error) !== "ERR_ACCESS_DENIED") throw error;
  }
}

export function readOnce(disk: Disk, fd: number, into: Uint8Array, position: number): number {
  return uninterrupted(() => disk.read(fd, into, position));
}

/** The part of `into` that the file fills: all of it, unless the file ends there. */
export function readFully(disk: Disk, fd: number, into: Uint8Array, position: number): Uint8Array {
  let length = 0;
  while (length < into.length) {
    const got = readOnce(disk, fd, into.subarray(length), position + length);
    if (got === 0) break;
    length += got;
  }
  return into.subarray(0, length);
}

/** How many bytes the operating system took: at least one. */
export function writeOnce(disk: Disk, fd: number, bytes: Uint8Array): number {
  const written = uninterrupted(() => disk.write(fd, bytes));
  if (written > 0) return written;
  throw new Error("the operating system wrote nothing");
}

/** All of it, however little is taken at a time. */
export function writeFully(disk: Disk, fd: number, bytes: Uint8Array): void {
  for (let left = bytes; left.length > 0; ) left = left.subarray(writeOnce(disk, fd, left));
}

function stateOf(stats: BigIntStats): FileState {
  return {
    identity: `${stats.dev}:${stats.ino}`,
    kind: kindOf(stats),
    size: Number(stats.size),
    device: String(stats.dev),
    mode: Number(stats.mode & 0o7777n),
    uid: Number(stats.uid),
    gid: Number(stats.gid),
    links: Number(stats.nlink),
    modifiedAtMs: Number(stats.mtimeNs) / 1e6,
  };
}

function kindOf(stats: BigIntStats): FileKind {
  if (stats.isFile()) return "regular file";
  if (stats.isSymbolicLink()) return "symbolic link";
  if (stats.isDirectory()) return "folder";
  if (stats.isFIFO()) return "FIFO";
  if (stats.isSocket()) return "socket";
  return stats.isBlockDevice() ? "block device" : "character device";
}
