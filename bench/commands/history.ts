// Compares what questions to the history cost with a scan of the same journal, in turns. Each measurement is a process
// of its own.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
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
import { peakBytes } from "../../src/bench/peak.js";
import { laneName } from "../../src/bench/words.js";
import { type Engine, type HistoryOptions, history, scan } from "../../src/index.js";

const scanName = "verify";

/** A question by its name, with the options of `history`. */
const questions: ReadonlyMap<string, HistoryOptions> = new Map([
  ["one lane", { lane: laneName(0) }],
  ["the last 20 episodes", { limit: 20 }],
  ["everything", {}],
]);

const keys = ["inside", "cpu", "seconds"] as const;

interface Measured {
  /** The time of the call. */
  inside: number;
  /** The processor time of the call, of all threads. */
  cpu: number;
  /** The time of the whole process. */
  seconds: number;
  peakBytes: number;
}

await runCommand("history", () => {
  const { values } = parseArgs({
    options: {
      entries: { type: "string", default: "200000" },
      rounds: { type: "string", default: "5" },
      child: { type: "string" },
      engine: { type: "string" },
      journal: { type: "string" },
    },
  });
  if (values.child !== undefined) return runChild(values.child, values.engine, values.journal);
  const entries = readWhole("--entries", values.entries, 1);
  const rounds = readWhole("--rounds", values.rounds, 1);
  return withFolder(false, async (folder) => {
    const journal = join(folder, "journal.jsonl");
    await makeJournal(journal, { entries, seed: 1 });
    const rows = (["native", "js"] as const).flatMap((engine) => measureEngine(journal, engine, rounds));
    const head = ["engine", "question", "inside s", "processor s", "process s"];
    head.push("inside / verify", "processor / verify", "process / verify", "peak MiB");
    process.stdout.write(formatTable([head, ...rows]));
    return 0;
  });
});

/** Asks the question and prints one line of JSON. */
function runChild(question: string, engine: string | undefined, journal: string | undefined): number {
  const options = questions.get(question);
  const usage = process.cpuUsage();
  const began = performance.now();
  const chosen = { engine: engine === "native" ? "native" : "js" } as const;
  const answer = options === undefined ? scan(journal, chosen) : history(journal, { ...options, ...chosen });
  const inside = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(usage);
  const cpu = (user + system) / 1e6;
  process.stdout.write(
    `${JSON.stringify({ inside, cpu, peakBytes: peakBytes(), isAnswered: answer !== undefined })}\n`,
  );
  return 0;
}

/** Each round begins with another question. Ratios are those within a round, so that a busy machine slows both. */
function measureEngine(journal: string, engine: Engine, rounds: number): string[][] {
  const names = [scanName, ...questions.keys()];
  const found = new Map<string, Measured[]>(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    showProgress(`${engine}: round ${round + 1} of ${rounds}`);
    for (let i = 0; i < names.length; i++) {
      const name = names[(i + round) % names.length] ?? scanName;
      found.get(name)?.push(measure(journal, engine, name));
    }
  }
  showProgress("");
  const scans = found.get(scanName) ?? [];
  return names.map((name) => {
    const runs = found.get(name) ?? [];
    const ratio = (key: (typeof keys)[number]): string =>
      median(runs.map((run, round) => run[key] / (scans[round]?.[key] ?? Number.NaN))).toFixed(2);
    const peak = median(runs.map((run) => run.peakBytes)) / 2 ** 20;
    const times = keys.map((key) => median(runs.map((run) => run[key])).toFixed(3));
    return [engine, name, ...times, ...keys.map(ratio), peak.toFixed(0)];
  });
}

function measure(journal: string, engine: Engine, question: string): Measured {
  const args = [fileURLToPath(import.meta.url), "--child", question, "--engine", engine, "--journal", journal];
  const began = performance.now();
  const child = spawnSync(process.execPath, args, { encoding: "utf8" });
  const seconds = (performance.now() - began) / 1000;
  if (child.status !== 0) throw new Error(`${question}: expected the child to end with 0: ${child.stderr}`);
  const { inside, cpu, peakBytes: peak }: { [key: string]: unknown } = JSON.parse(child.stdout);
  return { inside: Number(inside), cpu: Number(cpu), seconds, peakBytes: Number(peak) };
}
