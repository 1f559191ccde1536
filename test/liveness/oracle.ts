// Folds progress, liveness and attempts by docs/format.md 12, as plainly as possible and from the page alone: it reads
// all entries again for every lease and every unit.
import { keyOf, type Thing, textOf } from "../generate/oracle-fold.js";
import { stampNaively } from "../generate/oracle-notes.js";

export interface NaiveProgress {
  startedAt: number;
  events: number;
  lastBeatAt: number | null;
  beatAgeMs: number | null;
}

/** `startedAt`: undefined if only the journal can tell it. */
export function progressNaively(
  entries: Thing[],
  key: string,
  { nowMs, startedAt }: { nowMs: number; startedAt: number | undefined },
): NaiveProgress {
  const own = entries
    .filter((entry) => keyOf(entry) === key && typeof entry["op"] === "string")
    .map((entry) => ({ op: textOf(entry["op"]), at: stampNaively(entry["ts"]) ?? stampNaively(entry["heartbeat_at"]) }))
    .flatMap(({ op, at }) => (at === undefined ? [] : [{ op, at }]));
  const begin = own.find(({ op }) => op === "ACQUIRE" || op === "RECONCILE");
  const start = startedAt ?? begin?.at ?? nowMs;
  const inTime = own.filter(({ at }) => at <= nowMs + 1000);
  const firstAcquire = own.find(({ op }) => op === "ACQUIRE");
  const events = inTime.filter(
    (each) =>
      ["ACQUIRE", "RELEASE", "SCAVENGE", "RECONCILE"].includes(each.op) &&
      each.at > start - (((start % 1000) + 1000) % 1000) &&
      each !== firstAcquire,
  );
  const beats = inTime.filter(({ op }) => op === "ACQUIRE" || op === "HEARTBEAT").map(({ at }) => at);
  const last = beats.length === 0 ? null : Math.max(...beats);
  return {
    startedAt: start,
    events: events.length,
    lastBeatAt: last,
    beatAgeMs: last === null ? null : Math.max(nowMs - last, 0),
  };
}

/** `commits` and `isGone` are what the caller says. */
export function verdictNaively(
  { events, beatAgeMs, startedAt }: NaiveProgress,
  { nowMs, commits, isGone }: { nowMs: number; commits: number; isGone: boolean },
): string {
  if (commits > 0 || events > 0) return "ADVANCING";
  const isAlive = beatAgeMs !== null && beatAgeMs <= 15 * 60 * 1000;
  if (!isAlive || isGone) return "STALLED";
  return nowMs - startedAt < 30 * 60 * 1000 ? "ADVANCING" : "SPINNING";
}

const outcomes = ["shipped", "drained", "blocked", "error"];

export function attemptsNaively(entries: Thing[], nowMs: number): object[] {
  const attempts = entries.flatMap((entry, index) => {
    const at = stampNaively(entry["ts"]);
    const unit = textOf(entry["unit_id"]);
    if (entry["op"] !== "ATTEMPT" || at === undefined || unit === "" || !isReadable(entry["schema"])) return [];
    const word = textOf(entry["outcome"]).trim().toLowerCase();
    const outcome = outcomes.includes(word) ? word : "unknown";
    return [
      { index, unit, at, ts: textOf(entry["ts"]), outcome, window: outcome === "error" ? 1_800_000 : 21_600_000 },
    ];
  });
  return [...new Set(attempts.map(({ unit }) => unit))].map((unit) => {
    const own = attempts.filter((attempt) => attempt.unit === unit);
    const [last] = own.toSorted(
      (a, b) =>
        b.at - a.at || b.window - a.window || Buffer.compare(Buffer.from(b.ts), Buffer.from(a.ts)) || a.index - b.index,
    );
    if (last === undefined) throw new Error("expected an attempt of each unit");
    const { outcome, ts, at, window } = last;
    const until = outcome === "shipped" ? null : at + window;
    const state = until !== null && until > nowMs ? "cooling" : "clear";
    return { unit_id: unit, count: own.length, outcome, ts, at, state, until };
  });
}

function isReadable(schema: unknown): boolean {
  const isVersion = (value: unknown): value is number => Number.isInteger(value) && Number(value) > 0;
  if (isVersion(schema)) return schema === 1;
  if (typeof schema !== "object" || schema === null || Array.isArray(schema)) return true;
  const [family, version]: unknown[] = [Reflect.get(schema, "family"), Reflect.get(schema, "version")];
  if (typeof family !== "string" || !isVersion(version)) return true;
  return ["", "lane-journal"].includes(family) && version === 1;
}
