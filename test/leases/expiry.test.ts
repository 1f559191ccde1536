// Checks whether a lease is provably dead, given the time and the processes of the host (docs/format.md 8;
// docs/faults.md B12 to B16).
import { writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { formatLine, type Lease } from "../../src/index.js";
import { judgeLease, readPast, writeProcess } from "../../src/leases/expiry.js";
import type { ProcessMark } from "../../src/lock/process.js";
import { type Foreign, foreign } from "../generate/foreign.js";
import { granted, here, refused, TestProcesses, testLeases } from "./open.js";

const now = Date.parse("2026-06-01T14:00:00Z");
const ago = (minutes: number) => new Date(now - minutes * 60_000).toISOString();

function stateOf(lease: Foreign, processes = new TestProcesses()): string {
  return judgeLease(lease, { now, processes }).state;
}

describe("by its time to live", () => {
  it.each([
    [{ heartbeat_at: ago(55) }, "live"],
    [{ heartbeat_at: ago(55.02) }, "dead"],
    [{ heartbeat_at: ago(15), ttl_minutes: 10 }, "live"],
    [{ heartbeat_at: ago(15.02), ttl_minutes: 10 }, "dead"],
    [{ heartbeat_at: ago(600), ttl_minutes: 600 }, "live"],
    [{ heartbeat_at: ago(100), ttl_minutes: "120" }, "live"],
    [{ acquired_at: ago(54) }, "live"],
    [{ acquired_at: ago(56) }, "dead"],
    [{ heartbeat_at: "", acquired_at: ago(56) }, "dead"],
    [{ heartbeat_at: ago(1), acquired_at: ago(9999) }, "live"],
    [{ heartbeat_at: ago(-10) }, "live"],
  ])("%j is %s", (lease, state) => {
    expect(stateOf(lease)).toBe(state);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, 1e300, 527_041, 0, -5, true, "soon", {}, []])(
    "B14: a ttl_minutes of %j counts as 50, and is reported",
    (ttl) => {
      expect(stateOf({ heartbeat_at: ago(54), ttl_minutes: ttl })).toBe("doubtful");
      expect(stateOf({ heartbeat_at: ago(56), ttl_minutes: ttl })).toBe("dead");
    },
  );

  it.each(["9999-01-01T00:00:00Z", "soon", 1780322400, "2026-13-01T00:00:00Z", "2026-06-01T25:00:00Z", true])(
    "B14: a heartbeat_at of %j is ignored: acquired_at is used, unless the process is alive",
    (stamp) => {
      expect(stateOf({ heartbeat_at: stamp, acquired_at: ago(54) })).toBe("doubtful");
      expect(stateOf({ heartbeat_at: stamp, acquired_at: ago(56) })).toBe("dead");
      expect(stateOf({ heartbeat_at: stamp, acquired_at: ago(56), host_id: "box", pid: here.pid })).toBe("dead");
      const marked = foreign({ ...lookedUp(here), heartbeat_at: stamp, acquired_at: ago(56) });
      expect(judgeLease(marked, { now, processes: new TestProcesses() })).toMatchObject({
        state: "doubtful",
        reclaimableAt: null,
      });
      expect(stateOf({ heartbeat_at: stamp })).toBe("doubtful");
    },
  );

  it("B14: a moment is past if it is at most a day ahead of the clock", () => {
    expect(readPast("2026-06-01T13:59:59.250Z", now)).toBe(now - 750);
    expect(readPast("2026-06-02T14:00:00Z", now)).toBe(now + 24 * 3_600_000);
    expect(readPast("2026-06-02T14:00:01Z", now)).toBeUndefined();
    expect(readPast("soon", now)).toBeUndefined();
  });

  it.each([
    [{ heartbeat_at: ago(1) }, "2026-06-01T14:54:01Z"],
    [{ heartbeat_at: "2026-06-01T13:59:00.500Z" }, "2026-06-01T14:54:01Z"],
    [{ heartbeat_at: ago(60), ttl_minutes: 10 }, "2026-06-01T13:15:01Z"],
    [{ ...lookedUp({ ...here, start: "999" }), heartbeat_at: ago(1) }, "2026-06-01T14:04:01Z"],
  ])("%j is reclaimable at %s, and not a second earlier", (lease, stamp) => {
    const processes = new TestProcesses();
    const at = Date.parse(stamp);
    expect(judgeLease(lease, { now, processes }).reclaimableAt).toBe(stamp);
    expect(judgeLease(lease, { now: at, processes }).state).toBe("dead");
    expect(judgeLease(lease, { now: at - 1001, processes }).state).toBe("live");
  });
});

function lookedUp(mark: ProcessMark): Lease {
  return { host_id: "box", pid: mark.pid, holder: "anna", process: writeProcess(mark, "anna") };
}

describe("by its process", () => {
  const marked = (mark = here): Lease => ({ ...lookedUp(mark), heartbeat_at: ago(6) });
  const plain = { host_id: "box", pid: 777, heartbeat_at: ago(6) };

  it("is dead after 5 minutes, and not before, if its process mark shows that the process is gone (B13)", () => {
    const gone = marked({ ...here, pid: 777 });
    expect(stateOf(gone)).toBe("dead");
    expect(stateOf({ ...gone, heartbeat_at: ago(5) })).toBe("live");
    expect(judgeLease(gone, { now, processes: new TestProcesses() })).toMatchObject({
      evidence: "process",
      reason: "last seen 6 minutes ago, and its process 777 is gone, as its process mark shows",
    });
  });

  it("is not dead because a bare pid is gone or finished, on any host", () => {
    const processes = new TestProcesses();
    processes.running.set(778, { start: "5", finished: true });
    for (const pid of [777, 778]) {
      expect(stateOf({ ...plain, pid }, processes)).toBe("live");
      expect(stateOf({ ...plain, pid, host_id: "far" }, processes)).toBe("live");
      expect(stateOf({ ...plain, pid, host_id: undefined }, processes)).toBe("live");
    }
  });

  it.each([2 ** 31, 0, -1, 1.5, "777", null, true])("B14: a pid of %j proves nothing", (pid) => {
    expect(stateOf({ ...plain, pid })).toBe("live");
    expect(stateOf({ ...plain, pid, heartbeat_at: ago(56) })).toBe("dead");
  });

  it("B15: a pid of another namespace proves nothing, although it does not exist here", () => {
    expect(stateOf(marked({ ...here, pid: 777 }))).toBe("dead");
    expect(stateOf(marked({ ...here, pid: 777, namespace: "pid:[2] time:[1]" }))).toBe("live");
    expect(stateOf(marked({ ...here, pid: 777, namespace: "pid:[2] time:[1]", start: "" }))).toBe("live");
  });

  it("B15: a process is gone if its pid was reused, its boot has ended, or it is a zombie", () => {
    expect(stateOf(marked())).toBe("live");
    expect(stateOf(marked({ ...here, start: "999" }))).toBe("dead");
    expect(stateOf(marked({ ...here, bootId: "boot0" }))).toBe("dead");
    const processes = new TestProcesses();
    processes.running.set(here.pid, { start: here.start, finished: true });
    expect(stateOf(marked(), processes)).toBe("dead");
  });

  it("the mark of a previous holder's process proves nothing about the new holder", () => {
    const gone = marked({ ...here, start: "999" });
    expect(stateOf({ ...gone, holder: "bert" })).toBe("live");
    const processes = new TestProcesses();
    processes.running.set(5, { start: "5", finished: false });
    expect(stateOf({ ...gone, pid: 5 }, processes)).toBe("live");
  });

  it.each(["host", "bootId", "namespace", "start"])("a process mark without its %s proves nothing", (field) => {
    expect(stateOf(marked({ ...here, start: "999", pid: 777 }))).toBe("dead");
    expect(stateOf(marked({ ...here, start: "999", pid: 777, [field]: "" }))).toBe("live");
  });

  it("a process that cannot be inspected is not considered gone", () => {
    const processes = new TestProcesses();
    processes.running.set(777, "hidden");
    expect(stateOf(marked({ ...here, pid: 777 }), processes)).toBe("live");
  });
});

describe("the view", () => {
  it("omits provably dead leases, says why they are dead, and changes nothing", () => {
    const { open, clock, processes, entries } = testLeases();
    granted(open().acquire({ lane: "a" }));
    processes.running.set(777, { start: "5", finished: false });
    granted(open({ pid: 777, owner: "bert" }).acquire({ lane: "b" }));
    clock.pass(6);
    const leases = open();
    expect(leases.live().map((lease) => lease["lane"])).toEqual(["a", "b"]);
    processes.running.set(777, { start: "1", finished: false });
    expect(leases.live({ expireDead: true }).map((lease) => lease["lane"])).toEqual(["a"]);
    expect(leases.health().map(({ state }) => state)).toEqual(["live", "dead"]);
    expect(leases.health()[1]?.reason).toBe(
      "last seen 6 minutes ago, and its process 777 is gone, as its process mark shows",
    );
    expect(leases.live()).toHaveLength(2);
    expect(entries()).toHaveLength(2);
  });

  it("B13: keeps a fresh lease whose process has ended", () => {
    const { open, clock, processes } = testLeases();
    granted(open().acquire({ lane: "a" }));
    processes.running.clear();
    clock.pass(5);
    expect(open().live({ expireDead: true })).toHaveLength(1);
    expect(refused(open({ owner: "bert", reclaimDead: true }).acquire({ lane: "a" })).reasonClass).toBe("LANE_HELD");
  });
});

describe("acquire of a lane whose holder is dead", () => {
  it("B12: is refused with a reason that says so, unless the shell may reclaim", () => {
    const { open, clock, entries } = testLeases();
    granted(open().acquire({ lane: "a" }));
    granted(open().acquire({ lane: "other", ttlMinutes: 600 }));
    clock.pass(56);
    const bert = open({ owner: "bert" });
    expect(refused(bert.acquire({ lane: "a" })).reason).toMatch(/provably dead, and free once it is scavenged/);
    const answer = granted(open({ owner: "bert", reclaimDead: true }).acquire({ lane: "a" }));
    expect(answer).toMatchObject({ generation: 3, entry: { op: "ACQUIRE", prev_holder: "anna", seq: 5 } });
    expect(entries().slice(-2)).toMatchObject([
      { op: "SCAVENGE", lane: "a", prev_holder: "anna", seq: 4 },
      { op: "ACQUIRE", lane: "a" },
    ]);
    expect(bert.live().map((lease) => [lease["lane"], lease["holder"]])).toEqual([
      ["other", "anna"],
      ["a", "bert"],
    ]);
  });

  it("passes no dead lease to the decision, and keeps the dead leases if it refuses", () => {
    const { open, clock, entries } = testLeases();
    granted(open().acquire({ lane: "a" }));
    clock.pass(56);
    let seen = -1;
    const decide = (_: unknown, live: Lease[]) => {
      seen = live.length;
      return { ok: false as const, reason: "no" };
    };
    refused(open({ owner: "bert", reclaimDead: true, decide }).acquire({ lane: "b" }));
    expect(seen).toBe(0);
    expect(entries().map((entry) => entry["op"])).toEqual(["ACQUIRE", "REFUSE"]);
  });

  it("keeps a dead lease that no SCAVENGE would reach", () => {
    const { open, file } = testLeases();
    const nested = { lane: "b", loop_ts: "T", holder: "anna", heartbeat_at: "2020-01-01T00:00:00Z" };
    writeFileSync(file, formatLine({ op: "ACQUIRE", lane: "a", loop_ts: "T", lease: nested }));
    const bert = open({ owner: "bert", reclaimDead: true });
    expect(refused(bert.acquire({ lane: "b" })).reasonClass).toBe("LANE_HELD");
    expect(bert.live()).toEqual([nested]);
  });
});
