// The command's verbs and flags as tables; a plain command line -> what to run. program.ts takes every other line.

export interface FlagDescription {
  name:
    | "journal"
    | "engine"
    | "threads"
    | "archive"
    | "force"
    | "follow"
    | "at"
    | "until-seq"
    | "until-line"
    | "until-offset"
    | "no-snapshot"
    | "json"
    | "verbose"
    | "entries"
    | "rounds"
    | "report";
  /** Its one letter. */
  short?: string;
  /** What its value is called in the help; a flag without it is a switch. */
  value?: string;
  help: string;
  /** The verbs that take it; every verb if left out. */
  only?: readonly VerbDescription["name"][];
  /** The verbs that do not take it. */
  except?: readonly VerbDescription["name"][];
}

export interface VerbDescription {
  name: "replay" | "tail" | "seq" | "verify" | "compact" | "lock" | "unlock" | "doctor" | "bench";
  summary: string;
  /** The one positional argument it may take. */
  argument?: { name: string; help: string };
  /** What `--json` prints. */
  json: string;
  /** Closing lines of its help. */
  examples: readonly string[];
}

/** One parsed command line; values are still the text that was typed. */
export interface CommandLine {
  verb: VerbDescription["name"];
  argument?: string;
  flags: {
    journal?: string;
    engine?: string;
    threads?: string;
    archive?: string;
    force?: boolean;
    follow?: boolean;
    at?: string;
    "until-seq"?: string;
    "until-line"?: string;
    "until-offset"?: string;
    "no-snapshot"?: boolean;
    json?: boolean;
    /** Of a verb whose `--json` names a file. */
    jsonFile?: string;
    verbose?: boolean;
    entries?: string;
    rounds?: string;
    report?: string;
  };
}

/** Wrong usage: exit code 2. */
export class UsageError extends Error {}

export const flags: readonly FlagDescription[] = [
  { name: "journal", value: "PATH", help: "the journal (default: see the environment below)" },
  {
    name: "engine",
    value: "ENGINE",
    help: "native, js or auto (default: LANE_JOURNAL_ENGINE, else auto)",
    except: ["bench"],
  },
  {
    name: "threads",
    value: "N",
    help: "threads the native engine may use, at least 1 (default: one a processor)",
    except: ["doctor"],
  },
  { name: "at", value: "TIME", help: "the leases as of this instant (2026-06-01T14:03:00Z)", only: ["replay"] },
  { name: "until-seq", value: "N", help: "up to the first entry with a higher number", only: ["replay"] },
  { name: "until-line", value: "N", help: "the first N lines alone", only: ["replay"] },
  { name: "until-offset", value: "BYTES", help: "the whole lines in so many bytes alone", only: ["replay"] },
  { name: "no-snapshot", help: "read the whole journal, and leave no snapshot beside it", only: ["replay", "seq"] },
  { name: "follow", short: "f", help: "go on with what is appended, until interrupted", only: ["tail"] },
  { name: "archive", value: "DIR", help: "keep the old file in this folder, made if missing", only: ["compact"] },
  { name: "force", help: "take the lock away, whoever holds it, and record that", only: ["unlock"] },
  {
    name: "entries",
    value: "N",
    help: "measure on a made journal of so many entries (default 1000000)",
    only: ["bench"],
  },
  { name: "rounds", value: "N", help: "how often each way is measured (default 5)", only: ["bench"] },
  { name: "report", value: "DIR", help: "write report.md and chart.svg into this folder", only: ["bench"] },
  { name: "json", value: "FILE", help: "write every figure to this file", only: ["bench"] },
  { name: "json", help: "print JSON for programs", except: ["bench"] },
  {
    name: "verbose",
    help: "name the journal and the engine on stderr, and show where an unexpected failure came from",
  },
];

