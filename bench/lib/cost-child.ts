// An engine, an ordinary journal and another one in -> the processor's seconds that reading each takes, as a JSON line.
// A process of its own for each journal: what one makes of V8's caches must not slow the next one down.
import { readFileSync } from "node:fs";
import { type Engine, replay, scan } from "../../src/index.js";

/** The least seconds of each way to read a journal; `parse` is JSON.parse alone, line by line. */
export interface Costs {
  replay: number;
  scan: number;
  parse: number;
}

/** The first runs compile; the least is what a run costs. */
const runsOfOrdinary = 15;
const runsOfOther = 5;

function costsOf(path: string, engine: Engine, runs: number): Costs {
  const lines = readFileSync(path, "latin1").split("\n");
  return {
    replay: leastSeconds(runs, () => replay(path, { engine, threads: 1 })),
    scan: leastSeconds(runs, () => scan(path, { engine, threads: 1 })),
    parse: engine === "native" ? 0 : leastSeconds(runs, () => lines.forEach(parseLine)),
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

/** Of the processor, as other programs must not count. */
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
