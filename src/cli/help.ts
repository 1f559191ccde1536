// Formats the text of `lj --help` and `lj VERB --help` from the tables of verbs and options.
import { flagsOf, type VerbDescription, verbs } from "./args.js";
import type { FlagDescription } from "./flag.js";
import { flags } from "./flags.js";

const columnsMax = 80;

type Row = readonly [string, string];

export const environment: readonly Row[] = [
  ["LANE_JOURNAL_ENGINE", "native, js or auto; --engine overrides it"],
  [
    "DISPATCH_LANE_JOURNAL_PATH",
    "the journal. Without it: JOB_LANE_JOURNAL_PATH, [paths] lane_journal in the workspace's dos.toml, or " +
      ".dos/lane-journal.jsonl in the workspace. --journal overrides all of these",
  ],
  ["DISPATCH_WORKSPACE", "the workspace (default: the current folder)"],
  ["DISPATCH_LANE_LEASE_LOCK_PATH", "the lock (default: .lane-lease.lock beside the journal)"],
  ["NATS_*, PG*", "credentials and certificates for the log of ship and --from (docs/fleet.md)"],
];

export const exitCodes: readonly Row[] = [
  ["0", "success"],
  ["1", "verify found damage, the lock is held, or something needs attention"],
  ["2", "wrong usage"],
  [
    "3",
    "no answer: the journal cannot be read or is missing under --must-exist, the requested engine does not load, " +
      "the lock cannot be taken, or the log does not answer",
  ],
  ["130", "interrupted"],
];

export function formatHelp(verb: VerbDescription | undefined): string {
  return verb === undefined ? formatOverview() : formatVerb(verb);
}

function formatOverview(): string {
  const common = flags.filter(({ only, except }) => only === undefined && except === undefined);
  return [
    "Usage: lj VERB [options] [JOURNAL]\n\n",
    "Reads a lane journal: the append-only log whose fold is the set of live leases.\n",
    section(
      "Verbs",
      verbs.map(({ name, summary }) => [name, summary]),
    ),
    section("Options", [
      ...common.map(rowOf),
      ["-h, --help", "print this help; lj VERB --help lists the verb's own options"],
      ["-V, --version", "print the version, the engine in use, which program runs, and why"],
    ]),
    section("Environment", environment),
    section("Exit codes", exitCodes),
    "\nAnswers go to stdout, everything else to stderr. A TIME is a stamp (2026-06-01T14:03Z),\n" +
      'a date, or words such as "10 minutes ago"; times are UTC.\n',
    examples(verbs.flatMap((verb) => verb.examples.slice(0, 1))),
  ].join("");
}

function formatVerb(verb: VerbDescription): string {
  const { name, summary, argument, json, isJournalless, takesJournals } = verb;
  const rows = flagsOf(verb).map((flag) => {
    const [option = "", help = ""] = rowOf(flag);
    return [option, flag.name === "json" ? `${help}: ${json}` : help];
  });
  const word = takesJournals ? "JOURNAL..." : "JOURNAL";
  const journal = isJournalless
    ? []
    : [[word, `the path of ${takesJournals ? "each" : "the"} journal, like --journal`]];
  return [
    `Usage: lj ${name} [options]${argumentUsage(argument)}${isJournalless ? "" : ` [${word}]`}\n\n`,
    `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.\n`,
    section("Arguments", argument === undefined ? journal : [[argument.name, argument.help], ...journal]),
    section("Options", [...rows, ["-h, --help", "print this help"]]),
    examples(verb.examples),
    "\nlj --help lists the environment and the exit codes.\n",
  ].join("");
}

function argumentUsage(argument: VerbDescription["argument"]): string {
  if (argument === undefined) return "";
  return argument.isRequired ? ` ${argument.name}` : ` [${argument.name}]`;
}

function rowOf(flag: FlagDescription): string[] {
  const long = flag.kind === "switch" ? `--${flag.name}` : `--${flag.name} ${flag.value}`;
  return [flag.short === undefined ? long : `-${flag.short}, ${long}`, flag.help];
}

function section(title: string, rows: readonly (readonly string[])[]): string {
  const width = Math.max(...rows.map(([name = ""]) => name.length)) + 4;
  const lines = rows.map(([name = "", text = ""]) => `${`  ${name}`.padEnd(width)}${wrap(text, width)}\n`);
  return `\n${title}:\n${lines.join("")}`;
}

/** Breaks a text between words and indents the lines after the first. */
function wrap(text: string, indent: number): string {
  const lines = [""];
  for (const word of text.split(" ")) {
    const last = lines.length - 1;
    const line = lines[last] ?? "";
    if (line !== "" && indent + line.length + word.length >= columnsMax) lines.push(word);
    else lines[last] = line === "" ? word : `${line} ${word}`;
  }
  return lines.join(`\n${" ".repeat(indent)}`);
}

function examples(lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  ${line}\n`).join("")}`;
}
