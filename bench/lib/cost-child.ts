// Measures the processor time of reading an ordinary journal and another one with an engine, and prints it as a JSON
// line. Each journal gets a process of its own, because its effect on V8's caches must not slow the next one down.
import { readFileSync } from "node:fs";
import { type Engine, replay, scan } from "../../src/index.js";

/** The least seconds of each way to read a journal. */
export interface Costs {
  replay: number;
  scan: number;
  /** JSON.parse alone, line by line. */
  parse: number;
  /** JSON.parse alone of the live leases, of which both engines' answers consist. */
  answer: number;
}

/** The first runs compile, so the least time is the cost of a run. */
const runsOfOrdinary = 15;
const runsOfOther = 5;

function costsOf(path: string, engine: Engine, runs: number): Costs {
  const lines = readFileSync(path, "latin1").split("\n");
  const leases = JSON.stringify(replay(path, { engine, threads: 1 }));
  return {
    replay: leastSeconds(runs, () => replay(path, { engine, threads: 1 })),
    scan: leastSeconds(runs, () => scan(path, { engine, threads: 1 })),
    parse: engine === "native" ? 0 : leastSeconds(runs, () => lines.forEach(parseLine)),
    answer: leastSeconds(runs, () => parseLine(leases)),
  };
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Uses processor time, so that other programs do not count. */
function leastSeconds(runs: number, run: () => unknown): number {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < runs; i++) {
    const before = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, (user + system) / 1e6);
  }
  return least;
}

const [typed = "", ordinary = "", other = ""] = process.argv.slice(2);
const engine: Engine = typed === "native" ? "native" : "js";
const costs = {
  ordinary: costsOf(ordinary, engine, runsOfOrdinary),
  other: costsOf(other, engine, runsOfOther),
};
process.stdout.write(`${JSON.stringify(costs)}\n`);
