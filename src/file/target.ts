// A journal's path in, an open regular file for appending out: links followed, folders made, the name durable
// (docs/format.md 8).

import { dirname, isAbsolute } from "node:path";
import { JournalError } from "../errors.js";
import { closeQuietly } from "./cleanup.js";
import { type Disk, type FileState, openFlags } from "./disk.js";
import { lookUp, NotRegularError, openRegular, type RegularFile } from "./regular.js";
import { errorCode, errorText } from "./system-error.js";

/** As the kernel's own limit. */
const linksMax = 40;

/** Each further try means that the file was replaced, made or removed between two of our calls. */
const opensMax = 16;

/** Paths remembered in `durableNames` before it starts anew, which costs one fsync a path. */
const durableNamesMax = 64;

/** Path -> identity of the file whose name this process knows to be on the disk. */
const durableNames = new Map<string, string>();

/**
 * `ERR_PATH_REFUSED` for what is no regular file, `ERR_APPEND_FAILED` for what the operating system says no to. A file
 * that is missing is made, unless `beforeCreate` throws.
 */
export function openTarget(
  path: string,
  disk: Disk,
  beforeCreate: (path: string) => void = () => undefined,
): RegularFile {
  try {
    for (let opens = 0; opens < opensMax; opens++) {
      const opened = openOnce(followLinks(path, disk), disk, beforeCreate);
      if (opened !== undefined) return opened;
    }
  } catch (cause) {
    if (cause instanceof JournalError) throw cause;
    const message = `the journal ${path} cannot be opened for appending, nothing was written: ${errorText(cause)}`;
    throw new JournalError("ERR_APPEND_FAILED", message, { path, cause });
  }
  const message = `the journal ${path}: expected a file that stays in its place, found it replaced ${opensMax} times`;
  throw new JournalError("ERR_APPEND_FAILED", message, { path });
}

/** Whether the file of this identity is still the one the path names. */
export function isInPlace(path: string, identity: string, disk: Disk): boolean {
  return stateInPlace(path, identity, disk) !== undefined;
}

/** The state of the file of this identity; undefined if the path names another file or none. */
export function stateInPlace(path: string, identity: string, disk: Disk): FileState | undefined {
  const state = lookUp(path, disk);
  return state?.identity === identity ? state : undefined;
}

/** As `stateInPlace`; undefined too if the path cannot be looked up. */
export function seeInPlace(path: string, identity: string, disk: Disk): FileState | undefined {
  try {
    return stateInPlace(path, identity, disk);
  } catch {
    // Whoever opens the path next meets the error and says what it was about.
    return undefined;
  }
}

/** The last link's target, which need not exist. Its text is not normalised: what `..` means is the kernel's to say. */
export function followLinks(path: string, disk: Disk): string {
  let at = path;
  for (let links = 0; links <= linksMax; links++) {
    const state = lookUp(at, disk);
    if (state === undefined || state.kind === "regular file") return at;
    if (state.kind !== "symbolic link") throw refuse(at, `a ${state.kind}`);
    const link = disk.readlink(at);
    at = isAbsolute(link) ? link : `${dirname(at)}/${link}`;
  }
  throw refuse(path, `more than ${linksMax} symbolic links`);
}

/** Undefined if the file appeared, disappeared or became a link meanwhile. */
function openOnce(path: string, disk: Disk, beforeCreate: (path: string) => void): RegularFile | undefined {
  const file = openExisting(path, disk) ?? create(path, disk, beforeCreate);
  if (file === undefined) return undefined;
  try {
    makeNameDurable(path, file.state, disk);
    return file;
  } catch (error) {
    closeQuietly(file.fd, disk);
    throw error;
  }
}

function openExisting(path: string, disk: Disk): RegularFile | undefined {
  try {
    return openRegular(path, openFlags.append, disk);
  } catch (error) {
    if (error instanceof NotRegularError) throw refuse(path, `a ${error.kind}`);
    // ELOOP: a link took the file's place; the next attempt follows it.
    if (errorCode(error) === "ENOENT" || errorCode(error) === "ELOOP") return undefined;
    throw error;
  }
}

function create(path: string, disk: Disk, beforeCreate: (path: string) => void): RegularFile | undefined {
  beforeCreate(path);
  makeFolder(dirname(path), disk);
  try {
    return openRegular(path, openFlags.append | openFlags.create, disk, 0o644);
  } catch (error) {
    if (errorCode(error) === "EEXIST") return undefined;
    throw error;
  }
}

/** With its parents, each durable in the one above before the next is made. */
export function makeFolder(folder: string, disk: Disk): void {
  const state = lookUp(folder, disk);
  if (state !== undefined) return;
  const parent = dirname(folder);
  if (parent !== folder) makeFolder(parent, disk);
  try {
    disk.mkdir(folder);
  } catch (error) {
    if (errorCode(error) !== "EEXIST") throw error;
  }
  syncFolder(parent, disk);
}

/**
 * Before the first append to a file the process has not met, whoever made it: its maker may have died before its own
 * fsync of the folder, and a compaction of the reference renames without one.
 */
function makeNameDurable(path: string, file: FileState, disk: Disk): void {
  // An empty file may be new under the inode of one that was removed.
  if (file.size > 0 && durableNames.get(path) === file.identity) return;
  try {
    syncFolder(dirname(path), disk);
  } catch (error) {
    // A folder one may not list cannot be opened, and so not fsynced; an older journal in it can still be appended to.
    if (file.size === 0 || errorCode(error) !== "EACCES") throw error;
  }
  if (durableNames.size >= durableNamesMax) durableNames.clear();
  durableNames.set(path, file.identity);
}

/** Nothing on Windows, which cannot flush a folder: a new file's name is as durable there as the system makes it. */
export function syncFolder(folder: string, disk: Disk): void {
  if (process.platform === "win32") return;
  const fd = disk.open(folder, openFlags.folder);
  try {
    disk.fsync(fd);
  } finally {
    disk.close(fd);
  }
}

export function refuse(path: string, found: string): JournalError {
  const message = `the journal ${path}: expected a regular file, found ${found}; nothing was written`;
  return new JournalError("ERR_PATH_REFUSED", message, { path });
}
