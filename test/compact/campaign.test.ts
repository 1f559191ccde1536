// Checks with random histories that a compaction changes nothing that follows from them (docs/format.md 7). See
// campaign.ts for the counts and the seed.
import { afterAll, describe, expect, it } from "vitest";
import { removeFolders } from "../generate/place.js";
import { chooseSeed } from "../generate/seed.js";
import { engines } from "../support/engines.js";
import { chooseHistoryCount, judgeInMemory, judgeThroughFiles } from "./campaign.js";

const seed = chooseSeed("compaction");
const histories = chooseHistoryCount();
const throughFiles = Math.max(1, Math.floor(histories / 100));

afterAll(removeFolders);

describe("random histories with continuations", () => {
  it(`${histories} in memory keep their leases, and numbers and tokens never decrease`, () => {
    expect(judgeInMemory(seed, histories)).toBeNull();
  }, 3_600_000);

  it(`${throughFiles} through files give the same new file on both engines, which folds to the same`, () => {
    expect(judgeThroughFiles(seed, throughFiles, engines)).toBeNull();
  }, 3_600_000);
});
