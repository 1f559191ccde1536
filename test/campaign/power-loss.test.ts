// Examines the states that a power cut may leave, as a model of a disk derives them: whatever was acknowledged is
// there.
import { describe, expect, it } from "vitest";
import { chooseSeed } from "../generate/seed.js";
import type { Change } from "./disk-model.js";
import { chooseStateCount, PowerLoss, runCampaign, summarise, type Tally } from "./power-loss.js";
import { type Scenario, scenarios } from "./power-loss-scenarios.js";

const seed = chooseSeed("power loss");
const wanted = chooseStateCount();

async function cutWhileForgetting(scenario: string, isForgotten: (change: Change) => boolean): Promise<Tally> {
  const campaign = new PowerLoss(seed);
  try {
    const chosen: Scenario | undefined = scenarios.find(({ name }) => name.startsWith(scenario));
    if (chosen === undefined) throw new Error(`expected a scenario ${scenario}, found none`);
    await campaign.cut(chosen, campaign.record(chosen, isForgotten), 0);
    return campaign.tally;
  } finally {
    campaign.end();
  }
}

describe("a power cut at any moment (A1, A2, A3, A6, A11, A12, B2, B4)", () => {
  it(`${wanted} states lose no acknowledged entry, invent no lease and leave no lock stuck`, async () => {
    const tally = await runCampaign(seed, wanted);
    process.stderr.write(`${summarise(tally)}\n`);
    expect(tally.first).toBeNull();
    expect(tally.complaints).toEqual({ lost: 0, invented: 0, stuck: 0, unreadable: 0 });
    expect(tally.states).toBeGreaterThanOrEqual(wanted);
  }, 3_600_000);
});

describe("the model detects writers that", () => {
  it("fsync no file, and so lose acknowledged entries", async () => {
    const { complaints } = await cutWhileForgetting("append to a journal", ({ kind }) => kind === "sync");
    expect(complaints.lost).toBeGreaterThan(0);
  });

  it("fsync no folder, and so lose a new journal (A11)", async () => {
    const { complaints } = await cutWhileForgetting("append to a new file", ({ kind }) => kind === "syncFolder");
    expect(complaints.lost).toBeGreaterThan(0);
  });

  it("fsync no folder after a compaction, and so lose later appends with the new file (A11)", async () => {
    const { complaints } = await cutWhileForgetting("compaction (A3)", ({ kind }) => kind === "syncFolder");
    expect(complaints.lost).toBeGreaterThan(0);
  });

  it("do not fsync what they rename, and so lose leases in a compaction (A3)", async () => {
    const { complaints } = await cutWhileForgetting(
      "compaction (A3)",
      (change) => change.kind === "sync" && change.file !== 0,
    );
    expect(complaints.lost).toBeGreaterThan(0);
  });

  it("do not fsync a lock before linking it, and so leave an empty lock that is stuck (B2)", async () => {
    const { complaints } = await cutWhileForgetting("lock taken", ({ kind }) => kind === "sync");
    expect(complaints.stuck).toBeGreaterThan(0);
  });
});
