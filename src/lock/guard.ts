// Opens the guard of a lock: the file on whose `flock` native writers take turns at removing the lock (docs/format.md
// 8, "The lock"). Who removes a lock is decided by the claim alone (removal.ts); the guard only avoids races. Any
// process that can open the guard can hold its `flock` forever. Its mode therefore admits only users who may write the
// journal, and the wait for it is short.

import { closeQuietly } from "../file/cleanup.js";
import { type FileState, openFlags } from "../file/disk.js";
import { NotRegularError, openRegular, type RegularFile } from "../file/regular.js";
import { errorCode } from "../file/system-error.js";
import { ownUid } from "../file/users.js";
import type { LockSite } from "./aside.js";

/** After this many refusals, each followed by a pause, the caller proceeds without the guard. */
export const guardRefusalsMax = 6;

/** Errors that mean: not permitted to open the guard, unable to create it, or its name is taken by a non-file. */
const withoutGuard: ReadonlySet<string | undefined> = new Set([
  ...["EACCES", "EPERM", "EROFS", "ERR_ACCESS_DENIED"],
  ...["ENOSPC", "EDQUOT"],
  ...["ELOOP", "EISDIR", "ENXIO", "ENODEV"],
]);

export function guardPath(lockPath: string): string {
  return `${lockPath}.guard`;
}

/** Undefined if the guard is unavailable. */
export function openGuard(site: LockSite): number | undefined {
  const { disk } = site.world;
  let file: RegularFile;
  try {
    // The guard admits only its owner until its group is known.
    file = openRegular(guardPath(site.path), openFlags.lasting, disk, 0o600);
  } catch (error) {
    if (error instanceof NotRegularError || withoutGuard.has(errorCode(error))) return undefined;
    throw error;
  }
  try {
    setRights(file.fd, file.state, site);
    return file.fd;
  } catch (error) {
    closeQuietly(file.fd, disk);
    throw error;
  }
}

/**
 * Returns the mode of a guard with this owner and group: read and write for exactly those who may write the journal, or
 * for the owner alone if there is no journal.
 */
export function guardMode(guard: Pick<FileState, "gid">, journal: FileState | undefined): number {
  if (journal === undefined) return 0o600;
  const classes = guard.gid === journal.gid ? 0o022 : 0o002;
  const writers = journal.mode & classes;
  return 0o600 | writers | (writers << 1);
}

/** Leaves a guard of another user unchanged: the wait for it is bounded. */
function setRights(fd: number, found: FileState, site: LockSite): void {
  const { journal, world } = site;
  const self = ownUid();
  if (self === undefined || (self !== 0 && self !== found.uid)) return;
  let { gid } = found;
  if (journal !== undefined && (gid !== journal.gid || (self === 0 && found.uid !== journal.uid))) {
    const uid = self === 0 ? journal.uid : found.uid;
    // Only a member of a group may give it a file.
    if (changeIfAllowed(() => world.disk.fchown(fd, uid, journal.gid))) gid = journal.gid;
  }
  const mode = guardMode({ gid }, journal);
  if ((found.mode & 0o777) !== mode) changeIfAllowed(() => world.disk.fchmod(fd, mode));
}

function changeIfAllowed(change: () => void): boolean {
  try {
    change();
    return true;
  } catch (error) {
    if (withoutGuard.has(errorCode(error))) return false;
    throw error;
  }
}
