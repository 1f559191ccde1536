// Runs one act under one fault and finds every violation of docs/format.md 8, judging by the disk alone.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { JournalEngine } from "../../src/engine/engine.js";
import { JournalError, scan } from "../../src/index.js";
import type { OpenJournal } from "../../src/journal/journal.js";
import { acquireLock, readLock } from "../../src/lock/lock.js";
import { type Act, openAt, type Place } from "./nth-call-acts.js";
import { type Fault, nameFault, type Saboteur, type Told } from "./nth-call-fault.js";

export interface Tally {
  trials: number;
  acknowledged: number;
  /** The error says that nothing was done. */
  refused: number;
  /** The error is `ERR_DURABILITY_UNKNOWN`. */
  unknown: number;
  falseAcknowledgements: number;
  ghosts: number;
  unreadable: number;
  leakedLocks: number;
  leakedDescriptors: number;
  /** Includes journals that changed although an error said that they had not. */
  other: number;
  /** How many calls were failed, by name. */
  failedCalls: { [name: string]: number };
  offences: string[];
}

type Offence = "falseAcknowledgements" | "ghosts" | "unreadable" | "leakedLocks" | "leakedDescriptors" | "other";

export function createTally(): Tally {
  const outcomes = { trials: 0, acknowledged: 0, refused: 0, unknown: 0 };
  const offences = {
    falseAcknowledgements: 0,
    ghosts: 0,
    unreadable: 0,
    leakedLocks: 0,
    leakedDescriptors: 0,
    other: 0,
  };
  return { ...outcomes, ...offences, failedCalls: {}, offences: [] };
}

export function tellTally(name: string, tally: Tally): string {
  const { trials, acknowledged, refused, unknown, failedCalls } = tally;
  const { falseAcknowledgements, ghosts, unreadable, leakedLocks, leakedDescriptors, other } = tally;
  const outcomes = `${trials} trials: ${acknowledged} acknowledged, ${refused} refused, ${unknown} in doubt`;
  const lies = `${falseAcknowledgements} false acknowledgements, ${ghosts} ghosts, ${unreadable} unreadable`;
  const leaks = `${leakedLocks} leaked locks, ${leakedDescriptors} leaked descriptors, ${other} other`;
  const calls = Object.entries(failedCalls).map(([call, count]) => `${call} ${count}`);
  return `${name}: ${outcomes}; ${lies}, ${leaks}; failed calls: ${calls.join(" ")}\n`;
}

export interface Bench {
  saboteur: Saboteur;
  engine: JournalEngine;
  tally: Tally;
  /** Appends and compacts after every n-th trial and after each in doubt, which takes half of the time. Default 1. */
  afterwardsEvery?: number;
  /** The folder for the folders of the trials. Default: one in memory, because faults need no real disk. */
  base?: string;
}

const memory = "/dev/shm";

