// What it costs a new process to load the package and replay ten entries, over `node -e 0` and over an empty ES module.
// Exit code 1 if `require` misses what it is held to.
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { findPackage } from "../src/package.js";
import { formatTable, makeJournal, median, readWhole, runCommand, showProgress, withFolder } from "./command.js";

const millisecondsMax = 5;

await runCommand("startup", () => {
  const { values } = parseArgs({ options: { rounds: { type: "string", default: "31" } } });
  const rounds = readWhole("--rounds", values.rounds, 5);
  return withFolder(false, async (folder) => {
    const journal = join(folder, "journal.jsonl");
    await makeJournal(journal, { entries: 10, seed: 1 });
    const ways = listWays(folder, journal);
    const times = measure(ways, rounds);
    const base = times[0] ?? [];
    const rows = ways.map(({ name }, i) => {
      const took = times[i] ?? [];
      const more = took.map((milliseconds, round) => milliseconds - (base[round] ?? Number.NaN));
      return { name, more: median(more), row: [name, median(took).toFixed(1), median(more).toFixed(1)] };
    });
    process.stdout.write(formatTable([["process", "ms", "over node -e 0"], ...rows.map(({ row }) => row)]));
    const required = rows.find(({ name }) => name.startsWith("require"))?.more ?? Number.NaN;
    return required <= millisecondsMax ? 0 : 1;
  });
});

/** The first is what the others are compared with. */
function listWays(folder: string, journal: string): { name: string; args: string[] }[] {
  const place = join(findPackage().root, "dist");
  const quoted = JSON.stringify(journal);
  const empty = join(folder, "empty.mjs");
  const module = join(folder, "module.mjs");
  writeFileSync(empty, "");
  const url = JSON.stringify(new URL(`file://${join(place, "index.js")}`));
  writeFileSync(module, `import { replay } from ${url};\nreplay(${quoted});\n`);
  return [
    { name: "node -e 0", args: ["-e", "0"] },
    {
      name: "require and replay",
      args: ["-e", `require(${JSON.stringify(join(place, "index.cjs"))}).replay(${quoted})`],
    },
    { name: "an empty ES module", args: [empty] },
    { name: "import and replay, an ES module", args: [module] },
    { name: "lj replay", args: [join(place, "lj.cjs"), "replay", "--journal", journal] },
  ];
}

/** Milliseconds of whole processes, a list a way; each round begins with another one. */
function measure(ways: readonly { name: string; args: string[] }[], rounds: number): number[][] {
  const times = ways.map((): number[] => []);
  for (let round = 0; round < rounds; round++) {
    showProgress(`round ${round + 1} of ${rounds}`);
    for (let i = 0; i < ways.length; i++) {
      const which = (i + round) % ways.length;
      const began = performance.now();
      const { status } = spawnSync(process.execPath, ways[which]?.args ?? [], { stdio: "ignore" });
      if (status !== 0) throw new Error(`${ways[which]?.name}: expected it to end with 0, found ${status}`);
      times[which]?.push(performance.now() - began);
    }
  }
  showProgress("");
  return times;
}
