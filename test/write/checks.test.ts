// Checks that a writer with check values adds right ones, whatever else is appended, cut off or replaced
// (docs/format.md 13).
import { appendFileSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { append, formatLine, openJournal, openLeases, readAll, replay, scan } from "../../src/index.js";
import { temporaryFolder, writeJournal } from "../contract/journals.js";
import { judgeChecksNaively } from "../generate/oracle-checks.js";
import { Random } from "../generate/random.js";
import { chooseSeed } from "../generate/seed.js";
import { engines } from "../support/engines.js";

const path = (): string => `${temporaryFolder()}/journal.jsonl`;
const line = '{"lane": "x", "loop_ts": "T", "op": "REFUSE"}\n';

function expectSound(file: string, values: number): void {
  const { badChecks, checked } = scan(file);
  expect(badChecks).toEqual({ count: 0, first: [] });
  expect(checked.values).toBe(values);
}

describe.each(engines)("a journal with checks on the %s engine", (engine) => {
  it("adds a value to each line, and covers what others append in between", () => {
    const file = path();
    const journal = openJournal(file, { engine, checks: true });
    journal.append({ op: "HALT" });
    journal.appendAll([{ op: "HALT" }, { op: "HALT", reason: "ü" }]);
    appendFileSync(file, line);
    journal.transact(() => ({ op: "ACQUIRE", lane: "a", loop_ts: "T", lease: { lane: "a", loop_ts: "T" } }));
    appendFileSync(file, '{"torn');
    journal.append({ op: "HALT" });
    expectSound(file, 5);
    const bytes = readFileSync(file);
    expect(scan(file).checked.bytes).toBe(bytes.lastIndexOf(", "));
    expect(replay(file, { engine })).toEqual([{ lane: "a", loop_ts: "T" }]);
    journal.close();
  });

  it("begins anew in a file that a compaction wrote, and in one that was replaced or cut", () => {
    const file = path();
    const journal = openJournal(file, { engine, checks: true });
    journal.appendAll([{ op: "HALT" }, { op: "HALT" }]);
    journal.compact();
    expectSound(file, 0);
    journal.append({ op: "HALT" });
    expectSound(file, 1);
    const whole = readFileSync(file);
    journal.append({ op: "HALT" });
    truncateSync(file, whole.length);
    journal.forget();
    journal.append({ op: "HALT", reason: "after the cut" });
    expectSound(file, 2);
    writeFileSync(file, `\ufeff${line}`);
    journal.forget();
    journal.append({ op: "HALT" });
    expectSound(file, 1);
    journal.close();
  });

  it("shares the journal with other writers that have values", () => {
    const file = path();
    const [one, two] = [openJournal(file, { engine, checks: true }), openJournal(file, { engine, checks: true })];
    for (let round = 0; round < 5; round++) for (const each of [one, two]) each.append({ op: "HALT", round });
    expectSound(file, 10);
    one.close();
    two.close();
  });

  it("gives a sentinel no value, nor an entry with a member ~ of its own", () => {
    const file = path();
    const journal = openJournal(file, { engine, checks: true });
    journal.appendAll([{ op: "_CORRUPT", _raw: "x" }, { op: "HALT", "~": 1 }, { op: "HALT" }]);
    expectSound(file, 1);
    expect(readFileSync(file, "utf8").match(/"~": "/g)).toHaveLength(1);
    journal.close();
  });

  it("covers lease decisions", () => {
    const file = path();
    const leases = openLeases(file, { owner: "me", engine, checks: true });
    expect(leases.acquire({ lane: "a" }).ok).toBe(true);
    expect(leases.release({ lane: "a" }).ok).toBe(true);
    expectSound(file, 2);
    leases.close();
  });

  it("adds none without the option", () => {
    const file = path();
    const journal = openJournal(file, { engine });
    journal.append({ op: "HALT" });
    journal.close();
    expectSound(file, 0);
    expect(() => openJournal(file, { engine, checks: Object(1) })).toThrow("checks: expected true or false");
  });
});

it("an entry that was read from a journal with values is written without its old one", () => {
  const file = path();
  const journal = openJournal(file, { checks: true });
  journal.append({ op: "HALT" });
  const [entry] = readAll(file);
  expect(entry).toHaveProperty("~");
  for (const checks of [true, false]) {
    const again = openJournal(file, { checks });
    again.append({ ...entry });
    again.close();
  }
  journal.close();
  expectSound(file, 2);
  expect(formatLine({ ...entry })).not.toContain("~");
});

it("append adds values if LANE_JOURNAL_CHECKS is 1", () => {
  const file = writeJournal(line);
  process.env["LANE_JOURNAL_CHECKS"] = "1";
  try {
    append({ op: "HALT" }, file);
    append({ op: "HALT", seq: 7 }, file);
    appendFileSync(file, line);
    append({ op: "HALT" }, file);
  } finally {
    delete process.env["LANE_JOURNAL_CHECKS"];
  }
  append({ op: "HALT" }, file);
  expectSound(file, 3);
});

it("random appends of writers with and without values never make one wrong", () => {
  const seed = chooseSeed("checked-writers");
  for (let round = 0; round < 20; round++) {
    const r = new Random(`${seed}/${round}`);
    const file = writeJournal(line);
    const journals = [true, true, false].map((checks) => openJournal(file, { checks, engine: r.pick(engines) }));
    for (let step = 0; step < 20; step++) {
      const journal = r.pick(journals);
      const act = r.pickWeighted<() => unknown>([
        [6, () => journal.append({ op: "HALT", step })],
        [3, () => journal.appendAll(Array.from({ length: r.below(4) }, () => ({ op: "HALT", step })))],
        [3, () => appendFileSync(file, line)],
        [1, () => appendFileSync(file, line.slice(0, r.between(1, 40)))],
        [1, () => journal.compact()],
      ]);
      act();
      expect(judgeChecksNaively(readFileSync(file)).badChecks.count, `LANE_TEST_SEED=${seed}, ${round}/${step}`).toBe(
        0,
      );
    }
    for (const journal of journals) journal.close();
    expect(scan(file).badChecks.count).toBe(0);
  }
});
