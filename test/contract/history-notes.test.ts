// Tests what a history says besides episodes: blockers, launches and blocked calls (docs/format.md 11).
import { describe, expect, it } from "vitest";
import { type Entry, history } from "../../src/index.js";
import { engines } from "../support/engines.js";
import { about, acquire, writeLines } from "./journals.js";

const at = (time: string, entry: Entry): Entry => ({ ...entry, ts: `2026-06-01T${time}Z` });
const numbered = (...lines: Entry[]): Entry[] => lines.map((line, i) => ({ seq: i + 1, ...line }));
const held = at("13:00:00", acquire("api", "T1", { holder: "agent-7" }));
const later = (seconds: number): string => new Date(Date.UTC(2026, 5, 1, 14) + seconds * 1000).toISOString();

describe.each(engines)("the history on the %s engine", (engine) => {
  it("lists at most 64 blockers of a refusal, in map order", () => {
    const held = Array.from({ length: 100 }, (_, i) => ({ ...acquire("api", `T${i}`), seq: i + 1, ts: later(i) }));
    const refused = [
      { ...about("REFUSE", "api", ""), seq: 101, ts: later(200) },
      { ...about("REFUSE", "docs", "", { reason: "api is held" }), seq: 102, ts: later(201) },
    ];
    const { refusals } = history(writeLines(...held, ...refused), { engine });
    const expected = held.slice(0, 64).map(({ loop_ts }) => loop_ts);
    for (const { blockers } of refusals) expect(blockers.map(({ loop_ts }) => loop_ts)).toEqual(expected);
    expect(refusals).toHaveLength(2);
  });

  it("finds the lanes that a reason names, however many lanes are held", () => {
    const lanes = ["a-1", "src/a-1", "b c", "b", "*", "é", "long-".repeat(20)];
    const others = Array.from({ length: 300 }, (_, i) => `lane-${i}`);
    const reason = "a-1, (b c) é: the lane-7/x, lane-17 and `long-` are held";
    for (const some of [lanes, [...lanes, ...others]]) {
      const held = some.map((lane, i) => ({ ...acquire(lane, "T"), seq: i + 1, ts: later(i) }));
      const refused = { ...about("REFUSE", "docs", "", { reason }), seq: 1000, ts: later(1000) };
      const { refusals } = history(writeLines(...held, refused), { engine });
      const named = refusals[0]?.blockers.map(({ lane }) => lane);
      expect(named).toEqual(["a-1", "b c", "b", "é", ...(some === lanes ? [] : ["lane-17"])]);
    }
  });

  it("has the launches, and the lease to which each led", () => {
    const launch = (time: string, lane: string, holder: string): Entry =>
      at(time, about("SPAWN", lane, "launch", { holder, reason: "queue" }));
    const lines = [
      launch("12:59:00", "api", "agent-7"),
      held,
      launch("13:01:00", "docs", "agent-8"),
      launch("13:02:00", "api", "agent-9"),
    ];
    const { launches } = history(writeLines(...numbered(...lines)), { engine });
    expect(launches.map(({ lane, holder, moment, acquired }) => [lane, holder, moment.line, acquired?.line])).toEqual([
      ["api", "agent-7", 0, 1],
      ["docs", "agent-8", 2, undefined],
      ["api", "agent-9", 3, undefined],
    ]);
    const own = history(writeLines(...numbered(...lines)), { engine, lane: "api" });
    expect(own.launches.map(({ moment }) => moment.line)).toEqual([0, 3]);
  });

  it("has the blocked calls if they are requested, with the lease of the run, the root run or the holder", () => {
    const call = (members: Entry): Entry => at("13:10:00", about("ENFORCE", "Bash", "", { tool: "Edit", ...members }));
    const lines = [
      at("13:00:00", acquire("api", "T1", { holder: "agent-7", run_id: "R1" })),
      at("13:00:01", acquire("docs", "T2", { holder: "agent-7", run_id: "R2" })),
      call({ run_id: "R1", intervention: "BLOCK", handler: "guard", withheld: true, reason: "outside" }),
      call({ run_id: "R9", root_id: "R2", tool: "" }),
      call({ holder: "agent-7" }),
      call({ holder: "agent-8" }),
      at("13:11:00", about("RELEASE", "docs", "T2")),
      at("13:12:00", about("ENFORCE", "api", "", { holder: "agent-7" })),
    ];
    const path = writeLines(...numbered(...lines));
    const { calls } = history(path, { engine, calls: true });
    expect(calls.map(({ tool, episode }) => `${tool} ${episode?.lane}`)).toEqual([
      "Edit api",
      "Bash docs",
      "Edit docs",
      "Edit undefined",
      "api api",
    ]);
    expect(calls[0]).toMatchObject({ intervention: "BLOCK", handler: "guard", withheld: true, reason: "outside" });
    expect(history(path, { engine, calls: true, lane: "api" }).calls).toEqual([calls[0], calls[4]]);
    expect(history(path, { engine, calls: true, run: "R2" }).calls).toEqual([calls[1]]);
    expect(history(path, { engine }).calls).toEqual([]);
  });
});
