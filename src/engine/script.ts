// Implements `JournalEngine` in TypeScript: passes the lines of an open file to the core.
import { Batch } from "../core/batch.js";
import type { Content } from "../core/content.js";
import { type Bound, Cut } from "../core/cut.js";
import { drive, driveAsync } from "../core/drive.js";
import { Pass } from "../core/pass.js";
import { StretchReader } from "../file/stretches.js";
import type { Entry, Generation, Lease, Place, Scan } from "../types.js";
import type { Fold, HeldLeases, JournalEngine, ScanReport } from "./engine.js";
import { ValueRoom } from "./room.js";

export const scriptEngine: JournalEngine = {
  name: "js",
  stepBytes: 16 * 1024 * 1024,
  openFold: ({ kind, end }) => new ScriptFold(new Pass(kind), Buffer.alloc(0), end),
  resumeScan: ({ snapshot, mark }) => new ScriptFold(Pass.resume(snapshot.toString()), mark),
  readEntries,
};

class ScriptFold implements Fold {
  #pass: Pass;
  #reader: StretchReader;

  constructor(pass: Pass, mark: Buffer, end?: number) {
    this.#pass = pass;
    this.#reader = new StretchReader(this.#pass, mark, end);
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
    this.#reader = new StretchReader(this.#pass);
  }

  heldLeases(): HeldLeases {
    return { counter: this.#pass.generationCounter(), leases: this.#pass.heldLeases() };
  }
}

function* readEntries(fd: number, from: Place, room?: ValueRoom): Generator<Entry[]> {
  const batch = new Batch(from, (text) => (room ?? new ValueRoom()).take(text));
  const reader = new StretchReader(batch);
  for (let atEnd = false; !atEnd; ) {
    atEnd = drive(reader.read({ fd }));
    const entries = batch.takeEntries();
    if (entries.length > 0) yield entries;
  }
}

/** Reads the entries of a growing file. Each call of `read` returns the entries settled since the last call. */
export class GrowingEntries {
  readonly #batch: Batch;
  readonly #reader: StretchReader;

  /** `mark` holds the bytes before `from`, as far as they are known. */
  constructor(from: Place, mark?: Buffer) {
    this.#batch = new Batch(from);
    this.#reader = new StretchReader(this.#batch, mark);
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
  const reader = new StretchReader(cut);
  // If no line is left out, the read has no end, so that lines appended meanwhile are included.
  for (;;) {
    const atEnd = drive(reader.read({ fd }));
    if (cut.isFound) return cut.offset;
    if (atEnd) return Number.MAX_SAFE_INTEGER;
    yield undefined;
  }
}
