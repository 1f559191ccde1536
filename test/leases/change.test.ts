// Tests who may release, hand over, renew and scavenge a live lease (docs/format.md 8, "The lease shell").
import { appendFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { acquireEntry, formatLine, replay } from "../../src/index.js";
import { granted, here, refused, testLeases } from "./open.js";

describe("release", () => {
  it("releases the newest lease on the lane, or the named one", () => {
    const { open } = testLeases();
    const leases = open({ decide: () => ({ ok: true }) });
    const [first, second, third] = ["T1", "T2", "T3"].map((loopTs) => granted(leases.acquire({ lane: "a", loopTs })));
    expect(granted(leases.release({ lane: "a", loopTs: "T2" }))).toMatchObject({ loopTs: "T2", generation: 2 });
    expect(granted(leases.release({ lane: "a", reason: "done" }))).toMatchObject({
      lease: third?.lease,
      generation: 3,
      entry: { op: "RELEASE", loop_ts: "T3", reason: "done" },
    });
    expect(leases.live()).toEqual([first?.lease]);
    expect(second?.loopTs).toBe("T2");
  });

  it("releases the lease with the highest token, even if it is not the last in order", () => {
    const { open, file } = testLeases();
    const leases = open({ decide: () => ({ ok: true }) });
    for (const loopTs of ["T1", "T2"]) granted(leases.acquire({ lane: "a", loopTs }));
    const again = { ...replay(file)[0] };
    appendFileSync(file, formatLine(acquireEntry(again)));
    expect(granted(leases.release({ lane: "a" }))).toMatchObject({ loopTs: "T1", generation: 3 });
  });

  it("B18: is refused and journaled unless called by the holder, also if the lease has none", () => {
    const { open, file, entries } = testLeases();
    granted(open().acquire({ lane: "a" }));
    appendFileSync(file, formatLine(acquireEntry({ lane: "b", loop_ts: "T" })));
    const bert = open({ owner: "bert" });
    expect(refused(bert.release({ lane: "a" })).reason).toBe('release: expected holder "bert", found "anna"');
    expect(refused(bert.release({ lane: "b" })).reason).toBe('release: expected holder "bert", found no holder');
    expect(entries().at(-1)).toMatchObject({ op: "REFUSE", lane: "b", reason_class: "NOT_HOLDER", holder: "bert" });
    expect(bert.live()).toHaveLength(2);
  });

  it("by force succeeds, and the reason names who forced it", () => {
    const { open } = testLeases();
    granted(open().acquire({ lane: "a" }));
    const bert = open({ owner: "bert" });
    const { entry } = granted(bert.release({ lane: "a", force: true }));
    expect(entry["reason"]).toBe('explicit; forced by bert, held by "anna"');
    expect(bert.live()).toEqual([]);
    expect(granted(open().acquire({ lane: "a" })).generation).toBe(2);
  });

  it("of one's own lease by force is an ordinary release", () => {
    const { open } = testLeases();
    granted(open().acquire({ lane: "a" }));
    expect(granted(open().release({ lane: "a", force: true })).entry["reason"]).toBe("explicit");
  });

  it("of a free lane is refused and journaled", () => {
    const { open, entries } = testLeases();
    expect(refused(open().release({ lane: "a" })).reason).toBe('release: no live lease on lane "a"');
    expect(entries()).toMatchObject([{ op: "REFUSE", lane: "a", loop_ts: "", reason_class: "NO_LEASE" }]);
  });

  it("A8: is refused for a lease whose fields differ from its identity, which a RELEASE would not reach", () => {
    const { open, file } = testLeases();
    const nested = { lane: "b", loop_ts: "T", holder: "anna" };
    writeFileSync(file, formatLine({ op: "ACQUIRE", lane: "a", loop_ts: "T", lease: nested }));
    expect(refused(open().release({ lane: "b" })).reasonClass).toBe("MISPLACED");
    expect(refused(open({ decide: () => ({ ok: true }) }).acquire({ lane: "a", loopTs: "T" })).reasonClass).toBe(
      "IDENTITY_HELD",
    );
    expect(open().live()).toEqual([nested]);
  });

  it("reaches a lease without a token from a checkpoint", () => {
    const { open, file } = testLeases();
    const lease = { lane: "a", loop_ts: "T", holder: "anna" };
    writeFileSync(file, formatLine({ op: "CHECKPOINT", leases: [lease] }));
    expect(granted(open().release({ lane: "a" })).generation).toBeNull();
    expect(open().live()).toEqual([]);
  });
});

describe("adopt", () => {
  it("moves a lease to another process of its holder and keeps the token", () => {
    const { open, clock } = testLeases();
    const first = granted(open().acquire({ lane: "a" }));
    clock.pass(3);
    const heir = open({ pid: 200 });
    const { lease, generation, entry } = granted(heir.adopt({ lane: "a", reason: "restart" }));
    expect(lease).toMatchObject({ holder: "anna", pid: 200, heartbeat_at: "2026-06-01T14:03:00Z" });
    expect(generation).toBe(1);
    expect(entry).toMatchObject({ op: "ADOPT", prev_holder: "anna", reason: "restart", loop_ts: first.loopTs });
    expect(heir.live()).toEqual([lease]);
  });

  it("moves a lease to another holder, whose pid must be given", () => {
    const { open } = testLeases();
    granted(open().acquire({ lane: "a" }));
    expect(() => open().adopt({ lane: "a", newHolder: "bert" })).toThrow(/newPid/);
    const { lease } = granted(open().adopt({ lane: "a", newHolder: "bert", newPid: 300, newHostId: "far" }));
    expect(lease).toMatchObject({ holder: "bert", pid: 300, host_id: "far" });
    expect(open().live()).toEqual([lease]);
    expect(refused(open().heartbeat({ lane: "a" })).reasonClass).toBe("NOT_HOLDER");
    expect(open({ owner: "bert" }).heartbeat({ lane: "a" }).ok).toBe(true);
  });

  it("B18: of another holder's lease is refused, but by force succeeds and is journaled as forced", () => {
    const { open } = testLeases();
    granted(open().acquire({ lane: "a" }));
    const bert = open({ owner: "bert" });
    expect(refused(bert.adopt({ lane: "a" })).reasonClass).toBe("NOT_HOLDER");
    const { entry, lease } = granted(bert.adopt({ lane: "a", force: true }));
    expect(entry).toMatchObject({ prev_holder: "anna", reason: 'forced by bert, held by "anna"' });
    expect(lease["holder"]).toBe("bert");
  });

  it("B15: by a later process with the same name and pid does not leave the mark of the dead one", () => {
    const { open, processes, clock } = testLeases();
    granted(open().acquire({ lane: "a" }));
    processes.mark = { ...here, bootId: "boot2", start: "77" };
    processes.running.set(here.pid, { start: "77", finished: false });
    const { lease, generation } = granted(open().adopt({ lane: "a" }));
    expect(generation).toBe(2);
    clock.pass(20);
    expect(open().live({ expireDead: true })).toEqual([lease]);
    expect(lease["process"]).toMatchObject({ boot_id: "boot2", start: "77" });
  });
});

describe("adopt by the holder that the lease already names", () => {
  it("keeps the token if the process is the same", () => {
    const { open } = testLeases();
    granted(open().acquire({ lane: "a" }));
    expect(granted(open().adopt({ lane: "a" }))).toMatchObject({ generation: 1, lease: { pid: here.pid } });
  });

  it("assigns a new token if a process of another host has the same pid", () => {
    const { open, entries } = testLeases();
    granted(open().acquire({ lane: "a" }));
    const { generation, lease } = granted(
      open().adopt({ lane: "a", newHolder: "anna", newPid: here.pid, newHostId: "far" }),
    );
    expect({ generation, process: lease["process"] }).toEqual({ generation: 2, process: null });
    expect(entries().map((entry) => entry["op"])).toEqual(["ACQUIRE", "ADOPT", "RECONCILE"]);
  });
});

describe("heartbeat", () => {
  it("updates the stamp only of a lease of exactly this holder", () => {
    const { open, clock, entries } = testLeases();
    const first = granted(open().acquire({ lane: "a" }));
    clock.pass(1);
    const beaten = granted(open().heartbeat(first));
    expect(beaten.lease["heartbeat_at"]).toBe("2026-06-01T14:01:00Z");
    expect(open().live()).toEqual([beaten.lease]);
    expect(refused(open({ owner: "ann" }).heartbeat(first)).reasonClass).toBe("NOT_HOLDER");
    expect(entries().at(-1)).toMatchObject({ op: "REFUSE", holder: "ann" });
  });

  it("does not revive a scavenged lease", () => {
    const { open } = testLeases();
    const first = granted(open().acquire({ lane: "a" }));
    granted(open({ owner: "warden" }).scavenge(first));
    expect(refused(open().heartbeat(first)).reasonClass).toBe("NO_LEASE");
    expect(open().live()).toEqual([]);
  });

  it("writes nothing while the last heartbeat is younger than coalesceSeconds", () => {
    const { open, clock, entries } = testLeases();
    const leases = open({ coalesceSeconds: 30 });
    const first = granted(leases.acquire({ lane: "a" }));
    clock.pass(29 / 60);
    expect(granted(leases.heartbeat(first))).toMatchObject({ entry: null, lease: first.lease, generation: 1 });
    expect(entries()).toHaveLength(1);
    clock.pass(1 / 60);
    expect(granted(leases.heartbeat(first)).entry).toMatchObject({ op: "HEARTBEAT" });
    expect(granted(leases.heartbeat(first)).entry).toBeNull();
    expect(entries()).toHaveLength(2);
  });

  it("replaces a heartbeat that is ahead of the clock by any amount", () => {
    const { open, clock } = testLeases();
    const leases = open({ coalesceSeconds: 600 });
    granted(leases.acquire({ lane: "a" }));
    clock.pass(-1);
    expect(granted(leases.heartbeat({ lane: "a" })).lease["heartbeat_at"]).toBe("2026-06-01T13:59:00Z");
  });

  it("is refused to anyone but the holder even if it would be coalesced", () => {
    const { open } = testLeases();
    granted(open().acquire({ lane: "a" }));
    expect(refused(open({ owner: "bert", coalesceSeconds: 60 }).heartbeat({ lane: "a" })).reasonClass).toBe(
      "NOT_HOLDER",
    );
    expect(refused(open({ coalesceSeconds: 60 }).heartbeat({ lane: "b" })).reasonClass).toBe("NO_LEASE");
  });
});

describe("scavenge, halt and spawn", () => {
  it("journal the entries of their builders", () => {
    const { open, entries } = testLeases();
    const leases = open({ owner: "warden" });
    const taken = granted(open().acquire({ lane: "a", loopTs: "T" }));
    expect(granted(leases.scavenge({ lane: "a", reason: "orphan" })).lease).toEqual(taken.lease);
    leases.halt({ pid: 9 }, { lane: "a", loopTs: "T", reason: "stop", command: ["kill", 9], runId: 3 });
    leases.spawn({ lane: "a", reason: "again", pid: 44 });
    expect(entries().slice(1)).toMatchObject([
      { op: "SCAVENGE", lane: "a", loop_ts: "T", pid: 100, prev_holder: "anna", reason: "orphan" },
      { op: "HALT", handle: { pid: 9 }, lane: "a", host_id: "box", command: ["kill", 9], run_id: 3, reason: "stop" },
      { op: "SPAWN", lane: "a", loop_ts: "", holder: "warden", pid: 44, host_id: "box", reason: "again" },
    ]);
    expect(leases.live()).toEqual([]);
  });

  it("scavenge with onlyIfDead leaves a lease that may be alive", () => {
    const { open, clock, processes } = testLeases();
    granted(open().acquire({ lane: "a" }));
    const warden = open({ owner: "warden" });
    clock.pass(6);
    expect(refused(warden.scavenge({ lane: "a", onlyIfDead: true })).reasonClass).toBe("NOT_DEAD");
    processes.running.clear();
    expect(granted(warden.scavenge({ lane: "a", onlyIfDead: true })).entry["reason"]).toBe("scavenged");
  });

  it.each([{ lane: 1 }, { loopTs: 1 }, { reason: 1 }, { runId: {} }, { holder: "" }, { pid: 0 }])(
    "spawn and halt reject %j, and journal nothing",
    (wrong) => {
      const { open, entries } = testLeases();
      const leases = open();
      expect(() => Reflect.apply(leases.spawn, leases, [{ lane: "a", ...wrong }])).toThrow(TypeError);
      if (!("holder" in wrong || "pid" in wrong)) {
        expect(() => Reflect.apply(leases.halt, leases, ["handle", wrong])).toThrow(TypeError);
      }
      expect(entries()).toEqual([]);
    },
  );
});
