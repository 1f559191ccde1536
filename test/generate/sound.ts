// Defines an undamaged journal of a little over 4 KiB, with every op, a few live leases at its end, and non-ASCII text.

import type { Entry, Lease } from "../../src/index.js";
import { formatLine } from "../../src/index.js";

function lease(lane: string, loop: string, holder: string): Lease {
  return {
    lane,
    lane_kind: "cluster",
    tree: [`${lane}/**`],
    loop_ts: loop,
    host_id: "host-a",
    pid: 4711,
    heartbeat_at: "2026-03-04T00:00:00Z",
    ttl_minutes: 50,
    holder,
  };
}

function acquire(lane: string, loop: string, holder: string): Entry {
  return { op: "ACQUIRE", lane, loop_ts: loop, lease: lease(lane, loop, holder), reason: "" };
}

const history: readonly Entry[] = [
  acquire("docs", "l-1", "ägent"),
  acquire("src", "l-2", "agent-2"),
  { op: "HEARTBEAT", lane: "docs", loop_ts: "l-1", heartbeat_at: "2026-03-04T00:05:00Z" },
  { op: "REFUSE", lane: "src", loop_ts: "l-3", holder: "agent-3", reason: '"src" is held', reason_class: "COLLISION" },
  { op: "RELEASE", lane: "src", loop_ts: "l-2", host_id: "host-a", reason: "explicit" },
  acquire("src", "l-4", "agent-4"),
  {
    op: "ADOPT",
    lane: "docs",
    loop_ts: "l-1",
    holder: "agent-5",
    pid: 17,
    host_id: "host-b",
    heartbeat_at: "2026-03-04T00:09:00Z",
  },
  { op: "HALT", handle: "run-7", lane: "", loop_ts: "", reason: "stop", command: null },
  {
    op: "ENFORCE",
    lane: "src",
    loop_ts: "l-4",
    tool: "edit",
    intervention: "deny",
    dispatch_call: false,
    withheld: true,
  },
  { op: "ATTEMPT", unit_id: "unit-1", outcome: "failed", lane: "src", loop_ts: "l-4" },
  { op: "SPAWN", lane: "日本", loop_ts: "l-6", holder: "agent-6", pid: 99 },
  { op: "RECONCILE", lane: "日本", loop_ts: "l-6", lease: lease("日本", "l-6", "agent-6") },
  { op: "SCAVENGE", lane: "src", loop_ts: "l-4", pid: 4711, prev_holder: "agent-4", reason: "scavenged" },
  {
    op: "CHECKPOINT",
    leases: [lease("docs", "l-1", "agent-5"), lease("日本", "l-6", "agent-6")],
    seq_watermark: 14,
    generations: [{ loop_ts: "l-1", lane: "docs", generation: 1 }],
    generation_watermark: 4,
  },
  acquire("bench", "l-8", "agent-8"),
  acquire("src", "l-9", "agent-9"),
  { op: "HEARTBEAT", lane: "bench", loop_ts: "l-8", heartbeat_at: "2026-03-04T01:00:00Z" },
  { op: "RELEASE", lane: "日本", loop_ts: "l-6", host_id: "host-a", reason: "done" },
  {
    op: "ADOPT",
    lane: "src",
    loop_ts: "l-9",
    holder: "agent-10",
    pid: 18,
    host_id: null,
    heartbeat_at: "2026-03-04T01:02:00Z",
  },
];

export function makeSoundJournal(): Buffer {
  const lines = history.map((entry, i) =>
    formatLine({ ...entry, seq: i + 1, ts: `2026-03-04T00:${String(i + 10)}:00Z` }),
  );
  return Buffer.from(lines.join(""), "utf8");
}
