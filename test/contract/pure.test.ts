// Checks the functions that access no journal: builders, the canonical line, the vocabulary, the path of the journal
// (docs/format.md 8).
import path from "node:path";
import { describe, expect, it, vi } from "vitest";
import * as journal from "../../src/index.js";
import { thrownBy } from "./journals.js";

const { formatLine } = journal;

describe("formatLine", () => {
  it.each([
    [
      "keys are sorted by code point at every depth",
      { b: { "\u{1f680}": 1, "\uffee": 2, Z: 3 }, a: 1 },
      '{"a": 1, "b": {"Z": 3, "\uffee": 2, "\u{1f680}": 1}}',
    ],
    ["keys that look like numbers are sorted as text", { b: 0, 10: 0, 9: 0 }, '{"10": 0, "9": 0, "b": 0}'],
    ["empty containers have no space", { a: [], b: {} }, '{"a": [], "b": {}}'],
    [
      "undefined members are omitted, and are null in an array",
      { a: undefined, b: [undefined, 1] },
      '{"b": [null, 1]}',
    ],
    [
      "toJSON is honoured",
      { at: new Date(0), o: { toJSON: () => ({ z: 1, y: 2 }) } },
      '{"at": "1970-01-01T00:00:00.000Z", "o": {"y": 2, "z": 1}}',
    ],
    [
      "a bigint is written as its digits",
      { n: 12345678901234567890n, m: [-1n] },
      '{"m": [-1], "n": 12345678901234567890}',
    ],
    [
      "numbers are written as JSON.stringify does",
      { n: [1e21, 1e-7, -0, 1.0, 0.1] },
      '{"n": [1e+21, 1e-7, 0, 1, 0.1]}',
    ],
    [
      "short escapes are used if possible, otherwise lower-case hexadecimal",
      { s: '"\\\b\f\n\r\t\u0001\u001f/' },
      '{"s": "\\"\\\\\\b\\f\\n\\r\\t\\u0001\\u001f/"}',
    ],
    [
      "line breaks of the reference are escaped, in keys too",
      { "\u2028": "\u0085\u2029" },
      '{"\\u2028": "\\u0085\\u2029"}',
    ],
    [
      "lone surrogates are escaped, pairs are written raw",
      { s: "\ud83d\ude80\udc00\ud83d" },
      '{"s": "\u{1f680}\\udc00\\ud83d"}',
    ],
    ["DEL and non-ASCII are written raw", { s: "\u007f\u00e9\ufeff" }, '{"s": "\u007f\u00e9\ufeff"}'],
  ])("%s", (_name, entry, line) => {
    expect(formatLine(entry)).toBe(`${line}\n`);
  });

  it("keeps an own key called __proto__", () => {
    expect(formatLine(JSON.parse('{"__proto__": {"a": 1}}'))).toBe('{"__proto__": {"a": 1}}\n');
  });

  it("writes a shared object in each place, and rejects one that contains itself", () => {
    const shared = { a: 1 };
    expect(formatLine({ x: shared, y: shared })).toBe('{"x": {"a": 1}, "y": {"a": 1}}\n');
    const cycle: journal.Entry = {};
    cycle["x"] = { y: cycle };
    expect(thrownBy(() => formatLine(cycle))).toMatchObject({ code: "ERR_ENTRY_INVALID" });
  });

  it.each([[Number.NaN], [-Infinity], [Symbol("s")], [() => 1], [{ toJSON: () => Number.NaN }]])(
    "refuses %s",
    (value) => {
      const error = thrownBy(() => formatLine({ lease: { children: [value] } }));
      expect(error).toMatchObject({ code: "ERR_ENTRY_INVALID" });
    },
  );

  it.each([[[]], [null], ["x"], [1], [undefined]])("throws a TypeError for an entry of %j", (entry) => {
    expect(thrownBy(() => Reflect.apply(formatLine, undefined, [entry]))).toBeInstanceOf(TypeError);
  });
});

