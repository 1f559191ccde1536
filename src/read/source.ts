// An open journal in, what a fold reads of it out.

import { type Disk, type FileLook, readFully } from "../file/disk.js";
import type { RegularFile } from "../file/regular.js";

/** An open journal to read from. */
export interface JournalSource {
  readonly path: string;
  readonly fd: number;
  /** Device and inode. */
  readonly identity: string;
  /** As it is now. */
  look(): FileLook;
  /** Up to `into.length` bytes; gives the part that was read. */
  read(into: Uint8Array, position: number): Uint8Array;
}

/** A journal that is open for reading alone. */
export function readableSource(file: RegularFile, disk: Disk): JournalSource {
  return {
    path: file.path,
    fd: file.fd,
    identity: file.state.identity,
    look: () => disk.fstat(file.fd),
    read: (into, position) => readFully(disk, file.fd, into, position),
  };
}
