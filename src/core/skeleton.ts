// Describes an entry's line as the source of a pattern that matches lines which differ from it only in their scalars.
import type { Entry } from "../types.js";
import { Op } from "./op.js";
import { repeatsKeys } from "./repeats.js";
import { isObject } from "./words.js";

/** The effect of a matching line on the fold. `none` only raises the numbering. */
export type Effect = "set" | "drop" | "beat" | "none";

export interface Skeleton {
  /** The source of a sticky pattern for the whole line with its LF. The text has one character for each byte. */
  readonly source: string;
  readonly op: string;
  readonly effect: Effect;
  readonly groups: Groups;
}

/** The numbers of the pattern's groups; 0 for an absent one. Strings include their quotes unless stated otherwise. */
interface Groups {
  seq: number;
  /** `lane` and `loop_ts` as one identity key (identity.ts) if written so; else `lane` and `loop_ts` are set. */
  identity: number;
  lane: number;
  loop_ts: number;
  /** The stamp that a HEARTBEAT sets, without quotes. Empty if it sets none. */
  stamp: number;
  /** The entry's `ts` without quotes. Only for a scan. */
  ts: number;
  lease: number;
}

/** CHECKPOINT and ADOPT are rare, so they are parsed. */
const effects: ReadonlyMap<string, Effect> = new Map<string, Effect>([
  [Op.ACQUIRE, "set"],
  [Op.RECONCILE, "set"],
  [Op.RELEASE, "drop"],
  [Op.SCAVENGE, "drop"],
  [Op.HEARTBEAT, "beat"],
]);
const parsedOps: ReadonlySet<string> = new Set<string>([Op.CHECKPOINT, Op.ADOPT]);

/** Longer lines are rare, and making their patterns is slow. */
const lineLengthMax = 4_096;

// Strings that the fold keeps must be ASCII without escapes, so that they need no decoding. Other strings may have any
// byte beyond ASCII, because such bytes can only be in a string.
const anyText = "[ !#-\\[\\]-\\xff]*";
const anyString = `"${anyText}(?:\\\\(?:["\\\\/bfnrt]|u[0-9a-fA-F]{4})${anyText})*"`;
const asciiString = '"[ !#-\\[\\]-\\x7f]*"';
const asciiStamp = '"([ !#-\\[\\]-\\x7f]*)"';
const filledStamp = '"([ !#-\\[\\]-\\x7f]+)"';
const anyNumber = "-?(?:0|[1-9][0-9]*)(?:\\.[0-9]+)?(?:[eE][+-]?[0-9]+)?";
/** The pattern of a string that does not begin with REFUSED, a space or an escape, so cannot say REFUSED. */
const refusing = (string: string): string => `"(?![\\\\ ]|REFUSED)${string.slice(1)}`;
/** A number with this many digits is always a safe integer. */
const safeCount = "(0|[1-9][0-9]{0,14})";

const plainString = new RegExp(`^${asciiString}$`);
const plainCount = new RegExp(`^${safeCount}$`);
const tokenPattern = /"(?:[^"\\]|\\.)*"|-?[0-9][-+.0-9eE]*|[a-zA-Z]+|[{}[\],:]|[ \t\r]+/g;
const specials = /[\\^$.*+?()[\]{}|]/g;

/**
 * Returns the pattern for an entry's line, or undefined if such lines are better parsed. `line` has no LF and one
 * character for each byte. `reports`: the pattern is for a scan, so a match must have no findings except those that its
 * groups show.
 */
export function describeSkeleton(line: string, entry: Entry, { reports }: { reports: boolean }): Skeleton | undefined {
  const op = entry["op"];
  if (line.length > lineLengthMax || typeof op !== "string" || parsedOps.has(op)) return undefined;
  const effect = effects.get(op) ?? "none";
  // A pattern would hide the repetition from a scan, and might capture a value other than the last.
  if (!isFit(entry, effect) || repeatsKeys(line, entry)) return undefined;
  return new Description(line, entry, { effect, reports }).describe(op);
}

/** Returns whether groups of the line's text suffice to fold in the entry. */
function isFit(entry: Entry, effect: Effect): boolean {
  if ("seq_watermark" in entry) return false;
  if (effect === "none") return true;
  if (!isTextOrMissing(entry["lane"]) || !isTextOrMissing(entry["loop_ts"])) return false;
  if (effect === "set") return isObject(entry["lease"]) && !("generation_watermark" in entry);
  return effect === "drop" || (isTextOrMissing(entry["heartbeat_at"]) && isTextOrMissing(entry["ts"]));
}

function isTextOrMissing(value: unknown): boolean {
  return value === undefined || value === null || typeof value === "string";
}

/** Walks once over the tokens of a line. */
class Description {
  readonly #tokens: readonly string[];
  readonly #effect: Effect;
  readonly #reports: boolean;
  /** The key of the stamp (docs/format.md 5): `heartbeat_at`, or `ts` if that is empty. */
  readonly #stampKey: string;
  readonly #groups: Groups = { seq: 0, identity: 0, lane: 0, loop_ts: 0, stamp: 0, ts: 0, lease: 0 };
  #groupCount = 0;
  #depth = 0;
  /** The key of the outermost object whose value is being described. Inside a container it is not `seq`. */
  #key: string | undefined;
  /** The key of the lease whose value is being described. */
  #leaseKey: string | undefined;

