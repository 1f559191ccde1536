// Judges entries by the notes of docs/format.md 3, as plainly as possible and from the page alone.
import type { Thing } from "./oracle-fold.js";
import { intOf, isNothing, keyOf, nobody, textOf, thingsIn } from "./oracle-fold.js";

/** Indexes of entries. */
export interface Notes {
  seqBackAt: number[];
  tsBackAt: number[];
  strayEndAt: number[];
  strayBeatAt: number[];
  refusedAcquireAt: number[];
  /** One for each lease, so that the index of a checkpoint may repeat. */
  sharedLaneAt: number[];
}

export function noteNaively(entries: Thing[]): Notes {
  const live = new Map<string, number>();
  const notes: Notes = {
    seqBackAt: numbersBack(entries),
    tsBackAt: stampsBack(entries),
    strayEndAt: [],
    strayBeatAt: [],
    refusedAcquireAt: [],
    sharedLaneAt: [],
  };
  entries.forEach((entry, i) => {
    const op = textOf(entry["op"]);
    const key = keyOf(entry);
    if (op === "CHECKPOINT") {
      live.clear();
      for (const lease of thingsIn(entry["leases"])) if (keyOf(lease) !== nobody) live.set(keyOf(lease), i);
    }
    if ((op === "RELEASE" || op === "SCAVENGE") && !live.delete(key)) notes.strayEndAt.push(i);
    if ((op === "HEARTBEAT" || op === "ADOPT") && !live.has(key)) notes.strayBeatAt.push(i);
    if ((op === "ACQUIRE" || op === "RECONCILE") && key !== nobody) live.set(key, i);
    const [lease] = thingsIn([entry["lease"]]);
    if (op === "ACQUIRE" && [entry["reason"], lease?.["reason"]].some(saysRefused)) notes.refusedAcquireAt.push(i);
  });
  const lanes = [...live].map(([key, at]) => ({ lane: laneOf(key), at }));
  const shared = lanes.filter(({ lane }) => lane !== "" && lanes.filter((other) => other.lane === lane).length > 1);
  notes.sharedLaneAt = shared.map(({ at }) => at).sort((a, b) => a - b);
  return notes;
}

function numbersBack(entries: Thing[]): number[] {
  const back: number[] = [];
  let last = Number.NEGATIVE_INFINITY;
  entries.forEach((entry, i) => {
    const seq = intOf(entry["seq"]);
    if (seq !== 0 && seq <= last) back.push(i);
    if (seq !== 0) last = seq;
    const watermark = intOf(entry["seq_watermark"]);
    if (watermark > 0) last = Math.max(last, watermark);
  });
  return back;
}

function stampsBack(entries: Thing[]): number[] {
  const back: number[] = [];
  let last = Number.NEGATIVE_INFINITY;
  entries.forEach((entry, i) => {
    const moments = momentsOf(entry["ts"]);
    if (moments === undefined) return;
    if (moments.latest < last) back.push(i);
    last = moments.earliest;
  });
  return back;
}

/** Applies docs/format.md 4, with the calendar of `Date.UTC`. */
function momentsOf(stamp: unknown): { earliest: number; latest: number } | undefined {
  if (typeof stamp !== "string" || !/^[\x20-\x7e]*$/.test(stamp)) return undefined;
  const match = /^(....-..-..)[T ](..):(..)(:(..)(\.[0-9]+)?)?(Z|[+-]..:?..)$/.exec(stamp);
  if (match === null) return undefined;
  const [, date = "", hour = "", minute = "", rest, second = "00", fraction = ".0", zone = ""] = match;
  const offset = zone === "Z" ? "+00:00" : `${zone.slice(0, 3)}:${zone.slice(-2)}`;
  const plain = `${date}T${hour}:${minute}:${second === "60" ? "00" : second}`;
  const isClock = /^([01][0-9]|2[0-3]):[0-5][0-9]$/;
  const instant = Date.parse(`${plain}${offset}`);
  if (Number.isNaN(instant) || Number.isNaN(Date.parse(date))) return undefined;
  const isDay = new Date(`${date}T00:00:00Z`).toISOString().startsWith(date);
  if (!isDay || !isClock.test(`${hour}:${minute}`) || !isClock.test(offset.slice(1))) return undefined;
  const earliest = instant + (second === "60" ? 60_000 : 0) + Math.floor(Number(fraction) * 1000);
  return { earliest, latest: rest === undefined ? earliest + 59_000 : earliest };
}

/** Milliseconds since 1970; undefined if it is not a stamp. */
export function stampNaively(stamp: unknown): number | undefined {
  return momentsOf(stamp)?.earliest;
}

export function saysRefused(reason: unknown): boolean {
  return typeof reason === "string" && /^REFUSED([^A-Za-z0-9_]|$)/.test(reason.replace(/^[ \t\n\v\f\r]+/, ""));
}

function laneOf(key: string): string {
  const [, lane]: unknown[] = JSON.parse(key);
  return isNothing(lane) ? "" : String(lane);
}
