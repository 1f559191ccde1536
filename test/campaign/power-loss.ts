// Runs the power-loss campaign for a seed: counts the states examined and keeps the first that was recovered wrongly.
// LANE_SOAK_POWER_STATES  distinct states of the disk to look at; default 5,000, and 50,000 with LANE_SOAK=1
// LANE_TEST_SEED          any text; default: a new one each time
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { setImmediate as nextTurn } from "node:timers/promises";
import { vi } from "vitest";
import { systemProcesses } from "../../src/lock/process.js";
import { Random } from "../generate/random.js";
import { type Change, DiskModel, type DiskState } from "./disk-model.js";
import { cutPower, hashState } from "./power-loss-cuts.js";
import { type Expectation, type Recorded, recordScenario } from "./power-loss-record.js";
import { type Complaint, judgeState, type Recovery } from "./power-loss-recovery.js";
import { type Scenario, scenarios } from "./power-loss-scenarios.js";

/** The number of rounds over all scenarios, each with other random choices, after which the campaign gives up. */
const roundsMax = 100;

/** New states per scenario and round, shared by its moments; the short form takes about one round. */
const newStatesPerRound = 300;

/** Random states per moment, in addition to the extreme ones. */
const randomStates = 40;

/** The first states of each moment are always examined: everything durable, and nothing unsynced durable. */
const certainStates = 2;

/** Memory that a fold holds outside the heap is freed only in a turn of the event loop. */
const recoveriesPerTurn = 100;

export function chooseStateCount(): number {
  const asked = process.env["LANE_SOAK_POWER_STATES"] || (process.env["LANE_SOAK"] === "1" ? "50000" : "5000");
  const count = Number(asked);
  if (Number.isSafeInteger(count) && count > 0) return count;
  throw new Error(`LANE_SOAK_POWER_STATES: expected a whole number above 0, found "${asked}"`);
}

export interface Tally {
  /** Distinct by scenario, names and contents. */
  states: number;
  /** A state is recovered again for each moment that has another expectation. */
  recoveries: number;
  moments: number;
  complaints: Record<Complaint["kind"], number>;
  first: string | null;
}

export class PowerLoss {
  readonly tally: Tally = {
    states: 0,
    recoveries: 0,
    moments: 0,
    complaints: { lost: 0, invented: 0, stuck: 0, unreadable: 0 },
    first: null,
  };
  readonly #seed: string;
  readonly #place = mkdtempSync(`${existsSync("/dev/shm") ? "/dev/shm" : tmpdir()}/lane-power-`);
  readonly #states = new Set<string>();
  readonly #judged = new Set<string>();

  constructor(seed: string) {
    this.#seed = seed;
  }

  end(): void {
    rmSync(this.#place, { recursive: true, force: true });
  }

  /** Runs the scenario once and records its changes. Afterwards the host has a new boot id. */
  record(scenario: Scenario, isForgotten?: (change: Change) => boolean): Recorded {
    bootAs("11111111-1111-4111-8111-111111111111");
    try {
      return recordScenario(scenario, mkdtempSync(`${this.#place}/run-`) + "/disk", isForgotten);
    } finally {
      bootAs("22222222-2222-4222-8222-222222222222");
    }
  }

  /** Cuts the power before each change and after the last one. */
  async cut(scenario: Scenario, { start, changes, expectationAt }: Recorded, round: number): Promise<void> {
    const model = new DiskModel(start);
    const r = new Random(`${this.#seed}/${scenario.name}/${round}`);
    const quota = Math.ceil(newStatesPerRound / (changes.length + 1));
    // A moment that has fewer states than its quota leaves the rest to later ones.
    let left = 0;
    for (let done = 0; done <= changes.length; done++) {
      this.tally.moments++;
      const place = `LANE_TEST_SEED=${this.#seed}, round ${round}, after ${done} of ${changes.length} changes`;
      const [first, rest] = splitAt([...cutPower(model, r, randomStates)], certainStates);
      left += quota;
      for (const state of [...first, ...r.shuffled(rest)]) {
        if (left > 0 && (await this.#look(scenario, state, expectationAt(done), place))) left--;
      }
      const change = changes[done];
      if (change !== undefined) model.apply(change);
    }
  }

  /** Returns false for a state that was examined before. */
  async #look(scenario: Scenario, state: DiskState, expected: Expectation, place: string): Promise<boolean> {
    const hash = `${scenario.name} ${hashState(state)}`;
    const key = `${hash} ${expected.step}`;
    if (this.#judged.has(key)) return false;
    this.#judged.add(key);
    this.#states.add(hash);
    this.tally.states = this.#states.size;
    this.#judge(scenario, state, expected, place);
    if (this.tally.recoveries % recoveriesPerTurn === 0) await nextTurn();
    return true;
  }

  #judge(scenario: Scenario, state: DiskState, expected: Expectation, place: string): void {
    const number = this.tally.recoveries++;
    const root = mkdtempSync(`${this.#place}/${number}-`);
    const engine = number % 10 === 0 ? "js" : "native";
    const recovery: Recovery = { root, journal: scenario.journal, engine, compacts: number % 8 === 0 };
    const complaint = judgeState(state, expected, recovery);
    if (complaint === null) return;
    this.tally.complaints[complaint.kind]++;
    const { kind, message } = complaint;
    this.tally.first ??= `${scenario.name}, ${place}, ${expected.step}: ${kind}: ${message}\n${show(state)}`;
  }
}

export async function runCampaign(seed: string, wanted: number): Promise<Tally> {
  const campaign = new PowerLoss(seed);
  try {
    const recorded = scenarios.map((scenario) => ({ scenario, recording: campaign.record(scenario) }));
    for (let round = 0; round < roundsMax && campaign.tally.states < wanted; round++) {
      for (const { scenario, recording } of recorded) {
        // The first round covers every scenario; later rounds only reach the wanted number.
        if (round === 0 || campaign.tally.states < wanted) await campaign.cut(scenario, recording, round);
      }
    }
    return campaign.tally;
  } finally {
    campaign.end();
  }
}

export function summarise({ states, recoveries, moments, complaints }: Tally): string {
  const { lost, invented, stuck, unreadable } = complaints;
  const found = `${lost} with acknowledged entries lost, ${invented} with leases invented, ${stuck} with a stuck lock`;
  const done = `${states} distinct states at ${moments} moments, ${recoveries} recoveries`;
  return `campaign: power loss: ${done}: ${found}, ${unreadable} unreadable`;
}

function splitAt<Item>(items: readonly Item[], count: number): [Item[], Item[]] {
  return [items.slice(0, count), items.slice(count)];
}

function bootAs(bootId: string): void {
  vi.restoreAllMocks();
  const here = systemProcesses.self();
  vi.spyOn(systemProcesses, "self").mockReturnValue({ ...here, bootId });
}

function show({ files }: DiskState): string {
  return files.map(({ names, content }) => `${names.join(" = ")}: ${JSON.stringify(content.toString())}`).join("\n");
}
