// Lists the command's verbs, and declares the shape of a parsed command line.
import type { FlagDescription, Flags } from "./flag.js";
import { flags } from "./flags.js";

export type VerbName =
  | "replay"
  | "tail"
  | "seq"
  | "why"
  | "history"
  | "timeline"
  | "leases"
  | "top"
  | "fleet"
  | "ship"
  | "attempts"
  | "verify"
  | "compact"
  | "prune"
  | "export"
  | "lock"
  | "unlock"
  | "doctor"
  | "bench"
  | "completions";

export interface VerbDescription {
  name: VerbName;
  summary: string;
  /** An argument besides the journal: a whole number, or a word, which then precedes the journal. */
  argument?: { name: string; help: string; kind: "number" | "word"; isRequired?: true };
  /** It reads no journal, so that no word names one. */
  isJournalless?: true;
  /** It reads any number of journals. */
  takesJournals?: true;
  /** What `--json` prints. */
  json: string;
  /** Examples at the end of its help. */
  examples: readonly string[];
}

export interface CommandLine {
  verb: VerbName;
  /** The verb's argument, if it is a number; undefined if it was not given. */
  argument?: number;
  /** The verb's argument, if it is a word; undefined if it was not given. */
  word?: string;
  flags: Flags;
}

/** Wrong usage; the exit code is 2. */
export class UsageError extends Error {}

