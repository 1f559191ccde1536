// Checks progress, liveness and attempts at every boundary (docs/format.md 12).
import { describe, expect, it } from "vitest";
import {
  attempts,
  attemptsAsync,
  type Entry,
  type LivenessOptions,
  liveness,
  livenessAsync,
  progress,
  progressAsync,
} from "../../src/index.js";
import { systemProcesses } from "../../src/lock/process.js";
import { engines } from "../support/engines.js";
import { about, acquire, temporaryFolder, thrownBy, writeLines } from "./journals.js";

const nowMs = Date.parse("2026-06-01T14:00:00Z");
const now = new Date(nowMs);

/** The stamp of so many seconds before now. */
const ago = (seconds: number): string => new Date(nowMs - seconds * 1000).toISOString().replace(".000", "");
const stamped = (seconds: number, entry: Entry): Entry => ({ ...entry, ts: ago(seconds) });
const minutes = (count: number): number => count * 60;

/** An ACQUIRE so many seconds ago. */
const acquired = (seconds: number, lease: Entry = {}): Entry =>
  stamped(seconds, acquire("a", "T1", { acquired_at: ago(seconds), ...lease }));
const beat = (seconds: number): Entry => stamped(seconds, about("HEARTBEAT", "a"));

describe.each(engines)("on the %s engine", (engine) => {
  const judge = (lines: Entry[], options: LivenessOptions = {}) =>
    liveness(writeLines(...lines), { engine, now, ...options });
  const verdictOf = (lines: Entry[], options: LivenessOptions = {}): string | undefined =>
    judge(lines, options)[0]?.verdict;
  const run = (known: object) => ({ runs: [{ lane: "a", loopTs: "T1", ...known }] });

  describe("liveness", () => {
    it.each([
      { what: "a beat of 15 minutes ago", beatAgo: minutes(15), verdict: "SPINNING" },
      { what: "a beat of a second more", beatAgo: minutes(15) + 1, verdict: "STALLED" },
      { what: "a beat now", beatAgo: 0, verdict: "SPINNING" },
      { what: "a beat a second ahead of the clock", beatAgo: -1, verdict: "SPINNING" },
      { what: "a beat two seconds ahead of the clock", beatAgo: -2, verdict: "STALLED" },
    ])("of an old run with $what is $verdict", ({ beatAgo, verdict }) => {
      expect(verdictOf([acquired(minutes(120)), beat(beatAgo)])).toBe(verdict);
    });

    it.each([
      { age: minutes(30), verdict: "SPINNING" },
      { age: minutes(30) - 1, verdict: "ADVANCING" },
    ])("of a run that began $age seconds ago and is alive is $verdict", ({ age, verdict }) => {
      expect(verdictOf([acquired(age), beat(0)])).toBe(verdict);
    });

    it("is ADVANCING if the caller knows of a commit, although there is no beat", () => {
      expect(verdictOf([acquired(minutes(600))], run({ commits: 1 }))).toBe("ADVANCING");
      expect(verdictOf([acquired(minutes(600))], run({ commits: 0 }))).toBe("STALLED");
    });

    it("is STALLED if the process is gone, although the beat is recent and the run is young", () => {
      expect(verdictOf([acquired(5)], run({ isGone: true }))).toBe("STALLED");
      expect(verdictOf([acquired(5)], run({ isGone: false }))).toBe("ADVANCING");
    });

    it("knows by the process mark that a process is gone, unless the caller says otherwise", () => {
      const { host, machine, bootId, namespace } = systemProcesses.self();
      const mark = { pid: 4_000_000, holder: "h", host, machine_id: machine, boot_id: bootId, namespace, start: "1" };
      const lines = [acquired(5, { pid: 4_000_000, holder: "h", process: mark })];
      expect(judge(lines)).toMatchObject([{ isGone: true, verdict: "STALLED" }]);
      expect(judge(lines, run({ isGone: false }))).toMatchObject([{ isGone: false, verdict: "ADVANCING" }]);
      expect(judge([acquired(5, { pid: 4_000_000, holder: "h" })])).toMatchObject([{ isGone: false }]);
    });

    it("is STALLED without any beat, and says so", () => {
      const lease = { lane: "a", loop_ts: "T1", acquired_at: ago(5) };
      expect(judge([{ op: "CHECKPOINT", leases: [lease] }])).toMatchObject([
        { verdict: "STALLED", reason: "no beat", lastBeatAt: null, beatAgeMs: null, events: 0 },
      ]);
    });
  });

  describe("progress", () => {
    const eventsOf = (lines: Entry[], options: LivenessOptions = {}): number | undefined =>
      progress(writeLines(...lines), { engine, now, ...options })[0]?.events;
    const again = (seconds: number, op = "ACQUIRE"): Entry => ({ ...acquired(minutes(60)), op, ts: ago(seconds) });

    it("does not count the first ACQUIRE, whenever it was, nor ADOPT, HEARTBEAT and CHECKPOINT", () => {
      expect(eventsOf([{ ...acquired(minutes(60)), ts: ago(minutes(50)) }])).toBe(0);
      const lease = { lane: "a", loop_ts: "T1", acquired_at: ago(minutes(60)) };
      const others = [stamped(9, about("ADOPT", "a")), beat(8), stamped(7, { op: "CHECKPOINT", leases: [lease] })];
      expect(eventsOf([acquired(minutes(60)), ...others])).toBe(0);
      expect(judge([acquired(minutes(60)), stamped(9, about("ADOPT", "a"))])[0]?.verdict).toBe("STALLED");
    });

    it("counts each later ACQUIRE, RELEASE, SCAVENGE and RECONCILE of the same identity", () => {
      const lines = [again(minutes(60)), stamped(50, about("RELEASE", "a")), again(40)];
      expect(eventsOf([...lines, stamped(30, about("SCAVENGE", "a")), again(20, "RECONCILE")])).toBe(4);
      expect(eventsOf([...lines, stamped(10, about("RELEASE", "a", "T2")), stamped(9, about("RELEASE", "b"))])).toBe(2);
    });

    it("counts a RECONCILE although it is the first entry", () => {
      expect(eventsOf([{ ...acquired(minutes(60)), op: "RECONCILE", ts: ago(10) }])).toBe(1);
    });

    it.each([
      { startedAt: new Date(nowMs - 10_000), counted: 0 },
      { startedAt: new Date(nowMs - 9001), counted: 0 },
      { startedAt: new Date(nowMs - 10_001), counted: 1 },
      { startedAt: ago(11), counted: 1 },
    ])("counts what is after the second of the start: $counted for $startedAt", ({ startedAt, counted }) => {
      expect(eventsOf([again(minutes(60)), again(10)], run({ startedAt }))).toBe(counted);
    });

    it.each([
      { seconds: -1, counted: 1 },
      { seconds: -2, counted: 0 },
    ])("counts $counted event $seconds seconds ago", ({ seconds, counted }) => {
      expect(eventsOf([again(minutes(60)), again(seconds)])).toBe(counted);
    });

    it("places an entry without a stamp by its heartbeat_at, and leaves out one without both", () => {
      const unstamped = { ...again(0), ts: undefined };
      expect(eventsOf([again(minutes(60)), { ...unstamped, heartbeat_at: ago(5) }])).toBe(1);
      expect(eventsOf([again(minutes(60)), { ...unstamped, ts: "soon" }])).toBe(0);
      // It does not count as the first ACQUIRE either.
      expect(eventsOf([unstamped, again(9)])).toBe(0);
      expect(eventsOf([again(minutes(60)), again(9)])).toBe(1);
    });

    it("begins at acquired_at, else with the first ACQUIRE or RECONCILE, else now", () => {
      const startOf = (lines: Entry[]) => progress(writeLines(...lines), { engine, now })[0]?.startedAt;
      expect(startOf([{ ...acquired(70), ts: ago(60) }])).toBe(nowMs - 70_000);
      expect(startOf([stamped(60, acquire("a")), stamped(50, acquire("a"))])).toBe(nowMs - 60_000);
      expect(startOf([{ op: "CHECKPOINT", leases: [{ lane: "a", loop_ts: "T1" }] }])).toBe(nowMs);
    });

    it("is that of the live leases in map order, then of the other runs", () => {
      const lines = [stamped(9, acquire("b")), stamped(8, acquire("a")), stamped(7, acquire("c"))];
      const path = writeLines(...lines, stamped(6, about("RELEASE", "c")));
      const runs = [
        { lane: "c", loopTs: "T1" },
        { lane: "a", loopTs: "T1", startedAt: ago(99) },
        { lane: "z", loopTs: "T9" },
      ];
      const found = progress(path, { engine, now, runs });
      expect(found.map(({ lane, lease, events }) => [lane, lease !== undefined, events])).toEqual([
        ["b", true, 0],
        ["a", true, 0],
        ["c", false, 1],
        ["z", false, 0],
      ]);
      expect(found[1]?.startedAt).toBe(nowMs - 99_000);
    });

    it("of a missing journal is empty, and of a file that is not a journal an error", () => {
      expect(progress(`${temporaryFolder()}/none.jsonl`, { engine })).toEqual([]);
      const path = writeLines("[1]", "17");
      expect(thrownBy(() => progress(path, { engine }))).toMatchObject({ code: "ERR_NOT_A_JOURNAL", path });
    });
  });

  describe("attempts", () => {
    const attempt = (seconds: number, outcome: unknown, rest: Entry = {}): Entry =>
      stamped(seconds, { op: "ATTEMPT", unit_id: "U1", outcome, ...rest });
    const stateOf = (...lines: Entry[]): string | undefined =>
      attempts(writeLines(...lines), { engine, now })[0]?.state;

    it.each([
      { outcome: "error", seconds: minutes(30) - 1, state: "cooling" },
      { outcome: "error", seconds: minutes(30), state: "clear" },
      { outcome: "drained", seconds: minutes(360) - 1, state: "cooling" },
      { outcome: "drained", seconds: minutes(360), state: "clear" },
      { outcome: "blocked", seconds: minutes(359), state: "cooling" },
      { outcome: "lost", seconds: minutes(359), state: "cooling" },
      { outcome: null, seconds: minutes(359), state: "cooling" },
      { outcome: "shipped", seconds: 0, state: "clear" },
      { outcome: " Shipped ", seconds: 0, state: "clear" },
    ])("$outcome $seconds seconds ago: $state", ({ outcome, seconds, state }) => {
      expect(stateOf(attempt(seconds, outcome))).toBe(state);
    });

    it("the latest attempt decides, whatever the order in the file", () => {
      expect(stateOf(attempt(10, "shipped"), attempt(20, "drained"))).toBe("clear");
      expect(stateOf(attempt(20, "shipped"), attempt(10, "drained"))).toBe("cooling");
    });

    it("of two attempts at one time the one with the longer window decides", () => {
      const error = attempt(minutes(40), "error");
      const drained = attempt(minutes(40), "drained");
      expect(stateOf(error, drained)).toBe("cooling");
      expect(stateOf(drained, error)).toBe("cooling");
    });

    it.each([
      { schema: undefined, counts: true },
      { schema: { family: "lane-journal", version: 1 }, counts: true },
      { schema: { family: "lane-journal", version: 2 }, counts: false },
      { schema: { family: "other", version: 1 }, counts: false },
      { schema: { family: "", version: 1 }, counts: true },
      { schema: 1, counts: true },
      { schema: 2, counts: false },
      { schema: "lane-journal", counts: true },
      { schema: { family: "other", version: "1" }, counts: true },
    ])("counts one with the schema $schema: $counts", ({ schema, counts }) => {
      expect(stateOf(attempt(5, "drained", { schema }))).toBe(counts ? "cooling" : undefined);
    });

    it("returns the units in the order of their first attempts, or only one", () => {
      const path = writeLines(
        attempt(30, "error", { unit_id: "U2" }),
        attempt(20, "shipped"),
        attempt(10, "blocked", { unit_id: "U2" }),
        attempt(5, "blocked", { unit_id: "" }),
        { op: "ATTEMPT", unit_id: "U3", outcome: "error", ts: "soon" },
      );
      const second = {
        ...{ unit_id: "U2", count: 2, outcome: "blocked", ts: ago(10), at: nowMs - 10_000, state: "cooling" },
        until: nowMs - 10_000 + minutes(360) * 1000,
      };
      const first = { unit_id: "U1", count: 1, outcome: "shipped", ts: ago(20), at: nowMs - 20_000, state: "clear" };
      expect(attempts(path, { engine, now })).toEqual([second, { ...first, until: null }]);
      expect(attempts(path, { engine, now, unit: "U2" })).toEqual([second]);
      expect(attempts(path, { engine, now, unit: "U9" })).toEqual([]);
    });
  });

  it("all return the same asynchronously, and the event loop runs meanwhile", async () => {
    const path = writeLines(acquired(60), beat(5), stamped(4, { op: "ATTEMPT", unit_id: "U1", outcome: "error" }));
    let turns = 0;
    setImmediate(() => turns++);
    expect(await livenessAsync(path, { engine, now })).toEqual(liveness(path, { engine, now }));
    expect(turns).toBe(1);
    expect(await progressAsync(path, { engine, now })).toEqual(progress(path, { engine, now }));
    expect(await attemptsAsync(path, { engine, now })).toEqual(attempts(path, { engine, now }));
  });

  it("report progress, and stop when the signal aborts", () => {
    const path = writeLines(acquired(60), beat(5));
    const seen: number[] = [];
    liveness(path, { engine, onProgress: ({ bytes }) => void seen.push(bytes) });
    expect(seen.at(-1)).toBeGreaterThan(100);
    const signal = AbortSignal.abort(new Error("enough"));
    expect(() => liveness(path, { engine, signal })).toThrow("enough");
    expect(() => attempts(path, { engine, signal })).toThrow("enough");
  });
});

