// Compares ways to create objects of all entries of a journal, in turns: those of the engines and plain ones.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import {
  formatTable,
  makeJournal,
  median,
  nextTurn,
  readWhole,
  runCommand,
  showProgress,
  withFolder,
} from "../../src/bench/command.js";
import { entries, readAll } from "../../src/index.js";

interface Way {
  name: string;
  /** Creates all entries and returns their number. */
  count(): number;
  seconds: number[];
}

await runCommand("entries", () => {
  const { values } = parseArgs({
    options: { entries: { type: "string", default: "200000" }, rounds: { type: "string", default: "7" } },
  });
  const wanted = readWhole("--entries", values.entries, 1);
  const rounds = readWhole("--rounds", values.rounds, 1);
  return withFolder(false, async (folder) => {
    const journal = join(folder, "journal.jsonl");
    const { bytes } = await makeJournal(journal, { entries: wanted, seed: 1 });
    const ways = listWays(journal);
    for (const { name, count } of ways) {
      const found = count();
      if (found !== wanted) throw new Error(`${name}: expected ${wanted} entries, found ${found}`);
    }
    await measure(ways, rounds);
    const rows = ways.map(({ name, seconds }) => {
      const middle = median(seconds);
      return [name, middle.toFixed(3), (bytes / middle / 1e9).toFixed(2), ((middle / wanted) * 1e6).toFixed(2)];
    });
    process.stdout.write(formatTable([["way", "seconds", "GB/s", "us an entry"], ...rows]));
    return 0;
  });
});

/** The plain ways hold the whole file in one string and do not handle damage. */
function listWays(journal: string): Way[] {
  const lines = (): string[] => readFileSync(journal, "utf8").trimEnd().split("\n");
  const way = (name: string, count: () => number): Way => ({ name, count, seconds: [] });
  return [
    way("native readAll", () => readAll(journal, { engine: "native" }).length),
    way("native entries", () => countEach(entries(journal, { engine: "native" }))),
    way("js readAll", () => readAll(journal, { engine: "js" }).length),
    way("js entries", () => countEach(entries(journal, { engine: "js" }))),
    way("JSON.parse a line", () => lines().map((line): unknown => JSON.parse(line)).length),
    way("JSON.parse of one array", () => countElements(JSON.parse(`[${lines().join(",")}]`))),
  ];
}

function countEach(each: Iterable<unknown>): number {
  let count = 0;
  for (const _ of each) count++;
  return count;
}

function countElements(array: unknown): number {
  return Array.isArray(array) ? array.length : 0;
}

/** Each round begins with another way. */
async function measure(ways: readonly Way[], rounds: number): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    showProgress(`round ${round + 1} of ${rounds}`);
    for (let i = 0; i < ways.length; i++) {
      await nextTurn();
      const way = ways[(i + round) % ways.length];
      const began = performance.now();
      way?.count();
      way?.seconds.push((performance.now() - began) / 1000);
    }
  }
  showProgress("");
}
