// Prepares the call of a verb from the command line: the engine, the journal and a checked plan for reading it.
import { statSync } from "node:fs";
import { checkOptions, checkPath } from "../arguments.js";
import { createChooser, type EngineRequest } from "../engine/choose.js";
import type { JournalEngine } from "../engine/engine.js";
import { loadNativeEngine } from "../engine/native.js";
import { errorCode } from "../file/system-error.js";
import type { ReadPlan } from "../read/fold.js";
import type { ReadOptions } from "../types.js";
import { type CommandLine, NoJournal } from "./args.js";
import type { ColourStream } from "./colour.js";
import type { WideStream } from "./fit.js";
import type { Flags } from "./flag.js";
import type { Note, Output } from "./output.js";
import { createProgress, type Progress, type ProgressStream } from "./progress.js";

/** 0 is success; 1 means that the verb found a problem (docs/cli.md). */
export type Verdict = 0 | 1;

export type Verb = (call: Call) => Promise<Verdict>;

export interface Call {
  plan: ReadPlan;
  flags: Flags;
  argument: number | undefined;
  word: string | undefined;
  /** Whether the journal existed when the command started. */
  exists: boolean;
  json: boolean;
  /** Where `output` writes: whether it is a terminal, how wide, and shows colours. */
  stdout: ColourStream & WideStream;
  output: Output;
  note: Note;
  progress: Progress;
}

export interface Terminal {
  stdout: ColourStream & WideStream;
  output: Output;
  note: Note;
  /** The stream of the progress bar, which moves the cursor. */
  stderr: ProgressStream;
  signal: AbortSignal;
}

const chooseEngine = createChooser(loadNativeEngine);

/** Loads the TypeScript engine only if it is used: it is most of what there is to load. */
export async function loadEngine(option?: EngineRequest): Promise<{ engine: JournalEngine; reason: string }> {
  const { native, reason } = chooseEngine(option);
  return { engine: native ?? (await import("../engine/fallback.js")).fallbackEngine, reason };
}

/** At most one of these options is given. */
function boundOf({ at, untilSeq, untilLine, untilOffset }: Flags): ReadOptions["until"] {
  if (at !== undefined) return { ts: at };
  if (untilSeq !== undefined) return { seq: untilSeq };
  if (untilLine !== undefined) return { line: untilLine };
  return untilOffset === undefined ? undefined : { offset: untilOffset };
}

export async function createCall(line: CommandLine, { stdout, output, note, stderr, signal }: Terminal): Promise<Call> {
  const { verb, argument, word, flags } = line;
  const { journal, engine, threads, verbose } = flags;
  const progress = createProgress(stderr);
  const options = checkOptions({
    engine,
    threads,
    signal,
    until: verb === "replay" ? boundOf(flags) : undefined,
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
  // Without a journal, `bench` measures one that it generates.
  if (!exists && (verb !== "bench" || journal !== undefined)) reportMissing(path, line, note);
  const takesSnapshots = verb === "replay" || verb === "seq";
  const snapshots = takesSnapshots && flags.noSnapshot !== true ? ("make" as const) : undefined;
  const plan = { path, engine: choice.engine, options, snapshots };
  return { plan, flags, argument, word, exists, json: flags.json === true, stdout, output, note, progress };
}

/** If this cannot be determined, reading the journal reports why. */
function isThere(path: string): boolean {
  try {
    statSync(path);
    return true;
  } catch (error) {
    return errorCode(error) !== "ENOENT";
  }
}

/** A mistyped path reads as a journal without leases, so a missing journal is always reported. */
function reportMissing(path: string, { verb, flags }: CommandLine, note: Note): void {
  if (flags.mustExist === true || verb === "bench") throw new NoJournal(`there is no journal ${path}`);
  note(`lj: there is no journal ${path}: it reads as empty`);
}
