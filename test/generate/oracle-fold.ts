// Folds entries into leases, generations and counts by docs/format.md 4 to 6, as plainly as possible and from the page
// alone.

export type Thing = { [key: string]: unknown };

export interface Counts {
  leases: Thing[];
  /** The identities under which the leases are held, in the same order. */
  identities: { loop_ts: string; lane: string }[];
  generations: { loop_ts: string; lane: string; generation: number }[];
  /** The counter of docs/format.md 5: the highest generation ever assigned or watermarked. */
  generationCounter: number;
  nextSeq: number;
  ops: Map<string, number>;
}

interface Folded extends Counts {
  /** Indexes of entries. */
  oddSeqAt: number[];
  heartbeatBackAt: number[];
}

interface State {
  live: Map<string, Thing>;
  generations: Map<string, number>;
  counter: number;
}

const ownFields = [
  "lane",
  "lane_kind",
  "tree",
  "loop_ts",
  "host_id",
  "pid",
  "acquired_at",
  "heartbeat_at",
  "ttl_minutes",
  "holder",
  "run_id",
];

export function foldNaively(entries: Thing[]): Folded {
  const state: State = { live: new Map(), generations: new Map(), counter: 0 };
  const ops = new Map<string, number>();
  const oddSeqAt: number[] = [];
  const heartbeatBackAt: number[] = [];
  let highest = 0;
  entries.forEach((entry, i) => {
    const op = textOf(entry["op"]);
    ops.set(op, (ops.get(op) ?? 0) + 1);
    highest = Math.max(highest, intOf(entry["seq"]), intOf(entry["seq_watermark"]));
    const seq = entry["seq"];
    if (seq !== undefined && seq !== null && seq !== 0 && intOf(seq) === 0) oddSeqAt.push(i);
    if (foldOne(state, op, entry)) heartbeatBackAt.push(i);
  });
  const generations = [...state.generations].map(([key, generation]) => ({ ...fromKey(key), generation }));
  const { counter } = state;
  return {
    leases: [...state.live.values()],
    identities: [...state.live.keys()].map(fromKey),
    generations,
    generationCounter: counter,
    nextSeq: highest + 1,
    ops,
    oddSeqAt,
    heartbeatBackAt,
  };
}

/** Returns whether the entry moved a live stamp back. */
function foldOne(state: State, op: string, entry: Thing): boolean {
  if (op === "CHECKPOINT") foldCheckpoint(state, entry);
  const key = keyOf(entry);
  if (op === "CHECKPOINT" || key === nobody) return false;
  const lease = state.live.get(key);
  if (op === "ACQUIRE" || op === "RECONCILE") {
    state.live.set(key, leaseOf(entry));
    const watermark = entry["generation_watermark"];
    if (isSafe(watermark)) state.counter = Math.max(state.counter, watermark);
    if (state.counter < Number.MAX_SAFE_INTEGER) state.generations.set(key, ++state.counter);
    else state.generations.delete(key);
  } else if (op === "RELEASE" || op === "SCAVENGE") {
    state.live.delete(key);
    state.generations.delete(key);
  } else if (op === "ADOPT" && lease !== undefined) {
    for (const field of ["holder", "pid", "host_id"]) if (hasValue(entry[field])) lease[field] = entry[field];
    return beat(lease, entry);
  } else if (op === "HEARTBEAT" && lease !== undefined) return beat(lease, entry);
  return false;
}

function beat(lease: Thing, entry: Thing): boolean {
  const stamp = isNothing(entry["heartbeat_at"]) ? entry["ts"] : entry["heartbeat_at"];
  if (isNothing(stamp)) return false;
  const before = lease["heartbeat_at"];
  lease["heartbeat_at"] = stamp;
  return typeof before === "string" && typeof stamp === "string" && comesBefore(stamp, before);
}

function foldCheckpoint(state: State, entry: Thing): void {
  state.live.clear();
  state.generations.clear();
  for (const lease of thingsIn(entry["leases"]))
    if (keyOf(lease) !== nobody) state.live.set(keyOf(lease), { ...lease });
  for (const row of thingsIn(entry["generations"])) {
    const generation = row["generation"];
    if (keyOf(row) === nobody || !isSafe(generation)) continue;
    state.generations.set(keyOf(row), generation);
    state.counter = Math.max(state.counter, generation);
  }
  const watermark = entry["generation_watermark"];
  if (isSafe(watermark)) state.counter = Math.max(state.counter, watermark);
}

function leaseOf(entry: Thing): Thing {
  const [nested] = thingsIn([entry["lease"]]);
  if (nested !== undefined) return { ...nested };
  return Object.fromEntries(
    ownFields.filter((field) => Object.hasOwn(entry, field)).map((field) => [field, entry[field]]),
  );
}

export function thingsIn(value: unknown): Thing[] {
  if (!Array.isArray(value)) return [];
  return value.filter(
    (item: unknown): item is Thing => typeof item === "object" && item !== null && !Array.isArray(item),
  );
}

export const nobody = JSON.stringify(["", ""]);

/** `JSON.stringify` escapes lone surrogates, so the key restores exactly these strings. */
export function keyOf(thing: Thing): string {
  return JSON.stringify([textOf(thing["loop_ts"]), textOf(thing["lane"])]);
}

function fromKey(key: string): { loop_ts: string; lane: string } {
  const [loop, lane]: unknown[] = JSON.parse(key);
  return { loop_ts: String(loop), lane: String(lane) };
}

function isSafe(value: unknown): value is number {
  return Number.isSafeInteger(value);
}

function hasValue(value: unknown): boolean {
  return value !== undefined && value !== null;
}

export function isNothing(value: unknown): boolean {
  if (typeof value === "object" && value !== null) return Object.keys(value).length === 0;
  return value === undefined || value === null || value === false || value === "" || value === 0;
}

export function textOf(value: unknown): string {
  if (isNothing(value)) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

export function intOf(value: unknown): number {
  let number = 0;
  if (typeof value === "number") number = Math.trunc(value);
  if (value === true) number = 1;
  if (typeof value === "string" && /^[ \t\n\v\f\r]*[+-]?[0-9]+(_[0-9]+)*[ \t\n\v\f\r]*$/.test(value)) {
    number = Number(value.replace(/[ \t\n\v\f\r_]/g, ""));
  }
  return Number.isSafeInteger(number) ? number : 0;
}

/** Compares by code point; a lone surrogate counts as one. */
function comesBefore(a: string, b: string): boolean {
  const [x, y] = [Array.from(a), Array.from(b)];
  for (let i = 0; i < x.length && i < y.length; i++) {
    const apart = (x[i]?.codePointAt(0) ?? 0) - (y[i]?.codePointAt(0) ?? 0);
    if (apart !== 0) return apart < 0;
  }
  return x.length < y.length;
}
