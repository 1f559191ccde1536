#!/usr/bin/env node
// `lj`: runs a command line and sets the exit code (docs/cli.md).
import { instantOf } from "../core/stamp.js";
import { JournalError } from "../errors.js";
import { errorText } from "../file/system-error.js";
import { type CommandLine, NoJournal, UsageError } from "./args.js";
import type { Terminal, Verb } from "./call.js";
import { readRequest } from "./line.js";
import { createNote, createOutput, ReaderGone } from "./output.js";

const exitCodes = { fine: 0, wrongUsage: 2, noAnswer: 3, interrupted: 130 } as const;

/** Verbs are loaded on demand: loading code takes most of the time of a small replay. */
const loadVerb: {
  [name in Exclude<CommandLine["verb"], "completions" | "doctor" | "fleet" | "prune" | "ship">]: () => Promise<Verb>;
} = {
  replay: async () => (await import("./verbs/replay.js")).replay,
  tail: async () => (await import("./verbs/tail.js")).tail,
  seq: async () => (await import("./verbs/seq.js")).seq,
  why: async () => (await import("./verbs/why.js")).why,
  history: async () => (await import("./verbs/history.js")).history,
  timeline: async () => (await import("./verbs/timeline.js")).timeline,
  leases: async () => (await import("./verbs/leases.js")).leases,
  top: async () => (await import("./verbs/top.js")).top,
  attempts: async () => (await import("./verbs/attempts.js")).attempts,
  verify: async () => (await import("./verbs/verify.js")).verify,
  compact: async () => (await import("./verbs/compact.js")).compact,
  export: async () => (await import("./verbs/export.js")).exportEntries,
  lock: async () => (await import("./verbs/lock.js")).lock,
  unlock: async () => (await import("./verbs/unlock.js")).unlock,
  bench: async () => (await import("./verbs/bench.js")).bench,
};

const interruption = new AbortController();
const terminal: Terminal = {
  stdout: process.stdout,
  output: createOutput(process.stdout),
  note: createNote(process.stderr),
  stderr: process.stderr,
  signal: interruption.signal,
};

/** The executable sets this variable to its own path when it hands a command line over. */
const executableVariable = "LANE_JOURNAL_EXECUTABLE";
/** A child process must not inherit it. */
const executable = process.env[executableVariable];
delete process.env[executableVariable];

/** Set once the command line is parsed: until then every failure is a usage error. */
let isVerbose = false;

async function runCommand(argv: readonly string[]): Promise<number> {
  const request = readRequest(argv);
  if (request.kind === "run") return runVerb(request.line);
  if (request.kind === "version") {
    const { printVersion } = await import("./verbs/version.js");
    await printVersion(terminal.output, executable);
    return exitCodes.fine;
  }
  const { formatHelp } = await import("./help.js");
  if (request.kind === "help") {
    await terminal.output.write(formatHelp(request.verb));
    return exitCodes.fine;
  }
  for (const line of formatHelp(undefined).trimEnd().split("\n")) terminal.note(line);
  return exitCodes.wrongUsage;
}

async function runVerb(line: CommandLine): Promise<number> {
  isVerbose = line.flags.verbose === true;
  if (hasInstants(line)) {
    const { resolveInstants } = await import("./instants.js");
    await resolveInstants(line, Date.now(), terminal.note);
  }
  if (line.verb === "completions") {
    const { runCompletions } = await import("./completions.js");
    return runCompletions(line, terminal.output);
  }
  if (line.verb === "doctor") return (await import("./doctor/doctor.js")).runDoctor(line, terminal.output, executable);
  if (line.verb === "prune") return (await import("./verbs/prune.js")).runPrune(line, terminal);
  if (line.verb === "ship") return (await import("./verbs/ship.js")).runShip(line, terminal);
  if (line.verb === "fleet") return (await import("./verbs/fleet.js")).runFleet(line, terminal);
  if (line.verb === "history" || line.verb === "why" || line.verb === "timeline") {
    const { log, id, stream, mirrors } = line.flags;
    if ((log ?? id ?? stream ?? mirrors) !== undefined) {
      const [verb, { runOverFleet }] = await Promise.all([loadVerb[line.verb](), import("./fleet/over.js")]);
      return runOverFleet(line, terminal, verb);
    }
  }
  const [verb, { createCall }] = await Promise.all([loadVerb[line.verb](), import("./call.js")]);
  const call = await createCall(line, terminal);
  try {
    return await verb(call);
  } finally {
    await call.progress.end();
  }
}

/** Whether an instant is not simply a stamp, so that it must be read. */
function hasInstants({ flags: { at, from, to, since, until } }: CommandLine): boolean {
  return [at, from, to, since, until].some((typed) => typed !== undefined && Number.isNaN(instantOf(typed)));
}

/** Prints one line on stderr; with `--verbose` also the stack of an unexpected failure. */
function reportFailure(error: unknown): number {
  if (interruption.signal.aborted && error === interruption.signal.reason) return exitCodes.interrupted;
  if (error instanceof ReaderGone) return exitCodes.fine;
  const expected = error instanceof JournalError || error instanceof UsageError || error instanceof NoJournal;
  terminal.note(`lj: ${errorText(error).replaceAll("\n", " ")}`);
  if (isVerbose && !expected && error instanceof Error) {
    for (const line of (error.stack ?? "").split("\n")) terminal.note(line);
  }
  if (!(error instanceof UsageError)) return exitCodes.noAnswer;
  terminal.note("(see lj --help)");
  return exitCodes.wrongUsage;
}

// Only once: a second interrupt ends the process immediately.
process.once("SIGINT", () => interruption.abort());

runCommand(process.argv.slice(2))
  .catch(reportFailure)
  .then((code) => {
    // Sets the code instead of exiting, so that pending output is still written.
    process.exitCode = code;
  });
