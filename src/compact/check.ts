// Compares the plan of a compaction with the fold of the new file, and throws an error that names the first difference
// (docs/format.md 7). The fold of the old file has been freed by then, so that two of them are never in memory
// together.
import { CORRUPT_OP } from "../core/op.js";
import type { Fold } from "../engine/engine.js";
import { digestBytes, digestLeases } from "./digests.js";
import type { CompactionPlan } from "./plan.js";

/** `found` is a finished fold of the new file, and `bytes` the number of bytes written. */
export function checkCompaction(plan: CompactionPlan, found: Fold, bytes: number): void {
  const scan = found.report();
  expectEqual("bytes", bytes, scan.bytes);
  expectEqual("entries", plan.entries, scan.entries);
  expectEqual("damaged lines", 0, scan.corrupt.count + scan.nonObjects.count + (scan.tornTail === null ? 0 : 1));
  expectEqual("sentinels", plan.sentinels, scan.ops[CORRUPT_OP] ?? 0);
  expectEqual("next seq", plan.nextSeq, found.nextSeq());
  checkLeases(plan, found);
}

function checkLeases({ riding, following, counter, digests }: CompactionPlan, found: Fold): void {
  const after = found.heldLeases().counter;
  expectEqual("generation counter", Math.min(counter + following, Number.MAX_SAFE_INTEGER), after);
  const expected = digests.length / digestBytes;
  const read = digestLeases(found);
  for (const [index, place] of findDifference(digests, read, found)) {
    if (index === expected) throw new Error(`read back: expected ${index} leases, found more`);
    throw new Error(`read back: expected the lease that was folded, found ${place}`);
  }
  expectEqual("leases", riding + following, read.length / digestBytes);
}

/** Yields the number and the text of the first lease of `found` that differs, if there is one. */
function* findDifference(expected: Buffer, read: Buffer, found: Fold): Generator<[index: number, place: string]> {
  if (expected.subarray(0, read.length).equals(read)) return;
  let index = 0;
  for (const lease of found.heldLeases().leases) {
    const at = index * digestBytes;
    if (!expected.subarray(at, at + digestBytes).equals(read.subarray(at, at + digestBytes))) {
      const place = `lease ${index} (lane ${JSON.stringify(lease.lane)}, loop_ts ${JSON.stringify(lease.loop_ts)})`;
      yield [index, `${shorten(place)}: ${shorten(lease.text)}`];
    }
    index++;
  }
}

function expectEqual(what: string, expected: number, found: number): void {
  if (expected === found) return;
  throw new Error(`read back: ${what}: expected ${expected}, found ${found}`);
}

function shorten(text: string): string {
  return text.length <= 200 ? text : `${text.slice(0, 200)}...`;
}
