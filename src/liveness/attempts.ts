// Folds ATTEMPT entries into the cooldown of each unit of work (docs/format.md 12, "Attempts").
import { Op } from "../core/op.js";
import { instantOf } from "../core/stamp.js";
import { compareCodePoints, isObject, text } from "../core/words.js";
import type { Entry } from "../types.js";
import type { AttemptOutcome, UnitAttempts } from "./types.js";

const minuteMs = 60_000;

/** How long a unit cools after an attempt. A failure may be gone soon, so that an error is retried early. */
const cooldownMs: { [outcome in AttemptOutcome]: number } = {
  shipped: 360 * minuteMs,
  drained: 360 * minuteMs,
  blocked: 360 * minuteMs,
  error: 30 * minuteMs,
  unknown: 360 * minuteMs,
};

/** The last attempt of a unit, and how many there were. */
interface Counted {
  count: number;
  at: number;
  ts: string;
  outcome: AttemptOutcome;
}

export class AttemptFold {
  readonly #byUnit = new Map<string, Counted>();

  /** Ignores an entry without unit or time, and one of another schema: a cooldown is only a hint. */
  take(entry: Entry): void {
    if (entry.op !== Op.ATTEMPT || !isReadable(entry["schema"])) return;
    const unit = text(entry["unit_id"]);
    const at = instantOf(entry["ts"]);
    if (unit === "" || Number.isNaN(at)) return;
    const attempt = { at, ts: text(entry["ts"]), outcome: readOutcome(entry["outcome"]) };
    const last = this.#byUnit.get(unit);
    if (last === undefined) this.#byUnit.set(unit, { count: 1, ...attempt });
    else Object.assign(last, { count: last.count + 1 }, decides(attempt, last) ? attempt : {});
  }

  /** Returns the units in the order of their first attempts. `nowMs`: milliseconds since 1970-01-01 UTC. */
  *unitsAt(nowMs: number): Generator<UnitAttempts> {
    for (const [unit_id, { count, outcome, ts, at }] of this.#byUnit) {
      const until = outcome === "shipped" ? null : at + cooldownMs[outcome];
      const state = until !== null && nowMs < until ? "cooling" : "clear";
      yield { unit_id, count, outcome, ts, at, state, until };
    }
  }
}

type Attempt = Omit<Counted, "count">;

/** The latest attempt decides; of two with the same time, the one with the longer window. */
function decides(attempt: Attempt, last: Attempt): boolean {
  if (attempt.at !== last.at) return attempt.at > last.at;
  const longer = cooldownMs[attempt.outcome] - cooldownMs[last.outcome];
  return longer !== 0 ? longer > 0 : compareCodePoints(attempt.ts, last.ts) > 0;
}

function readOutcome(value: unknown): AttemptOutcome {
  const word = text(value).trim().toLowerCase();
  return isOutcome(word) ? word : "unknown";
}

function isOutcome(word: string): word is AttemptOutcome {
  return Object.hasOwn(cooldownMs, word);
}

const family = "lane-journal";
const versionMax = 1;

/** An absent or malformed schema, as older writers leave it, counts as version 1. */
function isReadable(schema: unknown): boolean {
  if (isVersion(schema)) return schema <= versionMax;
  if (!isObject(schema) || typeof schema["family"] !== "string" || !isVersion(schema["version"])) return true;
  return (schema["family"] === "" || schema["family"] === family) && schema["version"] <= versionMax;
}

function isVersion(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 1;
}
