// Gives the journal's file a second name in an archive folder (docs/format.md 7).
import { randomBytes } from "node:crypto";
import { basename } from "node:path";
import { formatArchiveName, readArchiveName } from "../file/archive-name.js";
import { within } from "../file/beside.js";
import { type Disk, type FileState, openFlags } from "../file/disk.js";
import { lookUp } from "../file/regular.js";
import { slotFolder } from "../file/ship-slot.js";
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
      if (disk.fstat(fd).device === file.device) {
        removeUnfinished({ folder, journal, file }, disk);
        return { folder };
      }
    } finally {
      disk.close(fd);
    }
  } catch (cause) {
    throw new Error(`the archive folder ${folder} cannot be used: ${errorText(cause)}`, { cause });
  }
  const expected = `one on the file system of ${journal}, as the old file is linked there and not copied`;
  throw new Error(`the archive folder ${folder}: expected ${expected}, found another file system`);
}

interface Unfinished {
  folder: string;
  journal: string;
  file: FileState;
}

/**
 * Opens the journal's slot (docs/format.md 7, "Slot"), which no compaction creates. Undefined if there is none. Throws
 * if it is not a folder: without it the old file would be lost before it is shipped.
 */
export function openSlot(journal: string, file: FileState, disk: Disk): Archive | undefined {
  const folder = slotFolder(journal);
  const found = lookUp(folder, disk);
  if (found === undefined) return undefined;
  if (found.kind === "folder") return openArchive(folder, journal, file, disk);
  throw new Error(`the slot ${folder}: expected a folder or nothing, found a ${found.kind}`);
}

/**
 * Removes the names that compactions left which were killed before they replaced the journal: they are names of the
 * journal itself, and each would become an archive of the same entries. Only such a file has more than one name, so the
 * folder is usually not listed.
 */
function removeUnfinished({ folder, journal, file }: Unfinished, disk: Disk): void {
  if (file.links < 2) return;
  for (const name of disk.readdir(folder).filter((each) => readArchiveName(each)?.journal === basename(journal))) {
    const path = within(folder, name);
    if (lookUp(path, disk)?.identity === file.identity) removeArchived(path, disk);
  }
}

/** The journal that gets a name in the archive. */
export interface Archived {
  journal: string;
  file: FileState;
  /** The number that its next entry would get. */
  nextSeq: number;
}

/** Links the file into each folder and returns the paths. If one fails, no name remains. */
export function linkArchives(archives: readonly Archive[], archived: Archived, disk: Disk): string[] {
  const paths: string[] = [];
  try {
    for (const archive of archives) paths.push(linkArchive(archive, archived, disk));
    return paths;
  } catch (error) {
    for (const path of paths) removeArchived(path, disk);
    throw error;
  }
}

/** Links the file under a unique name (src/file/archive-name.ts) and returns its path once it is durable. */
export function linkArchive({ folder }: Archive, { journal, file, nextSeq }: Archived, disk: Disk): string {
  const name = formatArchiveName(journal, nextSeq, new Date(), randomBytes(3).toString("hex").slice(1));
  const path = within(folder, name);
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
