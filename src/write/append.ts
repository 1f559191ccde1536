// An entry in, its stamped copy out once its line is durable (docs/format.md 8, "Append"). The caller holds the lock.
import { checkPath } from "../arguments.js";
import { raiseSeq } from "../core/seq.js";
import type { JournalEngine } from "../engine/engine.js";
import { type Disk, nodeDisk } from "../file/disk.js";
import { journalNowIso } from "../file/path.js";
import type { Entry } from "../types.js";
import { type JournalFile, openJournalFile } from "./journal-file.js";
import { formatPlainLine, plainEntry } from "./line.js";
import { Numbering } from "./numbering.js";

/** A path left out means the default journal. */
export type Append = (entry: Entry, path?: string | URL) => Entry;

/** What `append` needs of the world; `engine` is asked when a journal is first read. */
export interface AppendEdges {
  disk?: Disk;
  now?: () => string;
  /** Calls `close` once the code that is running now has come to its end. */
  afterTurn?: (close: () => void) => void;
}

/** An `append` that reads each journal once, then only what others added. */
export function createAppender(engine: () => JournalEngine, edges: AppendEdges = {}): Append {
  const { disk = nodeDisk, now = journalNowIso, afterTurn = closeAfterTurn } = edges;
  const numbering = new Numbering(engine, disk);
  const open = new OpenForTurn(disk, afterTurn);
  return (entry, path) => {
    const plain = plainEntry(entry);
    const target = checkPath(path);
    // Before anything is opened: an entry that cannot be written makes no file and no folder.
    const expected = stampEntry(plain, numbering.expectedSeq(target), now);
    const line = formatPlainLine(expected);
    return open.use(target, (file) => {
      if (plain["seq"] === undefined) return appendNumbered(file, numbering, expected, line);
      numbering.expectJournal(file);
      file.appendLines([line]);
      return expected;
    });
  };
}

/** An exit need not wait for it: the operating system closes what is open then. */
function closeAfterTurn(close: () => void): void {
  setImmediate(close).unref();
}

/**
 * The journal that was appended to last stays open until the turn of the event loop ends, so that many appends in a row
 * open it once. It is looked up again before each.
 */
class OpenForTurn {
  readonly #disk: Disk;
  readonly #afterTurn: (close: () => void) => void;
  #file: JournalFile | undefined;

  constructor(disk: Disk, afterTurn: (close: () => void) => void) {
    this.#disk = disk;
    this.#afterTurn = afterTurn;
  }

  /** What `act` throws closes the file. */
  use<T>(path: string, act: (file: JournalFile) => T): T {
    const file = this.#open(path);
    try {
      return act(file);
    } catch (error) {
      this.#close();
      throw error;
    }
  }

  #open(path: string): JournalFile {
    const kept = this.#file;
    // A link has another path than its file, so it is followed anew each time.
    if (kept?.path === path && kept.lookAgain()) return kept;
    this.#close();
    const file = openJournalFile(path, this.#disk);
    this.#file = file;
    this.#afterTurn(() => {
      if (this.#file === file) this.#close();
    });
    return file;
  }

  #close(): void {
    this.#file?.close();
    this.#file = undefined;
  }
}

/** `line` is the entry's if its number is right. */
function appendNumbered(file: JournalFile, numbering: Numbering, expected: Entry, line: string): Entry {
  const seq = numbering.nextSeq(file);
  const isRight = expected["seq"] === seq;
  const stamped = isRight ? expected : { ...expected, seq };
  const written = file.appendLines([isRight ? line : formatPlainLine(stamped)], numbering.endOf(file));
  // What else raises the number is for the fold to read.
  if (stamped["seq_watermark"] === undefined) numbering.appended(file, written, 1 + raiseSeq(seq - 1, stamped));
  return stamped;
}

/** A copy with `seq` and `ts`, each where the key is missing or undefined; `null` stays (docs/format.md 8). */
function stampEntry(plain: Entry, nextSeq: number, now: () => string): Entry {
  const { seq, ts } = plain;
  return { ...plain, seq: seq === undefined ? nextSeq : seq, ts: ts === undefined ? now() : ts };
}