describe("the options", () => {
  const path = "/nowhere/journal.jsonl";

  it.each([
    [{ now: "yesterday" }, /now: expected a Date or a time stamp .+, found "yesterday"/],
    [Object.assign({ runs: 1 }), /runs: expected an array, found 1/],
    [Object.assign({ runs: [1] }), /runs: expected an array of objects, found 1/],
    [Object.assign({ runs: [{ lane: 1 }] }), /runs' lane: expected a string, found 1/],
    [Object.assign({ runs: [{ lane: "a" }] }), /runs' loopTs: expected a string, found undefined/],
    [{ runs: [{ lane: "a", loopTs: "T", commits: -1 }] }, /runs' commits: expected a whole number of at least 0/],
    [Object.assign({ runs: [{ lane: "a", loopTs: "T", isGone: 1 }] }), /runs' isGone: expected a boolean, found 1/],
    [{ runs: [{ lane: "a", loopTs: "T", startedAt: "soon" }] }, /runs' startedAt: expected a Date or a time stamp/],
    [
      Object.assign({ runs: [{ lane: "a", loopTs: "T", commit: 1 }] }),
      /runs: unknown key "commit"; did you mean commits/,
    ],
    [Object.assign({ unit: "U1" }), /options: unknown key "unit"/],
  ])("of liveness rejects %j", (options, message) => {
    expect(() => liveness(path, options)).toThrow(message);
    expect(() => progress(path, options)).toThrow(message);
  });

  it.each([
    [{ now: "yesterday" }, /now: expected a Date/],
    [Object.assign({ unit: 7 }), /unit: expected a string, found 7/],
    [Object.assign({ runs: [] }), /options: unknown key "runs"/],
  ])("of attempts rejects %j", (options, message) => {
    expect(() => attempts(path, options)).toThrow(message);
  });
});
