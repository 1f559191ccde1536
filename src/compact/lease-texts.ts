// Plans and writes the lines of a compacted journal that hold its live leases (docs/format.md 7). The twin of
// native/compact/checkpoint.cc: both write the same bytes. Each pass builds the texts again, so that they are never
// all in memory.
import { isDeepStrictEqual } from "node:util";
import type { HeldLease } from "../core/held-lease.js";
import { identityKey } from "../core/identity.js";
import { depthMax, parseText } from "../core/json.js";
import { identityMembers } from "../core/live.js";
import { Op } from "../core/op.js";
import type { Fold, LeaseTexts } from "../engine/engine.js";
import { quoteText } from "../write/line.js";
import { rewriteLease } from "./canonical.js";
import { LeaseDigests } from "./digests.js";

/** A live lease in the form in which it is written. */
interface PlannedLease {
  text: string;
  /** The maximum number of open containers. */
  depth: number;
}

/** A checkpoint nests a lease in itself and in an array; an ACQUIRE only in itself. */
const depthInCheckpoint = 2;
const depthInAcquire = 1;

/** See `Fold.planLeases`. */
export function planLeases(fold: Fold, bytesMax: number): LeaseTexts {
  const { counter, leases } = fold.heldLeases();
  const frame = new CheckpointFrame(counter, fold.nextSeq() - 1, bytesMax);
  const digests = new LeaseDigests();
  let followingBytes = 0;
  for (const held of leases) {
    frame.addRow(rowText(held));
    const lease = planLease(held);
    expectSameValue(held.text, lease.text);
    if (frame.takes && mayRide(lease, held) && frame.tryAdd(lease.text)) {
      digests.add({ ...held, text: lease.text });
      continue;
    }
    frame.close();
    digests.add({ ...held, text: lease.text, generation: advanced(counter, frame.count - frame.riding) });
    followingBytes += lease.text.length;
  }
  const { riding, count } = frame;
  return {
    riding,
    following: count - riding,
    bytes: followingBytes + frame.bytes,
    *texts() {
      yield* frame.write(fold);
      if (count > riding) yield* acquireLines(fold, riding, bytesMax);
    },
    digests: digests.bytes(),
  };
}

/**
 * Returns the counter after some ACQUIRE entries. After the last safe integer they get no generation (docs/format.md
 * 10).
 */
function advanced(counter: number, times: number): number | undefined {
  return times <= Number.MAX_SAFE_INTEGER - counter ? counter + times : undefined;
}

/** Yields the ACQUIRE entries of the leases outside the checkpoint, each with its LF. */
function* acquireLines(fold: Fold, riding: number, bytesMax: number): Generator<string> {
  let index = 0;
  for (const held of fold.heldLeases().leases) {
    if (index++ >= riding) yield acquireLine(planLease(held), held, bytesMax);
  }
}

/** Returns the row of a lease's token; empty without one. */
function rowText({ generation, lane, loop_ts }: HeldLease): string {
  if (generation === undefined) return "";
  return `{"generation": ${generation}, "lane": ${quoteText(lane)}, "loop_ts": ${quoteText(loop_ts)}}`;
}

function planLease(held: HeldLease): PlannedLease {
  const { text, depth } = rewriteLease(held.text);
  if (depth + depthInAcquire > depthMax) {
    const limit = depthMax - depthInAcquire;
    throw new Error(`${nameLease(held)}: expected at most ${limit} nested containers, found ${depth}`);
  }
  return { text, depth };
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

/** Plans the checkpoint's line: the leases in it, and the rows of the tokens. Keeps sizes, and no texts. */
class CheckpointFrame {
  readonly #start: string;
  readonly #end: string;
  readonly #bytesMax: number;
  #leaseBytes = 0;
  #rowBytes = 0;
  #ridingRowBytes = 0;
  /** Otherwise only the leases in the checkpoint have rows. */
  #allRowsFit = true;
  /** The number of leases in the checkpoint. */
  riding = 0;
  /** The number of leases seen. */
  count = 0;
  /** Whether all leases so far are in the checkpoint. Once one is not, no later one may be: their order must stay. */
  takes = true;

  constructor(counter: number, highestSeq: number, bytesMax: number) {
    this.#start = counter > 0 ? `{"generation_watermark": ${counter}, ` : "{";
    this.#end = `], "op": "${Op.CHECKPOINT}", "seq_watermark": ${highestSeq}}\n`;
    this.#bytesMax = bytesMax;
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
    this.#rowBytes += sizeOf(row);
    if (!this.takes) this.#checkRows();
  }

  /** Adds the lease of the last row, if there is room for it and for the rows of all leases in the checkpoint. */
  tryAdd(text: string): boolean {
    const bytes = sizeOf(text);
    if (this.bytes + bytes > this.#bytesMax) return false;
    this.riding++;
    this.#leaseBytes += bytes;
    this.#ridingRowBytes = this.#rowBytes;
    return true;
  }

  /** Adds no further lease. */
  close(): void {
    if (!this.takes) return;
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
    this.#rowBytes = this.#ridingRowBytes;
  }

  /** Yields the line with its LF, in pieces. `fold` is the one that was planned. */
  *write(fold: Fold): Generator<string> {
    yield this.#start;
    let before = rowsStart;
    for (const held of take(fold, this.#allRowsFit ? this.count : this.riding)) {
      const row = rowText(held);
      if (row === "") continue;
      yield before;
      yield row;
      before = separator;
    }
    if (before === separator) yield rowsEnd;
    before = leasesStart;
    for (const held of take(fold, this.riding)) {
      yield before;
      yield rewriteLease(held.text).text;
      before = separator;
    }
    if (before === leasesStart) yield before;
    yield this.#end;
  }
}

function* take(fold: Fold, count: number): Generator<HeldLease> {
  let left = count;
  if (left === 0) return;
  for (const held of fold.heldLeases().leases) {
    yield held;
    if (--left === 0) return;
  }
}

function sizeOf(item: string): number {
  return Buffer.byteLength(item) + separator.length;
}

function nameLease({ lane, loop_ts }: HeldLease): string {
  return `the lease {"lane": ${quoteText(lane)}, "loop_ts": ${quoteText(loop_ts)}}`;
}

function acquireLine({ text }: PlannedLease, held: HeldLease, bytesMax: number): string {
  const { lane, loop_ts } = held;
  const identity = `"lane": ${quoteText(lane)}, "lease": ${text}, "loop_ts": ${quoteText(loop_ts)}`;
  const line = `{${identity}, "op": "${Op.ACQUIRE}"}\n`;
  const bytes = Buffer.byteLength(line) - 1;
  if (bytes <= bytesMax) return line;
  throw new Error(`${nameLease(held)}: expected at most ${bytesMax} bytes as a line, found ${bytes}`);
}