/** Runs the act under the fault, in a folder of its own. */
export function runTrial(act: Act, fault: Fault, bench: Bench): Told & { acknowledged: boolean } {
  const folder = mkdtempSync(join(bench.base ?? (existsSync(memory) ? memory : tmpdir()), "lane-campaign-"));
  const place = { folder, journal: join(folder, act.file), archive: join(folder, "archive") };
  const trial = new Trial(act, fault, place, bench);
  try {
    return trial.run();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

class Trial {
  readonly #act: Act;
  readonly #fault: Fault;
  readonly #place: Place;
  readonly #bench: Bench;
  #told: Told = { calls: 0, failed: 0, name: "-" };
  #error: unknown;

  constructor(act: Act, fault: Fault, place: Place, bench: Bench) {
    this.#act = act;
    this.#fault = fault;
    this.#place = place;
    this.#bench = bench;
  }

  run(): Told & { acknowledged: boolean } {
    const { tally } = this.#bench;
    const place = this.#place;
    this.#act.prepare(place);
    const bytes = readIfThere(place.journal);
    const before = survey(place);
    const descriptors = countDescriptors();
    this.#runUnderFault();
    this.#judgeDescriptors(countDescriptors() - descriptors);
    tally.trials++;
    tally[this.#error === undefined ? "acknowledged" : this.#isInDoubt ? "unknown" : "refused"]++;
    const { name, failed } = this.#told;
    if (failed > 0) tally.failedCalls[name] = (tally.failedCalls[name] ?? 0) + 1;
    this.#judgeError();
    this.#judgeLock();
    this.#judgeJournal(before, bytes);
    if (this.#isInDoubt || tally.trials % (this.#bench.afterwardsEvery ?? 1) === 0) this.#judgeAfterwards();
    return { ...this.#told, acknowledged: this.#error === undefined };
  }

  get #isInDoubt(): boolean {
    return codeOf(this.#error) === "ERR_DURABILITY_UNKNOWN";
  }

  #runUnderFault(): void {
    const { saboteur, engine } = this.#bench;
    saboteur.arm(this.#place.folder, this.#fault);
    try {
      this.#act.run(this.#place, saboteur.disk, engine);
    } catch (error) {
      this.#error = error;
    } finally {
      this.#told = saboteur.disarm();
    }
  }

  /** The descriptor of a file in doubt stays open so that its inode number is not reused. */
  #judgeDescriptors(more: number): void {
    if (more < 0 || more > (this.#isInDoubt ? 1 : 0)) this.#note("leakedDescriptors", `${more} more descriptors`);
  }

  #judgeError(): void {
    const error = this.#error;
    if (error === undefined) return;
    if (!(error instanceof JournalError)) this.#note("other", `expected a JournalError, found ${String(error)}`);
    else if (!error.message.includes(this.#place.folder)) this.#note("other", `no place in: ${error.message}`);
    const passes = this.#fault.kind === "calls" && ["EINTR", "SHORT"].includes(this.#fault.code);
    if (passes) this.#note("other", `expected it to go on, found ${String(error)}`);
  }

  /**
   * After a single fault the lock must be free for other processes; if the disk stays broken, at least for this one.
   */
  #judgeLock(): void {
    const { journal } = this.#place;
    const state = readLock(journal);
    const isSingle = this.#fault.kind === "calls" && this.#fault.first === this.#fault.last;
    if (isSingle && state.held && state.alive !== "dead") this.#note("leakedLocks", `held by ${state.owner}`);
    try {
      acquireLock(journal, { waitMs: 0 }).release();
    } catch (error) {
      this.#note("leakedLocks", String(error));
    }
  }

  #judgeJournal(before: Survey, bytes: Buffer | undefined): void {
    let after: Survey;
    let isDone: boolean | undefined;
    try {
      after = survey(this.#place);
      isDone = this.#act.isDone(this.#place);
    } catch (error) {
      this.#note("unreadable", String(error));
      return;
    }
    if (this.#error === undefined && isDone === false) this.#note("falseAcknowledgements", "it is not there");
    if (this.#error !== undefined && !this.#isInDoubt) this.#judgeUndone(isDone, bytes);
    const counts = isDone ?? false;
    const leases = counts ? this.#act.leases(before.leases) : before.leases;
    if (leases.join() !== after.leases.join()) this.#note("other", `leases: expected ${leases}, found ${after.leases}`);
    const most = before.sentinels + this.#act.sentinels + (this.#isInDoubt ? 1 : 0);
    const isSound = after.sentinels >= before.sentinels && after.sentinels <= most;
    if (!isSound) this.#note("other", `expected ${before.sentinels} to ${most} sentinels, found ${after.sentinels}`);
  }

  #judgeUndone(isDone: boolean | undefined, bytes: Buffer | undefined): void {
    const found = readIfThere(this.#place.journal);
    if (isDone === true) this.#note("ghosts", String(this.#error));
    // A missing journal may have been created, but it must be empty.
    else if (!(found ?? Buffer.alloc(0)).equals(bytes ?? Buffer.alloc(0))) {
      this.#note("other", `the journal changed: ${String(this.#error)}`);
    }
  }

  /** The fault is gone. A file in doubt accepts no append from this process until a compaction replaces it. */
  #judgeAfterwards(): void {
    const journal = openAt(this.#place, this.#bench.engine);
    this.#appendMore(journal, this.#isInDoubt);
    const leases = survey(this.#place).leases.join();
    const { entriesAfter } = journal.compact();
    // An empty journal has nothing to compact, so it remains the file in doubt.
    this.#appendMore(journal, this.#isInDoubt && entriesAfter === 0);
    const found = survey(this.#place);
    if (found.leases.join() !== leases) this.#note("other", `compacted: expected ${leases}, found ${found.leases}`);
    const left = readdirSync(this.#place.folder).filter((name) => name.startsWith(".lane-compact-"));
    if (left.length > 0) this.#note("other", `left behind: ${left}`);
    journal.close();
  }

  #appendMore(journal: OpenJournal, mayRefuse: boolean): void {
    try {
      journal.append({ op: "ATTEMPT", unit_id: "more" });
    } catch (error) {
      const isExpected = mayRefuse && codeOf(error) === "ERR_DURABILITY_UNKNOWN";
      if (!isExpected) this.#note("other", `the next append: ${String(error)}`);
    }
  }

  #note(offence: Offence, what: string): void {
    const { tally } = this.#bench;
    tally[offence]++;
    const place = `${this.#act.name} (${this.#bench.engine.name}), ${nameFault(this.#fault)} (${this.#told.name})`;
    if (tally.offences.length < 20) tally.offences.push(`${place}: ${offence}: ${what}`);
  }
}

interface Survey {
  leases: readonly string[];
  sentinels: number;
}

function survey({ journal }: Place): Survey {
  const { leases, ops } = scan(journal, { engine: "js" });
  return { leases: leases.map((lease) => `${lease["lane"]} ${lease["loop_ts"]}`), sentinels: ops["_CORRUPT"] ?? 0 };
}

function countDescriptors(): number {
  return readdirSync("/proc/self/fd").length;
}

function readIfThere(path: string): Buffer | undefined {
  return existsSync(path) ? readFileSync(path) : undefined;
}

function codeOf(error: unknown): string | undefined {
  return error instanceof JournalError ? error.code : undefined;
}
