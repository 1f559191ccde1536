// Sets a new file's owner, group and mode to those of the journal it belongs to.
import type { Disk, FileState } from "./disk.js";
import { errorCode } from "./system-error.js";

export type Rights = Pick<FileState, "uid" | "gid" | "mode">;

/**
 * Sets the owner before the mode, because a change of owner may clear mode bits. With `mayKeepOwner`, a process that is
 * not permitted to change the owner remains the owner; otherwise that is an error. Throws what `fstat`, `fchown` or
 * `fchmod` throw.
 */
export function takeRights(fd: number, { uid, gid, mode }: Rights, disk: Disk, mayKeepOwner = false): void {
  const own = disk.fstat(fd);
  const isOwners = own.uid === uid && own.gid === gid;
  if (!isOwners) {
    try {
      disk.fchown(fd, uid, gid);
    } catch (error) {
      if (!mayKeepOwner || errorCode(error) !== "EPERM") throw error;
    }
  }
  if (!isOwners || own.mode !== mode) disk.fchmod(fd, mode);
}
