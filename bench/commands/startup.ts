// `npm run bench:startup`: measures what each way to load the package costs compared with `node -e 0`, with ten
// entries, and what the executable costs compared with `cat`. It times whole processes. Each round runs every way once
// and begins with another one. The figures are medians in milliseconds.
import { spawnSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
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

const entries = 10;

/** Enough for a snapshot, which the executable then answers from. */
const longEntries = 100_000;

const built = (name: string): string => fileURLToPath(new URL(`../../package/${name}`, import.meta.url));
/** Node resolves the package's own name from its root, as from a user's node_modules. */
const root = fileURLToPath(new URL("../../..", import.meta.url));

/** Absent where the native engine was not built. */
const executable = fileURLToPath(new URL("../../../build/Release/lj", import.meta.url));

interface StartWay {
  name: string;
  /** Default: Node. */
  program?: string;
  args: readonly string[];
}

await runCommand("startup", () => {
  const { values } = parseArgs({ options: { rounds: { type: "string", default: "41" } } });
  const rounds = readWhole("--rounds", values.rounds, 3);
  return withFolder(false, (folder) => measureAll(folder, rounds));
});

async function measureAll(folder: string, rounds: number): Promise<number> {
  const ways = await makeWays(folder);
  const times = new Map<string, number[]>(ways.map(({ name }) => [name, []]));
  // The first round is not measured.
  for (let round = 0; round <= rounds; round++) {
    showProgress(`round ${round} of ${rounds}`);
    for (let i = 0; i < ways.length; i++) {
      const way = ways[(i + round) % ways.length];
      if (way === undefined) continue;
      const milliseconds = timeStart(way);
      if (round > 0) times.get(way.name)?.push(milliseconds);
    }
    await nextTurn();
  }
  showProgress("");
  report(times);
  return 0;
}

async function makeWays(folder: string): Promise<StartWay[]> {
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

async function makeExecutableWays(folder: string, journal: string): Promise<StartWay[]> {
  if (!existsSync(executable)) return [];
  const long = join(folder, "long.jsonl");
  await makeJournal(long, { entries: longEntries });
  return [
    { name: "executable, replay", program: executable, args: ["replay", journal] },
    { name: "executable, seq with a snapshot", program: executable, args: ["seq", long] },
  ];
}

function timeStart({ name, program = process.execPath, args }: StartWay): number {
  const began = performance.now();
  const { status, stderr } = spawnSync(program, args, { cwd: root, encoding: "utf8" });
  const milliseconds = performance.now() - began;
  if (status !== 0) throw new Error(`${name}: expected exit code 0, found ${status}\n${stderr}`);
  return milliseconds;
}

function report(times: ReadonlyMap<string, readonly number[]>): void {
  const [bare = []] = times.values();
  const cat = times.get("cat") ?? [];
  // Computed within a round, so that a busy machine slows both sides.
  const over = (found: readonly number[], other: readonly number[]): number[] =>
    found.map((milliseconds, round) => milliseconds - (other[round] ?? Number.NaN)).toSorted((a, b) => a - b);
  const rows = [...times].map(([name, found]) => {
    const overNode = over(found, bare);
    const quarter = overNode[overNode.length >> 2] ?? Number.NaN;
    const figures = [median(found), median(overNode), quarter, median(over(found, cat))];
    return [name, ...figures.map((figure) => figure.toFixed(1))];
  });
  const head = ["", "ms", "over node -e 0", "lower quartile", "over cat"];
  process.stdout.write(`${formatTable([head, ...rows])}\n${process.version}, ${process.platform}-${process.arch}\n`);
}
