// A command line and a terminal -> what a verb runs with: a checked plan for its read.
import { statSync } from "node:fs";
import { checkOptions, checkPath } from "../arguments.js";
import type { Bound } from "../core/cut.js";
import { createChooser, type EngineRequest } from "../engine/choose.js";
import type { JournalEngine } from "../engine/engine.js";
import { loadNativeEngine } from "../engine/native.js";
import { errorCode } from "../file/system-error.js";
import type { ReadPlan } from "../read/fold.js";
import type { ReadOptions } from "../types.js";
import { type CommandLine, NoJournal } from "./args.js";
import type { Flags } from "./flags.js";
import type { Note, Output } from "./output.js";
import { createProgress, type Progress, type ProgressStream } from "./progress.js";

/** 0 is fine, 1 bad news (docs/cli.md). */
export type Verdict = 0 | 1;

export type Verb = (call: Call) => Promise<Verdict>;

export interface Call {
  plan: ReadPlan;
  flags: Flags;
  argument: number | undefined;
  /** Whether there was a journal when the command began. */
  exists: boolean;
  json: boolean;
  output: Output;
  progress: Progress;
}

export interface Terminal {
  output: Output;
  note: Note;
  /** For the progress bar, which moves the cursor. */
  stderr: ProgressStream;
  signal: AbortSignal;
}

const chooseEngine = createChooser(loadNativeEngine);

/** The TypeScript engine is loaded only if it is the one: it is most of what there is to load. */
export async function loadEngine(option?: EngineRequest): Promise<{ engine: JournalEngine; reason: string }> {
  const { native, reason } = chooseEngine(option);
  return { engine: native ?? (await import("../engine/script.js")).scriptEngine, reason };
}

async function loadCut(bound: Bound): Promise<ReadPlan["cut"]> {
  const { findCut } = await import("../engine/script.js");
  return (fd) => findCut(fd, bound);
}

/** Of these options at most one is given. */
function boundOf({ at, untilSeq, untilLine, untilOffset }: Flags): ReadOptions["until"] {
  if (at !== undefined) return { ts: at };
  if (untilSeq !== undefined) return { seq: untilSeq };
  if (untilLine !== undefined) return { line: untilLine };
  return untilOffset === undefined ? undefined : { offset: untilOffset };
}

export async function createCall(line: CommandLine, { output, note, stderr, signal }: Terminal): Promise<Call> {
  const { verb, argument, flags } = line;
  const { journal, engine, threads, verbose } = flags;
  const progress = createProgress(stderr);
  const options = checkOptions({
    engine,
    threads,
    signal,
    until: boundOf(flags),
    onProgress: progress.show,
    onSnapshot: verbose === true ? note : undefined,
  });
  const path = checkPath(journal);
  const choice = await loadEngine(options.engine);
  if (verbose === true) {
    note(`journal ${path}`);
    note(`engine ${choice.engine.name}: ${choice.reason}`);
  }
  const exists = isThere(path);
  // Without a journal of its own `bench` measures one that it makes.
  if (!exists && (verb !== "bench" || journal !== undefined)) reportMissing(path, line, note);
  const takesSnapshots = verb === "replay" || verb === "seq";
  const snapshots = takesSnapshots && flags.noSnapshot !== true ? ("make" as const) : undefined;
  const cut = options.until === undefined ? undefined : await loadCut(options.until);
  const plan = { path, engine: choice.engine, options, snapshots, cut };
  return { plan, flags, argument, exists, json: flags.json === true, output, progress };
}

/** If this cannot be determined, reading the journal says why. */
function isThere(path: string): boolean {
  try {
    statSync(path);
    return true;
  } catch (error) {
    return errorCode(error) !== "ENOENT";
  }
}

/** A mistyped path reads as a journal without leases, so it is never passed over in silence. */
function reportMissing(path: string, { verb, flags }: CommandLine, note: Note): void {
  if (flags.mustExist === true || verb === "bench") throw new NoJournal(`there is no journal ${path}`);
  note(`lj: there is no journal ${path}: it reads as empty`);
}
