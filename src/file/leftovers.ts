// Lists files that killed processes left in a folder, few enough to remove them while the lock is held. List them
// before the lock is held, because the folder may be large.
import type { Disk } from "./disk.js";

/** Inspecting and removing one file may take a millisecond on a slow machine while others wait for the lock. */
export const leftoversMax = 64;

/**
 * Returns at most `leftoversMax` matching names. If there are more, it picks them at random, so that files that cannot
 * be removed do not hide the others.
 */
export function pickLeftovers(folder: string, pattern: RegExp, disk: Disk): string[] {
  const names = disk.readdir(folder).filter((name) => pattern.test(name));
  const start = Math.floor(Math.random() * Math.max(1, names.length - leftoversMax + 1));
  return names.slice(start, start + leftoversMax);
}
