// `npm run demo`: generates a journal, replays it with both engines, and prints how long that took and which leases are
// live.
import { join } from "node:path";
import { parseArgs } from "node:util";
import {
  cell,
  formatTable,
  makeJournal,
  nextTurn,
  readWhole,
  runCommand,
  showProgress,
  withFolder,
} from "../../src/bench/command.js";
import { type Engine, explainEngine, type Lease, replay } from "../../src/index.js";

interface Replayed {
  engine: Engine;
  seconds: number;
  leases: Lease[];
}

const leasesShown = 5;

await runCommand("demo", async () => {
  const { values } = parseArgs({
    options: {
      entries: { type: "string", default: "1000000" },
      seed: { type: "string", default: "1" },
      keep: { type: "boolean", default: false },
    },
  });
  const entries = readWhole("--entries", values.entries, 1);
  const seed = readWhole("--seed", values.seed, 0);
  return withFolder(values.keep, (folder) => showBoth(join(folder, "lane-journal.jsonl"), entries, seed));
});

async function showBoth(path: string, entries: number, seed: number): Promise<number> {
  const began = performance.now();
  const { bytes } = await makeJournal(path, { entries, seed });
  const made = ((performance.now() - began) / 1000).toFixed(1);
  print(`A journal of ${count(entries)} entries, ${(bytes / 1e6).toFixed(1)} MB, seed ${seed}, made in ${made} s.\n\n`);

  const choice = explainEngine();
  const engines: Engine[] = choice.engine === "native" ? ["native", "js"] : ["js"];
  const replays: Replayed[] = [];
  for (const engine of engines) {
    showProgress(`replaying with the ${engine} engine`);
    await nextTurn();
    replays.push(replayTimed(path, engine));
    showProgress("");
  }
  if (choice.engine !== "native") print(`The native engine is not in use: ${choice.reason}.\n\n`);

  print(formatTable([["engine", "seconds", "entries/s", "GB/s", "live leases"], ...replays.map(rowOf)]));
  return reportLeases(replays);

  function rowOf({ engine, seconds, leases }: Replayed): string[] {
    const gigabytes = (bytes / 1e9 / seconds).toFixed(2);
    return [engine, seconds.toFixed(3), count(Math.round(entries / seconds)), gigabytes, count(leases.length)];
  }
}

function replayTimed(path: string, engine: Engine): Replayed {
  const began = performance.now();
  const leases = replay(path, { engine });
  return { engine, seconds: (performance.now() - began) / 1000, leases };
}

function reportLeases(replays: readonly Replayed[]): number {
  const texts = new Set(replays.map(({ leases }) => JSON.stringify(leases)));
  if (texts.size !== 1) {
    print("\nThe engines disagree about the live leases. One of them is wrong: please report this seed.\n");
    return 1;
  }
  const leases = replays[0]?.leases ?? [];
  const fields = ["lane", "loop_ts", "holder", "host_id", "heartbeat_at"];
  const shown = leases.slice(0, leasesShown);
  const same = replays.length > 1 ? "Both engines give the same leases. " : "";
  print(`\n${same}The first ${shown.length} of ${count(leases.length)}:\n`);
  print(formatTable([fields, ...shown.map((lease) => fields.map((field) => cell(lease[field])))]));
  return 0;
}

function count(n: number): string {
  return n.toLocaleString("en-US");
}

function print(text: string): void {
  process.stdout.write(text);
}
