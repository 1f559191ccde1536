// Opens a journal for appending: follows links, creates missing folders and makes the file's name durable
// (docs/format.md 8).

import { dirname, isAbsolute } from "node:path";
import { JournalError } from "../errors.js";
import { beside } from "./beside.js";
import { closeQuietly } from "./cleanup.js";
import { type Disk, type FileState, openFlags } from "./disk.js";
import { lookUp, NotRegularError, openRegular, type RegularFile } from "./regular.js";
import { errorCode, errorText } from "./system-error.js";

/** The kernel's own limit. */
const linksMax = 40;

/** A further attempt is needed if the file was replaced, created or removed between two calls. */
const opensMax = 16;

/** When `durableNames` has this many paths it is cleared, which costs one fsync per path. */
const durableNamesMax = 64;

/** Maps a path to the identity of the file whose name is known to be on the disk. */
const durableNames = new Map<string, string>();

/**
 * Opens the journal. Throws `ERR_PATH_REFUSED` if it is not a regular file and `ERR_APPEND_FAILED` if the operating
 * system refuses. Creates a missing file unless `beforeCreate` throws.
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
  const message = `the journal ${path}: expected a file that stays in place, found it replaced ${opensMax} times`;
  throw new JournalError("ERR_APPEND_FAILED", message, { path });
}

/** Whether the path still names the file with this identity. */
export function isInPlace(path: string, identity: string, disk: Disk): boolean {
  return stateInPlace(path, identity, disk) !== undefined;
}

/** The state of the file with this identity; undefined if the path names another file or none. */
export function stateInPlace(path: string, identity: string, disk: Disk): FileState | undefined {
  const state = lookUp(path, disk);
  return state?.identity === identity ? state : undefined;
}

/** Like `stateInPlace`; undefined also if the lookup fails. */
export function seeInPlace(path: string, identity: string, disk: Disk): FileState | undefined {
  try {
    return stateInPlace(path, identity, disk);
  } catch {
    // The next call that opens the path reports the error.
    return undefined;
  }
}

/**
 * Returns the target of the last link; it need not exist. Paths are not normalised, because only the kernel can resolve
 * `..`.
 */
export function followLinks(path: string, disk: Disk): string {
  return findTarget(path, disk).path;
}

/** Like `followLinks`, and also returns the state of the target; undefined if it does not exist. */
export function findTarget(path: string, disk: Disk): { path: string; state: FileState | undefined } {
  let at = path;
  for (let links = 0; links <= linksMax; links++) {
    const state = lookUp(at, disk);
    if (state === undefined || state.kind === "regular file") return { path: at, state };
    if (state.kind !== "symbolic link") throw refuse(at, `a ${state.kind}`);
    const link = disk.readlink(at);
    at = isAbsolute(link) ? link : beside(at, link);
  }
  throw refuse(path, `more than ${linksMax} symbolic links`);
}

/** Undefined if the file was created, removed or replaced by a link meanwhile. */
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

/** Creates the folder and its parents. Makes each durable in its parent before creating the next. */
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
 * Makes the file's name durable before this process first appends to it. Its creator, which may be another process, may
 * have died before its own fsync of the folder, and the reference's compaction renames without one.
 */
function makeNameDurable(path: string, file: FileState, disk: Disk): void {
  // An empty file may be new and reuse the inode number of a removed one.
  if (file.size > 0 && durableNames.get(path) === file.identity) return;
  try {
    syncFolder(dirname(path), disk);
  } catch (error) {
    // A folder without list permission cannot be opened and fsynced; an older journal in it can still be appended to.
    if (file.size === 0 || errorCode(error) !== "EACCES") throw error;
  }
  if (durableNames.size >= durableNamesMax) durableNames.clear();
  durableNames.set(path, file.identity);
}

/** Does nothing on Windows, which cannot flush a folder: there the system decides how durable a new name is. */
export function syncFolder(folder: string, disk: Disk): void {
  if (disk.semantics === "windows") return;
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
