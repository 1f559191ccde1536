// Defines the interface through which lines reach the fold and the batches of entries as they are cut from a journal.
// Also decides whether an unparseable last line is a torn tail or damage (`isDamaged`).
import type { Entry } from "../types.js";
import type { CheckSource } from "./checks.js";
import { UNPARSEABLE } from "./dialect.js";
import { parseEntry, type Unentered } from "./entry.js";
import { lineBytesMax, Stretch } from "./lines.js";
import { isTear } from "./tear.js";

/** Receives the lines of a journal in file order. */
export interface LineTaker {
  /** The number of bytes before the first line that is not settled. */
  readonly offset: number;
  /** Called at the start of a read, until the end of which `source` can be used. */
  beginRead?(source: CheckSource): void;
  /** Called if the file begins with a byte order mark, which is not part of its first line. */
  skipByteOrderMark(): void;
  /**
   * Settles the lines of the stretch whose meaning is final: all lines with an LF, except an unparseable one at the end
   * of the stretch, which may be the last line of the file.
   */
  takeStretch(stretch: Stretch): void;
  /** Settles a line of `bytes` bytes, its LF included, that is longer than `lineBytesMax`. Another line follows it. */
  takeOversize(raw: string, bytes: number): void;
  /** Receives the rest of the file after the settled lines: one line, or undefined if there is none. */
  takeLast(last: LastLine | undefined): void;
}

/** The last line of a file. It may be torn or still growing. */
export interface LastLine {
  /** Undefined if the line is longer than `lineBytesMax`. */
  text: string | undefined;
  wellFormed: boolean;
  /** Whether the line has its LF. */
  terminated: boolean;
  /** The length of the line, its LF included if it has one. */
  bytes: number;
}

export function parseLast(last: LastLine): Entry | Unentered {
  return last.text === undefined ? UNPARSEABLE : parseEntry(last.text);
}

/** Returns whether an unparseable last line is damage rather than a torn tail (docs/format.md 3). */
export function isDamaged({ text, terminated }: LastLine): boolean {
  return terminated || text === undefined || !isTear(text);
}

/** Returns the line that `bytes` holds. `bytes` is the rest of a file after its settled lines: at most one line. */
export function lastLineOf(bytes: Buffer): LastLine | undefined {
  if (bytes.length === 0) return undefined;
  const terminated = bytes.at(-1) === 0x0a;
  const stretch = new Stretch(bytes);
  const end = terminated ? bytes.length - 1 : bytes.length;
  const text = end > lineBytesMax ? undefined : stretch.decode(0, end);
  return { text, wellFormed: stretch.wellFormed, terminated, bytes: bytes.length };
}
