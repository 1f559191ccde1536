// Appends to the new file the lines that were added to the old one just before it was replaced (docs/format.md 7).

import type { ScanReport } from "../engine/engine.js";
import { type Disk, readFully } from "../file/disk.js";
import { openJournalFile } from "../write/journal-file.js";

export interface ReplacedFile {
  /** The path of the journal, which is now the new file. */
  path: string;
  /** The identity of the new file. */
  identity: string;
  /** The descriptor of the old file. */
  fd: number;
  /** The state of the old file from which the new one was written. */
  scan: ScanReport;
}

/** Each further round means that a writer without the lock is still appending. */
const roundsMax = 16;

/**
 * A writer without the lock may append between the last check of the old file and its replacement. A last line that
 * lacks its LF and does not parse was not carried over as it is, so the bytes that follow may complete it.
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
