// Plans the compacted journal from a finished fold: its checkpoint and its ACQUIRE entries (docs/format.md 7).
import { isDeepStrictEqual } from "node:util";
import type { HeldLease } from "../core/held-lease.js";
import { identityKey } from "../core/identity.js";
import { depthMax, parseText } from "../core/json.js";
import { lineBytesMax } from "../core/lines.js";
import { identityMembers } from "../core/live.js";
import { CORRUPT_OP, Op } from "../core/op.js";
import type { Fold, ScanReport } from "../engine/engine.js";
import { quoteText } from "../write/line.js";
import { rewriteLease } from "./canonical.js";
import { LeaseDigests } from "./digests.js";

/** The data to write, without the text of the ACQUIRE entries, which `followingLines` makes one by one. */
export interface CompactionPlan {
  /** The results of the fold of the old file. */
  scan: ScanReport;
  /** The checkpoint's line with its LF, in pieces. */
  checkpoint: readonly string[];
  /** The approximate number of bytes to write, without sentinels. */
  bytes: number;
  /** The number of leases in the checkpoint. The others follow as ACQUIRE entries. */
  riding: number;
  following: number;
  /** The number of stored sentinels, plus one for each line of the old file that is not an entry. */
  sentinels: number;
  /** The number of lines in the new file. */
  entries: number;
  /**
   * The next number (docs/format.md 6) and the highest generation, both before the ACQUIRE entries raise the
   * generation.
   */
  nextSeq: number;
  counter: number;
  /** The leases to which the new file must fold. Complete once all lines have been made. */
  digests: LeaseDigests;
}

/** A live lease in the form in which it is written. */
interface PlannedLease {
  /** The members `lane` and `loop_ts` of the identity under which the lease is held. */
  lane: string;
  loopTs: string;
  text: string;
  /** The maximum number of open containers. */
  depth: number;
}

/** A checkpoint nests a lease in itself and in an array; an ACQUIRE only in itself. */
const depthInCheckpoint = 2;
const depthInAcquire = 1;

/** `bytesMax` is the longest line that readers accept (docs/format.md 2). Throws for a lease that fits into no line. */
export function planCompaction(fold: Fold, bytesMax: number = lineBytesMax): CompactionPlan {
  const scan = fold.report();
  const { counter, leases } = fold.heldLeases();
  const nextSeq = fold.nextSeq();
  const sentinels = countSentinels(scan);
  const digests = new LeaseDigests();
  const known = { scan, sentinels, nextSeq, counter, digests };
  // A journal of blank lines or a torn tail becomes empty (docs/format.md 7).
  if (scan.entries + sentinels === 0) {
    return { ...known, checkpoint: [], bytes: 0, riding: 0, following: 0, entries: 0 };
  }
  const frame = new CheckpointFrame(counter, nextSeq - 1, bytesMax);
  let followingBytes = 0;
  for (const held of leases) {
    frame.addRow(rowText(held));
    if (frame.takes) {
      const lease = planLease(held);
      if (mayRide(lease, held) && frame.tryAdd(lease.text)) {
        digests.add({ ...held, text: lease.text });
        continue;
      }
      frame.close();
    }
    followingBytes += held.text.length;
  }
  const { riding, count } = frame;
  const checkpoint = frame.write();
  const entries = 1 + count - riding + sentinels;
  return { ...known, checkpoint, bytes: followingBytes + frame.bytes, riding, following: count - riding, entries };
}

/** Yields the ACQUIRE entries of the leases outside the checkpoint, each with its LF. `fold` is the planned one. */
export function* followingLines(
  { riding, counter, digests }: CompactionPlan,
  fold: Fold,
  bytesMax: number = lineBytesMax,
): Generator<string> {
  let index = 0;
  for (const held of fold.heldLeases().leases) {
    index++;
    if (index <= riding) continue;
    const lease = planLease(held);
    digests.add({ ...held, text: lease.text, generation: advanced(counter, index - riding) });
    yield acquireLine(lease, bytesMax);
  }
}

/**
 * Returns the counter after some ACQUIRE entries. After the last safe integer they get no generation (docs/format.md
 * 10).
 */
function advanced(counter: number, times: number): number | undefined {
  return times <= Number.MAX_SAFE_INTEGER - counter ? counter + times : undefined;
}

/** Every line that is not an entry becomes a sentinel, except a torn tail (docs/format.md 7). */
function countSentinels({ ops, nonObjects, tornTail }: ScanReport): number {
  return (ops[CORRUPT_OP] ?? 0) + nonObjects.count + (tornTail?.damaged === true ? 1 : 0);
}

/** Returns the row of a lease's token; empty without one. */
function rowText({ generation, lane, loop_ts }: HeldLease): string {
  if (generation === undefined) return "";
  return `{"generation": ${generation}, "lane": ${quoteText(lane)}, "loop_ts": ${quoteText(loop_ts)}}`;
}

