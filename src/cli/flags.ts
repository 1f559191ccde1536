// Lists the command's options, and declares the shape of their parsed values.
import type { EngineRequest } from "../engine/choose.js";
import type { VerbName } from "./args.js";

/** The parsed options: every number is in its range, every path is not empty. */
export interface Flags {
  journal?: string;
  mustExist?: true;
  engine?: EngineRequest;
  threads?: number;
  archive?: string;
  force?: true;
  follow?: true;
  /** An instant (docs/format.md 10, "Points in time"). */
  at?: string;
  from?: string;
  to?: string;
  holder?: string;
  run?: string;
  limit?: number;
  untilSeq?: number;
  untilLine?: number;
  untilOffset?: number;
  noSnapshot?: true;
  json?: true;
  /** The file of a `--json` that takes one. */
  jsonFile?: string;
  verbose?: true;
  entries?: number;
  rounds?: number;
  report?: string;
}

type KeysOf<Value> = { [key in keyof Flags]-?: Required<Flags>[key] extends Value ? key : never }[keyof Flags];

type InstantKey = "at" | "from" | "to";
type TextKey = "holder" | "run";

/** The kind of value that an option takes, and the key that stores it. */
type FlagValue =
  | { kind: "switch"; key: KeysOf<true> }
  /** `least`: the lowest allowed number. */
  | { kind: "number"; key: KeysOf<number>; value: string; least: number }
  | { kind: "path"; key: Exclude<KeysOf<string>, InstantKey | TextKey | "engine">; value: string }
  | { kind: "instant"; key: InstantKey; value: string }
  | { kind: "text"; key: TextKey; value: string }
  | { kind: "engine"; key: "engine"; value: string };

export type FlagDescription = FlagValue & {
  /** The name without the two hyphens. */
  name: string;
  /** The one-letter name. */
  short?: string;
  help: string;
  /** The verbs that take it. Default: every verb. */
  only?: readonly VerbName[];
  /** The verbs that do not take it. */
  except?: readonly VerbName[];
};

export const flags: readonly FlagDescription[] = [
  {
    kind: "path",
    name: "journal",
    key: "journal",
    value: "PATH",
    help: "the path of the journal, also accepted as an argument (default: see Environment below)",
  },
  {
    kind: "switch",
    name: "must-exist",
    key: "mustExist",
    help: "fail with exit code 3 if the journal does not exist, instead of reading it as empty",
  },
  {
    kind: "engine",
    name: "engine",
    key: "engine",
    value: "ENGINE",
    help: "native, js or auto (default: LANE_JOURNAL_ENGINE, else auto)",
    except: ["bench"],
  },
  {
    kind: "number",
    name: "threads",
    key: "threads",
    value: "N",
    least: 1,
    help: "threads the native engine may use, at least 1 (default: one per processor)",
    except: ["doctor"],
  },
  {
    kind: "instant",
    name: "at",
    key: "at",
    value: "TIME",
    help: "the journal as of this instant (2026-06-01T14:03:00Z; without seconds: the whole minute for why)",
    only: ["replay", "why"],
  },
  {
    kind: "text",
    name: "holder",
    key: "holder",
    value: "HOLDER",
    help: "only what concerns this holder",
    only: ["history"],
  },
  { kind: "text", name: "run", key: "run", value: "RUN", help: "only what concerns this run_id", only: ["history"] },
  {
    kind: "instant",
    name: "from",
    key: "from",
    value: "TIME",
    help: "leave out what ended before this instant",
    only: ["history"],
  },
  {
    kind: "instant",
    name: "to",
    key: "to",
    value: "TIME",
    help: "leave out what began after this instant",
    only: ["history"],
  },
  {
    kind: "number",
    name: "limit",
    key: "limit",
    value: "N",
    least: 1,
    help: "only the last N episodes (history), or the last N answers (why; default 1)",
    only: ["why", "history"],
  },
  {
    kind: "number",
    name: "until-seq",
    key: "untilSeq",
    value: "N",
    least: 0,
    help: "only the entries before the first one with a higher number",
    only: ["replay"],
  },
  {
    kind: "number",
    name: "until-line",
    key: "untilLine",
    value: "N",
    least: 0,
    help: "only the first N lines",
    only: ["replay"],
  },
  {
    kind: "number",
    name: "until-offset",
    key: "untilOffset",
    value: "BYTES",
    least: 0,
    help: "only the lines that end within this many bytes",
    only: ["replay"],
  },
  {
    kind: "switch",
    name: "no-snapshot",
    key: "noSnapshot",
    help: "read the whole journal, and neither use nor write a snapshot",
    only: ["replay", "seq"],
  },
  {
    kind: "switch",
    name: "follow",
    short: "f",
    key: "follow",
    help: "keep printing what is appended, until interrupted",
    only: ["tail"],
  },
  {
    kind: "path",
    name: "archive",
    key: "archive",
    value: "DIR",
    help: "keep the old file in this folder, which is created if it is missing",
    only: ["compact"],
  },
  {
    kind: "switch",
    name: "force",
    key: "force",
    help: "take the lock away from its holder, even a living one, and record that",
    only: ["unlock"],
  },
  {
    kind: "number",
    name: "entries",
    key: "entries",
    value: "N",
    least: 1,
    help: "measure on a generated journal of this many entries (default 1000000)",
    only: ["bench"],
  },
  {
    kind: "number",
    name: "rounds",
    key: "rounds",
    value: "N",
    least: 1,
    help: "how many times to measure each program (default 5)",
    only: ["bench"],
  },
  {
    kind: "path",
    name: "report",
    key: "report",
    value: "DIR",
    help: "write report.md and chart.svg into this folder",
    only: ["bench"],
  },
  {
    kind: "path",
    name: "json",
    key: "jsonFile",
    value: "FILE",
    help: "write every figure to this file",
    only: ["bench"],
  },
  { kind: "switch", name: "json", key: "json", help: "print JSON for programs", except: ["bench"] },
  {
    kind: "switch",
    name: "verbose",
    key: "verbose",
    help: "name the journal and the engine on stderr, and show the stack of an unexpected failure",
  },
];
