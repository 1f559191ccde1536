// Writes a whole file so that its readers see the old content or the new one, and never a part of it.
import { randomBytes } from "node:crypto";
import { beside } from "./beside.js";
import { closeQuietly, unlinkQuietly } from "./cleanup.js";
import { type Disk, nodeDisk, openFlags, writeFully } from "./disk.js";
import { lookUp } from "./regular.js";
import { renameOver } from "./rename.js";
import { errorText } from "./system-error.js";
import { followLinks } from "./target.js";

/** The mode of a new file, before the umask. */
const newFileMode = 0o666;

/**
 * Writes the texts to a new file beside the path, and renames it to the path. A symbolic link is followed. Throws if
 * the path is neither free nor a regular file, and then changes nothing. A file that is replaced keeps its mode.
 */
export function replaceFile(path: string, texts: Iterable<string>, disk: Disk = nodeDisk): void {
  const target = followLinks(path, disk);
  const mode = lookUp(target, disk)?.mode;
  const temporary = beside(target, `.lane-journal-${randomBytes(8).toString("hex")}.tmp`);
  const fd = disk.open(temporary, openFlags.temporary, mode ?? newFileMode);
  try {
    if (mode !== undefined) disk.fchmod(fd, mode);
    for (const text of texts) writeFully(disk, fd, Buffer.from(text));
    disk.fsync(fd);
    renameOver(temporary, target, disk);
  } catch (cause) {
    unlinkQuietly(temporary, disk);
    throw new Error(`cannot write ${path}: ${errorText(cause)}`, { cause });
  } finally {
    closeQuietly(fd, disk);
  }
}

/** Whether two paths lead to the same file, or would if it existed. */
export function isSameFile(one: string, other: string, disk: Disk = nodeDisk): boolean {
  const [first, second] = [followLinks(one, disk), followLinks(other, disk)];
  const identity = lookUp(first, disk)?.identity;
  return identity === undefined ? first === second : identity === lookUp(second, disk)?.identity;
}
