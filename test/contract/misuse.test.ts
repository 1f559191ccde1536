// Checks that every public function rejects unknown options with a TypeError that names the nearest known option.
import { describe, expect, it } from "vitest";
import * as api from "../../src/index.js";
import { temporaryFolder, thrownBy } from "./journals.js";

const lease = { lane: "a", loop_ts: "T" };
const typo = { thread: 1 };

/** Each call has an options object with an unknown key, and the message with the nearest known key. */
const calls: [name: string, call: (path: string) => unknown, message: RegExp][] = [
  ["replay", (path) => run(api.replay, path, typo), /options: unknown key "thread"; did you mean threads\?/],
  ["replay of entries", () => run(api.replay, [], typo), /did you mean threads/],
  ["scan", (path) => run(api.scan, path, typo), /did you mean threads/],
  ["entries", (path) => run(api.entries, path, { untill: { seq: 1 } }), /did you mean until\?/],
  ["readAll", (path) => run(api.readAll, path, typo), /did you mean threads/],
  ["tail", (path) => run(api.tail, 1, path, { sig_nal: 1 }), /did you mean signal/],
  ["nextSeq", (path) => run(api.nextSeq, path, { snapshots: true }), /did you mean snapshot\?/],
  ["leaseGenerations", (path) => run(api.leaseGenerations, path, typo), /did you mean threads/],
  ["history", (path) => run(api.history, path, { hodler: "x" }), /did you mean holder\?/],
  [
    "openJournal",
    (path) => run(api.openJournal, path, { owner: "anna" }),
    /unknown key "owner"; expected one of engine,/,
  ],
  ["compactJournal", (path) => run(api.compactJournal, path, { archives: "x" }), /did you mean archive\?/],
  ["openLeases", (path) => run(api.openLeases, path, { owner: "anna", ttlMinuts: 5 }), /did you mean ttlMinutes\?/],
  ["acquireEntry", () => run(api.acquireEntry, lease, { prev_holder: "x" }), /did you mean prevHolder\?/],
  ["releaseEntry", () => run(api.releaseEntry, lease, { reasons: "x" }), /did you mean reason\?/],
  ["heartbeatEntry", () => run(api.heartbeatEntry, lease, { heartbeat_at: "x" }), /did you mean heartbeatAt\?/],
  ["scavengeEntry", () => run(api.scavengeEntry, lease, { prevholder: "x" }), /did you mean prevHolder\?/],
  ["adoptEntry", () => run(api.adoptEntry, lease, { newHolder: "x", pid: 1 }), /unknown key "pid"/],
  ["refuseEntry", () => run(api.refuseEntry, {}, { owner: "o", reason_class: "x" }), /did you mean reasonClass\?/],
  ["haltEntry", () => run(api.haltEntry, 1, { comand: "x" }), /did you mean command\?/],
  ["enforceEntry", () => run(api.enforceEntry, {}, { root: "x" }), /unknown key "root"/],
  ["attemptEntry", () => run(api.attemptEntry, "u", { outcome: "x", lanes: "y" }), /did you mean lane\?/],
  ["spawnEntry", () => run(api.spawnEntry, { lane: "x", hostid: "y" }), /did you mean hostId\?/],
  ["checkpointEntry", () => run(api.checkpointEntry, [], { seqWatermarks: 1 }), /did you mean seqWatermark\?/],
];

function run<Arguments extends unknown[]>(call: (...given: Arguments) => unknown, ...given: unknown[]): unknown {
  return Reflect.apply(call, undefined, given);
}

describe("an unknown key in the options", () => {
  it.each(calls)("of %s causes a TypeError", (_, call, message) => {
    const error = thrownBy(() => call(`${temporaryFolder()}/journal.jsonl`));
    expect(error).toBeInstanceOf(TypeError);
    expect(String(error)).toMatch(message);
  });

  it("of replayAsync, scanAsync, historyAsync and follow causes a rejection", async () => {
    await expect(async () => run(api.replayAsync, undefined, typo)).rejects.toThrow(/did you mean threads/);
    await expect(async () => run(api.scanAsync, undefined, typo)).rejects.toThrow(/did you mean threads/);
    await expect(async () => run(api.historyAsync, undefined, { until: { seq: 1 } })).rejects.toThrow(/"until"/);
    const following = api.follow(undefined, Object.assign({ pollMS: 5 }));
    await expect(following.next()).rejects.toThrow(/did you mean pollMs\?/);
  });

  it.each([
    ["acquire", { lane: "a", ttl: 5 }, /request: unknown key "ttl"; did you mean ttlMinutes/],
    ["release", { lane: "a", forced: true }, /target: unknown key "forced"; did you mean force\?/],
    ["adopt", { lane: "a", newHolders: "b" }, /did you mean newHolder\?/],
    ["heartbeat", { lane: "a", loop_ts: "T" }, /did you mean loopTs\?/],
    ["scavenge", { lane: "a", onlyIfdead: true }, /did you mean onlyIfDead\?/],
    ["spawn", { lane: "a", holders: "b" }, /did you mean holder\?/],
    ["live", { expiredDead: true }, /did you mean expireDead\?/],
  ] as const)("of a shell's %s causes a TypeError, and nothing is journaled", (name, options, message) => {
    const leases = api.openLeases(`${temporaryFolder()}/journal.jsonl`, { owner: "anna" });
    const error = thrownBy(() => Reflect.apply(leases[name], leases, [options]));
    expect(error).toBeInstanceOf(TypeError);
    expect(String(error)).toMatch(message);
    expect(String(thrownBy(() => Reflect.apply(leases.halt, leases, [1, { lanes: "x" }])))).toMatch(
      /did you mean lane/,
    );
    expect(api.readAll(leases.path)).toEqual([]);
    leases.close();
  });

  it("of an open journal's compact causes a TypeError", () => {
    const journal = api.openJournal(`${temporaryFolder()}/journal.jsonl`);
    expect(String(thrownBy(() => Reflect.apply(journal.compact, journal, [{ label: "x" }])))).toMatch(
      /unknown key "label"/,
    );
    journal.close();
  });
});

describe("a wrong value", () => {
  it.each([
    ["owner", () => run(api.openLeases, "j", { owner: "a\nb" }), /^TypeError: owner: /],
    ["label", () => run(api.openJournal, "j", { label: "" }), /^TypeError: label: /],
    ["archive", () => run(api.compactJournal, `${temporaryFolder()}/j`, { archive: "" }), /^TypeError: archive: /],
  ])("is reported under the name that the caller used: %s", (_, call, message) => {
    expect(String(thrownBy(call))).toMatch(message);
  });
});
