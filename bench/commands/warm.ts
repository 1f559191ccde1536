// `npm run bench:warm`: measures what a repeated question costs on journals of growing size: for an open journal
// without new entries and with 1,000 more, and for new processes that find a snapshot, compared with an empty journal.
import { spawnSync } from "node:child_process";
import {
  appendFileSync,
  closeSync,
  copyFileSync,
  fsyncSync,
  openSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
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
import { openJournal, replay } from "../../src/index.js";
import { appendCopies, copiedEntries } from "../lib/copies.js";

const entriesMore = 1000;

const command = fileURLToPath(new URL("../../package/lj.js", import.meta.url));
const appender = fileURLToPath(new URL("warm-child.js", import.meta.url));

await runCommand("warm", async () => {
  const { values } = parseArgs({
    options: {
      copies: { type: "string", default: "1,10" },
      entries: { type: "string", default: String(copiedEntries) },
      rounds: { type: "string", default: "15" },
    },
  });
  const copies = values.copies.split(",").map((typed) => readWhole("--copies", typed, 1));
  const entries = readWhole("--entries", values.entries, 1);
  const rounds = readWhole("--rounds", values.rounds, 3);
  return withFolder(false, (folder) => measureAll(folder, entries, copies, rounds));
});

interface Figures {
  bytes: number;
  nothingNew: number;
  moreEntries: number;
  command: number;
  commandEmpty: number;
  append: number;
  appendEmpty: number;
}

async function measureAll(folder: string, entries: number, copies: readonly number[], rounds: number): Promise<number> {
  const one = join(folder, "one.jsonl");
  const more = join(folder, "more.jsonl");
  const all = join(folder, "all.jsonl");
  const empty = join(folder, "empty.jsonl");
  await makeJournal(one, { entries });
  await makeJournal(more, { entries: entriesMore, seed: 2 });
  copyFileSync(one, all);
  writeFileSync(empty, "");
  const figures: Figures[] = [];
  let held = 1;
  for (const wanted of copies.toSorted((a, b) => a - b)) {
    await appendCopies(all, readFileSync(one), held, wanted);
    held = wanted;
    settle(all);
    showProgress(`${wanted} of ${copies.at(-1)} copies`);
    figures.push({
      bytes: statSync(all).size,
      ...measureOpen(all, readFileSync(more), rounds),
      ...measureNew(all, empty, rounds),
    });
  }
  showProgress("");
  report(figures);
  return 0;
}

/** Writes what the system still buffers, so that no measured fsync has to. */
function settle(path: string): void {
  const fd = openSync(path, "r+");
  fsyncSync(fd);
  closeSync(fd);
}

/** Measures `replay` of an open journal, in seconds. */
function measureOpen(path: string, more: Buffer, rounds: number): Pick<Figures, "nothingNew" | "moreEntries"> {
  const journal = openJournal(path, { snapshot: true });
  const time = (): number => {
    const began = performance.now();
    journal.replay();
    return (performance.now() - began) / 1000;
  };
  for (let warm = 0; warm < 500; warm++) time();
  const nothingNew = median(Array.from({ length: rounds * 20 }, time));
  const moreEntries = median(
    Array.from({ length: rounds }, () => {
      appendFileSync(path, more);
      return time();
    }),
  );
  journal.close();
  return { nothingNew, moreEntries };
}

/** Measures processes that know the journal only by its snapshot, in seconds. */
function measureNew(
  path: string,
  empty: string,
  rounds: number,
): Omit<Figures, "bytes" | "nothingNew" | "moreEntries"> {
  replay(path, { snapshot: true });
  const times = { command: [0], commandEmpty: [0], append: [0], appendEmpty: [0] };
  for (let round = 0; round <= rounds; round++) {
    times.command[round] = timeProcess(command, ["replay", "--journal", path]);
    times.commandEmpty[round] = timeProcess(command, ["replay", "--journal", empty]);
    times.append[round] = timeAppend(path);
    writeFileSync(empty, "");
    times.appendEmpty[round] = timeAppend(empty);
    writeFileSync(empty, "");
  }
  // The first round is not measured.
  const middle = (seconds: readonly number[]): number => median(seconds.slice(1));
  return {
    command: middle(times.command),
    commandEmpty: middle(times.commandEmpty),
    append: middle(times.append),
    appendEmpty: middle(times.appendEmpty),
  };
}

function timeProcess(script: string, args: readonly string[]): number {
  const began = performance.now();
  runScript(script, args);
  return (performance.now() - began) / 1000;
}

/** Returns the seconds from the call until the entry is durable, as the process measures them. */
function timeAppend(path: string): number {
  return Number(runScript(appender, [path]));
}

function runScript(script: string, args: readonly string[]): string {
  const run = spawnSync(process.execPath, [script, ...args], { encoding: "utf8" });
  if (run.status === 0) return run.stdout;
  throw new Error(`${script}: expected exit code 0, found ${run.status ?? run.signal}: ${run.stderr}`);
}

function report(figures: readonly Figures[]): void {
  const rows = figures.map((each) => [
    `${(each.bytes / 1e9).toFixed(2)} GB`,
    `${(each.nothingNew * 1e6).toFixed(0)} us`,
    `${(each.moreEntries * 1e3).toFixed(2)} ms`,
    `${(each.command * 1e3).toFixed(0)} ms`,
    (each.command / each.commandEmpty).toFixed(2),
    `${(each.append * 1e3).toFixed(1)} ms`,
    (each.append / each.appendEmpty).toFixed(2),
  ]);
  const head = [
    "journal",
    "replay(), nothing new",
    `${entriesMore} entries more`,
    "lj replay",
    ": of an empty journal",
    "first append",
    ": to an empty journal",
  ];
  process.stdout.write(formatTable([head, ...rows]));
}
