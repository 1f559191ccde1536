// A finished fold in, the checkpoint and the ACQUIRE entries of the compacted journal out, as text (docs/format.md 7).
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

/** What is to be written, without the text of the ACQUIRE entries: `followingLines` makes them one by one. */
export interface CompactionPlan {
  /** What the fold says of the old file. */
  scan: ScanReport;
  /** The line of the checkpoint, with its LF, in pieces. */
  checkpoint: readonly string[];
  /** About how much will be written, in bytes, sentinels not counted. */
  bytes: number;
  /** The leases that ride in the checkpoint; the others follow as ACQUIRE entries. */
  riding: number;
  following: number;
  /** Stored ones, and one for each line of the old file that could not be read as an entry. */
  sentinels: number;
  /** Lines of the new file. */
  entries: number;
  /** docs/format.md 6, and the highest generation: before the ACQUIRE entries, which raise it. */
  nextSeq: number;
  counter: number;
  /** What the new file must fold to. Whole once all lines were made. */
  digests: LeaseDigests;
}

/** A live lease as it is to be written. */
interface PlannedLease {
  /** The members `lane` and `loop_ts` of the identity it is held under. */
  lane: string;
  loopTs: string;
  text: string;
  /** How many containers are open at most. */
  depth: number;
}

/** A checkpoint nests a lease in itself and in an array, an ACQUIRE in itself. */
const depthInCheckpoint = 2;
const depthInAcquire = 1;

/** `bytesMax` is what readers take for one line (docs/format.md 2). Throws for a lease that no line can hold. */
export function planCompaction(fold: Fold, bytesMax: number = lineBytesMax): CompactionPlan {
  const scan = fold.report();
  const { counter, leases } = fold.heldLeases();
  const nextSeq = fold.nextSeq();
  const sentinels = countSentinels(scan);
  const digests = new LeaseDigests();
  const known = { scan, sentinels, nextSeq, counter, digests };
  // docs/format.md 7: a journal of blank lines or a torn tail becomes empty.
  if (scan.entries + sentinels === 0) {
    return { ...known, checkpoint: [], bytes: 0, riding: 0, following: 0, entries: 0 };
  }
  const frame = new CheckpointFrame(counter, nextSeq - 1, bytesMax);
  let bytes = 0;
  for (const held of leases) {
    bytes += held.text.length;
    frame.addRow(rowText(held));
    if (!frame.takes) continue;
    const lease = planLease(held);
    if (mayRide(lease, held) && frame.tryAdd(lease.text)) digests.add({ ...held, text: lease.text });
    else frame.close();
  }
  const { riding, count } = frame;
  const checkpoint = frame.write();
  const entries = 1 + count - riding + sentinels;
  return { ...known, checkpoint, bytes: bytes + frame.bytes, riding, following: count - riding, entries };
}

/** The ACQUIRE entries of the leases that do not ride, each with its LF; `fold` is the one that was planned with. */
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

/** The counter after so many ACQUIRE entries; past the last safe integer they get no generation (format 10). */
function advanced(counter: number, times: number): number | undefined {
  return times <= Number.MAX_SAFE_INTEGER - counter ? counter + times : undefined;
}

/** docs/format.md 7: no line is dropped because it could not be read, but for a torn tail. */
function countSentinels({ ops, nonObjects, tornTail }: ScanReport): number {
  return (ops[CORRUPT_OP] ?? 0) + nonObjects.count + (tornTail?.damaged === true ? 1 : 0);
}

/** The row of a lease's token; empty without one. */
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

/** Its own fields give the identity it is held under, and it is not too deep for the checkpoint. */
function mayRide({ text, depth }: PlannedLease, { lane, loop_ts }: HeldLease): boolean {
  if (depth + depthInCheckpoint > depthMax) return false;
  // Of the text as it will stand: sorting the keys of an object in `lane` changes what identity it gives.
  return identityKey({ ...identityMembers(text) }) === identityKey({ lane, loop_ts });
}

/** Longer texts are compared as texts alone, as their values may take more memory than there is. */
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

/** The checkpoint's line while it is put together: the leases that ride, and the rows of the tokens. */
class CheckpointFrame {
  readonly #start: string;
  readonly #end: string;
  readonly #bytesMax: number;
  readonly #leases: string[] = [];
  /** Of all leases as long as they may fit, then of those that ride. */
  #rows: string[] = [];
  #leaseBytes = 0;
  #rowBytes = 0;
  #ridingRowBytes = 0;
  #allRowsFit = true;
  /** Leases that were met. */
  count = 0;
  /** No lease was met yet that does not ride: the order stays. */
  takes = true;

  constructor(counter: number, highestSeq: number, bytesMax: number) {
    this.#start = counter > 0 ? `{"generation_watermark": ${counter}, ` : "{";
    this.#end = `], "op": "${Op.CHECKPOINT}", "seq_watermark": ${highestSeq}}\n`;
    this.#bytesMax = bytesMax;
  }

  get riding(): number {
    return this.#leases.length;
  }

  /** At most, without the LF. */
  get bytes(): number {
    const frame = this.#start.length + rowsStart.length + rowsEnd.length + leasesStart.length + this.#end.length - 1;
    return frame + this.#leaseBytes + this.#rowBytes;
  }

  /** Of the lease that comes next. */
  addRow(row: string): void {
    this.count++;
    if (!this.takes && !this.#allRowsFit) return;
    this.#rows.push(row);
    this.#rowBytes += sizeOf(row);
    if (!this.takes) this.#checkRows();
  }

  /** Takes the lease whose row was added last, if that leaves room for it and the rows of all that ride. */
  tryAdd(text: string): boolean {
    const bytes = sizeOf(text);
    if (this.bytes + bytes > this.#bytesMax) return false;
    this.#leases.push(text);
    this.#leaseBytes += bytes;
    this.#ridingRowBytes = this.#rowBytes;
    return true;
  }

  /** No further lease rides. */
  close(): void {
    this.takes = false;
    this.#checkRows();
  }

  /** docs/format.md 7: rows for all live leases; where they do not all fit, those that no ACQUIRE entry renews. */
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
