// Tests the history functions of the package: options, answers, and what `why` finds (docs/format.md 11).
import { describe, expect, it } from "vitest";
import { type Entry, type History, history, historyAsync, why } from "../../src/index.js";
import { engines } from "../support/engines.js";
import { about, acquire, brokenLine, temporaryFolder, thrownBy, writeLines } from "./journals.js";

const stamped = (seq: number, time: string, entry: Entry): Entry => ({ ...entry, seq, ts: `2026-06-01T${time}Z` });

function writeIncident(): string {
  return writeLines(
    stamped(1, "13:00:00", acquire("api", "T1", { holder: "agent-7", run_id: "R7" })),
    stamped(2, "13:01:00", { ...about("REFUSE", "api", ""), holder: "agent-9", run_id: "R9", reason: "held" }),
    brokenLine,
    stamped(3, "13:02:00", { ...about("RELEASE", "api"), by: "agent-7" }),
    stamped(4, "13:03:00", acquire("api", "T2", { holder: "agent-9", run_id: "R9" })),
    stamped(5, "13:04:00", acquire("docs", "T3", { holder: "agent-9", run_id: "R9" })),
  );
}

function countsOf({ episodes, refusals, remarks, omitted }: History): number[] {
  return [episodes.length, refusals.length, remarks.length, omitted];
}

describe.each(engines)("history on the %s engine", (engine) => {
  it("returns episodes, refusals and remarks with the places of their entries", () => {
    const { episodes, refusals, remarks } = history(writeIncident(), { engine });
    expect(episodes.map(({ lane, begin }) => [lane, begin.line, begin.offset > 0])).toEqual([
      ["api", 0, false],
      ["api", 4, true],
      ["docs", 5, true],
    ]);
    expect(refusals).toMatchObject([{ holder: "agent-9", granted: episodes[1], blockers: [{ episode: episodes[0] }] }]);
    expect(remarks.map(({ kind, moment }) => [kind, moment.line])).toEqual([["damage", 2]]);
  });

  it("returns the same asynchronously, and the event loop runs meanwhile", async () => {
    const path = writeIncident();
    let turns = 0;
    setImmediate(() => turns++);
    expect(await historyAsync(path, { engine })).toEqual(history(path, { engine }));
    expect(turns).toBe(1);
  });

  it.each([
    { options: {}, counts: [3, 1, 1, 0] },
    { options: { lane: "docs" }, counts: [1, 0, 1, 0] },
    { options: { holder: "agent-7" }, counts: [1, 0, 1, 0] },
    { options: { run: "R9" }, counts: [2, 1, 1, 0] },
    { options: { from: "2026-06-01T13:03Z" }, counts: [2, 0, 1, 0] },
    { options: { to: new Date("2026-06-01T13:01:00Z") }, counts: [1, 1, 1, 0] },
    { options: { limit: 1 }, counts: [1, 0, 0, 2] },
  ])("selects by $options", ({ options, counts }) => {
    expect(countsOf(history(writeIncident(), { engine, ...options }))).toEqual(counts);
  });

  it("of a missing journal is empty", () => {
    expect(history(`${temporaryFolder()}/none.jsonl`, { engine })).toEqual({
      episodes: [],
      refusals: [],
      remarks: [],
      launches: [],
      calls: [],
      omitted: 0,
      files: [],
    });
  });

  it("of a file that is not a journal is an error", () => {
    const path = writeLines("[1]", "17");
    expect(thrownBy(() => history(path, { engine }))).toMatchObject({ code: "ERR_NOT_A_JOURNAL", path });
  });

  it("reports progress, and stops when its signal aborts", () => {
    const path = writeIncident();
    const seen: number[] = [];
    history(path, { engine, onProgress: ({ bytes }) => void seen.push(bytes) });
    expect(seen.at(-1)).toBeGreaterThan(500);
    const signal = AbortSignal.abort(new Error("enough"));
    expect(() => history(path, { engine, signal })).toThrow("enough");
  });

  it.each([
    [{ limit: 0 }, /limit: expected a whole number of at least 1, found 0/],
    [{ from: "yesterday" }, /from: expected a Date or a time stamp .+, found "yesterday"/],
    [Object.assign({ lane: 1 }), /lane: expected a string, found 1/],
  ])("rejects %j", (options, message) => {
    expect(() => history(writeIncident(), { engine, ...options })).toThrow(message);
  });
});

describe("why", () => {
  const atMs = Date.parse("2026-06-01T13:03:30Z");

  it.each([
    { query: { who: "agent-9" }, found: { refusals: [1], episodes: [] } },
    { query: { who: "R9" }, found: { refusals: [1], episodes: [] } },
    { query: { who: "#2" }, found: { refusals: [1], episodes: [] } },
    { query: { who: "agent-7" }, found: { refusals: [], episodes: [0] } },
    { query: { who: "3" }, found: { refusals: [], episodes: [0] } },
    { query: { who: "docs", atMs }, found: { refusals: [], episodes: [] } },
    { query: { who: "docs" }, found: { refusals: [], episodes: [5] } },
  ])("finds $found for $query", ({ query, found }) => {
    const { refusals, episodes, damage } = why(history(writeIncident()), query);
    expect({
      refusals: refusals.map(({ moment }) => moment.line),
      episodes: episodes.map(({ begin }) => begin.line),
    }).toEqual(found);
    expect(damage.map(({ moment }) => moment.line)).toEqual([2]);
  });

  it("returns as many of the latest answers as asked", () => {
    const lines = [1, 2, 3].map((seq) =>
      stamped(seq, `13:0${seq}:00`, { ...about("REFUSE", "api"), holder: "agent-9" }),
    );
    const { refusals } = why(history(writeLines(...lines)), { who: "api", limit: 2 });
    expect(refusals.map(({ moment }) => moment.seq)).toEqual([2, 3]);
  });
});
