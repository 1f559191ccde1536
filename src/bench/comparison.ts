// Ways to read one journal -> the seconds of each, round by round, and whether their leases are ours.
import { cpus, totalmem } from "node:os";
import { errorText } from "../file/system-error.js";
import type { Lease } from "../index.js";
import type { Answer } from "./child.js";
import { median, showProgress } from "./command.js";
import { type Agreement, compareLeases } from "./leases.js";
import { readAnswer, runProcess } from "./run.js";
import type { Absent, Way, Ways } from "./ways.js";

/** How a measured way's leases compare with ours; `reads no leases` where it only touches bytes or none. */
export type Verdict = Agreement | "ours" | "reads no leases";

export interface Measured {
  name: string;
  group: Way["group"];
  leases: Verdict;
  /** Of whole processes, a round each. */
  seconds: number[];
  /** Of the fold alone within the same processes; empty where the way does not tell. */
  secondsInside: number[];
  median: number;
  medianInside: number | null;
  /** The highest of all rounds; null where the way does not tell. */
  peakBytes: number | null;
  /** How many times as long as `wc -l` it took, the median of the rounds; null without `wc -l`. */
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
  /** As it was asked for; absent if it was made. */
  path?: string;
  entries?: number;
  seed?: number;
  profile?: string;
  bytes: number;
}

export interface Comparison {
  machine: Machine;
  journal: Journal;
  rounds: number;
  /** The leases that are live at the journal's end. */
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

/** `folder` is for passing files. The first way is ours and what the others are compared with. */
export async function compareWays(ways: Ways, journal: Journal, rounds: number, folder: string): Promise<Comparison> {
  const { contenders, absent, live } = await tryEach(ways, folder);
  await runRounds(contenders, rounds, folder);
  const base = contenders.find(({ way }) => way.name === baseline)?.seconds;
  const measured = contenders.map((contender) => summarise(contender, base));
  return { machine: describeMachine(), journal, rounds, live, ways: measured, absent };
}

/** One unmeasured run of each: fills the page cache, checks the leases, and sorts out what cannot read the journal. */
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

/** In turns, each round beginning with another, so that a busy moment of the machine does not fall on one alone. */
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
