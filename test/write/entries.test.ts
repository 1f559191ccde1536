// Checks the entries that the builders make, against the vectors (docs/format.md 8, "Entries").
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Entry } from "../../src/types.js";
import {
  acquireEntry,
  adoptEntry,
  checkpointEntry,
  heartbeatEntry,
  releaseEntry,
  scavengeEntry,
} from "../../src/write/entries.js";
import { attemptEntry, enforceEntry, haltEntry, refuseEntry, spawnEntry } from "../../src/write/event-entries.js";
import { foreign } from "../generate/foreign.js";

interface BuilderCase {
  builder: string;
  args: unknown[];
  options: { [key: string]: unknown };
  want: Entry;
}

const vectors: { cases: BuilderCase[] } = JSON.parse(
  readFileSync(new URL("../vectors/builders.json", import.meta.url), "utf8"),
);

const builders = new Map<string, Parameters<typeof Reflect.apply>[0]>([
  ["acquire", acquireEntry],
  ["adopt", adoptEntry],
  ["attempt", attemptEntry],
  ["checkpoint", checkpointEntry],
  ["enforce", enforceEntry],
  ["halt", haltEntry],
  ["heartbeat", heartbeatEntry],
  ["refuse", refuseEntry],
  ["release", releaseEntry],
  ["scavenge", scavengeEntry],
  ["spawn", spawnEntry],
]);

function build(builder: string, args: unknown[]): unknown {
  const found = builders.get(builder);
  if (found === undefined) throw new Error(`no builder called ${builder}`);
  return Reflect.apply(found, undefined, args);
}

const lease = { lane: "a", loop_ts: "t", host_id: "h", pid: 4, holder: "x" };

describe("the vectors", () => {
  test("cover every builder", () => {
    expect(new Set(vectors.cases.map((one) => one.builder))).toEqual(new Set(builders.keys()));
  });

  test.each(vectors.cases.map((one, at) => ({ ...one, at })))("$at: $builder", ({ builder, args, options, want }) => {
    const before = JSON.stringify([args, options]);
    expect(build(builder, [...args, options])).toEqual(want);
    expect(JSON.stringify([args, options])).toBe(before);
    if (Object.keys(options).length === 0) expect(build(builder, args)).toEqual(want);
  });
});