function planLease(held: HeldLease): PlannedLease {
  const { text, depth } = rewriteLease(held.text);
  const lane = `"lane": ${quoteText(held.lane)}`;
  const loopTs = `"loop_ts": ${quoteText(held.loop_ts)}`;
  if (depth + depthInAcquire > depthMax) {
    const limit = depthMax - depthInAcquire;
    throw new Error(`the lease {${lane}, ${loopTs}}: expected at most ${limit} nested containers, found ${depth}`);
  }
  expectSameValue(held.text, text);
  return { lane, loopTs, text, depth };
}

/** Whether a checkpoint would restore the lease under its identity and would not be nested too deeply. */
function mayRide({ text, depth }: PlannedLease, { lane, loop_ts }: HeldLease): boolean {
  if (depth + depthInCheckpoint > depthMax) return false;
  // Use the text as written: sorting the keys of an object in `lane` changes the identity.
  return identityKey({ ...identityMembers(text) }) === identityKey({ lane, loop_ts });
}

/** Longer texts are compared only as texts, because their values might exceed the memory. */
const valueTextMax = 65_536;

function expectSameValue(text: string, rewritten: string): void {
  if (text === rewritten || text.length > valueTextMax) return;
  if (isDeepStrictEqual(parseText(text), parseText(rewritten))) return;
  throw new Error(`a lease that was rewritten: expected ${text}, found ${rewritten}`);
}

const separator = ", ";
const rowsStart = '"generations": [';
const rowsEnd = "], ";
const leasesStart = '"leases": [';

/** Builds the checkpoint's line: the leases in it, and the rows of the tokens. */
class CheckpointFrame {
  readonly #start: string;
  readonly #end: string;
  readonly #bytesMax: number;
  readonly #leases: string[] = [];
  /** The rows of all leases while they may fit; afterwards those of the leases in the checkpoint. */
  #rows: string[] = [];
  #leaseBytes = 0;
  #rowBytes = 0;
  #ridingRowBytes = 0;
  #allRowsFit = true;
  /** The number of leases seen. */
  count = 0;
  /** Whether all leases so far are in the checkpoint. Once one is not, no later one may be: their order must stay. */
  takes = true;

  constructor(counter: number, highestSeq: number, bytesMax: number) {
    this.#start = counter > 0 ? `{"generation_watermark": ${counter}, ` : "{";
    this.#end = `], "op": "${Op.CHECKPOINT}", "seq_watermark": ${highestSeq}}\n`;
    this.#bytesMax = bytesMax;
  }

  get riding(): number {
    return this.#leases.length;
  }

  /** An upper bound of the bytes of the line, without its LF. */
  get bytes(): number {
    const frame = this.#start.length + rowsStart.length + rowsEnd.length + leasesStart.length + this.#end.length - 1;
    return frame + this.#leaseBytes + this.#rowBytes;
  }

  /** Adds the row of the next lease. */
  addRow(row: string): void {
    this.count++;
    if (!this.takes && !this.#allRowsFit) return;
    this.#rows.push(row);
    this.#rowBytes += sizeOf(row);
    if (!this.takes) this.#checkRows();
  }

  /** Adds the lease of the last row, if there is room for it and for the rows of all leases in the checkpoint. */
  tryAdd(text: string): boolean {
    const bytes = sizeOf(text);
    if (this.bytes + bytes > this.#bytesMax) return false;
    this.#leases.push(text);
    this.#leaseBytes += bytes;
    this.#ridingRowBytes = this.#rowBytes;
    return true;
  }

  /** Adds no further lease. */
  close(): void {
    this.takes = false;
    this.#checkRows();
  }

  /**
   * Keeps the rows of all live leases or, if they do not fit, of those that no ACQUIRE entry will renew (docs/format.md
   * 7).
   */
  #checkRows(): void {
    if (this.bytes <= this.#bytesMax) return;
    this.#allRowsFit = false;
    this.#rows = this.#rows.slice(0, this.riding);
    this.#rowBytes = this.#ridingRowBytes;
  }

  write(): string[] {
    const written = this.#rows.filter((row) => row !== "");
    const before = written.length === 0 ? [] : [rowsStart, ...join(written), rowsEnd];
    return [this.#start, ...before, leasesStart, ...join(this.#leases), this.#end];
  }
}

function sizeOf(item: string): number {
  return Buffer.byteLength(item) + separator.length;
}

function join(items: readonly string[]): string[] {
  return items.map((item, index) => (index === 0 ? item : `${separator}${item}`));
}

function acquireLine({ lane, loopTs, text }: PlannedLease, bytesMax: number): string {
  const line = `{${lane}, "lease": ${text}, ${loopTs}, "op": "${Op.ACQUIRE}"}\n`;
  const bytes = Buffer.byteLength(line) - 1;
  if (bytes <= bytesMax) return line;
  throw new Error(`the lease {${lane}, ${loopTs}}: expected at most ${bytesMax} bytes as a line, found ${bytes}`);
}
