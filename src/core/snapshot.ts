// What a scan has settled <-> a text that another process can go on from (docs/format.md 10, "Snapshots").
import type { Generation, Lease, Place } from "../types.js";
import { Findings, lineFindingKinds } from "./findings.js";
import { parseText } from "./json.js";
import { readOutline } from "./outline.js";
import { wholeTextMax } from "./shallow.js";
import { valueText } from "./value-text.js";
import { isObject } from "./words.js";

/** The settled part of a scan. */
export interface Settled {
  /** Where the first line begins that is not settled, in bytes. */
  offset: number;
  lines: number;
  entries: number;
  /** docs/format.md 6, the highest number so far. */
  seq: number;
  /** The highest generation handed out or heard of. */
  counter: number;
  /** In the order in which they were first met. */
  ops: Map<string, number>;
  /** What `seqBack` and `tsBack` compare the next entry with (order.ts). */
  order: { readonly seq: number; readonly ts: number };
  findings: Findings;
  /** In map order, by the identities they are held under. */
  leases: HeldValue[];
  /** In map order. */
  generations: Generation[];
}

export interface HeldValue {
  loop_ts: string;
  lane: string;
  /** Its value, or its text where that is long. */
  lease: Lease | string;
  /** The entry that it was last set by. */
  place: Place;
}

/** What a snapshot is written of: leases and tokens are asked for one by one. */
export type Unwritten = Omit<Settled, "leases" | "generations"> & {
  leases: Iterable<HeldValue>;
  generations: Iterable<Generation>;
};

/** A JSON array a line, each lease on a line of its own behind its identity. */
export function writeSnapshot(settled: Unwritten): string {
  const pieces: string[] = [];
  let lines: string[] = [];
  for (const line of snapshotLines(settled)) {
    lines.push(line);
    if (lines.length < linesJoined) continue;
    pieces.push(lines.join("\n"));
    lines = [];
  }
  return [...pieces, ...lines].join("\n");
}

/** So many lines become one string at a time, which takes less memory than as many strings. */
const linesJoined = 1_024;

function* snapshotLines(settled: Unwritten): Generator<string> {
  const { offset, lines, entries, seq, counter, order, findings } = settled;
  yield JSON.stringify(["position", offset, lines, entries, seq, counter]);
  // JSON writes NaN as null.
  yield JSON.stringify(["order", order.seq, order.ts]);
  for (const [op, count] of settled.ops) yield JSON.stringify(["op", op, count]);
  for (const kind of lineFindingKinds) {
    const { count, first } = findings.list(kind);
    yield JSON.stringify([kind, count, ...first.flatMap(({ line, offset: at }) => [line, at])]);
  }
  for (const { loop_ts, lane, lease, place } of settled.leases) {
    yield JSON.stringify(["lease", loop_ts, lane, place.line, place.offset]);
    yield typeof lease === "string" ? lease : valueText(lease);
  }
  for (const { loop_ts, lane, generation } of settled.generations) {
    yield JSON.stringify(["token", loop_ts, lane, generation]);
  }
  yield '["end"]';
  yield "";
}

/** The reverse. Throws for a text that `writeSnapshot` or the addon cannot have made. */
export function readSnapshot(snapshot: string): Settled {
  return new Reader(snapshot).read();
}

class Reader {
  readonly #lines: string[];
  #at = 0;

  constructor(snapshot: string) {
    this.#lines = snapshot.split("\n");
  }

  read(): Settled {
    const [offset, lines, entries, seq, counter, ...more] = this.#take("position").map(countOf);
    if (counter === undefined || more.length > 0) throw wrong("five numbers of a position");
    const position = { offset: countOf(offset), lines: countOf(lines), entries: countOf(entries), seq: countOf(seq) };
    const order = this.#order();
    const ops = new Map<string, number>();
    while (this.#is("op")) {
      const [op, count, ...rest] = this.#take("op");
      if (typeof op !== "string" || ops.has(op) || rest.length > 0) throw wrong("an op once");
      ops.set(op, countOf(count));
    }
    const settled = { ...position, counter, order, ops, findings: this.#findings() };
    const whole = { ...settled, leases: this.#leases(), generations: this.#generations() };
    if (this.#take("end").length > 0 || this.#line() !== "" || this.#at < this.#lines.length) throw wrong("the end");
    return whole;
  }

  #order(): Settled["order"] {
    const [seq, ts, ...rest] = this.#take("order").map(integerOrNone);
    if (seq === undefined || ts === undefined || rest.length > 0) throw wrong("two numbers of an order");
    return { seq, ts };
  }

  #findings(): Findings {
    const findings = new Findings();
    for (const kind of lineFindingKinds) {
      const [count, ...numbers] = this.#take(kind).map(countOf);
      if (count === undefined) throw wrong(`a count of ${kind}`);
      findings.restore(kind, count, placesOf(numbers));
    }
    return findings;
  }

  #leases(): HeldValue[] {
    const leases: HeldValue[] = [];
    while (this.#is("lease")) {
      const [loop_ts, lane, line, offset, ...rest] = this.#take("lease");
      const lease = leaseOf(this.#line());
      if (typeof loop_ts !== "string" || typeof lane !== "string" || rest.length > 0) throw wrong("a lease");
      leases.push({ loop_ts, lane, lease, place: { line: countOf(line), offset: countOf(offset) } });
    }
    return leases;
  }

  #generations(): Generation[] {
    const rows: Generation[] = [];
    while (this.#is("token")) {
      const [loop_ts, lane, generation, ...rest] = this.#take("token");
      const isToken = typeof generation === "number" && Number.isSafeInteger(generation) && rest.length === 0;
      if (typeof loop_ts !== "string" || typeof lane !== "string" || !isToken) throw wrong("a token");
      rows.push({ loop_ts, lane, generation });
    }
    return rows;
  }

  #is(tag: string): boolean {
    return this.#lines[this.#at]?.startsWith(`["${tag}"`) === true;
  }

  /** What follows the tag in the next line. */
  #take(tag: string): unknown[] {
    const parsed: unknown = JSON.parse(this.#line());
    const [found, ...items]: unknown[] = Array.isArray(parsed) ? parsed : [];
    if (found !== tag) throw wrong(tag);
    return items;
  }

  #line(): string {
    const line = this.#lines[this.#at++];
    if (line === undefined) throw wrong("a line");
    return line;
  }
}

function leaseOf(text: string): Lease | string {
  if (text.length > wholeTextMax && typeof readOutline(text) === "object") return text;
  const lease = parseText(text);
  if (isObject(lease)) return lease;
  throw wrong("a lease");
}

function countOf(value: unknown): number {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
  throw wrong("a whole number");
}

/** `NaN` for `null`. */
function integerOrNone(value: unknown): number {
  if (value === null) return Number.NaN;
  if (typeof value === "number" && Number.isSafeInteger(value)) return value;
  throw wrong("an integer or null");
}

function placesOf(numbers: number[]): Place[] {
  if (numbers.length % 2 !== 0) throw wrong("pairs of line and offset");
  const places: Place[] = [];
  for (let at = 0; at < numbers.length; at += 2) {
    places.push({ line: countOf(numbers[at]), offset: countOf(numbers[at + 1]) });
  }
  return places;
}

function wrong(expected: string): Error {
  return new Error(`snapshot: expected ${expected}, found something else`);
}
