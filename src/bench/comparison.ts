// Measures several programs on one journal in rounds, and checks that their leases equal ours.
import { cpus, totalmem } from "node:os";
import { errorText } from "../file/system-error.js";
import type { Lease } from "../index.js";
import { findPackage } from "../package.js";
import type { Answer } from "./child.js";
import { median, showProgress } from "./command.js";
import { type Agreement, compareLeases } from "./leases.js";
import { readAnswer, runProcess } from "./run.js";
import type { Absent, Way, Ways } from "./ways.js";

/**
 * The result of comparing leases with ours; `reads no leases` for a program that only touches bytes or reads nothing.
 */
export type Verdict = Agreement | "ours" | "reads no leases";

export interface Measured {
  name: string;
  group: Way["group"];
  leases: Verdict;
  /** The time of the whole process in each round. */
  seconds: number[];
  /** The time of the fold alone within the same processes; empty if the program does not report it. */
  secondsInside: number[];
  median: number;
  medianInside: number | null;
  /** The maximum of all rounds; null if the program does not report it. */
  peakBytes: number | null;
  /** Time relative to `wc -l`, the median of the rounds; null without `wc -l`. */
  ratio: number | null;
}

export interface Machine {
  processor: string;
  processors: number;
  memoryBytes: number;
  platform: string;
  node: string;
}

export interface Journal {
  /** The requested path; absent if the journal was generated. */
  path?: string;
  entries?: number;
  seed?: number;
  profile?: string;
  bytes: number;
}

export interface Comparison {
  machine: Machine;
  /** The version of this package. */
  version: string;
  /** When the rounds ended, as `YYYY-MM-DDTHH:MM:SS.mmmZ`. */
  measuredAt: string;
  journal: Journal;
  rounds: number;
  /** The number of live leases at the journal's end. */
  live: number;
  ways: Measured[];
  absent: Absent[];
}

export function describeMachine(): Machine {
  return {
    processor: cpus()[0]?.model ?? "unknown",
    processors: cpus().length,
    memoryBytes: totalmem(),
    platform: `${process.platform}-${process.arch}`,
    node: process.version,
  };
}

export const baseline = "wc -l";

interface Contender {
  way: Way;
  leases: Verdict;
  seconds: number[];
  inside: number[];
  peaks: number[];
}

/** `folder` is for temporary files. The first program is ours; the others are compared with it. */
export async function compareWays(ways: Ways, journal: Journal, rounds: number, folder: string): Promise<Comparison> {
  const { contenders, absent, live } = await tryEach(ways, folder);
  await runRounds(contenders, rounds, folder);
  const base = contenders.find(({ way }) => way.name === baseline)?.seconds;
  const measured = contenders.map((contender) => summarise(contender, base));
  const { version } = findPackage();
  const measuredAt = new Date().toISOString();
  return { machine: describeMachine(), version, measuredAt, journal, rounds, live, ways: measured, absent };
}

/** Runs each program once, unmeasured: fills the page cache, checks the leases, and drops programs that fail. */
async function tryEach(ways: Ways, folder: string) {
  const contenders: Contender[] = [];
  const absent = [...ways.absent];
  let ours: readonly Lease[] | undefined;
  for (const way of ways.present) {
    showProgress(`trying ${way.name}`);
    const answer = await runWay(way, folder).catch((error: unknown) => {
      if (way.group === "ours") throw error;
      absent.push({ name: way.name, reason: errorText(error) });
      return undefined;
    });
    if (answer === undefined) continue;
    ours ??= answer.leases;
    contenders.push({ way, leases: judge(way, ours, answer), seconds: [], inside: [], peaks: [] });
  }
  showProgress("");
  return { contenders, absent, live: ours?.length ?? 0 };
}

function judge(way: Way, ours: readonly Lease[], { leases }: Answer): Verdict {
  if (!way.answers || way.group === "start") return "reads no leases";
  if (ours === leases) return "ours";
  return compareLeases(ours, leases);
}

interface WayRun extends Answer {
  secondsWhole: number;
}

async function runWay(way: Way, folder: string): Promise<WayRun> {
  const { seconds, printed } = await runProcess(way.command, way.answers ? folder : undefined);
  return { ...(way.answers ? readAnswer(printed) : { leases: [] }), secondsWhole: seconds };
}

/**
 * Runs the programs in turns and starts each round with another one, so that a busy moment does not affect only one.
 */
async function runRounds(contenders: readonly Contender[], rounds: number, folder: string): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    const turned = contenders.map((_, i) => contenders[(round + i) % contenders.length]);
    for (const contender of turned) {
      if (contender === undefined) continue;
      showProgress(`round ${round + 1} of ${rounds}: ${contender.way.name}`);
      const run = await runWay(contender.way, folder);
      contender.seconds.push(run.secondsWhole);
      if (run.seconds !== undefined) contender.inside.push(run.seconds);
      if (run.peakBytes !== undefined) contender.peaks.push(run.peakBytes);
    }
  }
  showProgress("");
}

function summarise({ way, leases, seconds, inside, peaks }: Contender, base: readonly number[] | undefined): Measured {
  const ratios = base === undefined ? [] : seconds.map((own, round) => own / (base[round] ?? Number.NaN));
  return {
    name: way.name,
    group: way.group,
    leases,
    seconds,
    secondsInside: inside,
    median: median(seconds),
    medianInside: inside.length === 0 ? null : median(inside),
    peakBytes: peaks.length === 0 ? null : Math.max(...peaks),
    ratio: ratios.length === 0 ? null : median(ratios),
  };
}
