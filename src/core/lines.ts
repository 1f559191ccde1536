// Bytes of a journal, beginning at a line's start -> lines as text (docs/format.md 2 and 3).
import { isAscii, isUtf8 } from "node:buffer";
import { trimmedRange } from "./words.js";

/** docs/format.md 2: a longer line (its LF not counted) is unparseable. */
export const lineBytesMax = 67_108_864;

/** docs/format.md 3: what a sentinel keeps of its line. */
export const rawBytesMax = 65_536;

export const byteOrderMarkBytes = 3;

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
const beyondAscii = /[\x80-\xff]/;

/** A mark counts at byte 0 of the file only; elsewhere it is an ordinary character (docs/format.md 2). */
export function hasByteOrderMark(bytes: Uint8Array): boolean {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
}

/**
 * Some lines of a journal, the last one perhaps cut off. Text is cut from a string that has a character for each byte:
 * it is made in one go, its indexes are offsets, and it parses faster than one of two bytes a character. Only a
 * line with bytes beyond ASCII is decoded from the bytes themselves; as LF is never part of a character, that gives
 * what decoding the whole would. The bytes are borrowed: they must stay as they are while the stretch is in use.
 */
export class Stretch {
  /** A character for each byte. */
  readonly text: string;
  readonly #bytes: Buffer;
  readonly #ascii: boolean;
  #wellFormed: boolean | undefined;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    this.#ascii = isAscii(bytes);
    this.text = bytes.toString("latin1");
  }

  /** No ill-formed UTF-8 anywhere in it. */
  get wellFormed(): boolean {
    this.#wellFormed ??= this.#ascii || isUtf8(this.#bytes);
    return this.#wellFormed;
  }

  /** The text from `start` to `end`, each maximal ill-formed subpart as U+FFFD (docs/format.md 3). */
  decode(start: number, end: number): string {
    const line = this.text.slice(start, end);
    if (this.#ascii || !beyondAscii.test(line)) return line;
    return decoder.decode(this.#bytes.subarray(start, end));
  }

  isWellFormed(start: number, end: number): boolean {
    return this.wellFormed || isUtf8(this.#bytes.subarray(start, end));
  }

  /** What a sentinel keeps of the line from `start` to `end`. */
  raw(start: number, end: number): string {
    return rawText(this.#bytes.subarray(start, Math.min(end, start + rawBytesMax)));
  }
}

/**
 * `_raw` of a line that begins with these bytes, at most `rawBytesMax` (docs/format.md 3): cut, then decoded, then
 * trimmed.
 */
export function rawText(bytes: Uint8Array): string {
  const text = decoder.decode(bytes);
  const { start, end } = trimmedRange(text);
  return text.slice(start, end);
}
