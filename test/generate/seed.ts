// Reads the seed and the number of random journals from the environment, and prints the seed on stderr so that any
// failure can be reproduced.
//   LANE_TEST_SEED      any text; defaults to a new one each time
//   LANE_TEST_JOURNALS  how many random journals; default 20,000
import { randomInt } from "node:crypto";

export function chooseSeed(suite: string): string {
  const seed = process.env["LANE_TEST_SEED"] || String(randomInt(1_000_000_000));
  process.stderr.write(`${suite}: LANE_TEST_SEED=${seed}\n`);
  return seed;
}

export function chooseJournalCount(): number {
  const asked = process.env["LANE_TEST_JOURNALS"] || "20000";
  const count = Number(asked);
  if (Number.isSafeInteger(count) && count > 0) return count;
  throw new Error(`LANE_TEST_JOURNALS: expected a whole number above 0, found "${asked}"`);
}