describe("a builder", () => {
  test("of an acquire copies the lease", () => {
    const entry = acquireEntry(lease, { runId: 7 });
    expect(entry["lease"]).toEqual({ ...lease, run_id: "7" });
    expect(lease).not.toHaveProperty("run_id");
  });

  test("of an acquire writes the lease's own run id as text", () => {
    expect(acquireEntry(foreign({ run_id: 7 }))["lease"]).toEqual({ run_id: "7" });
  });

  test("of an acquire keeps the lease's run id if the option is null or empty", () => {
    expect(acquireEntry({ run_id: "r" }, { runId: null })["lease"]).toEqual({ run_id: "r" });
    expect(acquireEntry({ run_id: "r" }, { runId: "" })["lease"]).toEqual({ run_id: "r" });
  });

  test("of an acquire omits an empty environment digest", () => {
    expect(acquireEntry(lease, { envDigest: "" })).not.toHaveProperty("env_digest");
  });

  test("of a heartbeat omits an empty stamp", () => {
    expect(heartbeatEntry(lease, { heartbeatAt: "" })).not.toHaveProperty("heartbeat_at");
  });

  test("of an adoption uses the clock only for an empty stamp", () => {
    expect(adoptEntry(lease, { newHolder: "n" }, () => "NOW")["heartbeat_at"]).toBe("NOW");
    expect(adoptEntry(lease, { newHolder: "n", heartbeatAt: "" }, () => "NOW")["heartbeat_at"]).toBe("NOW");
    const broken = (): string => {
      throw new Error("the clock was asked");
    };
    expect(adoptEntry(lease, { newHolder: "n", heartbeatAt: "H" }, broken)["heartbeat_at"]).toBe("H");
  });

  test("of an adoption writes null for a missing host and holder", () => {
    expect(adoptEntry({}, { newHolder: "n", newHostId: "" })).toMatchObject({ host_id: null, prev_holder: null });
  });

  test("of an enforcement calls the proposal's toJSON, also for its fields", () => {
    const proposal = { secret: 1, toJSON: () => ({ intervention: "BLOCK", dispatch_call: [] }) };
    expect(enforceEntry(proposal)).toMatchObject({
      intervention: "BLOCK",
      dispatch_call: false,
      withheld: true,
      proposal: { intervention: "BLOCK", dispatch_call: [] },
    });
  });

  test("of an attempt or a spawn writes only a given run id, even an empty one", () => {
    expect(attemptEntry("u", { outcome: "o", runId: null })).not.toHaveProperty("run_id");
    expect(spawnEntry({ lane: "a" })).not.toHaveProperty("run_id");
    expect(attemptEntry("u", { outcome: "o", runId: "" })["run_id"]).toBe("");
    expect(spawnEntry({ lane: "a", runId: 12 })["run_id"]).toBe("12");
  });

  test("of a checkpoint writes generations if there are any, and a watermark above 0", () => {
    const generations = [{ loop_ts: "t", lane: "a", generation: 3 }];
    expect(checkpointEntry([lease], { seqWatermark: 5, generations, generationWatermark: 4 })).toEqual({
      op: "CHECKPOINT",
      leases: [lease],
      seq_watermark: 5,
      generations,
      generation_watermark: 4,
    });
    const bare = { op: "CHECKPOINT", leases: [], seq_watermark: 0 };
    expect(checkpointEntry([], { seqWatermark: 0, generations: [], generationWatermark: 0 })).toEqual(bare);
  });

  test.each([
    ["adopt", [lease, {}], ["holder", "pid"]],
    ["refuse", [{}, {}], ["holder", "host_id", "run_id"]],
    ["halt", [undefined], ["handle", "host_id", "run_id", "command"]],
    ["attempt", [undefined, {}], ["unit_id", "outcome", "host_id"]],
    ["spawn", [{}], ["lane", "host_id", "pid"]],
    ["checkpoint", [[], {}], ["seq_watermark"]],
  ])("of kind %s writes null for fields that an untyped caller omits", (builder, args, keys) => {
    const entry = build(builder, args);
    for (const key of keys) expect(entry).toHaveProperty(key, null);
  });

  test("of an acquisition sets the given children on its copy of the lease, or keeps the lease's own", () => {
    const childrenOf = (own: { children?: unknown[] }, given?: unknown[]): unknown =>
      Reflect.get(Object(acquireEntry(own, { children: given })["lease"]), "children");
    expect(childrenOf({ children: ["own"] }, ["given"])).toEqual(["given"]);
    expect(childrenOf({ children: ["own"] })).toEqual(["own"]);
    expect(childrenOf({}, ["given"])).toEqual(["given"]);
    expect(childrenOf({}, [])).toBeUndefined();
  });

  test("of an enforcement calls the proposal's toJSON with a key if it is a function", () => {
    expect(enforceEntry({ toJSON: 5, handler: "h" })["proposal"]).toEqual({ toJSON: 5, handler: "h" });
    expect(enforceEntry({ toJSON: (key: string) => ({ handler: key }) })["handler"]).toBe("proposal");
  });

  test("of a checkpoint omits a watermark below 0", () => {
    expect(checkpointEntry([], { seqWatermark: 0, generationWatermark: -1 })).not.toHaveProperty(
      "generation_watermark",
    );
  });

  const options: { [builder: string]: object } = { adopt: { newHolder: "n" }, refuse: { owner: "o" } };

  test.each([
    ["lease", "acquire"],
    ["lease", "adopt"],
    ["proposal", "enforce"],
    ["lease", "heartbeat"],
    ["decision", "refuse"],
    ["lease", "release"],
    ["lease", "scavenge"],
  ])("rejects a %s that is not an object: %s", (name, builder) => {
    const misuse = (): unknown => build(builder, [["a"], options[builder] ?? {}]);
    expect(misuse).toThrow(new TypeError(`${name}: expected an object, found an array`));
  });

  test("of a checkpoint rejects a lease that is not an object", () => {
    const misuse = (): unknown => build("checkpoint", [[["a"]], { seqWatermark: 0 }]);
    expect(misuse).toThrow(new TypeError("lease: expected an object, found an array"));
  });
});
