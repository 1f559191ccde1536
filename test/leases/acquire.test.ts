// Checks that a request for a lane becomes a lease or a journaled refusal (docs/format.md 8, "The lease shell").
import { appendFileSync } from "node:fs";
import { hostname } from "node:os";
import { describe, expect, it, vi } from "vitest";
import { compactJournal, openLeases, replay } from "../../src/index.js";
import { brokenLine, thrownBy } from "../contract/journals.js";
import { granted, refused, testLeases } from "./open.js";

describe("acquire", () => {
  it("journals who holds the lease, since when and from where", () => {
    const { open, entries } = testLeases();
    const answer = granted(open().acquire({ lane: "api", kind: "cluster", tree: ["src/api"], runId: 7, loopTs: "T1" }));
    const { process, ...lease } = answer.lease;
    expect(lease).toEqual({
      lane: "api",
      lane_kind: "cluster",
      tree: ["src/api"],
      loop_ts: "T1",
      host_id: "box",
      pid: 100,
      acquired_at: "2026-06-01T14:00:00Z",
      heartbeat_at: "2026-06-01T14:00:00Z",
      ttl_minutes: 50,
      holder: "anna",
      run_id: "7",
    });
    expect(process).toMatchObject({ pid: 100, holder: "anna", boot_id: "boot1", start: "1000" });
    expect(answer).toMatchObject({ ok: true, lane: "api", loopTs: "T1", generation: 1 });
    expect(entries()).toEqual([answer.entry]);
    expect(answer.entry).toMatchObject({ op: "ACQUIRE", lane: "api", loop_ts: "T1", lease: answer.lease, seq: 1 });
  });

  it("is refused if a live lease has the lane, and names the holder and the time", () => {
    const { open, entries } = testLeases();
    granted(open().acquire({ lane: "api", loopTs: "T1" }));
    const answer = refused(open({ owner: "bert" }).acquire({ lane: "api", loopTs: "T2", runId: "r" }));
    expect(answer.reasonClass).toBe("LANE_HELD");
    expect(answer.reason).toMatch(/lane "api" is held by "anna" since "2026-06-01T14:00:00Z"/);
    expect(answer.entry).toMatchObject({
      op: "REFUSE",
      lane: "api",
      loop_ts: "T2",
      holder: "bert",
      host_id: "box",
      run_id: "r",
      reason: answer.reason,
      reason_class: "LANE_HELD",
    });
    expect(entries().at(-1)).toEqual(answer.entry);
    expect(open().live()).toHaveLength(1);
  });

  it("calls its decision with the live leases, under the lock", () => {
    const shell = testLeases();
    const seen: unknown[] = [];
    const arbiter = shell.open({
      decide(request, live) {
        seen.push([request.lane, live.map((lease) => lease["lane"])]);
        if (request.lane === "no") return { ok: false, reason: "not today", reasonClass: "CALENDAR" };
        return { ok: true, lane: `${request.lane}-${live.length}`, kind: "auto", tree: ["docs"], reason: "room" };
      },
    });
    expect(granted(arbiter.acquire({ lane: "any" })).lease).toMatchObject({ lane: "any-0", tree: ["docs"] });
    const second = granted(arbiter.acquire({ lane: "any" }));
    expect(second).toMatchObject({ lane: "any-1", generation: 2, entry: { lane_kind: "auto", reason: "room" } });
    expect(refused(arbiter.acquire({ lane: "no" }))).toMatchObject({ reason: "not today", reasonClass: "CALENDAR" });
    expect(seen).toEqual([
      ["any", []],
      ["any", ["any-0"]],
      ["no", ["any-0", "any-1"]],
    ]);
  });

  it.each([
    undefined,
    { ok: "yes" },
    { ok: false },
    { ok: false, reason: "" },
    { ok: true, lane: "" },
    { ok: true, tree: [1] },
    Promise.resolve({ ok: true }),
  ])("writes nothing if the decision returns %j", (answer) => {
    const shell = testLeases();
    const options = { decide: () => answer };
    const leases = Reflect.apply(shell.open, undefined, [options]);
    expect(() => leases.acquire({ lane: "a" })).toThrow(TypeError);
    expect(shell.entries()).toEqual([]);
  });

  it("is refused a second lease of one identity, whatever the decision says", () => {
    const { open } = testLeases();
    const leases = open({ decide: () => ({ ok: true }) });
    granted(leases.acquire({ lane: "a", loopTs: "T" }));
    expect(refused(leases.acquire({ lane: "a", loopTs: "T" })).reasonClass).toBe("IDENTITY_HELD");
    granted(leases.acquire({ lane: "b", loopTs: "T" }));
    expect(leases.live()).toHaveLength(2);
  });

  it("B11: creates a unique loop_ts for each lease, so that a late release cannot release another's", () => {
    const { open } = testLeases();
    const [anna, bert] = [open(), open({ owner: "anna" })];
    const first = granted(anna.acquire({ lane: "a" }));
    granted(anna.release(first));
    const second = granted(bert.acquire({ lane: "a" }));
    expect(second.loopTs).not.toBe(first.loopTs);
    expect(second.loopTs).toMatch(/^2026-06-01T14:00:00\.000Z-[0-9a-f]{12}$/);
    expect(refused(anna.release(first)).reasonClass).toBe("NO_LEASE");
    expect(anna.live()).toEqual([second.lease]);
  });

  it("A14: with refuseWhenCorrupt is refused in a damaged journal until a compaction", () => {
    const { open, file, entries } = testLeases();
    const [plain, careful] = [open(), open({ refuseWhenCorrupt: true })];
    granted(careful.acquire({ lane: "a" }));
    appendFileSync(file, `${brokenLine}\n`);
    const torn = refused(careful.acquire({ lane: "b" }));
    expect(torn.reasonClass).toBe("JOURNAL_CORRUPT");
    expect(refused(careful.acquire({ lane: "b" })).reason).toMatch(/1 damaged lines, the first is line 1 at byte \d+/);
    granted(plain.acquire({ lane: "b" }));
    compactJournal(file);
    granted(careful.acquire({ lane: "c" }));
    expect(entries().filter((entry) => entry["op"] === "_CORRUPT")).toHaveLength(1);
  });
});

