// A journal's path -> how it was found, what is there, how its last line ends, and what became of its snapshot.
import { checkPath } from "../../arguments.js";
import { UNPARSEABLE } from "../../core/dialect.js";
import { BLANK, parseEntry } from "../../core/entry.js";
import { byteOrderMarkBytes, hasByteOrderMark } from "../../core/lines.js";
import { isTear } from "../../core/tear.js";
import type { JournalEngine } from "../../engine/engine.js";
import { nodeDisk } from "../../file/disk.js";
import { type JournalRule, locateJournal } from "../../file/path.js";
import { closeReadable, openReadable, type RegularFile, readPart, unreadable } from "../../file/regular.js";
import { errorCode } from "../../file/system-error.js";
import { followLinks } from "../../file/target.js";
import { snapshotBytesMin } from "../../read/fold.js";
import { notAJournal, readContent } from "../../read/not-a-journal.js";
import { openSnapshots, snapshotPath } from "../../read/snapshot.js";
import type { Finding } from "./finding.js";

/** What named the journal (docs/format.md 8, "Where"). */
export type FoundBy = "--journal" | JournalRule;

/**
 * How the file ends. `damaged`: the last line has no LF, does not parse and is no torn tail. `long`: it is longer than
 * what is looked at.
 */
export type Ending = "empty" | "LF" | "no LF" | "torn" | "damaged" | "long";

export interface JournalState {
  path: string;
  foundBy: FoundBy;
  /** The file itself, links resolved. */
  target: string;
  /** False for a missing one, which reads as empty. */
  exists: boolean;
  /** In bytes. */
  size: number;
  /** Permission bits as octal digits; empty if it is missing. */
  mode: string;
  ending: Ending;
}

/** Throws `ERR_JOURNAL_UNREADABLE`, `ERR_PATH_REFUSED` or `ERR_CONFIG_INVALID`, as a reader or a writer would. */
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

/** A finding if the file is not a journal; it is read up to its first entry. */
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
  /** For people: whether a read would go on from it, or why not. */
  says: string;
}

/** Reads what a replay would read of it, and writes nothing. */
export function examineSnapshot(journal: JournalState, engine: JournalEngine): SnapshotState {
  const path = snapshotPath(journal.path);
  if (!isThere(path)) return { path, exists: false, says: "none: a new process folds the whole journal" };
  if (journal.size < snapshotBytesMin) return { path, exists: true, says: "not used: the journal is below 1 MiB" };
  const file = openReadable(journal.path);
  if (file === undefined) return { path, exists: true, says: "not used: the journal has gone" };
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

/** The last line alone: `lj verify` reads them all. */
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

function judgeEnding({ exists, ending }: JournalState): Finding[] {
  const note = (says: string): Finding[] => [{ about: "journal", attention: false, says }];
  if (!exists) return note("there is no such file: it reads as an empty journal, and the first append makes it");
  if (ending === "torn") {
    return note(
      "the last line is torn, as a crash in an append leaves it: readers drop it, the next append begins a new line",
    );
  }
  if (ending === "damaged") {
    const says = "the last line is damaged: readers drop it, and it becomes a sentinel; lj verify says where it is";
    return [{ about: "journal", attention: true, says }];
  }
  return ending === "no LF" ? note("the last line is whole but lacks its LF: the next append begins a new line") : [];
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
