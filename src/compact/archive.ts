// Gives the journal's file a second name in an archive folder (docs/format.md 7).
import { randomBytes } from "node:crypto";
import { basename, extname } from "node:path";
import { type Disk, type FileState, openFlags } from "../file/disk.js";
import { journalNowIso } from "../file/path.js";
import { errorText } from "../file/system-error.js";
import { makeFolder, syncFolder } from "../file/target.js";

/** A folder in which the journal's file can have a name. */
export interface Archive {
  folder: string;
}

/** Opens the folder before anything is read: a file cannot have names on two file systems. */
export function openArchive(folder: string, journal: string, file: FileState, disk: Disk): Archive {
  try {
    makeFolder(folder, disk);
    const fd = disk.open(folder, openFlags.folder);
    try {
      if (disk.fstat(fd).device === file.device) return { folder };
    } finally {
      disk.close(fd);
    }
  } catch (cause) {
    throw new Error(`the archive folder ${folder} cannot be used: ${errorText(cause)}`, { cause });
  }
  const expected = `one on the file system of ${journal}, as the old file is linked there and not copied`;
  throw new Error(`the archive folder ${folder}: expected ${expected}, found another file system`);
}

/**
 * Links the file and returns the name once it is durable. The name is unique and sorts by time:
 * `journal.20260304T050607Z-0a1b2c3d.jsonl`.
 */
export function linkArchive({ folder }: Archive, journal: string, file: FileState, disk: Disk): string {
  const extension = extname(journal);
  const stamp = journalNowIso().replace(/[-:]/g, "");
  const name = `${basename(journal, extension)}.${stamp}-${randomBytes(4).toString("hex")}${extension}`;
  const path = `${folder}/${name}`;
  try {
    disk.link(journal, path);
  } catch (cause) {
    throw new Error(`the archive ${path} cannot be made: ${errorText(cause)}`, { cause });
  }
  try {
    const found = disk.lstat(path).identity;
    if (found !== file.identity) throw new Error(`the archive ${path}: expected ${file.identity}, found ${found}`);
    syncFolder(folder, disk);
    return path;
  } catch (error) {
    removeArchived(path, disk);
    throw error;
  }
}

/**
 * Removes the name after a failure, whose error must not be hidden. A name that remains still refers to the journal
 * itself.
 */
export function removeArchived(path: string, disk: Disk): void {
  try {
    disk.unlink(path);
  } catch {
    // A second name of a file that is still written does no harm.
  }
}
