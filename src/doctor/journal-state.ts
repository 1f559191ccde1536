// Examines the journal: which rule named it, what the file is, how its last line ends, and whether its snapshot is
// usable.
import { checkPath } from "../arguments.js";
import { UNPARSEABLE } from "../core/dialect.js";
import { BLANK, parseEntry } from "../core/entry.js";
import { byteOrderMarkBytes, hasByteOrderMark } from "../core/lines.js";
import { isTear } from "../core/tear.js";
import type { JournalEngine } from "../engine/engine.js";
import { nodeDisk } from "../file/disk.js";
import { type JournalRule, locateJournal } from "../file/path.js";
import { closeReadable, openReadable, type RegularFile, readPart, unreadable } from "../file/regular.js";
import { errorCode } from "../file/system-error.js";
import { followLinks } from "../file/target.js";
import { formatSize } from "../quantities.js";
import { snapshotBytesMin } from "../read/fold.js";
import { notAJournal, readContent } from "../read/not-a-journal.js";
import { openSnapshots, snapshotPath } from "../read/snapshot.js";
import type { Engine } from "../types.js";
import type { Finding } from "./finding.js";

/** The rule that named the journal (docs/format.md 8, "Where"). */
export type FoundBy = "--journal" | JournalRule;

/**
 * How the file ends. `damaged`: the last line has no LF, does not parse and is not a torn tail. `long`: the last line
 * is longer than the part that is examined.
 */
export type Ending = "empty" | "LF" | "no LF" | "torn" | "damaged" | "long";

export interface JournalState {
  path: string;
  foundBy: FoundBy;
  /** The file itself, with links resolved. */
  target: string;
  /** False if the file is missing; it then reads as empty. */
  exists: boolean;
  /** The size in bytes. */
  size: number;
  /** Permission bits as octal digits; empty if the file is missing. */
  mode: string;
  ending: Ending;
}

/** Throws `ERR_JOURNAL_UNREADABLE`, `ERR_PATH_REFUSED` or `ERR_CONFIG_INVALID`, as reading and writing do. */
export function examineJournal(option: string | undefined): { state: JournalState; findings: Finding[] } {
  const { path: named, rule } = option === undefined ? locateJournal() : { path: option, rule: "--journal" as const };
  const path = checkPath(named);
  const file = openReadable(path);
  try {
    const target = followLinks(path, nodeDisk);
    const found = file === undefined ? undefined : nodeDisk.fstat(file.fd);
    const size = found?.size ?? 0;
    const ending = file === undefined ? "empty" : readEnding(file, size);
    const mode = found === undefined ? "" : found.mode.toString(8);
    const state = { path, foundBy: rule, target, exists: file !== undefined, size, mode, ending };
    return { state, findings: judgeEnding(state) };
  } finally {
    closeReadable(file);
  }
}

/** Returns a finding if the file is not a journal. Reads up to the first entry. */
export function examineContent({ path }: JournalState, engine: JournalEngine): Finding[] {
  const file = openReadable(path);
  if (file === undefined) return [];
  try {
    if (readContent(file, engine) !== "foreign") return [];
    return [{ about: "journal", attention: true, says: notAJournal(file).message }];
  } catch (cause) {
    throw unreadable(path, cause);
  } finally {
    closeReadable(file);
  }
}

export interface SnapshotState {
  path: string;
  exists: boolean;
  /** Says whether a read would start from the snapshot, or why not. */
  says: string;
}

/** Reads as much of the snapshot as a replay would, and writes nothing. */
export function examineSnapshot(journal: JournalState, engine: JournalEngine): SnapshotState {
  const path = snapshotPath(journal.path);
  if (!isThere(path)) return { path, exists: false, says: "none: a new process folds the whole journal" };
  if (journal.size < snapshotBytesMin) return { path, exists: true, says: "not used: the journal is below 1 MiB" };
  const file = openReadable(journal.path);
  if (file === undefined) return { path, exists: true, says: "not used: the journal no longer exists" };
  const notes: string[] = [];
  const note = (what: string): number => notes.push(what.slice(`snapshot ${path}: `.length));
  try {
    openSnapshots(file, { engine, threads: 1, makes: false, note }).open("replay");
  } finally {
    closeReadable(file);
  }
  return { path, exists: true, says: notes.join("; ") };
}

const endingBytesMax = 65_536;

/** Examines only the last line: `lj verify` reads all lines. */
function readEnding({ fd }: RegularFile, size: number): Ending {
  if (size === 0) return "empty";
  const start = Math.max(0, size - endingBytesMax);
  const bytes = Buffer.alloc(size - start);
  const length = readPart(fd, bytes, 0, bytes.length, start);
  const end = bytes.subarray(0, length);
  if (end.at(-1) === 0x0a) return "LF";
  const lineFeed = end.lastIndexOf(0x0a);
  if (lineFeed === -1 && start > 0) return "long";
  const isFirst = lineFeed === -1 && hasByteOrderMark(end);
  const line = end.toString("utf8", isFirst ? byteOrderMarkBytes : lineFeed + 1);
  const entry = parseEntry(line);
  if (entry === UNPARSEABLE) return isTear(line) ? "torn" : "damaged";
  return entry === BLANK ? "LF" : "no LF";
}

/**
 * A new process without a snapshot reads so much on one thread in a quarter of a second natively and in a third with
 * TypeScript, on the machine of docs/performance.md and from its page cache.
 */
const slowBytes: { [engine in Engine]: number } = { native: 512 * 2 ** 20, js: 128 * 2 ** 20 };

/** Warns before reading gets slow, while a compaction is still short. */
export function examineSize({ size }: JournalState, { name }: JournalEngine): Finding[] {
  if (size < slowBytes[name]) return [];
  const says =
    `it has ${formatSize(size)}, which a process without a snapshot reads slowly: ` +
    "compact it with lj compact --archive DIR while the fleet is quiet, or bound it (lj compact --above, retain)";
  return [{ about: "journal", attention: true, says }];
}

function judgeEnding({ exists, ending }: JournalState): Finding[] {
  const note = (says: string): Finding[] => [{ about: "journal", attention: false, says }];
  if (!exists) return note("there is no such file: it reads as an empty journal, and the first append creates it");
  if (ending === "torn") {
    return note(
      "the last line is torn, as after a crash during an append: readers drop it, the next append starts a new line",
    );
  }
  if (ending === "damaged") {
    const says = "the last line is damaged: readers drop it, and it becomes a sentinel; lj verify says where it is";
    return [{ about: "journal", attention: true, says }];
  }
  return ending === "no LF" ? note("the last line is complete but has no LF: the next append starts a new line") : [];
}

function isThere(path: string): boolean {
  try {
    nodeDisk.lstat(path);
    return true;
  } catch (error) {
    if (errorCode(error) === "ENOENT") return false;
    throw error;
  }
}
