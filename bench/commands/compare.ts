// Compares this build with the build of another checkout: the least processor time of each call, and the ratios.
// `npm run bench:compare -- --against DIR` starts it. The two builds take turns, so that both meet the same load, and
// the least of many turns is the one that other programs disturb least. Wall-clock time would include waiting for the
// disk.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import {
  formatTable,
  makeJournal,
  nextTurn,
  readWhole,
  runCommand,
  showProgress,
  UsageError,
  withFolder,
} from "../../src/bench/command.js";

const child = fileURLToPath(new URL("compare-child.js", import.meta.url));
const here = fileURLToPath(new URL("../..", import.meta.url));

/** The engine and the call of `compare-child`, and how often one turn makes the call. */
const ways = [
  { engine: "native", call: "replay", times: 5 },
  { engine: "native", call: "scan", times: 5 },
  { engine: "js", call: "replay", times: 2 },
  { engine: "js", call: "scan", times: 2 },
  { engine: "native", call: "append", times: 300 },
  { engine: "native", call: "append when open", times: 300 },
] as const;

await runCommand("compare", () => {
  const { values } = parseArgs({
    options: {
      against: { type: "string" },
      entries: { type: "string", default: "200000" },
      rounds: { type: "string", default: "15" },
    },
  });
  const builds = [findBuild(values.against), pathToFileURL(join(here, "package", "index.js")).href];
  const entries = readWhole("--entries", values.entries, 1);
  const rounds = readWhole("--rounds", values.rounds, 1);
  return withFolder(false, async (folder) => {
    const journal = join(folder, "journal.jsonl");
    await makeJournal(journal, { entries, seed: 1 });
    const rows = [];
    for (const way of ways) {
      const least = builds.map(() => Number.POSITIVE_INFINITY);
      for (let round = 0; round < rounds; round++) {
        showProgress(`${way.engine} ${way.call}: round ${round + 1} of ${rounds}`);
        await nextTurn();
        for (const [index, build] of builds.entries()) {
          least[index] = Math.min(least[index] ?? 0, timeCall(build, way, journal));
        }
      }
      const [theirs = 0, ours = 0] = least;
      rows.push([
        `${way.engine} ${way.call}`,
        (theirs * 1e3).toFixed(3),
        (ours * 1e3).toFixed(3),
        (ours / theirs).toFixed(3),
      ]);
    }
    showProgress("");
    process.stdout.write(formatTable([["call", "CPU ms there", "CPU ms here", "ratio"], ...rows]));
    return 0;
  });
});

/** Returns the address of the built package of the other checkout. */
function findBuild(against: string | undefined): string {
  if (against === undefined) throw new UsageError("--against: expected the folder of another, built checkout");
  const built = resolve(against, "dist", "package", "index.js");
  if (!existsSync(built)) throw new UsageError(`--against: expected a built checkout, found no ${built}`);
  return pathToFileURL(built).href;
}

/** Returns the processor seconds of one call, the least of the calls of one process. */
function timeCall(build: string, way: (typeof ways)[number], journal: string): number {
  const args = [child, build, way.engine, way.call, String(way.times), journal];
  const run = spawnSync(process.execPath, args, { encoding: "utf8" });
  if (run.status === 0) return Number(run.stdout);
  throw new Error(`${build}: expected exit code 0, found ${run.status ?? run.signal}: ${run.stderr}`);
}
