// A file that was just replaced in; what was added to it at the last moment is appended to the new one
// (docs/format.md 7).

import type { ScanReport } from "../engine/engine.js";
import { type Disk, readFully } from "../file/disk.js";
import { openJournalFile } from "../write/journal-file.js";

export interface ReplacedFile {
  /** The journal's, where the new file is. */
  path: string;
  /** The new file's. */
  identity: string;
  /** The old file's. */
  fd: number;
  /** Of the old file, as it was when the new one was written. */
  scan: ScanReport;
}

/** Each further round means that a writer without the lock is still at it. */
const roundsMax = 16;

/**
 * A writer without the lock may append between the last look at the old file and its replacement. A last line
 * that does not parse and lacks its LF was not carried over as it is, and what follows it may be its other half.
 */
export function carryLateLines({ path, identity, fd, scan }: ReplacedFile, disk: Disk): void {
  let carried = scan.bytes;
  for (let rounds = 0; rounds < roundsMax; rounds++) {
    const { size } = disk.fstat(fd);
    if (size === carried) return;
    const tear = carried === scan.bytes && scan.tornTail?.terminated === false ? scan.tornTail : undefined;
    const late = readBetween(fd, tear?.offset ?? carried, size, disk);
    const file = openJournalFile(path, disk);
    try {
      if (file.identity !== identity) throw new Error("expected the new file in its place, found another");
      file.appendLines([late]);
    } finally {
      file.close();
    }
    carried = size;
  }
  throw new Error("expected the replaced file to rest, found it growing");
}

function readBetween(fd: number, start: number, end: number, disk: Disk): string {
  const bytes = Buffer.alloc(end - start);
  const { length } = readFully(disk, fd, bytes, start);
  if (length === bytes.length) return bytes.toString();
  throw new Error(`expected ${end} bytes in the replaced file, found ${start + length}`);
}
