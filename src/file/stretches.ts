// Cuts an open file into stretches of lines and passes them to a taker (core/taker.ts).
import { read } from "node:fs";
import { promisify } from "node:util";
import type { CheckSource } from "../core/checks.js";
import type { Course } from "../core/drive.js";
import { hasByteOrderMark, lineBytesMax, rawBytesMax, rawText, Stretch } from "../core/lines.js";
import { type LineTaker, lastLineOf } from "../core/taker.js";
import { readPart } from "./regular.js";

/** Larger reads are no faster, and each byte read is in memory several times: in the buffer, as text and in entries. */
const stretchBytes = 1024 * 1024;
/** The size of the longest line with its LF, plus one byte that shows that the line is not the last. */
const stretchBytesMax = lineBytesMax + 2;

const markBytes = 4096;

const readAsync = promisify(read);

/** The parameters of one read. */
interface ReadRequest {
  fd: number;
  /** The number of bytes to settle, at least; one line is always settled. Default: one line. */
  bytesMax?: number;
  /** An end for this read only. It has no effect beyond the reader's own end. */
  end?: number | undefined;
}

/** Reads bytes of the file from `position` into the buffer and returns their number. */
function* readInto(fd: number, buffer: Buffer, position: number): Course<number> {
  let bytes = 0;
  yield {
    now() {
      bytes = readPart(fd, buffer, 0, buffer.length, position);
    },
    async later() {
      ({ bytesRead: bytes } = await readAsync(fd, buffer, 0, buffer.length, position));
    },
  };
  return bytes;
}

function checkSourceOf(fd: number): CheckSource {
  return {
    reread: (into, position) => into.subarray(0, readPart(fd, into, 0, into.length, position)),
    // Loading the module takes a millisecond, and only journals with check values need it.
    crc32: (bytes, sum) => process.getBuiltinModule("node:zlib").crc32(bytes, sum),
  };
}

/** Reads an open file in stretches. Its methods are courses, so they read in either form. */
export class StretchReader {
  readonly #taker: LineTaker;
  readonly #end: number;
  /** The end of the file for the current read. */
  #readEnd: number;
  #buffer = Buffer.alloc(0);
  /** The descriptor of the current read. */
  #fd = -1;

  /** Up to 4,096 bytes before the taker's offset, as they were read. Often fewer after a long or damaged line. */
  mark: Buffer;

  /** The file is read as if it ended at `end`. */
  constructor(taker: LineTaker, mark: Buffer = Buffer.alloc(0), end = Number.POSITIVE_INFINITY) {
    this.#taker = taker;
    this.#end = end;
    this.#readEnd = end;
    this.mark = mark;
  }

  /** Reads until `bytesMax` bytes and at least one line are settled. Returns true at the end of the file. */
  *read({ fd, bytesMax = 0, end = this.#end }: ReadRequest): Course<boolean> {
    this.#fd = fd;
    this.#readEnd = Math.min(this.#end, end);
    const taker = this.#taker;
    taker.beginRead?.(checkSourceOf(fd));
    const start = taker.offset;
    let size = stretchBytes;
    for (;;) {
      const before = taker.offset;
      const bytes = yield* this.#fill(size);
      const atEnd = bytes.length < size;
      if (taker.offset === 0 && hasByteOrderMark(bytes)) {
        taker.skipByteOrderMark();
        continue;
      }
      taker.takeStretch(new Stretch(bytes));
      const settled = taker.offset - before;
      this.#extendMark(bytes.subarray(0, settled));
      if (atEnd) {
        taker.takeLast(lastLineOf(bytes.subarray(settled)));
        return true;
      }
      if (settled === 0 && size === stretchBytesMax) {
        if (yield* this.#readOversize(bytes)) return true;
      } else if (settled === 0) {
        // The line is longer than the stretch. Read it again in a larger one.
        size = Math.min(size * 4, stretchBytesMax);
        continue;
      }
      if (taker.offset - start >= bytesMax) return false;
      // A line of some megabytes is often followed by more of them, so keep a larger stretch, but not the largest.
      size = Math.min(size, stretchBytes * 4);
    }
  }

  /** Copies the bytes, because the buffer is reused. */
  #extendMark(settled: Buffer): void {
    if (settled.length === 0) return;
    const last = settled.subarray(Math.max(0, settled.length - markBytes));
    this.mark = Buffer.concat([this.mark.subarray(Math.max(0, this.mark.length + last.length - markBytes)), last]);
  }

  /** Reads the next `size` bytes of the file, or fewer at its end. The result is valid until the next call. */
  *#fill(size: number): Course<Buffer> {
    if (this.#buffer.length !== size) this.#buffer = Buffer.allocUnsafeSlow(size);
    const buffer = this.#buffer;
    const position = this.#taker.offset;
    // Limit the view to the bytes that may be read, because `readInto` fills all of it.
    const wanted = buffer.subarray(0, Math.max(0, Math.min(size, this.#readEnd - position)));
    let filled = 0;
    while (filled < wanted.length) {
      const bytes = yield* readInto(this.#fd, wanted.subarray(filled), position + filled);
      if (bytes === 0) break;
      filled += bytes;
    }
    return wanted.subarray(0, filled);
  }

  /** Reads over a line that begins with `bytes` and is too long for a stretch. Returns true if it is the last line. */
  *#readOversize(bytes: Buffer): Course<boolean> {
    const taker = this.#taker;
    const raw = rawText(bytes.subarray(0, rawBytesMax));
    const start = taker.offset;
    const buffer = Buffer.allocUnsafeSlow(stretchBytes);
    this.#buffer = buffer;
    let length = 0;
    let terminated = false;
    for (;;) {
      const room = buffer.subarray(0, Math.max(0, Math.min(stretchBytes, this.#readEnd - start - length)));
      const count = room.length === 0 ? 0 : yield* readInto(this.#fd, room, start + length);
      if (count === 0) break;
      // The LF was the last byte of the previous read and a byte follows it, so the line is settled.
      if (terminated) {
        taker.takeOversize(raw, length);
        this.mark = Buffer.alloc(0);
        return false;
      }
      const lineFeed = buffer.subarray(0, count).indexOf(0x0a);
      terminated = lineFeed !== -1;
      length += terminated ? lineFeed + 1 : count;
    }
    taker.takeLast({ text: undefined, wellFormed: true, terminated, bytes: length });
    return true;
  }
}
