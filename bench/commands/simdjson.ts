// `npm run bench:simdjson`: compares the native fold with plain C++ on simdjson on one generated journal; the leases
// must be equal.
import { join } from "node:path";
import { parseArgs } from "node:util";
import { makeJournal, readProfile, readWhole, runCommand, withFolder } from "../../src/bench/command.js";
import { compareWays } from "../../src/bench/comparison.js";
import { formatComparison } from "../../src/bench/report.js";
import { nodeWay, type Way } from "../../src/bench/ways.js";
import { compileFold, compileSimdjson } from "../lib/compile.js";

await runCommand("simdjson", async () => {
  const { values } = parseArgs({
    options: {
      entries: { type: "string", default: "1000000" },
      seed: { type: "string", default: "1" },
      profile: { type: "string", default: "fleet" },
      rounds: { type: "string", default: "7" },
    },
  });
  const plan = {
    entries: readWhole("--entries", values.entries, 1),
    seed: readWhole("--seed", values.seed, 0),
    profile: readProfile(values.profile),
  };
  const rounds = readWhole("--rounds", values.rounds, 1);
  return withFolder(false, async (folder) => {
    const [fold, program] = [await compileFold(), await compileSimdjson()];
    const path = join(folder, "journal.jsonl");
    const { bytes } = await makeJournal(path, plan);
    const present: Way[] = [
      nodeWay("native replay, 1 thread", "ours", "native-replay", path, 1),
      nodeWay("native scan, 1 thread", "ours", "native-scan", path, 1),
      { name: "native replay, without Node", group: "ours", command: [fold, "replay", path], answers: true },
      { name: "native scan, without Node", group: "ours", command: [fold, "scan", path], answers: true },
      { name: "simdjson On-Demand stream", group: "peer", command: [program, "stream", path], answers: true },
      { name: "simdjson DOM per line", group: "peer", command: [program, "dom", path], answers: true },
      { name: "wc -l", group: "limit", command: ["wc", "-l", path], answers: false },
    ];
    const comparison = await compareWays({ present, absent: [] }, { ...plan, bytes }, rounds, folder);
    process.stdout.write(formatComparison(comparison));
    return 0;
  });
});
