// Fails each call of an append, a lock, a compaction and the lease shell in turn. Nothing acknowledged may be missing,
// nothing refused may be present, and nothing may leak. It runs once on the disk of the writers and once on the real
// calls of Node.
//   LANE_SOAK=1         under the shim, appends and compacts after every trial instead of every fifth
//   LANE_SOAK_NTH_CALL  how many pairs of failing calls; default 500, 20,000 with LANE_SOAK=1
import { beforeEach, describe, expect, test, vi } from "vitest";
import { scriptEngine } from "../../src/engine/script.js";
import { chooseSeed } from "../generate/seed.js";
import { FaultyDisk } from "./nth-call-disk.js";
import { failEachCall, failPairs } from "./nth-call-rounds.js";
import { createTally, type Tally, tellTally } from "./nth-call-trial.js";
import { runUnderShim } from "./shim/preload.js";

const isSoak = process.env["LANE_SOAK"] === "1";
const pairs = Number(process.env["LANE_SOAK_NTH_CALL"] || (isSoak ? "20000" : "500"));
const soakTimeout = 3_600_000;
const timeout = isSoak || pairs > 500 ? soakTimeout : 300_000;

beforeEach(() => {
  // A lock whose file cannot be deleted causes a warning, thousands of times here.
  vi.spyOn(process, "emitWarning").mockImplementation(() => undefined);
});

function expectSound(name: string, tally: Tally): void {
  process.stderr.write(tellTally(name, tally));
  expect(tally.offences).toEqual([]);
  expect(tally.acknowledged).toBeGreaterThan(0);
  expect(tally.refused).toBeGreaterThan(0);
}

function expectFailed(tally: Tally, calls: readonly string[]): void {
  expect(Object.keys(tally.failedCalls)).toEqual(expect.arrayContaining([...calls]));
}

const everywhere = [
  "open",
  "close",
  "read",
  "write",
  "fsync",
  "link",
  "rename",
  "unlink",
  "mkdir",
  "fchmod",
  "readdir",
];

describe("A2 A5 A6 B4: failing each call of the disk in turn", () => {
  test(
    "once and permanently, loses, invents and leaks nothing",
    () => {
      const tally = createTally();
      failEachCall({ saboteur: new FaultyDisk(), engine: scriptEngine, tally });
      expectSound("nth call, disk", tally);
      expectFailed(tally, [...everywhere, "fstat", "lstat", "freeBytes"]);
    },
    timeout,
  );

  test(
    `${pairs} pairs of calls`,
    () => {
      const tally = createTally();
      failPairs({ saboteur: new FaultyDisk(), engine: scriptEngine, tally }, chooseSeed("nth call, pairs"), pairs);
      expectSound("nth call, pairs", tally);
    },
    timeout,
  );
});

describe("A2 A5 A6 B4: failing each call that Node makes in turn, by a preloaded shim,", () => {
  test.each(["js", "native"] as const)(
    "under the %s engine loses, invents and leaks nothing",
    (engine) => {
      const tally = runUnderShim({ campaign: "calls", engine });
      expectSound(`nth call, ${engine} engine under the shim`, tally);
      expectFailed(tally, [...everywhere, "stat", "statfs"]);
    },
    timeout,
  );
});
