// Compares the native engine, the TypeScript engine and a plain loop in turns over one journal: seconds, ratios, equal
// leases.
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import {
  formatTable,
  makeJournal,
  median,
  nextTurn,
  readProfile,
  readWhole,
  runCommand,
  showProgress,
  withFolder,
} from "../../src/bench/command.js";
import type { JournalPlan } from "../../src/bench/journal.js";
import { replayPlainly } from "../../src/bench/plain.js";
import { type Engine, explainEngine, type Lease, replay, scan } from "../../src/index.js";

/** A way to compute the live leases, and the seconds of each round. */
interface Contender {
  name: string;
  run(): Lease[];
  seconds: number[];
}

/** How many times as long one contender took as the other, computed within each round. */
interface Ratio {
  slower: string;
  faster: string;
  median: number;
  least: number;
  most: number;
}

await runCommand("engines", async () => {
  const { values } = parseArgs({
    options: {
      entries: { type: "string", default: "1000000" },
      seed: { type: "string", default: "1" },
      profile: { type: "string", default: "fleet" },
      rounds: { type: "string", default: "7" },
      threads: { type: "string" },
      json: { type: "string" },
    },
  });
  const plan = {
    entries: readWhole("--entries", values.entries, 1),
    seed: readWhole("--seed", values.seed, 0),
    profile: readProfile(values.profile),
  };
  const rounds = readWhole("--rounds", values.rounds, 5);
  const threads = values.threads === undefined ? undefined : readWhole("--threads", values.threads, 1);
  return withFolder(false, (folder) => compare(join(folder, "journal.jsonl"), plan, rounds, threads, values.json));
});

async function compare(
  path: string,
  plan: Required<JournalPlan>,
  rounds: number,
  threads: number | undefined,
  json: string | undefined,
): Promise<number> {
  const { bytes } = await makeJournal(path, plan);
  const { engine, reason } = explainEngine();
  const contenders = listContenders(path, plan, engine, threads);
  checkLeases(contenders);
  await measure(contenders, rounds);

  const journal = { ...plan, bytes };
  process.stdout.write(formatTable(timeRows(contenders, journal)));
  const ratios = listRatios(contenders);
  process.stdout.write(`\nThe same leases from each. Ratios within a round, median (least to most) of ${rounds}:\n`);
  process.stdout.write(
    formatTable(ratios.map((r) => [`${r.slower} / ${r.faster}`, `${r.median.toFixed(2)}`, range(r)])),
  );
  if (json !== undefined) writeFigures(json, { journal, rounds, engine, reason, contenders, ratios });
  if (engine === "native") return 0;
  process.stderr.write(`engines: the native engine was not measured: ${reason}\n`);
  return 1;
}

function listContenders(path: string, { profile }: JournalPlan, best: Engine, threads?: number): Contender[] {
  const limit = threads === undefined ? {} : { threads };
  const engines: Engine[] = best === "native" ? ["native", "js"] : ["js"];
  const contenders = engines.flatMap((engine): Contender[] => [
    { name: `${engine} replay`, run: () => replay(path, { engine, ...limit }), seconds: [] },
    { name: `${engine} scan`, run: () => scan(path, { engine, ...limit }).leases, seconds: [] },
  ]);
  // The plain loop stops at the first damaged line.
  if (profile !== "corrupt") contenders.push({ name: "plain loop", run: () => replayPlainly(path), seconds: [] });
  return contenders;
}

/**
 * Runs each contender once without measuring, to fill the page cache and warm the compilers. All must return the same
 * leases.
 */
function checkLeases(contenders: readonly Contender[]): void {
  let expected: { name: string; leases: string } | undefined;
  for (const { name, run } of contenders) {
    const leases = JSON.stringify(run());
    expected ??= { name, leases };
    if (leases === expected.leases) continue;
    throw new Error(`expected ${name} to give the leases ${expected.name} gives, found others`);
  }
}

/**
 * Runs the contenders in turns. Each round begins with another one, so that a busy moment does not affect only one of
 * them.
 */
async function measure(contenders: readonly Contender[], rounds: number): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < contenders.length; i++) {
      const contender = contenders[(round + i) % contenders.length];
      if (contender === undefined) continue;
      showProgress(`round ${round + 1} of ${rounds}: ${contender.name}`);
      await nextTurn();
      const began = performance.now();
      contender.run();
      contender.seconds.push((performance.now() - began) / 1000);
    }
  }
  showProgress("");
}

function timeRows(
  contenders: readonly Contender[],
  { bytes, entries }: { bytes: number; entries: number },
): string[][] {
  const rows = contenders.map(({ name, seconds }) => {
    const middle = median(seconds);
    const spread = `${Math.min(...seconds).toFixed(3)} to ${Math.max(...seconds).toFixed(3)}`;
    return [name, middle.toFixed(3), spread, (bytes / 1e9 / middle).toFixed(2), (entries / 1e6 / middle).toFixed(2)];
  });
  return [["way", "seconds", "least to most", "GB/s", "million entries/s"], ...rows];
}

function listRatios(contenders: readonly Contender[]): Ratio[] {
  const pairs = [
    ["js replay", "native replay"],
    ["js scan", "native scan"],
    ["plain loop", "native replay"],
    ["plain loop", "native scan"],
    ["plain loop", "js replay"],
    ["plain loop", "js scan"],
  ] as const;
  return pairs.flatMap(([slower, faster]) => {
    const above = contenders.find(({ name }) => name === slower)?.seconds;
    const below = contenders.find(({ name }) => name === faster)?.seconds;
    if (above === undefined || below === undefined) return [];
    const each = above.map((seconds, round) => seconds / (below[round] ?? Number.NaN));
    return [{ slower, faster, median: median(each), least: Math.min(...each), most: Math.max(...each) }];
  });
}

function range({ least, most }: Ratio): string {
  return `(${least.toFixed(2)} to ${most.toFixed(2)})`;
}

function writeFigures(path: string, figures: { contenders: readonly Contender[]; [name: string]: unknown }): void {
  const machine = {
    processor: cpus()[0]?.model ?? "unknown",
    processors: cpus().length,
    memoryBytes: totalmem(),
    platform: `${process.platform}-${process.arch}`,
    node: process.version,
  };
  const contenders = figures.contenders.map(({ name, seconds }) => ({ name, median: median(seconds), seconds }));
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify({ machine, ...figures, contenders }, null, 2)}\n`);
}
