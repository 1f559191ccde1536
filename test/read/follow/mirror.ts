// Keeps a copy of each generation that `followBytes` yields, as a program that copies a journal does.
import type { JournalBytes } from "../../../src/index.js";

export class Mirror {
  readonly generations = new Map<number, Buffer>();
  /** The generation to show: the newest one that has once reached the end of its file or has a base. */
  shown: number | undefined;
  /** The last record. */
  last: JournalBytes | undefined;

  /** Throws if the record leaves a gap, repeats bytes or belongs to an older generation. */
  apply(record: JournalBytes): void {
    const { generation, offset, bytes, endReached, base } = record;
    const newest = Math.max(0, ...this.generations.keys());
    if (generation < newest) throw new Error(`expected generation ${newest} or a later one, found ${generation}`);
    const before = this.generations.get(generation) ?? this.#start(base);
    if (offset !== before.length) throw new Error(`expected bytes from offset ${before.length}, found ${offset}`);
    this.generations.set(generation, Buffer.concat([before, bytes]));
    if (endReached || base !== undefined) this.shown = generation;
    this.last = record;
  }

  /** The bytes of the shown generation; none if there is no such generation. */
  get text(): string {
    return String(this.generations.get(this.shown ?? 0) ?? "");
  }

  /** The bytes of all generations, the oldest first. */
  get texts(): string[] {
    return [...this.generations.values()].map(String);
  }

  #start(base: JournalBytes["base"]): Buffer {
    if (base === undefined) return Buffer.alloc(0);
    const copied = this.generations.get(base.generation);
    if (copied === undefined || copied.length < base.offset) {
      throw new Error(`expected a base that is known, found ${JSON.stringify(base)}`);
    }
    return copied.subarray(0, base.offset);
  }
}
