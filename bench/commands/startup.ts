// `npm run bench:startup`: measures what each way to load the package costs compared with `node -e 0`, with ten
// entries, and what the executable costs compared with `cat`. It times whole processes. Each round runs every way once
// and begins with another one. The figures are medians in milliseconds.
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { formatTable, makeJournal, median, readWhole, runCommand, withFolder } from "../../src/bench/command.js";
import { executable, type ProcessWay, perRound, timeInRounds } from "../lib/rounds.js";

const entries = 10;

/** Enough for a snapshot, which the executable then answers from. */
const longEntries = 100_000;

const built = (name: string): string => fileURLToPath(new URL(`../../package/${name}`, import.meta.url));
await runCommand("startup", () => {
  const { values } = parseArgs({ options: { rounds: { type: "string", default: "41" } } });
  const rounds = readWhole("--rounds", values.rounds, 3);
  return withFolder(false, (folder) => measureAll(folder, rounds));
});

async function measureAll(folder: string, rounds: number): Promise<number> {
  report(await timeInRounds(await makeWays(folder), rounds));
  return 0;
}

async function makeWays(folder: string): Promise<ProcessWay[]> {
  const journal = join(folder, "journal.jsonl");
  const empty = join(folder, "empty.jsonl");
  const file = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  await makeJournal(journal, { entries });
  writeFileSync(empty, "");
  const path = JSON.stringify(journal);
  const main = JSON.stringify(built("index.js"));
  const command = built("lj.js");
  return [
    { name: "node -e 0", args: ["-e", "0"] },
    { name: "an empty CommonJS file", args: [file("empty.cjs", "")] },
    { name: "an empty ES module", args: [file("empty.mjs", "")] },
    { name: "require, loaded only", args: ["-e", `require("lane-journal")`] },
    { name: "require, replay", args: ["-e", `require("lane-journal").replay(${path})`] },
    { name: "require, replay in TypeScript", args: ["-e", `require("lane-journal/pure").replay(${path})`] },
    { name: "import(), replay", args: ["-e", `import("lane-journal").then((j) => j.replay(${path}))`] },
    { name: "an ES module, replay", args: [file("f.mjs", `import { replay } from ${main};\nreplay(${path});\n`)] },
    { name: "lj replay", args: [command, "replay", "--journal", journal] },
    { name: "lj replay, empty journal", args: [command, "replay", "--journal", empty] },
    { name: "cat", program: "cat", args: [journal] },
    ...(await makeExecutableWays(folder, journal)),
  ];
}

async function makeExecutableWays(folder: string, journal: string): Promise<ProcessWay[]> {
  if (!existsSync(executable)) return [];
  const long = join(folder, "long.jsonl");
  await makeJournal(long, { entries: longEntries });
  return [
    { name: "executable, replay", program: executable, args: ["replay", journal] },
    { name: "executable, seq with a snapshot", program: executable, args: ["seq", long] },
  ];
}

function report(times: ReadonlyMap<string, readonly number[]>): void {
  const [bare = []] = times.values();
  const cat = times.get("cat") ?? [];
  const over = (found: readonly number[], other: readonly number[]): number[] =>
    perRound(found, other, (milliseconds, base) => milliseconds - base).toSorted((a, b) => a - b);
  const rows = [...times].map(([name, found]) => {
    const overNode = over(found, bare);
    const quarter = overNode[overNode.length >> 2] ?? Number.NaN;
    const figures = [median(found), median(overNode), quarter, median(over(found, cat))];
    return [name, ...figures.map((figure) => figure.toFixed(1))];
  });
  const head = ["", "ms", "over node -e 0", "lower quartile", "over cat"];
  process.stdout.write(`${formatTable([head, ...rows])}\n${process.version}, ${process.platform}-${process.arch}\n`);
}
