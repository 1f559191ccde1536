// A journal's path and an engine in, the journal rewritten as the fewest lines that fold to the same out
// (docs/format.md 7).
import { setImmediate as nextTurn } from "node:timers/promises";
import { type CompactionOptions, type CompactResult, compactInTurns } from "./turns.js";

export type { CompactionOptions, CompactResult } from "./turns.js";

/** Bytes folded between two looks at the signal: some 10 ms natively, a fifth of a second in TypeScript. */
const stepBytes = 32 * 1024 * 1024;

/**
 * An empty or missing journal stays what it is. Throws `ERR_COMPACTION_FAILED`, `ERR_JOURNAL_UNREADABLE`,
 * `ERR_NOT_A_JOURNAL`, `ERR_PATH_REFUSED` or `ERR_LOCK_LOST`: the journal is then as it was. `ERR_DURABILITY_UNKNOWN`
 * says that the new file is in its place, but not whether it is there after a power cut, or has all that others added
 * at the last moment.
 */
export function compactFile(path: string, options: CompactionOptions): CompactResult {
  const turns = compactInTurns(path, options);
  let turn = turns.next();
  while (turn.done !== true) {
    const wanted = turn.value;
    let atEnd: boolean | undefined;
    try {
      atEnd = wanted?.fold.step(wanted.fd, stepBytes);
    } catch (error) {
      turn = turns.throw(error);
      continue;
    }
    turn = turns.next(atEnd);
  }
  return turn.value;
}

/** As `compactFile`, off the event loop as far as folding goes, and with turns of it while writing. */
export async function compactFileAsync(path: string, options: CompactionOptions): Promise<CompactResult> {
  const turns = compactInTurns(path, options);
  let turn = turns.next();
  while (turn.done !== true) {
    const wanted = turn.value;
    let atEnd: boolean | undefined;
    try {
      atEnd = wanted === undefined ? await nextTurn(undefined) : await wanted.fold.stepAsync(wanted.fd, stepBytes);
    } catch (error) {
      turn = turns.throw(error);
      continue;
    }
    turn = turns.next(atEnd);
  }
  return turn.value;
}
