// Many random histories -> a compaction changes nothing that follows from them (docs/format.md 7). Counts and seed:
// campaign.ts.
import { afterAll, describe, expect, it } from "vitest";
import { removeFolders } from "../generate/place.js";
import { chooseSeed } from "../generate/seed.js";
import { engines } from "../support/engines.js";
import { chooseHistoryCount, judgeInMemory, judgeThroughFiles } from "./campaign.js";

const seed = chooseSeed("compaction");
const histories = chooseHistoryCount();
const throughFiles = Math.max(1, Math.floor(histories / 50));

afterAll(removeFolders);

describe("random histories with continuations", () => {
  it(`${histories} in memory: the leases stay, numbers and tokens do not go back`, () => {
    expect(judgeInMemory(seed, histories)).toBeNull();
  }, 3_600_000);

  it(`${throughFiles} through files: both engines write the same new file, and it folds to the same`, () => {
    expect(judgeThroughFiles(seed, throughFiles, engines)).toBeNull();
  }, 3_600_000);
});
