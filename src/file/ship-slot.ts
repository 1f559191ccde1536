// Finds the old files of a journal that compactions kept in its slot until they are shipped (docs/format.md 7, "Slot").
import { basename } from "node:path";
import { readArchiveName } from "./archive-name.js";
import { beside, within } from "./beside.js";
import type { Disk } from "./disk.js";
import { errorCode } from "./system-error.js";

/** Returns the path of the slot, whether it exists or not. `journal` is the path of the file, with links followed. */
export function slotFolder(journal: string): string {
  return beside(journal, `.${basename(journal)}.ship`);
}

/**
 * Returns the paths of the old files in the order of their entries. Empty if there is no slot. Throws the system's
 * error if the folder cannot be read.
 */
export function listSlot(journal: string, disk: Pick<Disk, "readdir">): string[] {
  const folder = slotFolder(journal);
  const names = readNames(folder, disk).filter((name) => readArchiveName(name)?.journal === basename(journal));
  return names.toSorted().map((name) => within(folder, name));
}

function readNames(folder: string, disk: Pick<Disk, "readdir">): string[] {
  try {
    return disk.readdir(folder);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return [];
    throw error;
  }
}
