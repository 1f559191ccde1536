// Records each change that a scenario makes to the disk, and what the journal may hold after a cut at each of them.
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { formatLine, readAll } from "../../src/index.js";
import type { Change, DiskState } from "./disk-model.js";
import { recordDisk } from "./disk-model-record.js";
import type { Scenario, Stage } from "./power-loss-scenarios.js";

/** The journal holds one of `bases`, complete, followed by all or some of `inFlight`. Both are canonical lines. */
export interface Expectation {
  /** Equal for moments with the same expectation. */
  step: string;
  bases: readonly (readonly string[])[];
  inFlight: readonly string[];
}

interface Moment {
  /** The number of changes made before this moment. */
  from: number;
  expected: Expectation;
}

export interface Recorded {
  start: DiskState;
  changes: readonly Change[];
  /** Returns the expectation after this many changes. */
  expectationAt(changes: number): Expectation;
}

/** Returns the entries of a journal as lines, without sentinels. */
export function linesOf(journal: string): string[] {
  return readAll(journal, { engine: "native" })
    .filter(({ op }) => op !== "_CORRUPT")
    .map(formatLine);
}

/**
 * Returns whether the journal ends in an entry without its LF. Such an entry was never acknowledged, because the LF is
 * written and fsynced with the entry. A cut append may leave zeros in place of its own LF, and the line before them
 * then reads as damage.
 */
function endsInOpenEntry(journal: string): boolean {
  if (!existsSync(journal)) return false;
  const last = readFileSync(journal, "utf8").split("\n").at(-1) ?? "";
  try {
    return last !== "" && JSON.parse(last) !== null;
  } catch {
    return false;
  }
}

/** Runs the scenario in `root`, which must not exist yet. */
export function recordScenario(scenario: Scenario, root: string, isForgotten?: (change: Change) => boolean): Recorded {
  mkdirSync(root, { recursive: true });
  const journal = `${root}/${scenario.journal}`;
  scenario.prepare(journal);
  const { disk, start, changes } = recordDisk(root, scenario.below?.(), isForgotten);
  const moments: Moment[] = [];
  let held = linesOf(journal);
  const rest = (): void => {
    moments.push({ from: changes.length, expected: { step: `after ${moments.length}`, bases: [held], inFlight: [] } });
  };
  const during = (bases: string[][], inFlight: string[], from: number): void => {
    moments.push({ from, expected: { step: `during ${moments.length}`, bases, inFlight } });
  };
  const stage: Stage = {
    journal,
    disk,
    call(run) {
      const from = changes.length;
      const before = endsInOpenEntry(journal) ? [held, held.slice(0, -1)] : [held];
      const acknowledged = run().map(formatLine);
      const now = linesOf(journal);
      const isRewritten = !held.every((line, at) => now[at] === line);
      const added = isRewritten ? [] : now.slice(held.length);
      const missing = acknowledged.filter((line) => !added.includes(line));
      if (missing.length > 0) throw new Error(`${scenario.name}: acknowledged, but not there: ${missing[0]}`);
      during(isRewritten ? [...before, now] : before, added, from);
      held = now;
      rest();
    },
    failing(entry, run) {
      const from = changes.length;
      let failed = false;
      try {
        run();
      } catch {
        failed = true;
      }
      if (!failed) throw new Error(`${scenario.name}: expected a failure, found an acknowledgement`);
      during([held], [formatLine(entry)], from);
      rest();
    },
  };
  rest();
  scenario.run(stage);
  return { start, changes, expectationAt: (count) => expectationAt(moments, count) };
}

/** If several calls made no change in between, the last one decides. */
function expectationAt(moments: readonly Moment[], changes: number): Expectation {
  const moment = moments.findLast(({ from }) => from <= changes);
  if (moment === undefined) throw new Error(`expected a moment at ${changes} changes, found none`);
  return moment.expected;
}