describe("the shell itself", () => {
  it.each([
    ["owner", ""],
    ["owner", " anna"],
    ["owner", "an\nna"],
    ["hostId", ""],
    ["pid", 2 ** 31],
    ["ttlMinutes", Number.NaN],
    ["ttlMinutes", Number.POSITIVE_INFINITY],
    ["ttlMinutes", 0],
    ["coalesceSeconds", -1],
    ["decide", {}],
    ["now", 7],
    ["reclaimDead", "yes"],
  ])("rejects the %s %j, and creates nothing", (name, value) => {
    const options = { owner: "anna", [name]: value };
    expect(String(thrownBy(() => Reflect.apply(openLeases, undefined, ["journal", options])))).toMatch(/TypeError/);
  });

  it.each([
    { lane: "" },
    { lane: 7 },
    { lane: "a", loopTs: "" },
    { lane: "a", ttlMinutes: 1e9 },
    { lane: "a", tree: "src" },
    { lane: "a", tree: [1] },
    { lane: "a", runId: Number.NaN },
    { lane: "a", reason: 1 },
    null,
  ])("rejects the request %j, and journals nothing", (request) => {
    const { open, entries } = testLeases();
    const leases = open();
    expect(() => Reflect.apply(leases.acquire, leases, [request])).toThrow(TypeError);
    expect(entries()).toEqual([]);
  });

  it("defaults to this host and this process, also from the package's root", () => {
    const { file } = testLeases();
    const leases = openLeases(file, { owner: "anna" });
    const { lease } = granted(leases.acquire({ lane: "a" }));
    expect(lease).toMatchObject({ host_id: hostname(), pid: process.pid });
    expect(leases.live({ expireDead: true })).toEqual([lease]);
    expect(leases.generations()).toMatchObject([{ lane: "a", generation: 1 }]);
    expect(leases.path).toBe(file);
    leases.close();
    expect(() => leases.live()).toThrow(expect.objectContaining({ code: "ERR_CLOSED" }));
  });

  it("B17: uses the journal that the environment names, like every other call", () => {
    const { file } = testLeases();
    vi.stubEnv("DISPATCH_LANE_JOURNAL_PATH", file);
    const leases = openLeases(undefined, { owner: "anna" });
    granted(leases.acquire({ lane: "a" }));
    expect(leases.path).toBe(file);
    expect(replay()).toEqual(leases.live());
  });
});
