// Any command line -> what to run, or the text to print instead: help, or what is wrong with the line.
import { Command, CommanderError } from "commander";
import { type CommandLine, flagsOf, setFlag, type VerbDescription, verbs } from "./args.js";

/** `text` is help (exit code 0, for stdout) or a complaint (exit code 2, for stderr). */
export type ReadLine = { line: CommandLine } | { text: string; exitCode: 0 | 2 };

const environment = `
Environment:
  LANE_JOURNAL_ENGINE         native, js or auto; --engine outranks it
  DISPATCH_LANE_JOURNAL_PATH  the journal; then JOB_LANE_JOURNAL_PATH; then
                              .dos/lane-journal.jsonl under DISPATCH_WORKSPACE
                              or the current folder. --journal outranks them all
  DISPATCH_LANE_LEASE_LOCK_PATH  the lock; else .lane-lease.lock beside the journal

Exit codes:
  0  fine    2  wrong usage
  1  verify found damage, the lock is held, the doctor found something
  3  no answer: the journal cannot be read, the engine asked for is missing, or the
     lock cannot be had
  130  interrupted

Answers go to stdout, everything else to stderr.`;

export function readCommandLine(argv: readonly string[]): ReadLine {
  let read: CommandLine | undefined;
  let said = "";
  const say = (text: string): void => {
    said += text;
  };
  const program = new Command("lj")
    .description("Reads a lane journal: the append-only log whose fold is the set of live leases.")
    .option("-V, --version", "print the version, the engine and why it is that one")
    .addHelpText("after", `${environment}\n\nExamples:\n${indent(verbs.flatMap((verb) => verb.examples))}`)
    .exitOverride()
    .configureOutput({
      writeOut: say,
      writeErr: say,
      outputError: (text, write) => write(text.replace(/^error:/, "lj:")),
    })
    .showHelpAfterError("(lj --help tells more)");
  for (const verb of verbs) addVerb(program, verb, (line) => (read = line));
  try {
    program.parse([...argv], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return { text: said, exitCode: error.exitCode === 0 ? 0 : 2 };
  }
  if (read !== undefined) return { line: read };
  return { text: program.helpInformation(), exitCode: 2 };
}

function addVerb(program: Command, verb: VerbDescription, found: (line: CommandLine) => void): void {
  const command = program
    .command(verb.name)
    .summary(verb.summary)
    .description(`${sentence(verb.summary)}.`);
  if (verb.argument !== undefined) command.argument(`[${verb.argument.name}]`, verb.argument.help);
  for (const { name, short, value, help } of flagsOf(verb)) {
    const shown = name === "json" ? `${help}: ${verb.json}` : help;
    const long = short === undefined ? `--${name}` : `-${short}, --${name}`;
    command.option(value === undefined ? long : `${long} <${value}>`, shown);
  }
  command.addHelpText("after", `${environment}\n\nExamples:\n${indent(verb.examples)}`);
  command.action((): void => {
    const line: CommandLine = { verb: verb.name, flags: {} };
    const [argument] = command.args;
    if (argument !== undefined) line.argument = argument;
    const given: Record<string, unknown> = command.opts();
    for (const { name } of flagsOf(verb))
      setFlag(line, name, name === "no-snapshot" ? given["snapshot"] === false : given[name]);
    found(line);
  });
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function indent(lines: readonly string[]): string {
  return lines.map((line) => `  ${line}`).join("\n");
}