export const verbs: readonly VerbDescription[] = [
  {
    name: "replay",
    summary: "print the live leases",
    json: "one line: the array of leases",
    examples: [
      "lj replay",
      "lj replay --at 2026-06-01T14:03:00Z",
      "lj replay --journal host.jsonl --json | jq '.[].lane'",
    ],
  },
  {
    name: "tail",
    summary: "print the last entries: #seq, ts, op, lane, loop_ts, reason",
    argument: { name: "N", help: "how many (default 20; 0 or less: all)" },
    json: "one line an entry: the entry",
    examples: ["lj tail", "lj tail --follow", "lj tail 100 --json | jq -r 'select(.op == \"REFUSE\").reason'"],
  },
  {
    name: "seq",
    summary: "print the highest sequence number so far",
    json: 'one line: {"nextSeq": N + 1, "seq": N}',
    examples: ["lj seq"],
  },
  {
    name: "verify",
    summary: "read every byte and report all damage; exit code 1 if there is any",
    json: "one line: the counts and every finding",
    examples: ["lj verify", "lj verify --json | jq .corrupt.first"],
  },
  {
    name: "compact",
    summary: "rewrite the journal as its live leases; history goes, so choose a quiet window",
    json: "one line: the counts before and after, bytes reclaimed, and where the old file is",
    examples: ["lj compact --archive old-journals", "lj compact --json | jq .bytesReclaimed"],
  },
  {
    name: "lock",
    summary: "tell who holds the lock and whether that process lives; exit code 1 if it is held",
    json: "one line: the holder, or that there is none",
    examples: ["lj lock", "lj lock --json | jq .alive"],
  },
  {
    name: "unlock",
    summary: "with --force: take the lock away from its holder and record that in the journal",
    json: "one line: the holder it was taken from, and the entry that records it",
    examples: ["lj unlock --force"],
  },
  {
    name: "doctor",
    summary: "tell what a report of a fault has to say; exit code 1 if something needs attention",
    json: "one line: versions, engine, journal, lock, snapshot, file system, findings",
    examples: ["lj doctor", "lj doctor --json | jq '.findings'"],
  },
  {
    name: "bench",
    summary: "measure both engines beside whatever else here can read the journal; exit code 1 if they differ",
    json: "one object: the machine, the journal, each way's seconds by round",
    examples: ["lj bench --report bench-report", "lj bench --journal host.jsonl --rounds 9 --json figures.json"],
  },
];

export function flagsOf(verb: VerbDescription): FlagDescription[] {
  const takes = ({ only, except }: FlagDescription): boolean =>
    (only === undefined || only.includes(verb.name)) && except?.includes(verb.name) !== true;
  return flags.filter(takes);
}

/**
 * Reads a line made of nothing but a verb, known flags and the verb's argument. Anything else, wrong or merely unusual,
 * gives undefined and is left to program.ts: loading that costs more than a small replay.
 */
export function readPlainLine(argv: readonly string[]): CommandLine | undefined {
  const [name, ...rest] = argv;
  const verb = verbs.find((known) => known.name === name);
  if (verb === undefined) return undefined;
  const line: CommandLine = { verb: verb.name, flags: {} };
  for (let at = 0; at < rest.length; at++) {
    const word = rest[at] ?? "";
    const flag = word.startsWith("--") ? flagsOf(verb).find((known) => `--${known.name}` === word) : undefined;
    if (flag === undefined) {
      if (word.startsWith("-") || verb.argument === undefined || line.argument !== undefined) return undefined;
      line.argument = word;
    } else if (flag.value === undefined) {
      setFlag(line, flag.name, true);
    } else {
      const value = rest[++at];
      if (value === undefined || value.startsWith("-")) return undefined;
      setFlag(line, flag.name, value);
    }
  }
  return line;
}

export function setFlag(line: CommandLine, name: FlagDescription["name"], value: unknown): void {
  if (name === "json" && typeof value === "string") line.flags.jsonFile = value;
  else if (isSwitch(name)) line.flags[name] = value === true;
  else if (typeof value === "string") line.flags[name] = value;
}

type Switch = "json" | "verbose" | "force" | "follow" | "no-snapshot";

function isSwitch(name: FlagDescription["name"]): name is Switch {
  return flags.some((flag) => flag.name === name && flag.value === undefined);
}

const wholeNumber = /^[+-]?[0-9]{1,40}$/;

/** Typed digits -> a safe integer of at least `least`; otherwise a `UsageError` naming `what`. */
export function readNumber(what: string, typed: string, least: number): number {
  const n = wholeNumber.test(typed) ? Number(typed) : Number.NaN;
  if (Number.isSafeInteger(n) && n >= least) return n;
  const expected = least === Number.MIN_SAFE_INTEGER ? "a whole number" : `a whole number of at least ${least}`;
  throw new UsageError(`${what}: expected ${expected}, found ${JSON.stringify(typed)}`);
}
