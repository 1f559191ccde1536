// Measures the peak memory of a replay above that of an idle process that has loaded the package, for each engine, on a
// journal and on one four times as long. Each measurement is a process of its own.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import {
  formatTable,
  makeJournal,
  median,
  readProfile,
  readWhole,
  runCommand,
  showProgress,
  withFolder,
} from "../../src/bench/command.js";
import type { JournalPlan } from "../../src/bench/journal.js";
import { peakBytes } from "../../src/bench/peak.js";
import { type Engine, explainEngine, replay } from "../../src/index.js";

const growth = 4;

await runCommand("memory", async () => {
  const { values } = parseArgs({
    options: {
      entries: { type: "string", default: "1000000" },
      seed: { type: "string", default: "1" },
      profile: { type: "string", default: "fleet" },
      rounds: { type: "string", default: "3" },
      child: { type: "string" },
      journal: { type: "string" },
    },
  });
  if (values.child !== undefined) return runChild(values.child, values.journal);
  const plan = {
    entries: readWhole("--entries", values.entries, 1),
    seed: readWhole("--seed", values.seed, 0),
    profile: readProfile(values.profile),
  };
  const rounds = readWhole("--rounds", values.rounds, 1);
  return withFolder(false, (folder) => measureAll(folder, plan, rounds));
});

/** Runs the task of a child and prints the peak in bytes on stdout. */
function runChild(task: string, journal: string | undefined): number {
  if (journal !== undefined && (task === "native" || task === "js")) replay(journal, { engine: task });
  process.stdout.write(`${peakBytes()}\n`);
  return 0;
}

async function measureAll(folder: string, plan: Required<JournalPlan>, rounds: number): Promise<number> {
  const { engine: best, reason } = explainEngine();
  const engines: Engine[] = best === "native" ? ["native", "js"] : ["js"];
  const idle = measureChild(rounds, ["--child", "idle"]);
  const rows: string[][] = [["engine", "entries", "journal MB", "peak MB above idle"]];
  for (const times of [1, growth]) {
    const journal = join(folder, `journal-${times}.jsonl`);
    const { bytes, entries } = await makeJournal(journal, { ...plan, entries: plan.entries * times });
    for (const engine of engines) {
      showProgress(`measuring the ${engine} engine on ${(bytes / 1e6).toFixed(0)} MB`);
      const above = measureChild(rounds, ["--child", engine, "--journal", journal]) - idle;
      rows.push([engine, entries.toLocaleString("en-US"), megabytes(bytes), megabytes(above)]);
      showProgress("");
    }
  }
  process.stdout.write(`An idle process that has loaded the package: ${megabytes(idle)} MB.\n`);
  process.stdout.write(formatTable(rows));
  if (best === "native") return 0;
  process.stderr.write(`memory: the native engine was not measured: ${reason}\n`);
  return 1;
}

/** Returns the median peak of as many processes as there are rounds. */
function measureChild(rounds: number, args: readonly string[]): number {
  const peaks = Array.from({ length: rounds }, () => {
    const child = spawnSync(process.execPath, [fileURLToPath(import.meta.url), ...args], { encoding: "utf8" });
    if (child.status === 0) return Number(child.stdout);
    throw new Error(`${args.join(" ")}: expected the child to end with 0, found ${child.status}: ${child.stderr}`);
  });
  return median(peaks);
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}
