// Writes the settled state of a scan as a text from which another process can continue, and reads it back
// (docs/format.md 10, "Snapshots").
import type { Generation, Lease, Place } from "../types.js";
import { checkRows, readCheckRows } from "./check-rows.js";
import { Checks } from "./checks.js";
import { Findings, lineFindingKinds } from "./findings.js";
import { identityOf } from "./identity.js";
import { parseText } from "./json.js";
import type { Live } from "./live.js";
import { readOutline } from "./outline.js";
import { wholeTextMax } from "./shallow.js";
import { valueText } from "./value-text.js";
import { isObject } from "./words.js";

/** The settled state of a scan. */
export interface Settled {
  /** The offset of the first line that is not settled, in bytes. */
  offset: number;
  lines: number;
  entries: number;
  /** The highest number so far (docs/format.md 6). */
  seq: number;
  /** The highest generation that was granted or recorded. */
  counter: number;
  /** In the order in which the ops first occurred. */
  ops: Map<string, number>;
  /** The values with which `seqBack` and `tsBack` compare the next entry (order.ts). */
  order: { readonly seq: number; readonly ts: number };
  findings: Findings;
  checks: Checks;
  /** In map order, with the identities under which they are held. */
  leases: HeldValue[];
  /** In map order. */
  generations: Generation[];
}

export interface HeldValue {
  loop_ts: string;
  lane: string;
  /** The lease's value, or its text if that is long. */
  lease: Lease | string;
  /** The place of the entry that last set the lease. */
  place: Place;
}

/** The settled state to write. Leases and tokens are made one by one, so that they need not be in memory together. */
export type Unwritten = Omit<Settled, "leases" | "generations"> & {
  leases: Iterable<HeldValue>;
  generations: Iterable<Generation>;
};

/** Writes one JSON array in each line. Each lease has a line of its own after the line of its identity. */
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

/** The number of lines that are joined at once. The joined string takes less memory than the lines. */
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
  for (const row of checkRows(settled.checks.state)) yield JSON.stringify(row);
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

/** The limit of a snapshot's leases: making a larger snapshot takes several times its size in memory. */
const snapshotCharactersMax = 64 * 1024 * 1024;

/** Yields the leases one by one, to avoid a second copy of all. Throws if they are too long for a snapshot. */
export function* heldValues(live: Live): Generator<HeldValue> {
  let characters = 0;
  for (const { key, text, place } of live.texts()) {
    characters += text.length;
    if (characters > snapshotCharactersMax) throw new Error(`the leases are longer than ${snapshotCharactersMax}`);
    if (place !== undefined) yield { ...identityOf(key), lease: text, place };
  }
}

/** Reads a state back. Throws for a text that neither `writeSnapshot` nor the addon can have written. */
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
    const findings = this.#findings();
    const checks = new Checks(readCheckRows((tag) => this.#take(tag).map(countOf), position.offset));
    const settled = { ...position, counter, order, ops, findings, checks };
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

  /** Reads the next line and returns the elements after its tag. */
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

/** Returns `NaN` for `null`. */
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
