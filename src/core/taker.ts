// The interface of what takes a journal's lines as they are cut from it: the fold, and the batches of entries.
import type { Entry } from "../types.js";
import { UNPARSEABLE } from "./dialect.js";
import { parseEntry, type Unentered } from "./entry.js";
import { lineBytesMax, Stretch } from "./lines.js";
import { isTear } from "./tear.js";

/** What takes the lines of a journal as they are cut from it. */
export interface LineTaker {
  /** Bytes of the file before the first line that is not settled. */
  readonly offset: number;
  /** The file begins with a byte order mark, which is no part of its first line. */
  skipByteOrderMark(): void;
  /**
   * Settles the stretch's lines that nothing behind it can change: all that have their LF, but an unparseable one only
   * if a byte follows, as the last line of a file would be a torn tail.
   */
  takeStretch(stretch: Stretch): void;
  /** Settles a line longer than `lineBytesMax`, of so many bytes, LF included; another line follows. */
  takeOversize(raw: string, bytes: number): void;
  /** What stands behind the settled lines at the end of the file: one line, or undefined for none. */
  takeLast(last: LastLine | undefined): void;
}

/** The last line of a file: it may be torn, or still growing. */
export interface LastLine {
  /** Undefined if it is longer than `lineBytesMax`. */
  text: string | undefined;
  wellFormed: boolean;
  /** It has its LF. */
  terminated: boolean;
  /** Its length with the LF, if any. */
  bytes: number;
}

export function parseLast(last: LastLine): Entry | Unentered {
  return last.text === undefined ? UNPARSEABLE : parseEntry(last.text);
}

/** Of an unparseable last line: it is damage, and no torn tail (docs/format.md 3). */
export function isDamaged({ text, terminated }: LastLine): boolean {
  return terminated || text === undefined || !isTear(text);
}

/** `bytes` is what a file ends with behind its settled lines: at most one line. */
export function lastLineOf(bytes: Buffer): LastLine | undefined {
  if (bytes.length === 0) return undefined;
  const terminated = bytes.at(-1) === 0x0a;
  const stretch = new Stretch(bytes);
  const end = terminated ? bytes.length - 1 : bytes.length;
  const text = end > lineBytesMax ? undefined : stretch.decode(0, end);
  return { text, wellFormed: stretch.wellFormed, terminated, bytes: bytes.length };
}
