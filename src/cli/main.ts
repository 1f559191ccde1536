#!/usr/bin/env node
// `lj`: the command line -> an exit code (docs/cli.md).
import { JournalError } from "../errors.js";
import { errorText } from "../system-error.js";
import { type CommandLine, readPlainLine, UsageError } from "./args.js";
import type { Verb } from "./call.js";
import { createOutput, ReaderGone } from "./output.js";

const exitCodes = { fine: 0, wrongUsage: 2, noAnswer: 3, interrupted: 130 } as const;

/** Each verb is loaded when it is asked for: starting up is most of a small replay. */
const loadVerb: { [name in Exclude<CommandLine["verb"], "doctor">]: () => Promise<Verb> } = {
  replay: async () => (await import("./replay.js")).replay,
  tail: async () => (await import("./tail.js")).tail,
  seq: async () => (await import("./seq.js")).seq,
  verify: async () => (await import("./verify.js")).verify,
  compact: async () => (await import("./compact.js")).compact,
  lock: async () => (await import("./lock.js")).lock,
  unlock: async () => (await import("./unlock.js")).unlock,
  bench: async () => (await import("./bench.js")).bench,
};

const output = createOutput(process.stdout);
const interruption = new AbortController();

async function runCommand(argv: readonly string[]): Promise<number> {
  if (argv[0] === "--version" || argv[0] === "-V") {
    if (argv.length > 1)
      throw new UsageError(`${argv[0]}: expected nothing after it, found ${JSON.stringify(argv[1])}`);
    const { printVersion } = await import("./version.js");
    await printVersion(output);
    return exitCodes.fine;
  }
  const plain = readPlainLine(argv);
  if (plain !== undefined) return runVerb(plain);
  const { readCommandLine } = await import("./program.js");
  const read = readCommandLine(argv);
  if ("line" in read) return runVerb(read.line);
  if (read.exitCode === 0) await output.write(read.text);
  else process.stderr.write(read.text);
  return read.exitCode;
}

async function runVerb(line: CommandLine): Promise<number> {
  if (line.verb === "doctor") return (await import("./doctor.js")).runDoctor(line, output);
  const [verb, { createCall }] = await Promise.all([loadVerb[line.verb](), import("./call.js")]);
  const call = await createCall(line, { output, stderr: process.stderr, signal: interruption.signal });
  try {
    return await verb(call);
  } finally {
    await call.progress.end();
  }
}

/** Reports on stderr in one line, unless `--verbose` asks where an unexpected failure came from. */
function reportFailure(error: unknown, verbose: boolean): number {
  if (interruption.signal.aborted && error === interruption.signal.reason) return exitCodes.interrupted;
  if (error instanceof ReaderGone) return exitCodes.fine;
  const message = errorText(error);
  const expected = error instanceof JournalError || error instanceof UsageError;
  const stack = verbose && !expected && error instanceof Error ? `\n${error.stack}` : "";
  process.stderr.write(`lj: ${message.replaceAll("\n", " ")}${stack}\n`);
  if (!(error instanceof UsageError)) return exitCodes.noAnswer;
  process.stderr.write("(lj --help tells more)\n");
  return exitCodes.wrongUsage;
}

// Once: a second interrupt ends the process the hard way.
process.once("SIGINT", () => interruption.abort());
// A closed stderr must not turn an answer into a failure.
process.stderr.on("error", () => undefined);

const argv = process.argv.slice(2);
runCommand(argv)
  .catch((error: unknown) => reportFailure(error, argv.includes("--verbose")))
  .then((code) => {
    // The code is set, not exited with, so that what was written still leaves.
    process.exitCode = code;
  });