  constructor(line: string, entry: Entry, { effect, reports }: { effect: Effect; reports: boolean }) {
    // Stryker disable next-line ArrayDeclaration: an entry's line has tokens
    this.#tokens = line.match(tokenPattern) ?? [];
    this.#effect = effect;
    this.#reports = reports;
    this.#stampKey = entry["heartbeat_at"] ? "heartbeat_at" : "ts";
  }

  describe(op: string): Skeleton | undefined {
    let source = "";
    for (const [at, token] of this.#tokens.entries()) {
      const described = this.#describeToken(token, at);
      if (described === undefined) return undefined;
      source += described;
    }
    return { source: `${source}\\n`, op, effect: this.#effect, groups: this.#groups };
  }

  #describeToken(token: string, at: number): string | undefined {
    const first = token.charAt(0);
    if (first === '"') return this.#isKey(at) ? this.#describeKey(token) : this.#describeString(token, at);
    if (first === "{" || first === "[") return this.#openContainer(token);
    if (first === "}" || first === "]") return this.#closeContainer(token);
    if (/[-0-9]/.test(first)) return this.#describeNumber(token);
    if (/[a-zA-Z]/.test(first)) return this.#describeLiteral(token);
    return token;
  }

  #isKey(at: number): boolean {
    return this.#textBehind(at, 2).trim().startsWith(":");
  }

  /** Returns the next `count` tokens as one text. */
  #textBehind(at: number, count: number): string {
    return this.#tokens.slice(at + 1, at + 1 + count).join("");
  }

  #describeKey(token: string): string | undefined {
    if (!plainString.test(token)) return undefined;
    if (this.#depth === 1) this.#key = token.slice(1, -1);
    if (this.#depth === 2) this.#leaseKey = token.slice(1, -1);
    return escapeSpecials(token);
  }

  #describeString(token: string, at: number): string | undefined {
    if (this.#depth > 1) return this.#describeDeepString();
    if (this.#key === "seq") return undefined;
    if (this.#key === "op") return plainString.test(token) ? escapeSpecials(token) : undefined;
    if (this.#reports && this.#key === "ts") return this.#describeTs();
    if (this.#effect === "none") return anyString;
    if (this.#reports && this.#effect === "set" && this.#key === "reason") return refusing(anyString);
    if (this.#key === "lane") return this.#describeLane(at);
    if (this.#key === "loop_ts") return this.#describeLoopTs();
    return this.#effect === "beat" ? this.#describeBeatString(token) : anyString;
  }

  #describeDeepString(): string {
    if (!this.#isInLease()) return anyString;
    const isReason = this.#reports && this.#depth === 2 && this.#leaseKey === "reason";
    return isReason ? refusing(asciiString) : asciiString;
  }

  #describeTs(): string {
    this.#groups.ts = ++this.#groupCount;
    if (this.#effect === "beat" && this.#stampKey === "ts") this.#groups.stamp = this.#groups.ts;
    return asciiStamp;
  }

  #describeLane(at: number): string {
    if (this.#textBehind(at, 6).startsWith(', "loop_ts": "')) {
      this.#groups.identity = ++this.#groupCount;
      return `(${asciiString}`;
    }
    this.#groups.lane = ++this.#groupCount;
    return `(${asciiString})`;
  }

  #describeLoopTs(): string {
    if (this.#groups.identity !== 0) return `${asciiString})`;
    this.#groups.loop_ts = ++this.#groupCount;
    return `(${asciiString})`;
  }

  #describeBeatString(token: string): string {
    if (this.#key === this.#stampKey) {
      this.#groups.stamp = ++this.#groupCount;
      return this.#key === "heartbeat_at" ? filledStamp : asciiStamp;
    }
    // It is empty here, else it would be the stamp. A line in which it is not empty has another shape.
    return this.#key === "heartbeat_at" ? token : anyString;
  }

  #describeNumber(token: string): string | undefined {
    if (this.#key !== "seq") return anyNumber;
    if (!plainCount.test(token)) return undefined;
    this.#groups.seq = ++this.#groupCount;
    return safeCount;
  }

  /** `NaN` and the infinities have no pattern. */
  #describeLiteral(token: string): string | undefined {
    if (token === "null") return token;
    return (token === "true" || token === "false") && this.#key !== "seq" ? token : undefined;
  }

  #openContainer(token: string): string | undefined {
    if (this.#key === "seq") return undefined;
    const opensLease = this.#depth === 1 && this.#isInLease();
    this.#depth++;
    if (!opensLease) return escapeSpecials(token);
    this.#groups.lease = ++this.#groupCount;
    return `(${escapeSpecials(token)}`;
  }

  #closeContainer(token: string): string {
    this.#depth--;
    return this.#depth === 1 && this.#isInLease() ? `${escapeSpecials(token)})` : escapeSpecials(token);
  }

  #isInLease(): boolean {
    return this.#effect === "set" && this.#key === "lease";
  }
}

function escapeSpecials(text: string): string {
  return text.replace(specials, "\\$&");
}
