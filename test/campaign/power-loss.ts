// A seed and a number of states in -> counts of what was looked at, and the first state that was recovered wrongly.
// LANE_SOAK_POWER_STATES  distinct states of the disk to look at; default 5,000, and 50,000 with LANE_SOAK=1
// LANE_TEST_SEED          any text; default: a new one each time
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { vi } from "vitest";
import { systemProcesses } from "../../src/write/process.js";
import { Random } from "../generate/random.js";
import { type Change, DiskModel, type DiskState } from "./disk-model.js";
import { cutPower, hashState } from "./power-loss-cuts.js";
import { type Recorded, recordScenario } from "./power-loss-record.js";
import { type Complaint, judgeState } from "./power-loss-recovery.js";
import { type Scenario, scenarios } from "./power-loss-scenarios.js";

/** Rounds over all scenarios, each with other random choices, before the wanted number is given up. */
const roundsMax = 60;

/** Per moment between two changes. */
const randomStates = 4;

export function chooseStateCount(): number {
  const asked = process.env["LANE_SOAK_POWER_STATES"] || (process.env["LANE_SOAK"] === "1" ? "50000" : "5000");
  const count = Number(asked);
  if (Number.isSafeInteger(count) && count > 0) return count;
  throw new Error(`LANE_SOAK_POWER_STATES: expected a whole number above 0, found "${asked}"`);
}

export interface Tally {
  /** Distinct by scenario, names and contents. */
  states: number;
  /** A state is recovered anew for each moment from which other things are expected of it. */
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

  /** Runs it once and remembers what it did. The host has then booted anew. */
  record(scenario: Scenario, isForgotten?: (change: Change) => boolean): Recorded {
    bootAs("11111111-1111-4111-8111-111111111111");
    try {
      return recordScenario(scenario, mkdtempSync(`${this.#place}/run-`) + "/disk", isForgotten);
    } finally {
      bootAs("22222222-2222-4222-8222-222222222222");
    }
  }

  /** Cuts the power before each change and after the last one. */
  cut(scenario: Scenario, { start, changes, expectationAt }: Recorded, round: number): void {
    const model = new DiskModel(start);
    const r = new Random(`${this.#seed}/${scenario.name}/${round}`);
    for (let done = 0; done <= changes.length; done++) {
      this.tally.moments++;
      const expected = expectationAt(done);
      for (const state of cutPower(model, r, randomStates)) {
        const hash = `${scenario.name} ${hashState(state)}`;
        this.#states.add(hash);
        this.tally.states = this.#states.size;
        const key = `${hash} ${expected.step}`;
        if (this.#judged.has(key)) continue;
        this.#judged.add(key);
        this.#judge(scenario, state, expected, `seed ${r.seed}, after ${done} of ${changes.length} changes`);
      }
      const change = changes[done];
      if (change !== undefined) model.apply(change);
    }
  }

  #judge(scenario: Scenario, state: DiskState, expected: ReturnType<Recorded["expectationAt"]>, place: string): void {
    const number = this.tally.recoveries++;
    const root = `${this.#place}/${number}`;
    const engine = number % 10 === 0 ? "js" : "native";
    const recovery = {
      root: mkdtempSync(`${root}-`),
      journal: scenario.journal,
      engine,
      compacts: number % 8 === 0,
    } as const;
    const complaint = judgeState(state, expected, recovery);
    if (complaint === null) return;
    this.tally.complaints[complaint.kind]++;
    this.tally.first ??= `${scenario.name}, ${place}, ${expected.step}: ${complaint.kind}: ${complaint.message}\n${show(state)}`;
  }
}

export function runCampaign(seed: string, wanted: number): Tally {
  const campaign = new PowerLoss(seed);
  try {
    const recorded = scenarios.map((scenario) => ({ scenario, recording: campaign.record(scenario) }));
    for (let round = 0; round < roundsMax && campaign.tally.states < wanted; round++) {
      for (const { scenario, recording } of recorded) campaign.cut(scenario, recording, round);
    }
    return campaign.tally;
  } finally {
    campaign.end();
  }
}

export function summarise({ states, recoveries, moments, complaints }: Tally): string {
  const { lost, invented, stuck, unreadable } = complaints;
  const found = `${lost} with acknowledged entries lost, ${invented} with leases invented, ${stuck} with a stuck lock`;
  return `power loss: ${states} distinct states at ${moments} moments, ${recoveries} recoveries: ${found}, ${unreadable} unreadable`;
}

function bootAs(bootId: string): void {
  vi.restoreAllMocks();
  const here = systemProcesses.self();
  vi.spyOn(systemProcesses, "self").mockReturnValue({ ...here, bootId });
}

function show({ files }: DiskState): string {
  return files.map(({ names, content }) => `${names.join(" = ")}: ${JSON.stringify(content.toString())}`).join("\n");
}
