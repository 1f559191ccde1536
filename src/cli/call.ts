// A command line, the streams and a signal -> what a verb runs with: a checked plan for its read.
import { checkOptions, checkPath } from "../arguments.js";
import type { Bound } from "../core/cut.js";
import { instantOf } from "../core/stamp.js";
import { createChooser, type EngineRequest, isEngineRequest } from "../engine/choose.js";
import type { JournalEngine } from "../engine/engine.js";
import { loadNativeEngine } from "../engine/native.js";
import type { ReadPlan } from "../read.js";
import type { ReadOptions } from "../types.js";
import { type CommandLine, readNumber, UsageError } from "./args.js";
import type { Output } from "./output.js";
import { createProgress, type Progress, type ProgressStream } from "./progress.js";

/** 0 is fine, 1 bad news (docs/cli.md). */
export type Verdict = 0 | 1;

export type Verb = (call: Call) => Promise<Verdict>;

export interface Call {
  plan: ReadPlan;
  /** As they were typed, for a verb with flags of its own. */
  flags: CommandLine["flags"];
  argument: string | undefined;
  json: boolean;
  force: boolean;
  archive: string | undefined;
  output: Output;
  progress: Progress;
}

export interface Terminal {
  output: Output;
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

/** At most one of the flags that look back. */
function readBound(given: CommandLine["flags"]): ReadOptions["until"] {
  const count = (name: "until-seq" | "until-line" | "until-offset", typed: string): number =>
    readNumber(`--${name}`, typed, 0);
  const { at, "until-seq": seq, "until-line": lines, "until-offset": offset } = given;
  const bounds: NonNullable<ReadOptions["until"]>[] = [];
  if (at !== undefined && Number.isNaN(instantOf(at))) {
    throw new UsageError(`--at: expected a time stamp such as 2026-06-01T14:03Z, found ${JSON.stringify(at)}`);
  }
  if (at !== undefined) bounds.push({ ts: at });
  if (seq !== undefined) bounds.push({ seq: count("until-seq", seq) });
  if (lines !== undefined) bounds.push({ line: count("until-line", lines) });
  if (offset !== undefined) bounds.push({ offset: count("until-offset", offset) });
  if (bounds.length > 1) throw new UsageError("expected one of --at, --until-seq, --until-line and --until-offset");
  return bounds[0];
}

export async function createCall(line: CommandLine, terminal: Terminal): Promise<Call> {
  const { journal, engine, threads, archive, force, json, verbose } = line.flags;
  if (journal === "") throw new UsageError("--journal: expected a path, found an empty one");
  if (engine !== undefined && !isEngineRequest(engine)) {
    throw new UsageError(`--engine: expected native, js or auto, found ${JSON.stringify(engine)}`);
  }
  const progress = createProgress(terminal.stderr);
  const options = checkOptions({
    engine,
    threads: threads === undefined ? undefined : readNumber("--threads", threads, 1),
    signal: terminal.signal,
    until: readBound(line.flags),
    onProgress: progress.show,
    onSnapshot: verbose === true ? (what: string) => terminal.stderr.write(`${what}\n`) : undefined,
  });
  const path = checkPath(journal);
  const choice = await loadEngine(options.engine);
  if (verbose === true) {
    terminal.stderr.write(`journal ${path}\nengine ${choice.engine.name}: ${choice.reason}\n`);
  }
  const takesSnapshots = line.verb === "replay" || line.verb === "seq";
  const snapshots = takesSnapshots && line.flags["no-snapshot"] !== true ? ("make" as const) : undefined;
  const cut = options.until === undefined ? undefined : await loadCut(options.until);
  const plan = { path, engine: choice.engine, options, snapshots, cut };
  return {
    plan,
    flags: line.flags,
    argument: line.argument,
    json: json === true,
    force: force === true,
    archive,
    output: terminal.output,
    progress,
  };
}
