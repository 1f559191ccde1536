// An entry in, its line with the stamps left open out: checked and copied before the lock is taken, stamped under it.
import { randomBytes, randomUUID } from "node:crypto";
import { raiseSeq } from "../core/seq.js";
import { isObject } from "../core/words.js";
import type { Entry } from "../types.js";
import type { Fields } from "./entry-fields.js";
import { formatPlainLine, plainEntry } from "./line.js";

/** Stand in a line where its stamps will; never written, so that no entry can hold them. */
const seqGap = BigInt(`0x8${randomBytes(15).toString("hex")}`);
const seqGapText = String(seqGap);
const tsGap = randomUUID();

/** What an entry becomes under the lock. */
export interface Stamped {
  entry: Entry;
  /** Canonical, with its LF. */
  line: string;
}

/** An entry as it was when it was given: what its owner changes in it later is not written. */
export class PreparedEntry {
  readonly #entry: Entry;
  readonly #line: string;
  readonly #isNumbered: boolean;
  readonly #isDated: boolean;

  /** Throws `TypeError` for what is no plain object, `ERR_ENTRY_INVALID` for what JSON cannot hold. */
  constructor(entry: unknown) {
    this.#entry = { ...plainEntry(entry) };
    const { seq, ts } = this.#entry;
    this.#isNumbered = seq !== undefined;
    this.#isDated = ts !== undefined;
    const open: Fields = { ...this.#entry, seq: this.#isNumbered ? seq : seqGap, ts: this.#isDated ? ts : tsGap };
    this.#line = formatPlainLine(open);
  }

  get op(): unknown {
    return this.#entry["op"];
  }

  /** Whether both become the same line, but for the stamps left open. */
  equals(other: PreparedEntry | undefined): boolean {
    return other !== undefined && this.#line === other.#line;
  }

  /** The same entry with a `generation_watermark` (docs/format.md 5); one that it has already stays. */
  withWatermark(watermark: number): PreparedEntry {
    return new PreparedEntry({ generation_watermark: watermark, ...this.#entry });
  }

  /** Of the line, about. */
  get bytes(): number {
    return this.#line.length;
  }

  /** `seq` and `ts` are put where the key is missing or undefined (docs/format.md 8). */
  stamp(seq: number, ts: string): Stamped {
    let line = this.#line;
    if (!this.#isNumbered) line = line.replace(seqGapText, String(seq));
    if (!this.#isDated) line = line.replace(tsGap, () => ts);
    const { seq: ownSeq, ts: ownTs, ...rest } = this.#entry;
    return { entry: { ...rest, seq: this.#isNumbered ? ownSeq : seq, ts: this.#isDated ? ownTs : ts }, line };
  }
}

/** Stamps entries in order, the first with `nextSeq` unless it has its own number; gives the number after them too. */
export function stampAll(
  prepared: readonly PreparedEntry[],
  nextSeq: number,
  now: () => string,
): { stamped: Stamped[]; nextSeq: number } {
  let highest = nextSeq - 1;
  const ts = now();
  const stamped = prepared.map((each) => {
    const one = each.stamp(highest + 1, ts);
    highest = raiseSeq(highest, asRead(one));
    return one;
  });
  return { stamped, nextSeq: highest + 1 };
}

/** A bigint or an object with `toJSON` is a number only once it is written. */
function asRead({ entry, line }: Stamped): Entry {
  const isPlain = (value: unknown): boolean => value === null || !["bigint", "object"].includes(typeof value);
  if (isPlain(entry["seq"]) && isPlain(entry["seq_watermark"])) return entry;
  const read: unknown = JSON.parse(line);
  return isObject(read) ? read : entry;
}
