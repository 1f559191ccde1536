// Implements `JournalEngine` in TypeScript: reads an open file with `read` and passes its lines to the core.
import { read } from "node:fs";
import { promisify } from "node:util";
import { Batch } from "../core/batch.js";
import type { Content } from "../core/content.js";
import { type Bound, Cut } from "../core/cut.js";
import { type Course, drive, driveAsync } from "../core/drive.js";
import { type Kept, KeptLines } from "../core/kept.js";
import { hasByteOrderMark, lineBytesMax, rawBytesMax, rawText, Stretch } from "../core/lines.js";
import { Pass } from "../core/pass.js";
import { type LineTaker, lastLineOf } from "../core/taker.js";
import { readPart } from "../file/regular.js";
import type { Entry, Generation, Lease, Place, Scan } from "../types.js";
import type { Fold, HeldLeases, JournalEngine, ScanReport } from "./engine.js";
import { ValueRoom } from "./room.js";

export const scriptEngine: JournalEngine = {
  name: "js",
  stepBytes: 16 * 1024 * 1024,
  // The thread count is ignored: JavaScript folds on one thread.
  openFold: (kind, _, end) => new ScriptFold(new Pass(kind), Buffer.alloc(0), end),
  resumeScan: (snapshot, mark) => new ScriptFold(Pass.resume(snapshot.toString()), mark),
  readEntries,
};

/** Larger reads are no faster, and each byte read is in memory several times: in the buffer, as text and in entries. */
const stretchBytes = 1024 * 1024;
/** The size of the longest line with its LF, plus one byte that shows that the line is not the last. */
const stretchBytesMax = lineBytesMax + 2;

const markBytes = 4096;

const readAsync = promisify(read);

class ScriptFold implements Fold {
  #pass: Pass;
  #reader: Reader;

  constructor(pass: Pass, mark: Buffer, end?: number) {
    this.#pass = pass;
    this.#reader = new Reader(this.#pass, mark, end);
  }

  get offset(): number {
    return this.#pass.offset;
  }

  get hasOpenLine(): boolean {
    return this.#pass.hasOpenLine;
  }

  get endDamaged(): boolean {
    return this.#pass.endDamaged;
  }

  get content(): Content {
    return this.#pass.content;
  }

  mark(): Buffer {
    return this.#reader.mark;
  }

  step(fd: number, bytesMax: number, end?: number): boolean {
    return drive(this.#reader.read({ fd, bytesMax, end }));
  }

  /** The event loop runs between two reads. */
  stepAsync(fd: number, bytesMax: number, end?: number): Promise<boolean> {
    return driveAsync(this.#reader.read({ fd, bytesMax, end }));
  }

  leases(): Lease[] {
    return this.#pass.leases(new ValueRoom().taken);
  }

  generations(): Generation[] {
    return this.#pass.generations();
  }

  nextSeq(): number {
    return this.#pass.nextSeq();
  }

  scan(): Scan {
    return this.#pass.scan(new ValueRoom().taken);
  }

  report(): ScanReport {
    return this.#pass.reportOnly();
  }

  snapshot(): Buffer {
    return Buffer.from(this.#pass.snapshot());
  }

  drop(): void {
    this.#pass = new Pass("replay");
    this.#reader = new Reader(this.#pass);
  }

  heldLeases(): HeldLeases {
    return { counter: this.#pass.generationCounter(), leases: this.#pass.heldLeases() };
  }
}

function* readEntries(fd: number, from: Place, room?: ValueRoom): Generator<Entry[]> {
  const batch = new Batch(from, (text) => (room ?? new ValueRoom()).take(text));
  const reader = new Reader(batch);
  for (let atEnd = false; !atEnd; ) {
    atEnd = drive(reader.read({ fd }));
    const entries = batch.takeEntries();
    if (entries.length > 0) yield entries;
  }
}

/** Reads the entries of a growing file. Each call of `read` returns the entries settled since the last call. */
export class GrowingEntries {
  readonly #batch: Batch;
  readonly #reader: Reader;

  /** `mark` holds the bytes before `from`, as far as they are known. */
  constructor(from: Place, mark?: Buffer) {
    this.#batch = new Batch(from);
    this.#reader = new Reader(this.#batch, mark);
  }

  /** Up to 4,096 bytes before `place`, as they were read. */
  get mark(): Buffer {
    return this.#reader.mark;
  }

  /** The place of the first line that has not been returned. */
  get place(): Place {
    return this.#batch.place;
  }

  /** Reads about a megabyte more. `withLast` includes the last line: nothing will be appended any more. */
  read(fd: number, withLast: boolean): { entries: Entry[]; atEnd: boolean } {
    this.#batch.withLast = withLast;
    const atEnd = drive(this.#reader.read({ fd }));
    return { entries: this.#batch.takeEntries(), atEnd };
  }
}

/** Finds the offset at which the lines before `bound` end. Yields undefined after each megabyte. */
export function* findCut(fd: number, bound: Bound): Generator<undefined, number> {
  const cut = new Cut(bound);
  const reader = new Reader(cut);
  // If no line is left out, the read has no end, so that lines appended meanwhile are included.
  for (;;) {
    const atEnd = drive(reader.read({ fd }));
    if (cut.isFound) return cut.offset;
    if (atEnd) return Number.MAX_SAFE_INTEGER;
    yield undefined;
  }
}

/** Finds the lines that a compaction keeps as sentinels, in file order. Yields after about each megabyte. */
export function* findKept(fd: number): Generator<Kept[]> {
  const lines = new KeptLines();
  const reader = new Reader(lines);
  for (let atEnd = false; !atEnd; ) {
    atEnd = drive(reader.read({ fd }));
    yield lines.takeKept();
  }
}

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

/** Cuts a file into stretches and passes them to a taker. Its methods are courses, so they read in either form. */
class Reader {
  readonly #taker: LineTaker;
  readonly #end: number;
  /** The end of the file for the current read. */
  #readEnd: number;
  #buffer = Buffer.alloc(0);
  /** The descriptor of the current read. */
  #fd = -1;

  /** See `Fold.mark`. */
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
