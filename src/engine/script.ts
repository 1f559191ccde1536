// Implements `JournalEngine` in TypeScript: passes the lines of an open file to the core.
import { Batch } from "../core/batch.js";
import type { Content } from "../core/content.js";
import { type Bound, Cut } from "../core/cut.js";
import { drive, driveAsync } from "../core/drive.js";
import type { EntryBatch } from "../core/entry-batch.js";
import { Pass } from "../core/pass.js";
import { Sift } from "../core/sift.js";
import type { Sieve, SiftedBatch } from "../core/sifted-batch.js";
import { StretchReader } from "../file/stretches.js";
import type { Generation, Lease, Place, Scan } from "../types.js";
import type { Fold, GrowingEntries, HeldLeases, JournalEngine, ScanReport } from "./engine.js";
import { ValueRoom } from "./room.js";

export const scriptEngine: JournalEngine = {
  name: "js",
  stepBytes: 16 * 1024 * 1024,
  openFold: ({ kind, end }) => new ScriptFold(new Pass(kind), Buffer.alloc(0), end),
  resumeScan: ({ snapshot, mark }) => new ScriptFold(Pass.resume(snapshot.toString()), mark),
  readEntries,
  siftEntries,
  openEntries: (from, mark) => new ScriptEntries(from, mark),
  findCut,
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

function* readEntries(fd: number, from: Place, room?: ValueRoom): Generator<EntryBatch> {
  const batch = new Batch(from, (text) => (room ?? new ValueRoom()).take(text));
  const reader = new StretchReader(batch);
  for (let atEnd = false; !atEnd; ) {
    atEnd = drive(reader.read({ fd }));
    const taken = batch.takeEntries();
    if (taken.entries.length > 0) yield taken;
  }
}

function* siftEntries(fd: number, sieve: Sieve): Generator<SiftedBatch> {
  const sift = new Sift(sieve);
  const reader = new StretchReader(sift, Buffer.alloc(0), sieve.end);
  for (let atEnd = false; !atEnd; ) {
    atEnd = drive(reader.read({ fd }));
    yield sift.takeBatch();
  }
}

class ScriptEntries implements GrowingEntries {
  readonly #batch: Batch;
  readonly #reader: StretchReader;

  constructor(from: Place, mark?: Buffer) {
    this.#batch = new Batch(from);
    this.#reader = new StretchReader(this.#batch, mark);
  }

  get mark(): Buffer {
    return this.#reader.mark;
  }

  get place(): Place {
    return this.#batch.place;
  }

  read(fd: number, withLast: boolean): { batch: EntryBatch; atEnd: boolean } {
    this.#batch.withLast = withLast;
    const atEnd = drive(this.#reader.read({ fd }));
    return { batch: this.#batch.takeEntries(), atEnd };
  }
}

function* findCut(fd: number, bound: Bound): Generator<undefined, number> {
  const cut = new Cut(bound);
  const reader = new StretchReader(cut);
  for (;;) {
    const atEnd = drive(reader.read({ fd }));
    if (cut.isFound) return cut.offset;
    if (atEnd) return Number.MAX_SAFE_INTEGER;
    yield undefined;
  }
}
