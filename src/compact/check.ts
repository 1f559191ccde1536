// The folds of the old and the new file in; nothing out if they agree, else an error that says where not
// (docs/format.md 7).
import { isDeepStrictEqual } from "node:util";
import type { HeldLease } from "../core/held-lease.js";
import { parseText } from "../core/json.js";
import { CORRUPT_OP } from "../core/op.js";
import type { Fold } from "../engine/engine.js";
import { rewriteText } from "./canonical.js";
import type { CompactionPlan } from "./plan.js";

/** `found` is a finished fold of what was written, `bytes` how much that was. */
export function checkCompaction(plan: CompactionPlan, fold: Fold, found: Fold, bytes: number): void {
  const scan = found.scan();
  expectEqual("bytes", bytes, scan.bytes);
  expectEqual("entries", plan.entries, scan.entries);
  expectEqual("damaged lines", 0, scan.corrupt.count + scan.nonObjects.count + (scan.tornTail === null ? 0 : 1));
  expectEqual("sentinels", plan.sentinels, scan.ops[CORRUPT_OP] ?? 0);
  expectEqual("next seq", fold.nextSeq(), found.nextSeq());
  checkLeases(plan, fold, found);
}

function checkLeases(plan: CompactionPlan, fold: Fold, found: Fold): void {
  const before = fold.heldLeases();
  const after = found.heldLeases();
  const issued = Math.min(before.counter + plan.following, Number.MAX_SAFE_INTEGER);
  expectEqual("generation counter", issued, after.counter);
  // The engine's own answer, which the texts only stand for.
  const values = fold.leases();
  const written = after.leases[Symbol.iterator]();
  let index = 0;
  for (const lease of before.leases) {
    const { value } = written.next();
    const place = `lease ${index} (lane ${JSON.stringify(lease.lane)}, loop_ts ${JSON.stringify(lease.loop_ts)})`;
    if (value === undefined) throw new Error(`read back: expected ${place}, found none`);
    const renewed = index - plan.riding + 1;
    checkLease(place, lease, value, renewed > 0 ? advanced(before.counter, renewed) : lease.generation);
    if (!isDeepStrictEqual(parseText(value.text), values[index])) {
      throw new Error(`read back: ${place}: expected the lease that was folded, found another`);
    }
    index++;
  }
  if (written.next().done !== true) throw new Error(`read back: expected ${index} leases, found more`);
  expectEqual("leases", values.length, index);
}

/** The counter after so many ACQUIRE entries; past the last safe integer they get no generation (docs/format.md 10). */
function advanced(counter: number, times: number): number | undefined {
  return times <= Number.MAX_SAFE_INTEGER - counter ? counter + times : undefined;
}

function checkLease(place: string, before: HeldLease, after: HeldLease, generation: number | undefined): void {
  expectEqual(`${place}: lane`, before.lane, after.lane);
  expectEqual(`${place}: loop_ts`, before.loop_ts, after.loop_ts);
  expectEqual(`${place}: generation`, generation, after.generation);
  expectEqual(`${place}: text`, rewriteText(before.text).text, rewriteText(after.text).text);
}

function expectEqual<Value extends string | number | undefined>(what: string, expected: Value, found: Value): void {
  if (expected === found) return;
  throw new Error(`read back: ${what}: expected ${shorten(expected)}, found ${shorten(found)}`);
}

function shorten(value: string | number | undefined): string {
  const text = String(value);
  return text.length <= 200 ? text : `${text.slice(0, 200)}...`;
}
