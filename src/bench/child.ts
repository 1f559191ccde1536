// Measures one program on a journal in a process of its own, and prints one JSON line: the live leases, the seconds of
// the fold alone and the process's peak memory. It loads only what that program needs.
import type { Lease } from "../index.js";
import { peakBytes } from "./peak.js";

/** The output of every measured process that finds leases. */
export interface Answer {
  leases: Lease[];
  /** The time of the call within the process; absent if the program does not report it. */
  seconds?: number;
  peakBytes?: number;
}

type Fold = (journal: string, threads: number | undefined) => Promise<() => Lease[] | Promise<Lease[]>>;

const folds = new Map<string, Fold>([
  ["native-replay", (journal, threads) => engineFold("native", "replay", journal, threads)],
  ["native-scan", (journal, threads) => engineFold("native", "scan", journal, threads)],
  ["js-replay", (journal) => engineFold("js", "replay", journal)],
  ["js-scan", (journal) => engineFold("js", "scan", journal)],
  [
    "idle",
    async () => {
      await import("../index.js");
      return () => [];
    },
  ],
  [
    "plain",
    async (journal) => {
      const { replayPlainly } = await import("./plain.js");
      return () => replayPlainly(journal);
    },
  ],
  [
    "duckdb",
    async (journal) => {
      const { openDuckDb } = await import("./peers/duckdb.js");
      return openDuckDb(journal);
    },
  ],
]);

async function engineFold(engine: "native" | "js", kind: "replay" | "scan", journal: string, threads?: number) {
  const { replay, scan } = await import("../index.js");
  const options = threads === undefined ? { engine } : { engine, threads };
  return () => (kind === "replay" ? replay(journal, options) : scan(journal, options).leases);
}

async function answerOnce(way = "", journal = "", threads?: string): Promise<Answer> {
  const load = folds.get(way);
  if (load === undefined) throw new Error(`expected one of ${[...folds.keys()].join(", ")}, found ${way}`);
  const fold = await load(journal, threads === undefined ? undefined : Number(threads));
  const began = performance.now();
  const leases = await fold();
  const seconds = (performance.now() - began) / 1000;
  return { seconds, peakBytes: peakBytes(), leases };
}

// A rejection ends the process with code 1. The bundle is CommonJS, which has no top-level `await`.
answerOnce(...process.argv.slice(2)).then((answer) => {
  process.stdout.write(`${JSON.stringify(answer)}\n`);
});
