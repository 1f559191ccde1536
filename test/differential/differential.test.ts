// Checks on random journals that both engines, a naive opinion and the invariants of docs/format.md 7 agree.
// LANE_TEST_SEED and LANE_TEST_JOURNALS (default 20,000 in all) are explained in generate/seed.ts.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { findingKinds } from "../../src/core/findings.js";
import type { Scan } from "../../src/index.js";
import type { Family } from "../generate/journal.js";
import { families, makeJournal } from "../generate/journal.js";
import { makeFolder, removeFolders } from "../generate/place.js";
import { chooseJournalCount, chooseSeed } from "../generate/seed.js";
import { shrinkJournal } from "../generate/shrink.js";
import type { Verdict } from "../generate/verdict.js";
import { judgeJournal } from "../generate/verdict.js";
import { engines } from "../support/engines.js";

const seed = chooseSeed("differential");
const perFamily = Math.ceil(chooseJournalCount() / families.length);
const path = join(makeFolder("differential"), "journal.jsonl");
const met = {
  leases: 0,
  tornTail: 0,
  corrupt: 0,
  nonObjects: 0,
  illFormedUtf8: 0,
  repeatedKeys: 0,
  oddSeq: 0,
  heartbeatBack: 0,
  seqBack: 0,
  tsBack: 0,
  strayEnd: 0,
  strayBeat: 0,
  refusedAcquire: 0,
  sharedLane: 0,
};

afterAll(removeFolders);

function judge(journal: Buffer, journalSeed: string): Verdict {
  writeFileSync(path, journal);
  return judgeJournal(path, journal, engines, journalSeed);
}

function countMet(scan: Scan): void {
  met.leases += scan.leases.length;
  met.tornTail += scan.tornTail === null ? 0 : 1;
  for (const name of findingKinds) met[name] += scan[name].count;
}

function report(journal: Buffer, journalSeed: string): string {
  const small = shrinkJournal(journal, (smaller) => judge(smaller, journalSeed).complaint !== null);
  const { complaint } = judge(small, journalSeed);
  return `LANE_TEST_SEED=${seed}, journal ${journalSeed}\n${complaint}\njournal (base64): ${small.toString("base64")}`;
}

async function runFamily(family: Family): Promise<void> {
  for (let i = 0; i < perFamily; i++) {
    const journalSeed = `${seed}/${family.name}/${i}`;
    const journal = makeJournal(family, journalSeed);
    const { complaint, answers } = judge(journal, journalSeed);
    if (complaint !== null) expect.fail(report(journal, journalSeed));
    if (answers !== undefined) countMet(answers.scan);
    if (i % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
}

describe("random journals", () => {
  for (const family of families) {
    it(`${family.name} journals have one meaning`, () => runFamily(family), 600_000);
  }

  it("contain live leases and every kind of finding, each at least once in 20 journals", () => {
    const least = Math.floor((perFamily * families.length) / 20);
    for (const [finding, count] of Object.entries(met)) expect(count, finding).toBeGreaterThanOrEqual(least);
  });
});
