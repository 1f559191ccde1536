// Lets random journals grow while one fold or one open journal reads them, in steps and pieces down to a byte. After
// every growth the answers must equal those of a fresh read.
import { appendFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { Engine } from "../../src/index.js";
import { nextSeq, openJournal, replay, scan, tail } from "../../src/index.js";
import { orRefusal, renderScan } from "../generate/answers.js";
import { families, makeJournal } from "../generate/journal.js";
import type { Reading } from "../generate/pieces.js";
import { chooseReading, cutAnywhere, engineFor, readGrowing } from "../generate/pieces.js";
import { makeFolder, removeFolders } from "../generate/place.js";
import { Random } from "../generate/random.js";
import { renderExactly, showDifference } from "../generate/render.js";
import { chooseJournalCount, chooseSeed } from "../generate/seed.js";
import { shrinkJournal } from "../generate/shrink.js";
import { engines } from "../support/engines.js";

const seed = chooseSeed("differential-pieces");
const perFamily = Math.ceil(chooseJournalCount() / 10 / families.length);
const folder = makeFolder("pieces");
const growing = join(folder, "growing.jsonl");
const fresh = join(folder, "fresh.jsonl");

afterAll(removeFolders);

/** Returns the answers of the TypeScript engine to a fresh read of the journal as it is after each stage. */
function expectedAnswers(stages: readonly Buffer[], kind: Reading["kind"]): string[] {
  writeFileSync(fresh, "");
  return stages.map((stage) => {
    appendFileSync(fresh, stage);
    const { engine: _, ...found } = scan(fresh, { engine: "js" });
    const answers = [found.leases, found.generations, found.nextSeq].map(renderExactly).join(" ");
    return kind === "scan" ? `${answers} ${renderScan(found)}` : answers;
  });
}

function findFoldFault(journal: Buffer, journalSeed: string, engine: Engine): string | null {
  const r = new Random(`${journalSeed}/reading`);
  const reading = chooseReading(r);
  const stages = cutAnywhere(r, journal);
  const fold = engineFor(engine, reading).openFold(reading);
  const found = readGrowing(growing, stages, fold, reading);
  return compareStages(expectedAnswers(stages, reading.kind), found, stages, JSON.stringify(reading));
}

function findJournalFault(journal: Buffer, journalSeed: string, engine: Engine): string | null {
  const stages = cutAnywhere(new Random(`${journalSeed}/journal`), journal);
  writeFileSync(growing, "");
  const open = openJournal(growing, { engine });
  const answers = stages.map((stage) => {
    appendFileSync(growing, stage);
    const { engine: _, ...found } = open.scan();
    const asked = [orRefusal(() => renderExactly(open.replay())), orRefusal(() => open.nextSeq())];
    const opened = [...asked, renderExactly(open.tail(3)), renderScan(found)];
    const { engine: __, ...whole } = scan(growing, { engine: "js" });
    const leases = orRefusal(() => renderExactly(replay(growing, { engine: "js" })));
    const last = renderExactly(tail(3, growing, { engine: "js" }));
    const expected = [leases, orRefusal(() => nextSeq(growing, { engine: "js" })), last, renderScan(whole)];
    return { opened: opened.join(" "), expected: expected.join(" ") };
  });
  open.close();
  const expected = answers.map((answer) => answer.expected);
  const found = answers.map((answer) => answer.opened);
  return compareStages(expected, found, stages, "an open journal");
}

function compareStages(expected: string[], found: string[], stages: readonly Buffer[], how: string): string | null {
  const at = expected.findIndex((answer, i) => answer !== found[i]);
  if (at < 0) return null;
  const ends = stages.map((_, i) => Buffer.concat(stages.slice(0, i + 1)).length);
  const difference = showDifference(expected[at] ?? "", found[at] ?? "");
  return `${how}, grown to ${ends.slice(0, at + 1).join(", ")} bytes: ${difference}`;
}

type FindFault = typeof findFoldFault;

async function runEngine(engine: Engine, findFault: FindFault, count: number): Promise<void> {
  for (const family of families) {
    for (let i = 0; i < count; i++) {
      const journalSeed = `${seed}/${family.name}/${i}`;
      const journal = makeJournal(family, journalSeed);
      if (findFault(journal, journalSeed, engine) !== null)
        expect.fail(report(journal, journalSeed, engine, findFault));
      if (i % 20 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

function report(journal: Buffer, journalSeed: string, engine: Engine, findFault: FindFault): string {
  const small = shrinkJournal(journal, (smaller) => findFault(smaller, journalSeed, engine) !== null);
  const fault = findFault(small, journalSeed, engine);
  return `LANE_TEST_SEED=${seed}, journal ${journalSeed}\n${fault}\njournal (base64): ${small.toString("base64")}`;
}

describe.each(engines)("a random journal that grows under the %s engine", (engine) => {
  it("folds the same in steps and pieces of any size as in one read", async () => {
    await runEngine(engine, findFoldFault, perFamily);
  }, 600_000);

  it("gets the same answers from an open journal after each growth", async () => {
    await runEngine(engine, findJournalFault, Math.ceil(perFamily / 2));
  }, 600_000);
});
