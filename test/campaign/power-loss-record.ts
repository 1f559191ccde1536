// A scenario in -> each change its calls made to the disk, and what the journal may hold after a cut at each of them.
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { formatLine, readAll } from "../../src/index.js";
import type { Change, DiskState } from "./disk-model.js";
import { recordDisk } from "./disk-model-record.js";
import type { Scenario, Stage } from "./power-loss-scenarios.js";

/** What a journal may hold: one of `bases`, whole, and then what is in flight, or some of it. Canonical lines. */
export interface Expectation {
  /** Equal for moments of which the same is expected. */
  step: string;
  bases: readonly (readonly string[])[];
  inFlight: readonly string[];
}

interface Moment {
  /** Number of changes made before. */
  from: number;
  expected: Expectation;
}

export interface Recorded {
  start: DiskState;
  changes: readonly Change[];
  /** After so many changes. */
  expectationAt(changes: number): Expectation;
}

/** The entries of a journal as lines; sentinels are left out. */
export function linesOf(journal: string): string[] {
  return readAll(journal, { engine: "native" })
    .filter(({ op }) => op !== "_CORRUPT")
    .map(formatLine);
}

/**
 * A last line without its LF was never acknowledged, as its LF is written and fsynced with it. An append that is cut
 * may
 * leave zeros where its own LF was to be, and the line in front of them then reads as damage.
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

/** Runs the scenario in `root`, which must not be there yet. */
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

/** Of the calls that made no change between them, the last one tells. */
function expectationAt(moments: readonly Moment[], changes: number): Expectation {
  const moment = moments.findLast(({ from }) => from <= changes);
  if (moment === undefined) throw new Error(`expected a moment at ${changes} changes, found none`);
  return moment.expected;
}
