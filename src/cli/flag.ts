// Declares the shape of an option, and of the parsed values of all options.
import type { EngineRequest } from "../engine/choose.js";
import type { VerbName } from "./args.js";

/** The parsed options: every number is in its range, every path is not empty. */
export interface Flags {
  journal?: string;
  /** At least one, if given. */
  journals?: string[];
  mustExist?: true;
  engine?: EngineRequest;
  threads?: number;
  archive?: string;
  /** In bytes. */
  above?: number;
  dryRun?: true;
  /** In milliseconds. */
  keep?: number;
  /** In bytes. */
  maxSize?: number;
  force?: true;
  follow?: true;
  /** An instant (docs/format.md 10, "Points in time"). */
  at?: string;
  from?: string;
  to?: string;
  since?: string;
  until?: string;
  op?: string;
  lane?: string;
  holder?: string;
  run?: string;
  root?: string;
  open?: true;
  calls?: true;
  dead?: true;
  /** A lane or a path. */
  for?: string;
  owner?: string;
  format?: string;
  id?: string;
  /** The address of a replicated log. */
  log?: string;
  /** The stream or table of the log. */
  stream?: string;
  replicas?: number;
  once?: true;
  watch?: true;
  mirrors?: string;
  limit?: number;
  /** A path, or `-` for standard output; also `svg` and `chrome`. */
  html?: string;
  svg?: string;
  chrome?: string;
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

type SizeKey = "above" | "maxSize";
type DurationKey = "keep";
type InstantKey = "at" | "from" | "to" | "since" | "until";
type TextKey = "op" | "lane" | "holder" | "run" | "root" | "for" | "owner" | "format" | "id" | "stream";
type TargetKey = "html" | "svg" | "chrome";

/** The kind of value that an option takes, and the key that stores it. */
type FlagValue =
  | { kind: "switch"; key: KeysOf<true> }
  /** `least`: the lowest allowed number. */
  | { kind: "number"; key: Exclude<KeysOf<number>, SizeKey | DurationKey>; value: string; least: number }
  | { kind: "size"; key: SizeKey; value: string }
  | { kind: "duration"; key: DurationKey; value: string }
  | { kind: "path"; key: Exclude<KeysOf<string>, InstantKey | TextKey | TargetKey | "engine" | "log">; value: string }
  /** May be given several times. */
  | { kind: "paths"; key: "journals"; value: string }
  /** A path to write to, or `-` for standard output. */
  | { kind: "target"; key: TargetKey; value: string }
  /**
   * `edge`: where a whole day, such as `yesterday`, begins or ends. With `orLog`, the address of a log is also
   * accepted, besides an instant.
   */
  | { kind: "instant"; key: InstantKey; value: string; edge: "start" | "end"; orLog?: true }
  /** The address of a replicated log. */
  | { kind: "log"; key: "log"; value: string }
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
