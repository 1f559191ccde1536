// A finished fold in, the checkpoint and the ACQUIRE entries of the compacted journal out, as text (docs/format.md 7).

import type { HeldLease } from "../core/held-lease.js";
import { identityKey } from "../core/identity.js";
import { depthMax, parseText } from "../core/json.js";
import { lineBytesMax } from "../core/lines.js";
import { CORRUPT_OP, Op } from "../core/op.js";
import { isObject } from "../core/words.js";
import type { Fold } from "../engine/engine.js";
import type { Scan } from "../types.js";
import { quoteText } from "../write/line.js";
import { rewriteText } from "./canonical.js";

export interface CompactionPlan {
  /** What the fold says of the old file. */
  scan: Scan;
  /** The lines in pieces, each line with its LF. The sentinels follow them. */
  pieces: readonly string[];
  /** Of the pieces, in bytes. */
  bytes: number;
  /** The leases that ride in the checkpoint; the others follow as ACQUIRE entries. */
  riding: number;
  following: number;
  /** Stored ones, and one for each line of the old file that could not be read as an entry. */
  sentinels: number;
  /** Lines of the new file. */
  entries: number;
}

/** A live lease as it is to be written. */
interface PlannedLease {
  /** The members `lane` and `loop_ts` of the identity it is held under. */
  lane: string;
  loopTs: string;
  text: string;
  /** The row of its token; empty without one. */
  row: string;
  /** Its own fields give the identity it is held under, and it is not too deep for the checkpoint. */
  rides: boolean;
}

/** A checkpoint nests a lease in itself and in an array, an ACQUIRE in itself. */
const depthInCheckpoint = 2;
const depthInAcquire = 1;

/** `bytesMax` is what readers take for one line (docs/format.md 2). Throws for a lease that no line can hold. */
export function planCompaction(fold: Fold, bytesMax: number = lineBytesMax): CompactionPlan {
  const scan = fold.scan();
  const { counter, leases } = fold.heldLeases();
  const planned = Array.from(leases, planLease);
  const sentinels = countSentinels(scan);
  // docs/format.md 7: a journal of blank lines or a torn tail becomes empty.
  if (scan.entries + sentinels === 0) {
    return { scan, pieces: [], bytes: 0, riding: 0, following: 0, sentinels: 0, entries: 0 };
  }
  const frame = new CheckpointFrame(counter, fold.nextSeq() - 1);
  const riding = countRiding(planned, bytesMax - frame.bytes);
  const following = planned.slice(riding);
  const checkpoint = frame.write(planned, riding, bytesMax);
  const pieces = [...checkpoint, ...following.map((lease) => acquireLine(lease, bytesMax))];
  const bytes = pieces.reduce((sum, piece) => sum + Buffer.byteLength(piece), 0);
  const entries = 1 + following.length + sentinels;
  return { scan, pieces, bytes, riding, following: following.length, sentinels, entries };
}

/** docs/format.md 7: no line is dropped because it could not be read, but for a torn tail. */
function countSentinels({ ops, nonObjects, tornTail }: Scan): number {
  return (ops[CORRUPT_OP] ?? 0) + nonObjects.count + (tornTail?.damaged === true ? 1 : 0);
}

function planLease(held: HeldLease): PlannedLease {
  const { text, depth } = rewriteText(held.text);
  const lane = `"lane": ${quoteText(held.lane)}`;
  const loopTs = `"loop_ts": ${quoteText(held.loop_ts)}`;
  if (depth + depthInAcquire > depthMax) {
    const limit = depthMax - depthInAcquire;
    throw new Error(`the lease {${lane}, ${loopTs}}: expected at most ${limit} nested containers, found ${depth}`);
  }
  const row = held.generation === undefined ? "" : `{"generation": ${held.generation}, ${lane}, ${loopTs}}`;
  // Of the text as it will stand: sorting the keys of an object in `lane` changes what identity it gives.
  const own = parseText(text);
  const isOwn = isObject(own) && identityKey(own) === identityKey({ lane: held.lane, loop_ts: held.loop_ts });
  return { lane, loopTs, text, row, rides: isOwn && depth + depthInCheckpoint <= depthMax };
}

/** Those before the first that cannot ride, so that the order stays, as far as they and their rows have room. */
function countRiding(planned: readonly PlannedLease[], room: number): number {
  let left = room;
  for (const [index, { text, row, rides }] of planned.entries()) {
    left -= Buffer.byteLength(text) + Buffer.byteLength(row) + 2 * separator.length;
    if (!rides || left < 0) return index;
  }
  return planned.length;
}

const separator = ", ";

/** All of a checkpoint but its leases and rows. */
class CheckpointFrame {
  readonly #start: string;
  readonly #rowsEnd = "], ";
  readonly #end: string;

  constructor(counter: number, highestSeq: number) {
    this.#start = counter > 0 ? `{"generation_watermark": ${counter}, ` : "{";
    this.#end = `], "op": "${Op.CHECKPOINT}", "seq_watermark": ${highestSeq}}\n`;
  }

  /** At most, the rows' own frame counted, without the LF. */
  get bytes(): number {
    return this.#start.length + rowsStart.length + this.#rowsEnd.length + leasesStart.length + this.#end.length - 1;
  }

  /** docs/format.md 7: rows for all live leases; where they do not all fit, those that no ACQUIRE entry renews. */
  write(planned: readonly PlannedLease[], riding: number, bytesMax: number): string[] {
    const leases = planned.slice(0, riding).map(({ text }) => text);
    const rows = planned.map(({ row }) => row);
    const bytes = [...leases, ...rows].reduce((sum, text) => sum + Buffer.byteLength(text) + separator.length, 0);
    const fitting = this.bytes + bytes <= bytesMax ? rows : rows.slice(0, riding);
    const written = fitting.filter((row) => row !== "");
    const before = written.length === 0 ? [] : [rowsStart, ...join(written), this.#rowsEnd];
    return [this.#start, ...before, leasesStart, ...join(leases), this.#end];
  }
}

const rowsStart = '"generations": [';
const leasesStart = '"leases": [';

function join(items: readonly string[]): string[] {
  return items.map((item, index) => (index === 0 ? item : `${separator}${item}`));
}

function acquireLine({ lane, loopTs, text }: PlannedLease, bytesMax: number): string {
  const line = `{${lane}, "lease": ${text}, ${loopTs}, "op": "${Op.ACQUIRE}"}\n`;
  const bytes = Buffer.byteLength(line) - 1;
  if (bytes <= bytesMax) return line;
  throw new Error(`the lease {${lane}, ${loopTs}}: expected at most ${bytesMax} bytes as a line, found ${bytes}`);
}
