// Compares appends with a bare write and fsync, on a long journal and on a short one, one at a time and in groups.
// Exits with 1 if a ratio exceeds its bound.
import { closeSync, fsyncSync, openSync, writeFileSync, writeSync } from "node:fs";
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
import { append, type Entry, formatLine, openJournal } from "../../src/index.js";

/** The size of a line, including its LF. */
const lineBytes = 200;

const groupEntries = 64;

/** How many steps each way runs before anything is measured. */
const warmupSteps = 500;

/** The ways take turns in each round, so that a busy disk slows them all. */
interface Way {
  name: string;
  /** Appends the entries of one step and makes them durable. */
  step(): void;
  /** The number of entries in one step. */
  entries: number;
  /** The milliseconds of each step, one list per round. */
  rounds: number[][];
}

interface Bound {
  what: string;
  ratio(round: number): number;
  isKept(ratio: number): boolean;
  wanted: string;
}

await runCommand("append", async () => {
  const { values } = parseArgs({
    options: {
      entries: { type: "string", default: "1000000" },
      rounds: { type: "string", default: "7" },
      steps: { type: "string", default: "60" },
      seed: { type: "string", default: "1" },
    },
  });
  const entries = readWhole("--entries", values.entries, 1);
  const rounds = readWhole("--rounds", values.rounds, 3);
  const steps = readWhole("--steps", values.steps, 5);
  const seed = readWhole("--seed", values.seed, 0);
  return withFolder(false, async (folder) => {
    const long = join(folder, "long.jsonl");
    const long2 = join(folder, "long-open.jsonl");
    for (const path of [long, long2]) await makeJournal(path, { entries, seed });
    const short = ["short", "short-open", "group"].map((name) => join(folder, `${name}.jsonl`));
    for (const path of short) await makeJournal(path, { entries: 1000, seed });
    const ways = openWays(folder, entries, { short, long: [long, long2] });
    try {
      await measure(ways.all, rounds, steps);
      return report(ways.all, ways.bounds, rounds);
    } finally {
      ways.close();
    }
  });
});

/** Returns a heartbeat whose line has 200 bytes, whether its number has four digits or seven. */
function makeEntry(): Entry {
  const entry = {
    op: "HEARTBEAT",
    lane: "lane-0",
    loop_ts: "2026-01-01T00:00:00Z",
    host_id: "host",
    heartbeat_at: "",
    note: "",
  };
  const stamped = { ...entry, seq: 1_000_000, ts: "2026-01-01T00:00:00Z" };
  return { ...entry, note: "n".repeat(lineBytes - Buffer.byteLength(formatLine(stamped))) };
}

function openWays(folder: string, entries: number, paths: { short: string[]; long: string[] }) {
  const [short = "", shortOpen = "", group = ""] = paths.short;
  const [long = "", longOpen = ""] = paths.long;
  const entry = makeEntry();
  const bytes = Buffer.from(formatLine({ ...entry, seq: 1_000_000, ts: "2026-01-01T00:00:00Z" }));
  const bare = join(folder, "bare");
  writeFileSync(bare, bytes);
  const fd = openSync(bare, "a");
  const journals = [shortOpen, longOpen, group].map((path) => openJournal(path));
  const [onShort, onLong, onGroup] = journals;
  const company = Array.from({ length: groupEntries }, () => entry);
  const way = (name: string, step: () => void, count = 1): Way => ({ name, step, entries: count, rounds: [] });
  const bareWay = way("bare writeSync + fsyncSync", () => {
    writeSync(fd, bytes);
    fsyncSync(fd);
  });
  const appendShort = way("append, 1,000 entries", () => void append(entry, short));
  const appendLong = way(`append, ${count(entries)} entries`, () => void append(entry, long));
  const openShort = way("openJournal().append, 1,000 entries", () => void onShort?.append(entry));
  const openLong = way(`openJournal().append, ${count(entries)} entries`, () => void onLong?.append(entry));
  const together = way(
    `openJournal().appendAll of ${groupEntries}`,
    () => void onGroup?.appendAll(company),
    groupEntries,
  );
  const bounds: Bound[] = [
    bound("append : bare", appendShort, bareWay, 1.2),
    bound("openJournal().append : bare", openShort, bareWay, 2),
    bound("append, long : short", appendLong, appendShort, 2),
    bound("openJournal().append, long : short", openLong, openShort, 2),
    {
      what: `rate of ${groupEntries} together : alone`,
      ratio: (round) => timeOf(openShort, round) / timeOf(together, round),
      isKept: (ratio) => ratio >= 25,
      wanted: ">= 25",
    },
  ];
  const close = (): void => {
    closeSync(fd);
    for (const journal of journals) journal.close();
  };
  return { all: [bareWay, appendShort, appendLong, openShort, openLong, together], bounds, close };
}

function bound(what: string, way: Way, beside: Way, most: number): Bound {
  return {
    what,
    ratio: (round) => timeOf(way, round) / timeOf(beside, round),
    isKept: (ratio) => ratio <= most,
    wanted: `<= ${most}`,
  };
}

/** Returns the milliseconds per entry, as the median of a round. */
function timeOf(way: Way, round: number): number {
  return median(way.rounds[round] ?? []) / way.entries;
}

async function measure(ways: readonly Way[], rounds: number, steps: number): Promise<void> {
  // The first step reads the whole journal; after the others, every way is compiled.
  for (const { step } of ways) for (let i = 0; i < warmupSteps; i++) step();
  for (let round = 0; round < rounds; round++) {
    showProgress(`round ${round + 1} of ${rounds}`);
    await nextTurn();
    // Each round begins with another way. The steps of one way run in a loop of their own, like those of a writer.
    for (let i = 0; i < ways.length; i++) repeat(ways[(i + round) % ways.length], steps);
  }
  showProgress("");
}

function repeat(way: Way | undefined, steps: number): void {
  const times = Array.from({ length: steps }, () => {
    const began = performance.now();
    way?.step();
    return performance.now() - began;
  });
  way?.rounds.push(times);
}

function report(ways: readonly Way[], bounds: readonly Bound[], rounds: number): number {
  const numbers = Array.from({ length: rounds }, (_, round) => round);
  const rows = ways.map((way) => {
    const times = numbers.map((round) => timeOf(way, round));
    return [way.name, median(times).toFixed(4), (1000 / median(times)).toFixed(0)];
  });
  process.stdout.write(formatTable([["way", "ms an entry", "entries/s"], ...rows]));
  const judged = bounds.map(({ what, ratio, isKept, wanted }) => {
    const ratios = numbers.map(ratio);
    const middle = median(ratios);
    const range = `${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}`;
    return { kept: isKept(middle), row: [what, middle.toFixed(2), range, wanted, isKept(middle) ? "" : "missed"] };
  });
  const head = ["ratio", "median of rounds", "least to most", "wanted", ""];
  process.stdout.write(`\n${formatTable([head, ...judged.map(({ row }) => row)])}`);
  return judged.every(({ kept }) => kept) ? 0 : 1;
}

function count(n: number): string {
  return n.toLocaleString("en-US");
}
