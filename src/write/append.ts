// An entry in, its stamped copy out once its line is durable (SPEC 8, "Append"). The caller holds the lock.
import { checkPath } from "../arguments.js";
import { raiseSeq } from "../core/seq.js";
import type { JournalEngine } from "../engine/engine.js";
import type { Entry } from "../types.js";
import { type Disk, nodeDisk } from "./disk.js";
import { formatPlainLine, plainEntry } from "./encode.js";
import { type JournalFile, openJournalFile } from "./journal-file.js";
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
  const numbering = new Numbering(engine, disk);
  return (entry, path) => {
    const plain = plainEntry(entry);
    const target = checkPath(path);
    // Before anything is opened: an entry that cannot be written makes no file and no folder.
    const expected = stampEntry(plain, numbering.expectedSeq(target), now);
    const line = formatPlainLine(expected);
    const file = openJournalFile(target, disk);
    try {
      if (plain["seq"] !== undefined) {
        file.appendLines([line]);
        return expected;
      }
      return appendNumbered(file, numbering, expected, line);
    } finally {
      file.close();
    }
  };
}

/** `line` is the entry's if its number is right. */
function appendNumbered(file: JournalFile, numbering: Numbering, expected: Entry, line: string): Entry {
  const seq = numbering.nextSeq(file);
  const isRight = expected["seq"] === seq;
  const stamped = isRight ? expected : { ...expected, seq };
  const bytes = file.appendLines([isRight ? line : formatPlainLine(stamped)], numbering.endOf(file));
  // What else raises the number is for the fold to read.
  if (stamped["seq_watermark"] === undefined) numbering.appended(file, bytes, 1 + raiseSeq(seq - 1, stamped));
  return stamped;
}

/** A copy with `seq` and `ts`, each where the key is missing or undefined; `null` stays (SPEC 8). */
function stampEntry(plain: Entry, nextSeq: number, now: () => string): Entry {
  const { seq, ts } = plain;
  return { ...plain, seq: seq === undefined ? nextSeq : seq, ts: ts === undefined ? now() : ts };
}
