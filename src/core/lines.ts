// Cuts bytes of a journal, which begin at the start of a line, into the texts of lines (docs/format.md 2 and 3).
import { isAscii, isUtf8 } from "node:buffer";
import { trimmedRange } from "./words.js";

/** A line with more bytes, its LF not counted, is unparseable (docs/format.md 2). */
export const lineBytesMax = 67_108_864;

/** The number of bytes of a line that a sentinel keeps, at most (docs/format.md 3). */
export const rawBytesMax = 65_536;

export const byteOrderMarkBytes = 3;

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
const beyondAscii = /[\x80-\xff]/;

/** A mark counts only at byte 0 of the file; elsewhere it is an ordinary character (docs/format.md 2). */
export function hasByteOrderMark(bytes: Uint8Array): boolean {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
}

/**
 * Some lines of a journal, the last of which may be incomplete. Texts are cut from a string with one character for each
 * byte: it is made at once, its indexes are offsets, and one-byte strings parse faster. Only a line with bytes beyond
 * ASCII is decoded from the bytes. An LF is never part of a character, so decoding each line yields the same as
 * decoding everything. The bytes are borrowed and must not change while the stretch is in use.
 */
export class Stretch {
  /** One character for each byte. */
  readonly text: string;
  readonly #bytes: Buffer;
  readonly #ascii: boolean;
  #wellFormed: boolean | undefined;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    this.#ascii = isAscii(bytes);
    this.text = bytes.toString("latin1");
  }

  /** Returns the bytes from `start` to `end`, borrowed. */
  bytes(start: number, end: number): Buffer {
    return this.#bytes.subarray(start, end);
  }

  /** Whether all of the stretch is well-formed UTF-8. */
  get wellFormed(): boolean {
    this.#wellFormed ??= this.#ascii || isUtf8(this.#bytes);
    return this.#wellFormed;
  }

  /** Returns the text from `start` to `end`, with each maximal ill-formed subpart as U+FFFD (docs/format.md 3). */
  decode(start: number, end: number): string {
    const line = this.text.slice(start, end);
    if (this.#ascii || !beyondAscii.test(line)) return line;
    return decoder.decode(this.#bytes.subarray(start, end));
  }

  isWellFormed(start: number, end: number): boolean {
    return this.wellFormed || isUtf8(this.#bytes.subarray(start, end));
  }

  /** Returns the text that a sentinel keeps of the line from `start` to `end`. */
  raw(start: number, end: number): string {
    return rawText(this.#bytes.subarray(start, Math.min(end, start + rawBytesMax)));
  }
}

/** Returns the `_raw` of a line that begins with `bytes`, at most `rawBytesMax` (docs/format.md 3). */
export function rawText(bytes: Uint8Array): string {
  const text = decoder.decode(bytes);
  const { start, end } = trimmedRange(text);
  return text.slice(start, end);
}
