// Compares what was attempted and acknowledged with the journal, and finds every lost, invented or doubled entry.
import type { Entry, Lease } from "../../src/index.js";

/** What the processes of a round recorded: `try KEY`, `ack KEY SEQ`, `fail KEY CODE MESSAGE`, and other lines. */
export interface Ledger {
  tried: Set<string>;
  /** The `seq` of each acknowledged entry. */
  acknowledged: Map<string, number>;
  failures: string[];
}

export interface Findings {
  lost: string[];
  phantom: string[];
  /** A number used twice, an entry found twice, or numbers that decrease within a file. */
  doubled: string[];
  /** A lane granted while it was held. */
  doubleGrants: string[];
}

/**
 * A key is `OP ID`, or `OP ID STAMP` for a heartbeat. The id is a `unit_id` or a `loop_ts`, and each op uses it once.
 */
export function readLedger(texts: readonly string[]): Ledger {
  const ledger: Ledger = { tried: new Set(), acknowledged: new Map(), failures: [] };
  for (const line of texts.flatMap((text) => text.split("\n").slice(0, -1))) {
    const [word = "", ...rest] = line.split(" ");
    if (word === "try") ledger.tried.add(rest.join(" "));
    if (word === "ack") ledger.acknowledged.set(rest.slice(0, -1).join(" "), Number(rest.at(-1)));
    if (word === "fail") ledger.failures.push(rest.join(" "));
  }
  return ledger;
}

/** Returns `undefined` for an entry that no writer appends: a checkpoint or a sentinel. */
function keyOf(entry: Entry): string | undefined {
  const op = String(entry["op"]);
  if (op === "CHECKPOINT" || op === "_CORRUPT") return undefined;
  if (op === "ATTEMPT") return `${op} ${String(entry["unit_id"])}`;
  const beat = op === "HEARTBEAT" ? ` ${String(entry["heartbeat_at"])}` : "";
  return `${op} ${String(entry["loop_ts"])}${beat}`;
}

/**
 * `files` are the entries of every file that was the journal, if all of them are kept. Otherwise they are the entries
 * of the last file, from which compactions have dropped some.
 */
export function judgeRound(
  ledger: Ledger,
  files: readonly (readonly Entry[])[],
  live: readonly Lease[],
  isWhole: boolean,
): Findings {
  const findings: Findings = { lost: [], phantom: [], doubled: [], doubleGrants: [] };
  const found = new Map<string, number>();
  const numbers = new Map<number, string>();
  const number = (seq: number, key: string): void => {
    const other = numbers.get(seq);
    if (other !== undefined && other !== key) findings.doubled.push(`seq ${seq}: ${other}, ${key}`);
    numbers.set(seq, key);
  };
  for (const [key, seq] of ledger.acknowledged) number(seq, key);
  for (const entries of files) {
    let highest = 0;
    for (const entry of entries) {
      const key = keyOf(entry);
      if (key === undefined) continue;
      const seq = Number(entry["seq"]);
      if (!(seq > highest)) findings.doubled.push(`seq ${seq} of ${key} comes after ${highest}`);
      if (found.has(key)) findings.doubled.push(`${key} is there twice`);
      highest = seq;
      number(seq, key);
      found.set(key, seq);
      if (!wasTried(key, ledger)) findings.phantom.push(key);
    }
    findings.doubleGrants.push(...findDoubleGrants(entries));
  }
  for (const [key, seq] of isWhole ? ledger.acknowledged : []) {
    if (found.get(key) !== seq) findings.lost.push(`${key}: acknowledged as ${seq}, found ${found.get(key)}`);
  }
  judgeLeases(ledger, live, findings);
  return findings;
}

/** A refusal is journaled under the id of the request. */
function wasTried(key: string, { tried }: Ledger): boolean {
  return tried.has(key) || (key.startsWith("REFUSE ") && tried.has(key.replace("REFUSE", "ACQUIRE")));
}

/**
 * Every acknowledged lease that no writer attempted to end must be live. An ended lease, or one never attempted, must
 * not.
 */
function judgeLeases({ tried, acknowledged }: Ledger, live: readonly Lease[], findings: Findings): void {
  const stamps = new Map(live.map((lease) => [String(lease["loop_ts"]), String(lease["heartbeat_at"])]));
  const beats = new Map<string, string>();
  for (const key of acknowledged.keys()) {
    const [op, id = "", stamp = ""] = key.split(" ");
    if (op === "ACQUIRE" && !stamps.has(id) && !tried.has(`RELEASE ${id}`) && !tried.has(`SCAVENGE ${id}`)) {
      findings.lost.push(`the lease ${id}`);
    }
    if ((op === "RELEASE" || op === "SCAVENGE") && stamps.has(id)) findings.lost.push(`the end of the lease ${id}`);
    if (op === "HEARTBEAT" && stamp > (beats.get(id) ?? "")) beats.set(id, stamp);
  }
  for (const [id, stamp] of stamps) {
    const beat = beats.get(id);
    if (!tried.has(`ACQUIRE ${id}`)) findings.phantom.push(`the lease ${id}`);
    if (beat !== undefined && stamp < beat) findings.lost.push(`the beat ${beat} of the lease ${id}, found ${stamp}`);
  }
  const lanes = live.map((lease) => String(lease["lane"]));
  if (new Set(lanes).size < lanes.length) findings.doubleGrants.push(`live: ${lanes.toSorted().join(", ")}`);
}

/** Implements the fold of docs/format.md 5 as far as lanes are concerned. */
function findDoubleGrants(entries: readonly Entry[]): string[] {
  const doubled: string[] = [];
  const holders = new Map<string, string>();
  for (const entry of entries) {
    const lane = String(entry["lane"]);
    const id = String(entry["loop_ts"]);
    if (entry["op"] === "CHECKPOINT") {
      holders.clear();
      for (const lease of listLeases(entry)) holders.set(String(lease["lane"]), String(lease["loop_ts"]));
    }
    if (entry["op"] === "ACQUIRE") {
      const holder = holders.get(lane);
      if (holder !== undefined && holder !== id) doubled.push(`${lane}: ${id} while ${holder} has it`);
      holders.set(lane, id);
    }
    if ((entry["op"] === "RELEASE" || entry["op"] === "SCAVENGE") && holders.get(lane) === id) holders.delete(lane);
  }
  return doubled;
}

function listLeases(checkpoint: Entry): Entry[] {
  const leases: unknown = checkpoint["leases"];
  return Array.isArray(leases) ? leases : [];
}
