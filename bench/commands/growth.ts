// `npm run bench:growth`: measures seconds and peak memory of a native replay on journals of growing size, and fits a
// line to the seconds. The sizes are copies of one generated journal in one file: more bytes, the same live leases.
import { copyFileSync, readFileSync, statSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import {
  formatTable,
  makeJournal,
  median,
  readWhole,
  runCommand,
  showProgress,
  withFolder,
} from "../../src/bench/command.js";
import { readAnswer, runProcess } from "../../src/bench/run.js";
import { nodeWay } from "../../src/bench/ways.js";
import { appendCopies, copiedEntries } from "../lib/copies.js";
import { fitLine } from "../lib/fit.js";

await runCommand("growth", async () => {
  const { values } = parseArgs({
    options: {
      copies: { type: "string", default: "1,3,10" },
      entries: { type: "string", default: String(copiedEntries) },
      rounds: { type: "string", default: "5" },
      threads: { type: "string", default: String(availableParallelism()) },
    },
  });
  const copies = values.copies.split(",").map((typed) => readWhole("--copies", typed, 1));
  const entries = readWhole("--entries", values.entries, 1);
  const rounds = readWhole("--rounds", values.rounds, 1);
  const threads = readWhole("--threads", values.threads, 1);
  return withFolder(false, (folder) => grow(folder, entries, copies, rounds, threads));
});

interface Size {
  bytes: number;
  seconds: number;
  peakBytes: number;
}

async function grow(folder: string, entries: number, copies: readonly number[], rounds: number, threads: number) {
  const one = join(folder, "one.jsonl");
  const all = join(folder, "all.jsonl");
  await makeJournal(one, { entries });
  copyFileSync(one, all);
  const idle = await measure(folder, "idle", all, rounds, threads);
  const sizes: Size[] = [];
  let held = 1;
  for (const wanted of copies.toSorted((a, b) => a - b)) {
    await appendCopies(all, readFileSync(one), held, wanted);
    held = wanted;
    sizes.push(await measure(folder, "native-replay", all, rounds, threads));
  }
  showProgress("");
  report(sizes, idle, rounds, threads);
  return 0;
}

/**
 * Returns the median of the seconds that the processes report, without the first one, and their highest peak memory.
 */
async function measure(folder: string, way: string, journal: string, rounds: number, threads: number): Promise<Size> {
  const { command } = nodeWay(way, "ours", way, journal, threads);
  const bytes = statSync(journal).size;
  const seconds: number[] = [];
  const peaks: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    showProgress(`${way} of ${(bytes / 1e6).toFixed(0)} MB, round ${round} of ${rounds}`);
    const answer = readAnswer((await runProcess(command, folder)).printed);
    if (round === 0) continue;
    seconds.push(answer.seconds ?? Number.NaN);
    peaks.push(answer.peakBytes ?? Number.NaN);
  }
  return { bytes, seconds: median(seconds), peakBytes: Math.max(...peaks) };
}

function report(sizes: readonly Size[], idle: Size, rounds: number, threads: number): void {
  const rows = sizes.map(({ bytes, seconds, peakBytes }) => [
    (bytes / 1e6).toFixed(0),
    seconds.toFixed(3),
    (bytes / 1e9 / seconds).toFixed(2),
    ((peakBytes - idle.peakBytes) / 2 ** 20).toFixed(1),
  ]);
  process.stdout.write(formatTable([["journal MB", "seconds", "GB/s", "peak MiB above idle"], ...rows]));
  process.stdout.write(`native replay, ${threads} threads, medians of ${rounds} rounds, within the process\n`);
  if (sizes.length < 2) return;
  const { slope, intercept, rSquared } = fitLine(sizes.map(({ bytes, seconds }) => [bytes / 1e9, seconds]));
  const line = `${slope.toFixed(4)} s/GB x size + ${intercept.toFixed(4)} s`;
  process.stdout.write(`seconds = ${line}, R squared ${rSquared.toFixed(6)}\n`);
}
