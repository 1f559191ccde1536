// Declares the part of an open journal that a fold reads from.

import { type Disk, type FileLook, readFully } from "../file/disk.js";
import type { RegularFile } from "../file/regular.js";

/** An open journal to read from. */
export interface JournalSource {
  readonly path: string;
  readonly fd: number;
  /** Device and inode. */
  readonly identity: string;
  /** The current state. */
  look(): FileLook;
  /** Reads up to `into.length` bytes; returns the part of `into` that was filled. */
  read(into: Uint8Array, position: number): Uint8Array;
}

/** A journal that is open only for reading. */
export function readableSource(file: RegularFile, disk: Disk): JournalSource {
  return {
    path: file.path,
    fd: file.fd,
    identity: file.state.identity,
    look: () => disk.fstat(file.fd),
    read: (into, position) => readFully(disk, file.fd, into, position),
  };
}
