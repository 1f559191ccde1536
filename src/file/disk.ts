// Declares the file-system calls that a writer makes, so that tests can make each of them fail.
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
  type Stats,
  statfsSync,
  statSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { constants as systemConstants } from "node:os";
import { dirname } from "node:path";
import { errorCode, uninterrupted } from "./system-error.js";

export type FileKind =
  | "regular file"
  | "symbolic link"
  | "folder"
  | "FIFO"
  | "socket"
  | "block device"
  | "character device";

/** The properties that change when a file is written to. */
export interface FileLook {
  /** The size in bytes. */
  size: number;
  /** The time of the last change of content, in milliseconds since 1970-01-01 UTC. */
  modifiedAtMs: number;
}

export interface FileState extends FileLook {
  /** Device and inode: distinguishes a file from one that replaces it under the same name. */
  identity: string;
  kind: FileKind;
  /** The device of the file system that holds the file. */
  device: string;
  /** Permission bits. */
  mode: number;
  uid: number;
  gid: number;
  /** The number of names (hard links). */
  links: number;
  /** The time of the last change of content, rights or names, in milliseconds since 1970-01-01 UTC. */
  changedAtMs: number;
}

/** Each call throws what `node:fs` throws. `read` and `write` may process only a part and return how much. */
export interface Disk {
  /**
   * `windows` refuses to replace or to shorten a file through a descriptor that others, or this process, hold
   * (docs/platforms.md, "Windows").
   */
  readonly semantics: "posix" | "windows";
  open(path: string, flags: number, mode?: number): number;
  close(fd: number): void;
  /** The state of the path itself: a symbolic link is not followed. */
  lstat(path: string): FileState;
  fstat(fd: number): FileState;
  readlink(path: string): string;
  /** Uses mode 0775 minus the umask: a folder made for a journal must never be writable by every user. */
  mkdir(path: string): void;
  read(fd: number, into: Uint8Array, position: number): number;
  /** Like `read`, from where this descriptor's last write ended, then from where its last such read ended. */
  readBehind(fd: number, into: Uint8Array): number;
  write(fd: number, bytes: Uint8Array): number;
  fsync(fd: number): void;
  ftruncate(fd: number, length: number): void;
  fchmod(fd: number, mode: number): void;
  fchown(fd: number, uid: number, gid: number): void;
  /** Creates a second name for a file. Never replaces an existing file. */
  link(existing: string, path: string): void;
  /** Replaces an existing file at `to`. */
  rename(from: string, to: string): void;
  unlink(path: string): void;
  setModified(fd: number, modifiedAtMs: number): void;
  readdir(folder: string): string[];
  /** Bytes available to an ordinary user on the folder's file system; undefined if the system does not say. */
  freeBytes(folder: string): number | undefined;
}

/** In a folder that every user can write, another user could replace the journal. */
const folderMode = 0o775;

/** The length of one call must fit into an `int`. */
const writeBytesMax = 1024 * 1024 * 1024;

/**
 * Node's permission model disables `fchmod`, `fchown` and `futimes`, and from 20.20 on `fsync`. Under it, `O_SYNC`
 * makes each write synchronous; a folder cannot be flushed, as on Windows (docs/platforms.md).
 */
const isRestricted = Reflect.get(process, "permission") !== undefined;
const synchronous = isRestricted ? (constants.O_SYNC ?? 0) : 0;

const isWindows = process.platform === "win32";

export const nodeDisk: Disk = {
  semantics: isWindows ? "windows" : "posix",
  open: (path, flags, mode) => (isWindows ? openOnWindows : openSync)(path, flags | synchronous, mode),
  close: (fd) => closeSync(fd),
  lstat(path) {
    // Node takes several times as long to throw.
    const stats = lstatSync(path, { bigint: true, throwIfNoEntry: false });
    if (stats === undefined) throw missing(path);
    return stateOf(stats);
  },
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

/** Windows has none of these flags, whatever the types say: it follows a link that exists before the open. */
const notBlocking = constants.O_NONBLOCK ?? 0;
const notFollowing = constants.O_NOFOLLOW ?? 0;

/** Do not block on a FIFO, and do not follow a link that replaces the file (docs/format.md 8, "Paths"). */
export const openFlags = {
  /**
   * For a file that is shortened, or whose time is set. Windows refuses the first to a descriptor that appends, and the
   * second to one that only reads.
   */
  alter: constants.O_RDWR | notBlocking | notFollowing,
  append: constants.O_RDWR | constants.O_APPEND | notBlocking | notFollowing,
  create: constants.O_CREAT | constants.O_EXCL,
  /** For a file that is only read: a symbolic link is followed. */
  follow: constants.O_RDONLY | notBlocking | (constants.O_NOCTTY ?? 0),
  folder: constants.O_RDONLY | (constants.O_DIRECTORY ?? 0),
  read: constants.O_RDONLY | notBlocking | notFollowing | (constants.O_NOCTTY ?? 0),
  /** For a file that is created once and never removed: later opens find it. */
  lasting: constants.O_RDWR | constants.O_CREAT | notBlocking | notFollowing,
  /** For a new file that is also read back. */
  temporary: constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | notFollowing,
};

/**
 * The mode in which to create a file that gets `mode` once its owner is set. Until then only its owner has access.
 * Under Node's permission model, which disables `fchmod`, `open` must set the final mode.
 */
export function firstMode(mode: number): number {
  return isRestricted ? mode : 0o600;
}

/** Does nothing under Node's permission model: what was written through this descriptor is on the disk already. */
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

/** Returns the filled part of `into`: all of it, unless the file ends earlier. */
export function readFully(disk: Disk, fd: number, into: Uint8Array, position: number): Uint8Array {
  let length = 0;
  while (length < into.length) {
    const got = readOnce(disk, fd, into.subarray(length), position + length);
    if (got === 0) break;
    length += got;
  }
  return into.subarray(0, length);
}

/** Returns how many bytes the operating system accepted: at least one. */
export function writeOnce(disk: Disk, fd: number, bytes: Uint8Array): number {
  const written = uninterrupted(() => disk.write(fd, bytes));
  if (written > 0) return written;
  throw new Error("the operating system wrote nothing");
}

/** Writes all bytes, in as many calls as necessary. */
export function writeFully(disk: Disk, fd: number, bytes: Uint8Array): void {
  for (let left = bytes; left.length > 0; ) left = left.subarray(writeOnce(disk, fd, left));
}

/** On Windows, a path that leads through a file is reported as missing, and a journal there would read as empty. */
function openOnWindows(path: string, flags: number, mode?: number): number {
  try {
    return openSync(path, flags, mode);
  } catch (error) {
    if (errorCode(error) !== "ENOENT") throw error;
    const above = nearestAbove(path);
    if (above === undefined || above.isDirectory()) throw error;
    throw systemError("ENOTDIR", "not a directory", "open", path);
  }
}

function nearestAbove(path: string): Stats | undefined {
  for (let folder = dirname(path), below = path; folder !== below; below = folder, folder = dirname(folder)) {
    const found = statSync(folder, { throwIfNoEntry: false });
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Returns the error that Node throws. */
function missing(path: string): Error {
  return systemError("ENOENT", "no such file or directory", "lstat", path);
}

function systemError(code: "ENOENT" | "ENOTDIR", says: string, syscall: string, path: string): Error {
  const message = `${code}: ${says}, ${syscall} '${path}'`;
  return Object.assign(new Error(message), { errno: -systemConstants.errno[code], code, syscall, path });
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
    changedAtMs: Number(stats.ctimeNs) / 1e6,
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
