// Tests which launches led to a lease: each is matched with the next ACQUIRE of its lane.
import { describe, expect, it } from "vitest";
import { LaunchFold, launchStateOf } from "../../src/history/launches.js";
import { momentOf } from "../../src/history/moments.js";
import type { Launch } from "../../src/history/types.js";
import type { Entry } from "../../src/index.js";
import { acquire, at, dayMs } from "./journal.js";

/** The `loop_ts` of a launch is not that of the lease. */
function spawn(time: string, holder: string, members: Entry = {}): Entry {
  return { op: "SPAWN", ts: at(time), lane: "api", loop_ts: "launch", holder, ...members };
}

/** The line of an entry is its index. */
function foldLaunches(entries: readonly Entry[]): Launch[] {
  const fold = new LaunchFold();
  const launches = entries.map((entry, line) => fold.take(entry, momentOf(entry, { line, offset: 0 })));
  return launches.filter((launch) => launch !== undefined);
}

/** Returns for each launch the line of its ACQUIRE. */
function acquiredOf(...entries: Entry[]): (number | undefined)[] {
  return foldLaunches(entries).map(({ acquired }) => acquired?.line);
}

describe("a launch", () => {
  it("is matched with the next ACQUIRE of its lane by the holder", () => {
    expect(acquiredOf(spawn("14:00:00", "agent-1"), acquire("14:00:09", "agent-1"))).toEqual([1]);
    expect(acquiredOf(spawn("14:00:00", "agent-1"), acquire("14:00:09", "agent-2"))).toEqual([undefined]);
    expect(acquiredOf(spawn("14:00:00", "agent-1"), acquire("14:00:09", "agent-1", { lane: "docs" }))).toEqual([
      undefined,
    ]);
  });

  it("is matched with the next ACQUIRE of its lane by the run, which is better evidence than the holder", () => {
    const run_id = "R1";
    expect(acquiredOf(spawn("14:00:00", "", { run_id }), acquire("14:00:09", "agent-1", { run_id }))).toEqual([1]);
    const launches = [spawn("14:00:00", "agent-1", { run_id }), spawn("14:00:01", "agent-1", { run_id: "R2" })];
    expect(acquiredOf(...launches, acquire("14:00:09", "agent-1", { run_id }))).toEqual([2, undefined]);
  });

  it("is not matched with an ACQUIRE that says REFUSED, nor twice", () => {
    const refused = acquire("14:00:05", "agent-1", { reason: "REFUSED: held" });
    expect(acquiredOf(spawn("14:00:00", "agent-1"), refused)).toEqual([undefined]);
    const twice = [acquire("14:00:06", "agent-1"), acquire("14:00:07", "agent-1", { loop_ts: "t2" })];
    expect(acquiredOf(spawn("14:00:00", "agent-1"), refused, ...twice)).toEqual([2]);
  });

  it("is replaced by a later one of the same holder on the lane: only the later one is matched", () => {
    const launches = [spawn("14:00:00", "agent-1"), spawn("14:10:00", "agent-1")];
    expect(acquiredOf(...launches, acquire("14:10:09", "agent-1"))).toEqual([undefined, 2]);
  });

  it.each([
    { seconds: 120, state: "spawning" },
    { seconds: 121, state: "aborted" },
  ])("that has not acquired the lane after $seconds s is $state", ({ seconds, state }) => {
    const [launch] = foldLaunches([spawn("14:00:00", "agent-1")]);
    if (launch === undefined) throw new Error("expected a launch");
    expect(launchStateOf(launch, dayMs + 14 * 3_600_000 + seconds * 1000)).toBe(state);
    expect(launchStateOf({ ...launch, acquired: launch.moment }, Number.MAX_SAFE_INTEGER)).toBe("acquired");
    expect(launchStateOf({ ...launch, moment: { ...launch.moment, at: null } }, 0)).toBe("spawning");
  });
});
