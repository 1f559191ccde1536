// Kills writers, a compactor and a reader at random points. Nothing acknowledged may be lost, nothing invented, and no
// process may get stuck.
//   LANE_SOAK_KILLS  how many processes are killed; default 300, with LANE_SOAK 10,000
import { afterEach, describe, expect, test } from "vitest";
import { chooseSeed } from "../generate/seed.js";
import { chooseCount, killAll } from "./child/start.js";
import { type RoundResult, runRound, slots } from "./kill-round.js";
import { judgeRound, readLedger } from "./kill-verdict.js";

const kills = chooseCount("LANE_SOAK_KILLS", 300, 10_000);
const turns = 10;

afterEach(killAll);

function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

function summarize(results: readonly RoundResult[]): string {
  const sum = (count: (result: RoundResult) => number): number => results.reduce((all, one) => all + count(one), 0);
  const waits = results.flatMap(({ waitsMs }) => waitsMs);
  const alone = results.map(({ lastWaitMs }) => lastWaitMs);
  return [
    `kill: ${sum((one) => one.kills)} kills (${sum((one) => one.killsInCalls)} within a call)`,
    `${sum((one) => one.acknowledged)} acknowledged, ${sum((one) => one.findings.lost.length)} lost`,
    `${sum((one) => one.findings.phantom.length)} phantom, ${sum((one) => one.findings.doubled.length)} doubled seq`,
    `${sum((one) => one.findings.doubleGrants.length)} double grants, ${sum((one) => one.failures.length)} failures`,
    `${sum((one) => one.compactions)} compactions, ${sum((one) => one.reads)} reads`,
    `${sum((one) => one.tornLines)} torn lines`,
    `next acquire p50 ${percentile(waits, 0.5).toFixed(1)} ms, p99 ${percentile(waits, 0.99).toFixed(1)} ms`,
    `with nobody else p50 ${percentile(alone, 0.5).toFixed(1)} ms, p99 ${percentile(alone, 0.99).toFixed(1)} ms`,
  ].join(", ");
}

const none = { lost: [], phantom: [], doubled: [], doubleGrants: [] };

const limitMs = 600_000 + kills * 10_000;

test(`A1, B4, B13: ${kills} kills lose, invent and double nothing, and need no manual repair`, {
  timeout: limitMs,
}, async () => {
  const seed = chooseSeed("kill");
  const results: RoundResult[] = [];
  const rounds = Math.ceil(kills / (turns * slots.length));
  for (let round = 0; round < rounds; round++) {
    const result = await runRound({ seed: `${seed}/${round}`, turns, keepsFiles: round % 3 !== 2 });
    const found = { round, failures: result.failures, ...result.findings };
    expect(found).toEqual({ round, failures: [], ...none });
    results.push(result);
  }
  console.log(summarize(results));
  const all = results.flatMap(({ waitsMs }) => waitsMs);
  expect(all.length).toBeGreaterThanOrEqual(kills);
  expect(results.every(({ acknowledged }) => acknowledged > 0)).toBe(true);
  expect(results.some(({ compactions }) => compactions > 0)).toBe(true);
});

describe("the verdict", () => {
  const ledger = readLedger(["try ACQUIRE a\nack ACQUIRE a 1\ntry ATTEMPT b\nack ATTEMPT b 2\ntry ATTEMPT c\n"]);
  const lease = { lane: "l", loop_ts: "a" };
  const acquired = { op: "ACQUIRE", lane: "l", loop_ts: "a", seq: 1 };
  const attempted = { op: "ATTEMPT", unit_id: "b", seq: 2 };

  test("finds nothing in a correct journal, with or without the unacknowledged entries", () => {
    expect(judgeRound(ledger, [[acquired, attempted]], [lease], true)).toEqual(none);
    const late = { op: "ATTEMPT", unit_id: "c", seq: 3 };
    expect(judgeRound(ledger, [[acquired, attempted, late]], [lease], true)).toEqual(none);
  });

  test("finds a lost entry, a lost lease, a phantom, a number used twice and a lane granted twice", () => {
    const other = { op: "ACQUIRE", lane: "l", loop_ts: "d", seq: 2 };
    expect(judgeRound(ledger, [[acquired]], [lease], true).lost).toHaveLength(1);
    expect(judgeRound(ledger, [[acquired, attempted]], [], true).lost).toEqual(["the lease a"]);
    const worse = judgeRound(ledger, [[acquired, other]], [lease], false);
    expect(worse).toMatchObject({ phantom: ["ACQUIRE d"], doubleGrants: [expect.stringContaining("l: d while a")] });
    expect(worse.doubled).toEqual(["seq 2: ATTEMPT b, ACQUIRE d"]);
  });
});
