// Opens the guard of a lock, the file on whose flock native writers take turns at removing it (docs/format.md 8, "The
// lock"). The claim on a lock decides alone who removes it (lock-removal.ts); the guard only keeps thieves from racing.
// Whoever can open the guard can hold its flock for ever, so its mode lets in only those who may write the journal, and
// nobody waits for it for long.

import { closeQuietly } from "../file/cleanup.js";
import { type FileState, openFlags } from "../file/disk.js";
import { NotRegularError, openRegular, type RegularFile } from "../file/regular.js";
import { errorCode } from "../file/system-error.js";
import { ownUid } from "../file/users.js";
import type { LockSite } from "./aside.js";

/** After so many refusals, each followed by a pause, a caller goes on without the guard. */
export const guardRefusalsMax = 6;

/** The guard is not ours to open, cannot be made here, or something other than a file has its name. */
const withoutGuard: ReadonlySet<string | undefined> = new Set([
  ...["EACCES", "EPERM", "EROFS", "ERR_ACCESS_DENIED"],
  ...["ENOSPC", "EDQUOT"],
  ...["ELOOP", "EISDIR", "ENXIO", "ENODEV"],
]);

export function guardPath(lockPath: string): string {
  return `${lockPath}.guard`;
}

/** Undefined where it cannot be had. */
export function openGuard(site: LockSite): number | undefined {
  const { disk } = site.world;
  let file: RegularFile;
  try {
    // Until its group is known, the guard is for its owner alone.
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
 * The mode of a guard of this owner and group: read and write for exactly those who may write the journal. Without a
 * journal, for its owner alone.
 */
export function guardMode(guard: Pick<FileState, "gid">, journal: FileState | undefined): number {
  if (journal === undefined) return 0o600;
  const classes = guard.gid === journal.gid ? 0o022 : 0o002;
  const writers = journal.mode & classes;
  return 0o600 | writers | (writers << 1);
}

/** A guard that belongs to somebody else stays as it is: the wait for it is bounded. */
function setRights(fd: number, found: FileState, site: LockSite): void {
  const { journal, world } = site;
  const self = ownUid();
  if (self === undefined || (self !== 0 && self !== found.uid)) return;
  let { gid } = found;
  if (journal !== undefined && (gid !== journal.gid || (self === 0 && found.uid !== journal.uid))) {
    const uid = self === 0 ? journal.uid : found.uid;
    // Only a member may give a file to a group.
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
