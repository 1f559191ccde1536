// Makes the error for a file that is not a journal: what the file looks like and what to do (docs/format.md 3).
import type { Content } from "../core/content.js";
import { drive } from "../core/drive.js";
import { hasByteOrderMark } from "../core/lines.js";
import type { JournalEngine } from "../engine/engine.js";
import { JournalError } from "../errors.js";
import { readPart, readSize, unreadable } from "../file/regular.js";
import { foldToEntry } from "./fold-to-end.js";

/** An open file. */
export interface ForeignFile {
  path: string;
  fd: number;
}

/** Describes a kind of file, and how to turn it into a journal if it contains one. */
interface Look {
  what: string;
  repair: string;
}

/** How much of the file's beginning is examined: more than enough for every check below. */
const headBytesMax = 4096;

/** How much of an unknown file the message shows. */
const shownCharactersMax = 40;
const shownBytesMax = 8;

/** Nearly every journal begins with an entry, so this is nearly always all that is read. */
const stepBytes = 64 * 1024;

/** Reads the file up to its first entry. */
export function readContent({ path, fd }: ForeignFile, engine: JournalEngine): Content {
  const fold = engine.openFold({ kind: "replay", threads: 1 });
  drive(foldToEntry(fold, { path, fd, size: () => readSize({ path, fd }), stepBytes }));
  return fold.content;
}

/** Makes an `ERR_NOT_A_JOURNAL`. Only reads the file. */
export function notAJournal({ path, fd }: ForeignFile): JournalError {
  const { what, repair } = lookAt(readHead({ path, fd }));
  const found = `expected one JSON object a line, found ${what} without a single entry; it was not changed`;
  const advice = `if it holds a journal, ${repair}; otherwise move it away, and mind that a new journal has no leases`;
  return new JournalError("ERR_NOT_A_JOURNAL", `${path} is not a journal: ${found}: ${advice}`, { path });
}

function readHead({ path, fd }: ForeignFile): Buffer {
  const head = Buffer.alloc(headBytesMax);
  try {
    return head.subarray(0, readPart(fd, head, 0, head.length, 0));
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

/** Files that their first bytes, here in hexadecimal, identify. */
const signatures: readonly (Look & { bytes: string })[] = [
  { bytes: "1f8b", what: "gzip-compressed data", repair: "decompress it (gunzip)" },
  { bytes: "28b52ffd", what: "zstd-compressed data", repair: "decompress it (zstd -d)" },
  { bytes: "425a68", what: "bzip2-compressed data", repair: "decompress it (bunzip2)" },
  { bytes: "fd377a585a00", what: "xz-compressed data", repair: "decompress it (unxz)" },
  { bytes: "fffe", what: "UTF-16 text", repair: "convert it to UTF-8 (iconv -f UTF-16LE -t UTF-8)" },
  { bytes: "feff", what: "UTF-16 text", repair: "convert it to UTF-8 (iconv -f UTF-16BE -t UTF-8)" },
  { bytes: "7b00", what: "UTF-16 text", repair: "convert it to UTF-8 (iconv -f UTF-16LE -t UTF-8)" },
  { bytes: "007b", what: "UTF-16 text", repair: "convert it to UTF-8 (iconv -f UTF-16BE -t UTF-8)" },
];

/** Kinds of text files. */
const patterns: readonly (Look & { pattern: RegExp })[] = [
  {
    pattern: /^version https:\/\/git-lfs\.github\.com\/spec\//,
    what: "a Git LFS pointer",
    repair: "fetch the file that it stands for (git lfs pull), and keep the journal out of version control",
  },
  { pattern: /^[ \t\r\n]*\[/, what: "a JSON array", repair: "write its elements one a line (jq -c '.[]')" },
  { pattern: /\}\r[^\n]/, what: "lines that end in CR", repair: "have them end in LF (tr '\\r' '\\n')" },
  {
    pattern: /^[ \t\r\n]*\{[ \t\r]*\n/,
    what: "JSON over several lines",
    repair: "write each object on one line (jq -c .)",
  },
];

function lookAt(head: Buffer): Look {
  const hex = head.toString("hex");
  const signature = signatures.find(({ bytes }) => hex.startsWith(bytes));
  if (signature !== undefined) return signature;
  const text = head.toString("utf8", hasByteOrderMark(head) ? 3 : 0);
  return patterns.find(({ pattern }) => pattern.test(text)) ?? lookUnknown(head, text);
}

function lookUnknown(head: Buffer, text: string): Look {
  const repair = "restore it from a copy";
  const start = text.trimStart().slice(0, shownCharactersMax);
  if (/^[^\0\ufffd]*$/.test(start)) return { what: `text that begins with ${JSON.stringify(start)}`, repair };
  const bytes = head.toString("hex", 0, shownBytesMax).replace(/..(?=.)/g, "$& ");
  return { what: `data that begins with the bytes ${bytes}`, repair };
}
