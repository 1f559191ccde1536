// Prepares an entry for the lock: checks, copies and formats it beforehand, and stamps it under the lock.
import { randomBytes, randomUUID } from "node:crypto";
import { raiseSeq } from "../core/seq.js";
import { isObject } from "../core/words.js";
import type { Entry } from "../types.js";
import type { Fields } from "./entry-fields.js";
import { formatPlainLine, plainEntry } from "./line.js";

/** Placeholders for the stamps in a line. They are random and never written, so no entry can contain them. */
const seqGap = BigInt(`0x8${randomBytes(15).toString("hex")}`);
const seqGapText = String(seqGap);
const tsGap = randomUUID();

/** An entry with its stamps. */
export interface Stamped {
  entry: Entry;
  /** The canonical line with its LF. */
  line: string;
}

/** A copy of an entry as it was passed: later changes by its owner are not written. */
export class PreparedEntry {
  readonly #entry: Entry;
  readonly #line: string;
  readonly #isNumbered: boolean;
  readonly #isDated: boolean;

  /** Throws `TypeError` for a value that is not a plain object, `ERR_ENTRY_INVALID` for what JSON cannot represent. */
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

  /** Whether both produce the same line, apart from the stamps. */
  equals(other: PreparedEntry | undefined): boolean {
    return other !== undefined && this.#line === other.#line;
  }

  /** Returns the same entry with a `generation_watermark` (docs/format.md 5), unless it already has one. */
  withWatermark(watermark: number): PreparedEntry {
    return new PreparedEntry({ generation_watermark: watermark, ...this.#entry });
  }

  /** The approximate length of the line. */
  get bytes(): number {
    return this.#line.length;
  }

  /** Sets `seq` and `ts` where the key is missing or undefined (docs/format.md 8). */
  stamp(seq: number, ts: string): Stamped {
    let line = this.#line;
    if (!this.#isNumbered) line = line.replace(seqGapText, String(seq));
    if (!this.#isDated) line = line.replace(tsGap, () => ts);
    const { seq: ownSeq, ts: ownTs, ...rest } = this.#entry;
    return { entry: { ...rest, seq: this.#isNumbered ? ownSeq : seq, ts: this.#isDated ? ownTs : ts }, line };
  }
}

/**
 * Stamps entries in order; the first gets `nextSeq` unless it has its own number. Also returns the number that follows
 * the last one.
 */
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

/** The entry as a reader sees it: a bigint or an object with `toJSON` becomes a number only when it is written. */
function asRead({ entry, line }: Stamped): Entry {
  const isPlain = (value: unknown): boolean => value === null || !["bigint", "object"].includes(typeof value);
  if (isPlain(entry["seq"]) && isPlain(entry["seq_watermark"])) return entry;
  const read: unknown = JSON.parse(line);
  return isObject(read) ? read : entry;
}
