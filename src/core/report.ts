// Collects the counts by op and the findings that a scan reports in addition to the fold (docs/format.md 3).
import type { Entry, Finding, Place } from "../types.js";
import { Checks } from "./checks.js";
import type { ReadLine } from "./entry.js";
import { Findings, findingOf } from "./findings.js";
import { beatsBack, type State } from "./fold.js";
import { identityKey, laneText } from "./identity.js";
import { type Live, readString } from "./live.js";
import { CORRUPT_OP, Op } from "./op.js";
import { Order } from "./order.js";
import { repeatsKeys } from "./repeats.js";
import { isOddSeq } from "./seq.js";
import type { Settled } from "./snapshot.js";
import type { LeaseParts } from "./sparse.js";
import { isObject, text, trimmedRange } from "./words.js";

export class Report {
  entries = 0;
  /** In the order in which the ops first occurred. */
  readonly ops: Map<string, number>;
  readonly findings: Findings;
  readonly order: Order;
  readonly checks: Checks;

  constructor(from?: Pick<Settled, "entries" | "ops" | "findings" | "order" | "checks">) {
    this.entries = from?.entries ?? 0;
    this.ops = new Map(from?.ops);
    this.findings = new Findings(from?.findings);
    this.order = new Order(from?.order);
    this.checks = new Checks(from?.checks.state);
  }

  addSentinel(place: Place): void {
    this.findings.add("corrupt", place);
    this.#count(CORRUPT_OP);
  }

  /** Adds a line that parses. Call it before its entry is folded into `state`. */
  addLine(state: State, line: ReadLine, wellFormed: boolean, place: Place): void {
    const { entry } = line;
    if (!wellFormed) this.findings.add("illFormedUtf8", place);
    if (typeof entry !== "object") {
      this.findings.add("nonObjects", place);
      return;
    }
    const op = text(entry["op"]);
    this.#count(op);
    if (line.repeats?.() ?? repeatsKeys(line.text, entry)) this.findings.add("repeatedKeys", place);
    if (isOddSeq(entry)) this.findings.add("oddSeq", place);
    if (beatsBack(state, entry)) this.findings.add("heartbeatBack", place);
    if (this.order.takeNumbers(entry)) this.findings.add("seqBack", place);
    if (this.order.takeTs(entry["ts"])) this.findings.add("tsBack", place);
    if (isEnd(op)) this.addEnd(state.live.has(identityKey(entry)), place);
    if (isBeat(op) && !state.live.has(identityKey(entry))) this.findings.add("strayBeat", place);
    if (op === Op.ACQUIRE && admitsRefusal(entry, line.parts)) this.findings.add("refusedAcquire", place);
  }

  /** Adds a line that matched a shape, with its only findings besides those of its effect. `seq` is 0 if absent. */
  addShaped(op: string, seq: number, ts: string | undefined, place: Place): void {
    this.#count(op);
    if (this.order.takeSeq(seq)) this.findings.add("seqBack", place);
    if (ts !== undefined && this.order.takeTs(ts)) this.findings.add("tsBack", place);
  }

  /** Adds a RELEASE or SCAVENGE. `wasLive`: its identity was live. */
  addEnd(wasLive: boolean, place: Place): void {
    if (!wasLive) this.findings.add("strayEnd", place);
  }

  /** Adds a HEARTBEAT. Call it before the entry is folded in. `stamp` is ASCII; an empty one sets none. */
  addBeat(live: Live, key: string, stamp: string, place: Place): void {
    const current = live.stamp(key);
    if (current === undefined && !live.has(key)) this.findings.add("strayBeat", place);
    // A string of ASCII is ordered alike by code points and by code units.
    else if (typeof current === "string" && stamp !== "" && stamp < current) this.findings.add("heartbeatBack", place);
  }

  #count(op: string): void {
    this.entries++;
    this.ops.set(op, (this.ops.get(op) ?? 0) + 1);
  }
}

function isEnd(op: string): boolean {
  return op === Op.RELEASE || op === Op.SCAVENGE;
}

function isBeat(op: string): boolean {
  return op === Op.HEARTBEAT || op === Op.ADOPT;
}

const refusal = "REFUSED";

/** Returns whether the reason of an ACQUIRE, or of its lease, says that it was refused (`refusedAcquire`). */
function admitsRefusal(entry: Entry, parts: LeaseParts | undefined): boolean {
  const lease = entry["lease"];
  if (saysRefused(entry["reason"])) return true;
  if (parts?.lease !== undefined) return saysRefused(readString(parts.lease, "reason"));
  return isObject(lease) && saysRefused(lease["reason"]);
}

/** Returns whether a reason begins with the word REFUSED, as some of the reference's ACQUIREs say. */
export function saysRefused(reason: unknown): boolean {
  if (typeof reason !== "string") return false;
  const { start } = trimmedRange(reason);
  return reason.startsWith(refusal, start) && !/^\w/.test(reason.charAt(start + refusal.length));
}

/** Finds the places at which leases were set whose lane is also live under another identity (`sharedLane`). */
export function findSharedLanes(live: Live): Finding {
  const counts = new Map<string, number>();
  for (const [key] of live.places()) counts.set(laneText(key), (counts.get(laneText(key)) ?? 0) + 1);
  counts.delete('""');
  const shared: Place[] = [];
  for (const [key, { line, offset }] of live.places()) {
    if ((counts.get(laneText(key)) ?? 0) > 1) shared.push({ line, offset });
  }
  return findingOf(shared.sort((a, b) => a.line - b.line));
}

/** The error of a call that only a fold of kind `scan` answers. */
export function notScan(call: string): TypeError {
  return new TypeError(`${call}: expected a fold of kind scan, found one of kind replay`);
}
