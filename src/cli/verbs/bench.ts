// `lj bench`: measures how fast each available program reads a journal, and checks that all find the same leases.
import { mkdirSync, statSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { drawChart } from "../../bench/chart.js";
import { makeJournal, withFolder } from "../../bench/command.js";
import { type Comparison, compareWays, type Journal } from "../../bench/comparison.js";
import { formatComparison, formatReport } from "../../bench/report.js";
import { listWays } from "../../bench/ways.js";
import type { Call, Verdict } from "../call.js";

const entriesDefault = 1_000_000;
const roundsDefault = 5;

export async function bench(call: Call): Promise<Verdict> {
  const { entries, rounds, threads, jsonFile, report } = call.flags;
  const plan = {
    entries: entries ?? entriesDefault,
    rounds: rounds ?? roundsDefault,
    threads: threads ?? availableParallelism(),
  };
  const comparison = await withFolder(false, (folder) => measure(folder, call, plan));
  if (jsonFile !== undefined) writeFile(jsonFile, `${JSON.stringify(comparison, null, 2)}\n`);
  if (report !== undefined) {
    writeFile(join(report, "report.md"), formatReport(comparison));
    writeFile(join(report, "chart.svg"), drawChart(comparison));
  }
  await call.output.write(formatComparison(comparison));
  return agree(comparison) ? 0 : 1;
}

interface Plan {
  entries: number;
  rounds: number;
  threads: number;
}

async function measure(folder: string, { plan, flags }: Call, { entries, rounds, threads }: Plan): Promise<Comparison> {
  const path = flags.journal === undefined ? join(folder, "journal.jsonl") : plan.path;
  const journal: Journal =
    flags.journal === undefined
      ? { seed: 1, profile: "fleet", ...(await makeJournal(path, { entries, seed: 1 })) }
      : { path: flags.journal, bytes: statSync(path).size };
  const ways = listWays({ journal: path, bytes: journal.bytes, threads });
  return compareWays(ways, journal, rounds, folder);
}

/** Other programs may fail on a journal that they do not fully support; our engines must agree with each other. */
function agree({ ways }: Comparison): boolean {
  return ways.every(({ group, leases }) => group !== "ours" || leases === "ours" || leases === "equal");
}

function writeFile(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o775 });
  writeFileSync(path, text);
}
