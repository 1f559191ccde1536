// Checks that a power cut at any moment leaves every acknowledged entry in the journal or in its slot, so that it can
// still be shipped (docs/format.md 7, "Slot").
import { dirname } from "node:path";
import { expect, it } from "vitest";
import { slotFolder } from "../../src/file/ship-slot.js";
import { formatLine } from "../../src/index.js";
import { Random } from "../generate/random.js";
import { chooseSeed } from "../generate/seed.js";
import { type Change, DiskModel, type DiskState } from "./disk-model.js";
import { PowerLoss } from "./power-loss.js";
import { cutPower } from "./power-loss-cuts.js";
import type { Recorded } from "./power-loss-record.js";
import { slotScenario } from "./power-loss-scenarios.js";

const seed = chooseSeed("power loss of a slot");
const randomStates = 20;

function record(isForgotten?: (change: Change) => boolean): Recorded {
  const campaign = new PowerLoss(seed);
  try {
    return campaign.record(slotScenario, isForgotten);
  } finally {
    campaign.end();
  }
}

/** Returns the entries of the journal and of the files in its slot as lines. */
function linesIn({ files }: DiskState): Set<string> {
  const { journal } = slotScenario;
  const isKept = (name: string): boolean => name === journal || dirname(name) === slotName;
  const texts = files.filter(({ names }) => names.some(isKept)).flatMap(({ content }) => String(content).split("\n"));
  return new Set(texts.flatMap(readLine));
}

const slotName = slotFolder(slotScenario.journal).replace(/^\.\//, "");

/** A cut may tear the last line. */
function readLine(text: string): string[] {
  try {
    return [formatLine(JSON.parse(text))];
  } catch {
    return [];
  }
}

/** Returns the number of states examined, and the first entry that a state has lost. */
function cutEverywhere({ start, changes, expectationAt }: Recorded): { states: number; lost: string | undefined } {
  const model = new DiskModel(start);
  const r = new Random(seed);
  const acknowledged = new Set<string>();
  let states = 0;
  for (let done = 0; done <= changes.length; done++) {
    for (const line of expectationAt(done).bases[0] ?? []) acknowledged.add(line);
    for (const state of cutPower(model, r, randomStates)) {
      states++;
      const found = linesIn(state);
      const lost = [...acknowledged].find((line) => !found.has(line));
      if (lost !== undefined) return { states, lost: `seed ${seed}, after ${done} changes: ${lost}` };
    }
    const change = changes[done];
    if (change !== undefined) model.apply(change);
  }
  return { states, lost: undefined };
}

it("no state has lost an acknowledged entry, although the journal was compacted twice", () => {
  const { states, lost } = cutEverywhere(record());
  expect(lost).toBeUndefined();
  expect(states).toBeGreaterThan(100);
});

it("a compaction that does not fsync the slot loses entries", () => {
  const { lost } = cutEverywhere(record((change) => change.kind === "syncFolder" && change.name === slotName));
  expect(lost).toBeDefined();
});
