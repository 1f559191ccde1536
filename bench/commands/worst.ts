// `npm run bench:worst`: compares the native fold with simdjson's DOM line by line for every profile, both as C++ on
// one thread and without creating objects of the leases. Then it measures what a byte of each profile and of hostile
// lines costs each engine, in units of the ordinary journal.
import { rmSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { makeJournal, median, readWhole, runCommand, UsageError, withFolder } from "../../src/bench/command.js";
import { type Comparison, compareWays, type Measured } from "../../src/bench/comparison.js";
import { isProfileName, type ProfileName, profiles } from "../../src/bench/profiles.js";
import { formatMarkdownTable, gigabytesPerSecond } from "../../src/bench/report.js";
import type { Way } from "../../src/bench/ways.js";
import { compileFold, compileSimdjson } from "../lib/compile.js";
import { type CostlyJournal, type CostRow, formatCosts, makeOrdinary, measureCost, writeBytes } from "../lib/costs.js";
import { hostileBytes, listHostile } from "../lib/hostile.js";

/** Entries at scale 1 for profiles that need more or fewer than the others; each journal has some tens of megabytes. */
const entriesFor: { [name in ProfileName]?: number } = { huge: 100, live: 300_000, tiny: 1_000_000, orphans: 100_000 };
const entriesDefault = 200_000;
/** The approximate size of such a journal. */
const profileBytes = 60_000_000;

const headings = ["profile", "MB", "scan GB/s", "replay GB/s", "DOM GB/s", "scan / DOM", "replay / DOM", "leases"];

const tables: readonly (string | undefined)[] = ["dom", "bytes"];

/** The size at scale 1 of each journal whose cost per byte is measured: some milliseconds for the faster engine. */
const costBytes = 3_000_000;

await runCommand("worst", async () => {
  const { values } = parseArgs({
    options: {
      scale: { type: "string", default: "1" },
      rounds: { type: "string", default: "5" },
      profile: { type: "string", multiple: true },
      hostile: { type: "string", default: "" },
      table: { type: "string" },
      all: { type: "boolean", default: false },
    },
  });
  const { table, hostile, all } = values;
  if (table !== undefined && !tables.includes(table)) {
    throw new UsageError(`--table: expected one of ${tables.join(", ")}, found ${JSON.stringify(table)}`);
  }
  const scale = readWhole("--scale", values.scale, 1);
  const rounds = readWhole("--rounds", values.rounds, 1);
  const names = Object.keys(profiles).filter(isProfileName);
  const chosen = names.filter((name) => values.profile?.includes(name) ?? true);
  return withFolder(false, async (folder) => {
    if (table !== "bytes") await printSpeeds(folder, chosen, scale, rounds);
    if (table !== "dom") await printCosts(folder, chosen, { hostile, all, scale });
    return 0;
  });
});

async function printSpeeds(folder: string, chosen: ProfileName[], scale: number, rounds: number): Promise<void> {
  const programs = { fold: await compileFold(), dom: await compileSimdjson() };
  const rows: string[][] = [];
  for (const profile of chosen) rows.push(await measureProfile(folder, programs, profile, scale, rounds));
  process.stdout.write(formatMarkdownTable([headings, ...rows]));
  process.stdout.write(`\nOf the folds alone, medians of ${rounds} interleaved rounds.\n\n`);
}

/** `hostile`: only hostile journals whose names contain this text; `all`: their values in every field. */
async function printCosts(
  folder: string,
  chosen: ProfileName[],
  { hostile, all, scale }: { hostile: string; all: boolean; scale: number },
): Promise<void> {
  const bytes = costBytes * scale;
  const ordinary = await makeOrdinary(folder, bytes);
  const rows: CostRow[] = [];
  for (const profile of chosen)
    rows.push(await measureCost(folder, ordinary, await makeProfile(folder, profile, bytes)));
  for (const journal of listHostile({ all })) {
    if (!journal.name.includes(hostile)) continue;
    rows.push(await measureCost(folder, ordinary, writeBytes(folder, journal.name, hostileBytes(journal, bytes))));
  }
  process.stdout.write(formatCosts(rows));
}

/** Generates the journal of a profile with about this many bytes. */
async function makeProfile(folder: string, profile: ProfileName, bytes: number): Promise<CostlyJournal> {
  const path = join(folder, `${profile}.jsonl`);
  const entries = Math.ceil(((entriesFor[profile] ?? entriesDefault) * bytes) / profileBytes);
  const made = await makeJournal(path, { profile, entries });
  return { name: `profile ${profile}`, path, bytes: made.bytes, lines: made.entries };
}

async function measureProfile(
  folder: string,
  programs: { fold: string; dom: string },
  profile: ProfileName,
  scale: number,
  rounds: number,
): Promise<string[]> {
  const path = join(folder, `${profile}.jsonl`);
  const plan = { profile, seed: 1, entries: (entriesFor[profile] ?? entriesDefault) * scale };
  const { bytes } = await makeJournal(path, plan);
  const present: Way[] = [
    { name: "scan", group: "ours", command: [programs.fold, "scan", path], answers: true },
    { name: "replay", group: "ours", command: [programs.fold, "replay", path], answers: true },
    { name: "DOM", group: "peer", command: [programs.dom, "dom", path], answers: true },
  ];
  const comparison = await compareWays({ present, absent: [] }, { ...plan, bytes }, rounds, folder);
  rmSync(path);
  return rowOf(profile, comparison);
}

function rowOf(profile: string, { journal, ways }: Comparison): string[] {
  const [scan, replay, dom] = ["scan", "replay", "DOM"].map((name) => ways.find((way) => way.name === name));
  const speed = (way: Measured | undefined) =>
    way === undefined ? "-" : gigabytesPerSecond(journal.bytes, way.medianInside ?? Number.NaN).toFixed(2);
  const megabytes = (journal.bytes / 1e6).toFixed(0);
  return [
    profile,
    megabytes,
    speed(scan),
    speed(replay),
    speed(dom),
    ratio(dom, scan),
    ratio(dom, replay),
    agreement(dom),
  ];
}

/** Returns how many times as fast as the DOM, as the median of the rounds. */
function ratio(dom: Measured | undefined, own: Measured | undefined): string {
  if (dom === undefined || own === undefined) return "-";
  return median(dom.secondsInside.map((seconds, i) => seconds / (own.secondsInside[i] ?? Number.NaN))).toFixed(2);
}

/** simdjson rejects lone surrogates and more; the leases of its DOM differ from ours then. */
function agreement(dom: Measured | undefined): string {
  return dom?.leases ?? "DOM stopped";
}