/** The journal must exist but does not; the exit code is 3. */
export class NoJournal extends Error {}

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
    argument: { kind: "number", name: "N", help: "how many (default 20; 0 or less: all)" },
    json: "one line per entry: the entry",
    examples: [
      "lj tail --follow",
      "lj tail --op REFUSE --lane api --since yesterday",
      "lj tail 100 --json | jq -r 'select(.op == \"REFUSE\").reason'",
    ],
  },
  {
    name: "seq",
    summary: "print the highest sequence number so far",
    json: 'one line: {"nextSeq": N + 1, "seq": N}',
    examples: ["lj seq"],
  },
  {
    name: "why",
    summary: "explain a refusal: who was in the way, when the lane was freed, and when the refused holder got it",
    argument: {
      kind: "word",
      name: "WHO",
      help: "a lane, a holder, a run, or the number of an entry",
    },
    json: "one line per refusal or episode, and per blocked call",
    examples: [
      "lj why agent-9",
      "lj why agent-9 --at 2026-06-01T14:03Z",
      "lj why 4711",
      "lj why agent-9 --calls --limit 20",
      "lj why --open",
      "lj why api --limit 5 --json",
    ],
  },
  {
    name: "history",
    summary: "print who held which lane, for how long and how it ended, with refusals, launches and oddities",
    argument: { kind: "word", name: "LANE", help: "only this lane (default: all)" },
    json: "one line per episode, refusal, launch, blocked call and remark, in file order",
    examples: [
      "lj history api",
      "lj history api --from nats://10.0.0.1",
      "lj history --holder agent-9 --from 2026-06-01T12:00Z",
      "lj history api --archive old-journals --limit 20 --json",
    ],
  },
  {
    name: "timeline",
    summary: "draw who held which lane: as text, or as a page, a picture or a trace",
    json: "one line: the lanes, bars, marks, damage and folded times of the chart",
    examples: ["lj timeline", "lj timeline --from 2026-06-01T12:00Z --lane api", "lj timeline --html timeline.html"],
  },
  {
    name: "leases",
    summary: "print who holds what, the last sign of life, and whether and why it could be reclaimed",
    json: "one line per lease",
    examples: ["lj leases", "lj leases --dead", "lj leases --for api/main.ts", "lj leases --json | jq .holder"],
  },
  {
    name: "top",
    summary: "show leases, launches and free lanes live on a terminal, until q or Ctrl-C",
    json: "the lanes as they are now, one line each, without a terminal",
    examples: ["lj top", "lj top --owner agent-7"],
  },
  {
    name: "fleet",
    summary: "print the live leases of several journals or of a log in one view; exit code 1 if one is not shown whole",
    takesJournals: true,
    json: "one line per journal: its path or id, its generation, lag, gap and leases",
    examples: [
      "lj fleet host-a.jsonl host-b.jsonl",
      "lj fleet --from nats://10.0.0.1,10.0.0.2,10.0.0.3 --watch",
      "lj fleet --journal a.jsonl --journal b.jsonl --json | jq .leases",
    ],
  },
  {
    name: "ship",
    summary: "copy the journal to a replicated log until a signal, so that lj fleet --from shows it",
    json: "one line per event: started, stored, waiting, restarted, ended",
    examples: [
      "lj ship --to nats://10.0.0.1,10.0.0.2,10.0.0.3 --replicas 3",
      "lj ship --to postgres://db.example/fleet --once",
    ],
  },
  {
    name: "attempts",
    summary: "print which units of work must wait before the next attempt; exit code 1 if one must",
    argument: { kind: "word", name: "UNIT", help: "only this unit (default: all)" },
    json: "one line per unit",
    examples: ["lj attempts", "lj attempts UNIT-17 && start-work UNIT-17"],
  },
  {
    name: "verify",
    summary: "read every byte and report all damage; exit code 1 if there is any",
    json: "one line: the counts and every finding",
    examples: ["lj verify", "lj verify --json | jq .corrupt.first"],
  },
  {
    name: "compact",
    summary: "rewrite the journal as its live leases and drop the history; do so while the fleet is quiet",
    json: "one line: the counts before and after, the bytes saved, and the path of the old file",
    examples: [
      "lj compact --archive old-journals",
      "lj compact --dry-run",
      "lj compact --above 64MB --archive old-journals",
    ],
  },
  {
    name: "prune",
    summary: "remove the oldest files of an archive folder and say which history is lost",
    argument: { kind: "word", name: "DIR", help: "the folder of lj compact --archive", isRequired: true },
    isJournalless: true,
    json: "one line: the files removed, what they hold, and what remains",
    examples: ["lj prune old-journals --keep 30d", "lj prune old-journals --max-size 2GB --dry-run"],
  },
  {
    name: "export",
    summary: "write every entry with its place as a row, to load into tables",
    json: "",
    examples: [
      "lj export > entries.ndjson",
      "lj export --archive old-journals --id host-a",
      "lj export --format parquet > entries.parquet",
    ],
  },
  {
    name: "lock",
    summary: "show who holds the lock and whether that process is alive; exit code 1 if it is held",
    json: "one line: the holder, or that the lock is free",
    examples: ["lj lock", "lj lock --json | jq .alive"],
  },
  {
    name: "unlock",
    summary: "with --force: take the lock away from its holder and record that in the journal",
    json: "one line: the former holder, and the entry that records the removal",
    examples: ["lj unlock --force"],
  },
  {
    name: "doctor",
    summary: "show the information that a bug report needs; exit code 1 if something needs attention",
    json: "one line: versions, engine, journal, lock, snapshot, file system, findings",
    examples: ["lj doctor", "lj doctor --json | jq '.findings'"],
  },
  {
    name: "bench",
    summary: "compare the speed of both engines and other programs; exit code 1 if their leases differ",
    json: "one object: the machine, the journal, and the seconds of each program in each round",
    examples: ["lj bench --report bench-report", "lj bench --journal host.jsonl --rounds 9 --json figures.json"],
  },
  {
    name: "completions",
    summary: "print the script that completes lj in a shell",
    argument: { kind: "word", name: "SHELL", help: "bash, zsh or fish", isRequired: true },
    isJournalless: true,
    json: "",
    examples: ['eval "$(lj completions bash)"', "lj completions fish | source"],
  },
];

export function flagsOf(verb: VerbDescription): FlagDescription[] {
  const takes = ({ only, except }: FlagDescription): boolean =>
    (only === undefined || only.includes(verb.name)) && except?.includes(verb.name) !== true;
  return flags.filter(takes);
}