describe("the builders", () => {
  const lease = { lane: "a", loop_ts: "T1", holder: "h", host_id: "H", pid: 3, tree: ["x"] };

  it("acquireEntry copies the lease, so that later changes of either do not affect the other", () => {
    const given = structuredClone(lease);
    const entry = journal.acquireEntry(given);
    given.pid = 9;
    expect(entry["lease"]).toEqual(lease);
  });

  it("acquireEntry omits an empty run id and children, and keeps an empty run id of the lease", () => {
    const entry = journal.acquireEntry({ ...lease, run_id: "" }, { runId: "", children: [] });
    expect(entry["lease"]).toEqual({ ...lease, run_id: "" });
    expect(journal.acquireEntry(lease, { envDigest: "" })).not.toHaveProperty("env_digest");
  });

  it("adoptEntry defaults to the current time and to the lease's host", () => {
    const entry = journal.adoptEntry(lease, { newHolder: "n", newHostId: "" });
    expect(entry).toMatchObject({ holder: "n", pid: null, host_id: "H", prev_holder: "h", reason: "" });
    expect(entry["heartbeat_at"]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  });

  it("enforceEntry reads dispatch_call as a boolean by docs/format.md 4, and calls toJSON", () => {
    expect(journal.enforceEntry({ dispatch_call: [] })).toMatchObject({ dispatch_call: false, withheld: true });
    expect(journal.enforceEntry({ dispatch_call: "no" })).toMatchObject({ dispatch_call: true, withheld: false });
    const proposal = { toJSON: () => ({ intervention: "WARN" }) };
    expect(journal.enforceEntry(proposal)).toMatchObject({ intervention: "WARN", proposal: { intervention: "WARN" } });
  });

  it("checkpointEntry writes generations if there are any, and a watermark above 0", () => {
    const generations = [{ loop_ts: "T1", lane: "a", generation: 2 }];
    expect(journal.checkpointEntry([lease], { seqWatermark: 1, generations, generationWatermark: 2 })).toEqual({
      op: "CHECKPOINT",
      leases: [lease],
      seq_watermark: 1,
      generations,
      generation_watermark: 2,
    });
    const bare = journal.checkpointEntry([], { seqWatermark: 0, generations: [], generationWatermark: 0 });
    expect(bare).toEqual({ op: "CHECKPOINT", leases: [], seq_watermark: 0 });
  });

  it("entries of the builders fold as their names say", () => {
    const entries = [journal.acquireEntry(lease), journal.adoptEntry(lease, { newHolder: "n", heartbeatAt: "2" })];
    expect(journal.replay(entries)).toEqual([{ ...lease, holder: "n", heartbeat_at: "2" }]);
    expect(journal.replay([...entries, journal.releaseEntry(lease)])).toEqual([]);
    expect(journal.replay([...entries, journal.scavengeEntry(lease)])).toEqual([]);
    const beaten = [...entries, journal.heartbeatEntry(lease, { heartbeatAt: "3" })];
    expect(journal.replay(beaten)).toMatchObject([{ heartbeat_at: "3" }]);
  });
});

describe("the vocabulary and the path", () => {
  it("Op has the 12 names and no sentinel, STATE_MUTATING_OPS the six that change single leases", () => {
    const names =
      "ACQUIRE ADOPT ATTEMPT CHECKPOINT ENFORCE HALT HEARTBEAT RECONCILE REFUSE RELEASE SCAVENGE SPAWN".split(" ");
    expect(Object.keys(journal.Op).toSorted()).toEqual(names);
    expect(Object.values(journal.Op).toSorted()).toEqual(names);
    const mutating = [...journal.STATE_MUTATING_OPS].toSorted();
    expect(mutating).toEqual(["ACQUIRE", "ADOPT", "HEARTBEAT", "RECONCILE", "RELEASE", "SCAVENGE"]);
  });

  it("journalPath prefers DISPATCH over JOB over the workspace over the current folder; empty counts as unset", () => {
    const at = (folder: string) => path.join(folder, ".dos", "lane-journal.jsonl");
    expect(path.resolve(journal.journalPath())).toBe(at(process.cwd()));
    vi.stubEnv("DISPATCH_WORKSPACE", "/srv/space");
    expect(journal.journalPath()).toBe(at("/srv/space"));
    vi.stubEnv("JOB_LANE_JOURNAL_PATH", "/srv/job.jsonl");
    expect(journal.journalPath()).toBe("/srv/job.jsonl");
    vi.stubEnv("DISPATCH_LANE_JOURNAL_PATH", "/srv/dispatch.jsonl");
    expect(journal.journalPath()).toBe("/srv/dispatch.jsonl");
    vi.stubEnv("DISPATCH_LANE_JOURNAL_PATH", "");
    vi.stubEnv("JOB_LANE_JOURNAL_PATH", "");
    expect(journal.journalPath()).toBe(at("/srv/space"));
  });

  it("journalNowIso returns the time in UTC to the second", () => {
    vi.useFakeTimers({ now: Date.parse("2026-06-01T14:00:03.987Z"), toFake: ["Date"] });
    try {
      expect(journal.journalNowIso()).toBe("2026-06-01T14:00:03Z");
    } finally {
      vi.useRealTimers();
    }
  });
});
