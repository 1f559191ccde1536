// Cleans up after work whose result or error is already known and must not be replaced by an error of the cleanup.
import type { Disk } from "./disk.js";

/** Closes a descriptor when nothing more has to be reported. Linux frees it whatever `close` returns. */
export function closeQuietly(fd: number, disk: Pick<Disk, "close">): void {
  try {
    disk.close(fd);
  } catch {
    // The caller already has its result or a more important error.
  }
}

/** Removes a leftover file. If that fails, a later sweep removes it. */
export function unlinkQuietly(path: string, disk: Pick<Disk, "unlink">): void {
  try {
    disk.unlink(path);
  } catch {
    // The caller already has its result or a more important error.
  }
}
