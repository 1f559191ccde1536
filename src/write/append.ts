// Appends one entry and returns its stamped copy once the line is durable (docs/format.md 8, "Append"). The caller must
// hold the lock.
import { checkPath } from "../arguments.js";
import { raiseSeq } from "../core/seq.js";
import type { JournalEngine } from "../engine/engine.js";
import { type Disk, nodeDisk } from "../file/disk.js";
import { journalNowIso } from "../file/path.js";
import type { Entry } from "../types.js";
import { type CheckedEnd, CheckedEnds } from "./checked-end.js";
import { type JournalFile, openJournalFile } from "./journal-file.js";
import { formatPlainLine, plainEntry } from "./line.js";
import { Numbering } from "./numbering.js";
import { wantsChecks } from "./wants-checks.js";

/**
 * Appends an entry to the journal at `path` (default: the default journal) and returns it, stamped. See docs/format.md,
 * section 8, "Append".
 */
export type Append = (entry: Entry, path?: string | URL) => Entry;

/** The dependencies of `append`. `engine` is called when a journal is first read. */
export interface AppendEdges {
  disk?: Disk;
  now?: () => string;
  /** Calls `close` at the end of the current turn of the event loop. */
  afterTurn?: (close: () => void) => void;
}

/** Makes an `append` that reads each journal once, then only what other writers have added. */
export function createAppender(engine: () => JournalEngine, edges: AppendEdges = {}): Append {
  const { disk = nodeDisk, now = journalNowIso, afterTurn = closeAfterTurn } = edges;
  const numbering = new Numbering(engine, disk);
  const checkedEnds = new CheckedEnds();
  const open = new OpenForTurn(disk, afterTurn);
  return (entry, path) => {
    const plain = plainEntry(entry);
    const target = checkPath(path);
    // Before anything is opened, so that an invalid entry creates no file or folder.
    const expected = stampEntry(plain, numbering.expectedSeq(target), now);
    const line = formatPlainLine(expected);
    return open.use(target, (file) => {
      const checks = wantsChecks() ? checkedEnds.of(file) : undefined;
      if (plain["seq"] === undefined) return appendNumbered(file, numbering, { expected, line, checks });
      numbering.expectJournal(file);
      file.appendLines([line], undefined, checks);
      return expected;
    });
  };
}

/** Does not keep the process alive: at exit, the operating system closes the file. */
function closeAfterTurn(close: () => void): void {
  setImmediate(close).unref();
}

/**
 * Keeps the last journal open until the turn of the event loop ends, so that many appends in a row open it once. Before
 * each append it checks that the path still names the same file.
 */
class OpenForTurn {
  readonly #disk: Disk;
  readonly #afterTurn: (close: () => void) => void;
  #file: JournalFile | undefined;

  constructor(disk: Disk, afterTurn: (close: () => void) => void) {
    this.#disk = disk;
    this.#afterTurn = afterTurn;
  }

  /**
   * Closes the file if `act` throws. Also closes it on Windows, where a compaction in the same turn could not replace
   * it.
   */
  use<T>(path: string, act: (file: JournalFile) => T): T {
    const file = this.#open(path);
    let isKept = false;
    try {
      const answer = act(file);
      isKept = this.#disk.semantics === "posix";
      return answer;
    } finally {
      if (!isKept) this.#close();
    }
  }

  #open(path: string): JournalFile {
    const kept = this.#file;
    // A link's path differs from its file's, so it is followed again each time.
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

/** `line` is the entry's line if the expected number was right. */
function appendNumbered(
  file: JournalFile,
  numbering: Numbering,
  { expected, line, checks }: { expected: Entry; line: string; checks: CheckedEnd | undefined },
): Entry {
  const seq = numbering.nextSeq(file);
  const isRight = expected["seq"] === seq;
  const stamped = isRight ? expected : { ...expected, seq };
  const written = file.appendLines([isRight ? line : formatPlainLine(stamped)], numbering.endOf(file), checks);
  // Entries that raise the number in other ways are left to the fold.
  if (stamped["seq_watermark"] === undefined) numbering.appended(file, written, 1 + raiseSeq(seq - 1, stamped));
  return stamped;
}

/** Returns a copy with `seq` and `ts` where the key is missing or undefined; `null` is kept (docs/format.md 8). */
function stampEntry(plain: Entry, nextSeq: number, now: () => string): Entry {
  const { seq, ts } = plain;
  return { ...plain, seq: seq === undefined ? nextSeq : seq, ts: ts === undefined ? now() : ts };
}
