// Lists files that killed processes left in a folder, few enough at a time to remove them while the lock is held.
import type { Disk } from "./disk.js";

/** Judging and removing one file may take a millisecond on a slow machine, and others wait for the lock meanwhile. */
export const leftoversMax = 64;

/**
 * At most `leftoversMax` of the names that fit. Where there are more, chance decides which: files that cannot be
 * removed must not keep the others from being found.
 */
export function pickLeftovers(folder: string, fits: (name: string) => boolean, disk: Disk): string[] {
  const names = disk.readdir(folder).filter(fits);
  const start = Math.floor(Math.random() * Math.max(1, names.length - leftoversMax + 1));
  return names.slice(start, start + leftoversMax);
}
