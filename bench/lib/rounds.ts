// Times whole processes in rounds that take turns.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { nextTurn, showProgress } from "../../src/bench/command.js";

export interface ProcessWay {
  name: string;
  /** Default: Node. */
  program?: string;
  args: readonly string[];
}

/** The package's root. Node resolves the package's own name from it, as from a user's node_modules. */
export const packageRoot = fileURLToPath(new URL("../../..", import.meta.url));

/** Absent where the native engine was not built. */
export const executable = fileURLToPath(new URL("../../../build/Release/lj", import.meta.url));

const outputBytesMax = 1024 * 1024 * 1024;

/** Returns the milliseconds of each way, one number for each round. Each round begins with another way. */
export async function timeInRounds(ways: readonly ProcessWay[], rounds: number): Promise<Map<string, number[]>> {
  const times = new Map<string, number[]>(ways.map(({ name }) => [name, []]));
  // The first round is not measured.
  for (let round = 0; round <= rounds; round++) {
    showProgress(`round ${round} of ${rounds}`);
    for (let i = 0; i < ways.length; i++) {
      const way = ways[(i + round) % ways.length];
      if (way === undefined) continue;
      const milliseconds = timeProcess(way);
      if (round > 0) times.get(way.name)?.push(milliseconds);
    }
    await nextTurn();
  }
  showProgress("");
  return times;
}

function timeProcess({ name, program = process.execPath, args }: ProcessWay): number {
  const began = performance.now();
  const run = spawnSync(program, args, { cwd: packageRoot, encoding: "utf8", maxBuffer: outputBytesMax });
  const milliseconds = performance.now() - began;
  if (run.error !== undefined) throw run.error;
  if (run.status === 0) return milliseconds;
  throw new Error(`${name}: expected exit code 0, found ${run.status ?? run.signal}\n${run.stderr}`);
}

/** Compares two ways round by round, so that a busy machine slows both sides. */
export function perRound(
  found: readonly number[],
  other: readonly number[],
  compare: (one: number, base: number) => number,
): number[] {
  return found.map((milliseconds, round) => compare(milliseconds, other[round] ?? Number.NaN));
}
