// Checks that every engine judges leases whose stamps have no seconds by the right minute (docs/format.md 4, "stamp").
import { writeFileSync } from "node:fs";
import { hostname } from "node:os";
import path from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { type Entry, formatLine, openLeases } from "../../src/index.js";
import { temporaryFolder } from "../contract/journals.js";
import { granted, refused } from "../leases/open.js";
import { engines } from "../support/engines.js";

const now = Date.parse("2026-06-01T14:00:00Z");

describe.each(engines)("a journal whose stamps have no seconds (%s)", (engine) => {
  const host = { host_id: "other-host", pid: 80596 };
  const gateway = { lane: "gateway", loop_ts: "2026-06-01T12:00Z" };
  const tools = { lane: "tools", loop_ts: "2026-06-01T02:26Z" };
  const taken = { acquired_at: "2026-06-01T12:00:00Z", heartbeat_at: "2026-06-01T12:00Z", ttl_minutes: 50 };
  const beaten = [
    { op: "ACQUIRE", ...gateway, lease: { ...gateway, ...host, ...taken, holder: "worker-1" }, seq: 1 },
    { op: "HEARTBEAT", ...gateway, heartbeat_at: "2026-06-01T13:58Z", seq: 2, ts: "2026-06-01T13:58:00Z" },
  ];
  const stale = { ...tools, ...host, holder: "w4591", acquired_at: "2026-06-01T02:26Z", ttl_minutes: null };

  function open(entries: Entry[], at = now) {
    const file = path.join(temporaryFolder(), "journal.jsonl");
    writeFileSync(file, entries.map((entry) => formatLine(entry)).join(""));
    const leases = openLeases(file, { owner: "other", engine, reclaimDead: true, now: () => new Date(at) });
    onTestFinished(() => leases.close());
    return leases;
  }

  it("keeps the lease that was renewed 2 minutes ago", () => {
    const leases = open(beaten);
    expect(leases.live({ expireDead: true })).toMatchObject([{ lane: "gateway", heartbeat_at: "2026-06-01T13:58Z" }]);
    expect(leases.health()).toMatchObject([
      { state: "live", evidence: "time", reason: "last seen 2 minutes ago", reclaimableAt: "2026-06-01T14:53:01Z" },
    ]);
    const refusal = refused(leases.acquire({ lane: "gateway" }));
    expect(refusal.reasonClass).toBe("LANE_HELD");
    expect(refusal.reason).toMatch(/counts as dead from 2026-06-01T14:53:01Z on unless it is renewed$/);
    expect(refused(leases.scavenge({ lane: "gateway", onlyIfDead: true })).reasonClass).toBe("NOT_DEAD");
    expect(leases.live()).toMatchObject([{ holder: "worker-1" }]);
  });

  it("expires the lease that was acquired 11 hours ago, and one that is years old", () => {
    for (const at of [now, Date.parse("2036-01-01T00:00:00Z")]) {
      const leases = open([{ op: "ACQUIRE", ...tools, lease: stale, seq: 1 }], at);
      expect(leases.live({ expireDead: true })).toEqual([]);
      expect(leases.health()).toMatchObject([{ state: "dead", reclaimableAt: "2026-06-01T03:21:01Z" }]);
      expect(granted(leases.acquire({ lane: "tools" })).entry).toMatchObject({ prev_holder: "w4591" });
    }
  });

  it("keeps a fresh lease of this host although its pid no longer exists", () => {
    const here = { host_id: hostname(), pid: 0x7fff_fff0, acquired_at: "2026-06-01T13:20Z", ttl_minutes: 50 };
    const leases = open([{ op: "ACQUIRE", ...tools, lease: { ...tools, ...here, holder: "cli" }, seq: 1 }]);
    expect(leases.live({ expireDead: true })).toHaveLength(1);
    expect(refused(leases.acquire({ lane: "tools" })).reasonClass).toBe("LANE_HELD");
    expect(refused(leases.scavenge({ lane: "tools", onlyIfDead: true })).reasonClass).toBe("NOT_DEAD");
  });
});
