// Reads instants in words, such as `10 minutes ago`. The library that understands them is loaded only for an argument
// that is neither a stamp of docs/format.md 4 nor a date.
import { instantOf } from "../core/stamp.js";
import { type CommandLine, UsageError } from "./args.js";
import { flags } from "./flags.js";
import type { Note } from "./output.js";

/** Where in a whole day an instant lies: an option that leaves out what is earlier means its start. */
export type Edge = "start" | "end";

/** Replaces instants in words by stamps, and says on stderr how each was read. All times are UTC. */
export async function resolveInstants({ flags: read }: CommandLine, nowMs: number, note: Note): Promise<void> {
  for (const flag of flags) {
    if (flag.kind !== "instant") continue;
    const typed = read[flag.key];
    if (typed === undefined || !Number.isNaN(instantOf(typed))) continue;
    try {
      const stamp = await readInstant(typed, nowMs, flag.edge);
      note(`lj: --${flag.name} ${JSON.stringify(typed)} is read as ${stamp}`);
      read[flag.key] = stamp;
    } catch (error) {
      if (!(error instanceof Unclear)) throw error;
      throw new UsageError(`--${flag.name}: expected ${timeExpected}, found ${JSON.stringify(typed)}${error.message}`);
    }
  }
}

const timeExpected = 'a time such as 2026-06-01T14:03Z, 2026-06-01, "10 minutes ago" or "yesterday"';

/** The message continues the sentence that names the argument. */
class Unclear extends Error {}

/** Longer texts are no times, and the library's patterns need not see them. */
const charactersMax = 100;

/** Returns a stamp in UTC. Exported for tests. */
export async function readInstant(text: string, nowMs: number, edge: Edge): Promise<string> {
  const wholeDay = /^\d{4}-\d\d-\d\d$/.test(text) ? instantOf(`${text}T00:00:00Z`) : Number.NaN;
  if (!Number.isNaN(wholeDay)) return stampOf(wholeDay, edge);
  // A number alone, or one with a hyphen before it, is not a time, whatever the library makes of it.
  if (text.length > charactersMax || !/[a-z]|\d[:/]\d/i.test(text)) throw new Unclear("");
  const { casual } = await import("./time-words.js");
  // The library calculates with the parts of a local time. The command prints no other times than UTC.
  process.env["TZ"] = "UTC";
  const [found, ...more] = casual.parse(text, { instant: new Date(nowMs), timezone: 0 });
  if (found === undefined) throw new Unclear("");
  const { start, end } = found;
  const read = start.date().getTime();
  const isWholeText = found.text.trim() === text.trim() && more.length === 0;
  if (!isWholeText || (end !== null && end !== undefined))
    throw new Unclear(`, of which only ${JSON.stringify(found.text)} is one time`);
  const isDay = !start.isCertain("hour");
  const isRelative = /\b(ago|before|later|from now|in|now)\b/i.test(text);
  const isMinute = !isRelative && start.isCertain("minute") && !start.isCertain("second");
  const exact = stampOf(read, undefined);
  const moment = isMinute ? `${exact.slice(0, 16)}Z` : exact;
  const stamp = isDay && !isRelative ? stampOf(Math.floor(read / dayMs) * dayMs, edge) : moment;
  const isLater = read > nowMs && !start.isCertain("day") && !start.isCertain("weekday");
  const doubt = isLater && !isDay && !isRelative ? "which day" : findDoubt(text, (part) => start.isCertain(part));
  if (doubt !== undefined) throw new Unclear(`, which is ambiguous (${doubt}): it could be read as ${stamp}`);
  return stamp;
}

const dayMs = 86_400_000;

function stampOf(ms: number, edge: Edge | undefined): string {
  const iso = new Date(edge === "end" ? ms + dayMs - 1000 : ms).toISOString();
  return `${iso.slice(0, 19)}Z`;
}

/** Returns why people would read the text differently. */
function findDoubt(
  text: string,
  isCertain: (part: "year" | "month" | "day" | "hour" | "meridiem") => boolean,
): string | undefined {
  if (/(^|[^\d-])\d{1,2}[/.-]\d{1,2}\b/.test(text)) return "day or month first";
  const weekday = /\b(mon|tues?|wed(nes)?|thu(rs?)?|fri|sat(ur)?|sun)(day)?\b/i.test(text);
  if (weekday && !/\b(last|past|this|next)\b/i.test(text) && !isCertain("day")) return "which week";
  if (!isCertain("hour") && /\b(morning|afternoon|evening|(to)?night)\b/i.test(text)) return "which hour";
  if (isCertain("month") && !isCertain("year")) return "which year";
  if (isCertain("month") && !isCertain("day")) return "which day";
  if (isCertain("hour") && !isCertain("meridiem") && /(^|\D)\d(:\d\d)?(\D|$)/.test(text)) return "morning or afternoon";
  return undefined;
}
