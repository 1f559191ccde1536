// Runs writers, a compactor and a reader, kills and restarts each of them several times, and collects the findings.
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { type Entry, type Leases, openLeases, readAll, replay } from "../../src/index.js";
import { Random } from "../generate/random.js";
import { startChild } from "./child/start.js";
import { type Findings, judgeRound, readLedger } from "./kill-verdict.js";

export const slots = ["writer", "writer", "writer", "writer", "compactor", "reader"] as const;

export interface RoundPlan {
  seed: string;
  /** How many times the process of each slot is killed. */
  turns: number;
  /** Whether compactions keep the old files. Without them only leases can be checked, not every entry. */
  keepsFiles: boolean;
}

export interface RoundResult {
  findings: Findings;
  failures: string[];
  kills: number;
  /** How many processes killed themselves within a file system call. */
  killsInCalls: number;
  acknowledged: number;
  compactions: number;
  reads: number;
  tornLines: number;
  /** How long the first acquire after each kill took, in milliseconds, while the other processes keep writing. */
  waitsMs: number[];
  /** How long an acquire took after all other processes had ended, in milliseconds. */
  lastWaitMs: number;
}

const anchor = "anchor";
const lockWaitMs = 30_000;

/** Few enough lanes for the writers to compete for them. */
const lanes = 5;

/** The highest call number at which a process kills itself, so that most die during a write or a compaction. */
const callsMax = { writer: 240, compactor: 200, reader: 1 };
const killAfterMsMax = 60;
const selfKillWaitMs = 1000;

interface Death {
  call: number;
  how: string;
}

class Round {
  readonly folder = mkdtempSync(path.join(tmpdir(), "lane-kill-"));
  readonly journal = path.join(this.folder, "journal", "journal.jsonl");
  readonly archive = path.join(this.folder, "archive");
  readonly #keeper: Leases;
  readonly #plan: RoundPlan;
  readonly #told: string[] = [];
  readonly waitsMs: number[] = [];
  kills = 0;
  killsInCalls = 0;
  #wishes = 0;

  constructor(plan: RoundPlan) {
    this.#plan = plan;
    this.#keeper = openLeases(this.journal, { owner: "keeper", lockWaitMs });
    this.acquire(anchor);
  }

  get told(): string {
    return this.#told.map((line) => `${line}\n`).join("");
  }

  /** Acquires a lane as the keeper, recorded like a step of a writer. Returns how long it took. */
  acquire(lane: string): number {
    const id = `k${this.#wishes++}`;
    const start = performance.now();
    this.#record(`ACQUIRE ${id}`, () => this.#keeper.acquire({ lane, loopTs: id }));
    const took = performance.now() - start;
    return took;
  }

  #record(key: string, call: () => { ok: boolean; reason?: string; entry: Entry }): void {
    this.#told.push(`try ${key}`);
    try {
      const { ok, reason, entry } = call();
      this.#told.push(ok ? `ack ${key} ${String(entry["seq"])}` : `fail ${key} NONE ${reason}`);
    } catch (error) {
      this.#told.push(`fail ${key} ${String(error)}`);
    }
  }

  /** Runs all turns of one slot. */
  async runSlot(slot: number): Promise<void> {
    const program = slots[slot] ?? "reader";
    for (let turn = 0; turn < this.#plan.turns; turn++) {
      const random = new Random(`${this.#plan.seed}/${slot}/${turn}`);
      const name = `s${slot}t${turn}`;
      await this.#runProcess(program, name, random);
      this.kills++;
      this.waitsMs.push(this.acquire(`keeper-${this.#wishes}`));
      for (const lease of this.#keeper.live()) {
        const [lane, loopTs] = [String(lease["lane"]), String(lease["loop_ts"])];
        const target = { lane, loopTs, reason: "killed" };
        if (lease["holder"] === name) this.#record(`SCAVENGE ${loopTs}`, () => this.#keeper.scavenge(target));
      }
    }
  }

  async #runProcess(program: keyof typeof callsMax, name: string, random: Random): Promise<void> {
    const dies = program !== "reader" && random.chance(0.6);
    const how = random.pick(["before", "after", "half"]);
    const call = random.between(1, how === "half" ? Math.ceil(callsMax[program] / 8) : callsMax[program]);
    const death: Death | null = dies ? { call, how } : null;
    const archive = this.#plan.keepsFiles ? this.archive : null;
    const record = path.join(this.folder, `${name}.record`);
    const child = startChild(`${program}.mjs`, {
      ...{ journal: this.journal, archive, anchor, record, name, lanes, lockWaitMs, death },
      seed: random.below(2 ** 31),
    });
    if (await child.ready)
      await Promise.race([pause(dies ? selfKillWaitMs : random.below(killAfterMsMax)), child.exit]);
    if (child.process.exitCode === null && child.process.signalCode === null) child.process.kill("SIGKILL");
    else this.killsInCalls++;
    const { signal, code } = await child.exit;
    if (signal !== "SIGKILL") this.#told.push(`fail ${program} ${code} it ended by itself`);
  }

  /**
   * Returns the entries of every file that was the journal, each once: two compactions may archive the same file if the
   * first was killed.
   */
  files(): Entry[][] {
    const archives = this.#plan.keepsFiles ? readdirIfThere(this.archive) : [];
    const byInode = new Map<number, string>();
    for (const file of [...archives.map((name) => path.join(this.archive, name)), this.journal]) {
      byInode.set(statSync(file).ino, file);
    }
    return Array.from(byInode.values(), (file) => readAll(file));
  }

  records(): string[] {
    const names = readdirSync(this.folder).filter((name) => name.endsWith(".record"));
    return names.map((name) => readFileSync(path.join(this.folder, name), "utf8"));
  }

  end(): void {
    this.#keeper.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export async function runRound(plan: RoundPlan): Promise<RoundResult> {
  const round = new Round(plan);
  try {
    await Promise.all(slots.map((_, slot) => round.runSlot(slot)));
    const lastWaitMs = round.acquire("last");
    const records = round.records();
    const ledger = readLedger([...records, round.told]);
    const files = round.files();
    const count = (word: string): number => records.join("").split(`${word}\n`).length - 1;
    return {
      findings: judgeRound(ledger, files, replay(round.journal), plan.keepsFiles),
      failures: ledger.failures,
      kills: round.kills,
      killsInCalls: round.killsInCalls,
      acknowledged: ledger.acknowledged.size,
      compactions: count("compacted"),
      reads: count("read"),
      tornLines: files.at(-1)?.filter((entry) => entry["op"] === "_CORRUPT").length ?? 0,
      waitsMs: round.waitsMs,
      lastWaitMs,
    };
  } finally {
    round.end();
  }
}

function readdirIfThere(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    // No compaction got far enough to create it.
    return [];
  }
}
