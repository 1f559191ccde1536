// An entry in, its stamped copy out once its line is durable (SPEC 8, "Append"). The caller holds the lock.
import { checkPath } from "../arguments.js";
import type { JournalEngine } from "../engine/engine.js";
import type { Entry } from "../types.js";
import { type Disk, nodeDisk } from "./disk.js";
import { formatPlainLine, plainEntry } from "./encode.js";
import { openJournalFile } from "./journal-file.js";
import { Numbering } from "./numbering.js";
import { journalNowIso } from "./path.js";

/** A path left out means the default journal. */
export type Append = (entry: Entry, path?: string | URL) => Entry;

/** What `append` needs of the world; `engine` is asked when a journal is first read. */
export interface AppendEdges {
  disk?: Disk;
  now?: () => string;
}

/** An `append` that reads each journal once, then only what others added. */
export function createAppender(engine: () => JournalEngine, edges: AppendEdges = {}): Append {
  const { disk = nodeDisk, now = journalNowIso } = edges;
  const numbering = new Numbering(engine);
  return (entry, path) => {
    const plain = plainEntry(entry);
    const target = checkPath(path);
    // Before anything is opened: an entry that cannot be written makes no file and no folder.
    formatPlainLine(plain);
    const file = openJournalFile(target, disk);
    try {
      const stamped = stampEntry(plain, () => numbering.nextSeq(file), now);
      file.appendLines([formatPlainLine(stamped)]);
      return stamped;
    } finally {
      file.close();
    }
  };
}

/** A copy with `seq` and `ts`, each where the key is missing or undefined; `null` stays (SPEC 8). */
export function stampEntry(entry: Entry, nextSeq: () => number, now: () => string): Entry {
  const { seq, ts } = entry;
  return { ...entry, seq: seq === undefined ? nextSeq() : seq, ts: ts === undefined ? now() : ts };
}
