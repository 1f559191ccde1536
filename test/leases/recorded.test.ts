// Checks what the shell writes in addition to what the fold reads: who ended a lease, and which leases blocked a
// request.
import { describe, expect, it } from "vitest";
import { enforceEntry, openLeases, refuseEntry, releaseEntry, scavengeEntry } from "../../src/index.js";
import { temporaryFolder } from "../contract/journals.js";
import { engines } from "../support/engines.js";
import { granted, refused, testLeases } from "./open.js";

describe("an end", () => {
  it("names who released the lease, also by force", () => {
    const { open } = testLeases();
    const [anna, bert] = [open(), open({ owner: "bert" })];
    const first = granted(anna.acquire({ lane: "a" }));
    expect(granted(anna.release(first)).entry).toMatchObject({ op: "RELEASE", by: "anna" });
    granted(anna.acquire({ lane: "a" }));
    expect(granted(bert.release({ lane: "a", force: true })).entry).toMatchObject({ op: "RELEASE", by: "bert" });
  });

  it("names who scavenged the lease, on request or to reclaim the lane", () => {
    const { open, clock, entries } = testLeases();
    granted(open().acquire({ lane: "a" }));
    expect(granted(open({ owner: "bert" }).scavenge({ lane: "a" })).entry).toMatchObject({ by: "bert" });
    granted(open().acquire({ lane: "a" }));
    clock.pass(56);
    granted(open({ owner: "carl", reclaimDead: true }).acquire({ lane: "a" }));
    expect(entries().at(-2)).toMatchObject({ op: "SCAVENGE", prev_holder: "anna", by: "carl" });
  });
});

describe.each(engines)("a refusal (%s)", (engine) => {
  function openTwo() {
    const file = `${temporaryFolder()}/journal.jsonl`;
    return ["anna", "bert"].map((owner) => openLeases(file, { owner, engine }));
  }

  it("records the requested tree, the blocking leases and their trees", () => {
    const [anna, bert] = openTwo();
    if (!(anna && bert)) throw new Error("expected two shells");
    const first = granted(anna.acquire({ lane: "docs", tree: ["docs/**", "README.md"] }));
    const second = granted(anna.acquire({ lane: "guide", tree: ["guide/**"] }));
    const { lane, loopTs, generation } = first;
    const asked = { lane: "x", tree: ["docs/a", "guide/b"], rootId: "R", parentId: 7 };
    const { reason, entry } = refused(bert.acquire(asked));
    expect(reason).toMatch(
      /^the tree .* held by "anna" since "[^"]*" \(and 1 more\), last seen 0 minutes ago; it counts as/,
    );
    expect(entry).toMatchObject({
      op: "REFUSE",
      reason,
      tree: ["docs/a", "guide/b"],
      held_by: [
        { holder: "anna", lane, loop_ts: loopTs, generation },
        { holder: "anna", lane: "guide", loop_ts: second.loopTs, generation: 2 },
      ],
      blocking_trees: { docs: ["docs/**", "README.md"], guide: ["guide/**"] },
      root_id: "R",
      parent_id: "7",
    });
    for (const shell of [anna, bert]) shell.close();
  });

  it("of a change records the lease of the other holder, and nothing if there is no lease", () => {
    const [anna, bert] = openTwo();
    if (!(anna && bert)) throw new Error("expected two shells");
    const { lane, loopTs, generation } = granted(anna.acquire({ lane: "a" }));
    const held_by = [{ holder: "anna", lane, loop_ts: loopTs, generation }];
    for (const answer of [
      bert.release({ lane }),
      bert.heartbeat({ lane }),
      bert.scavenge({ lane, onlyIfDead: true }),
    ]) {
      expect(refused(answer).entry).toMatchObject({ held_by });
      expect(refused(answer).entry).not.toHaveProperty("blocking_trees");
    }
    expect(refused(anna.acquire({ lane, loopTs })).entry).toMatchObject({ held_by });
    expect(refused(bert.release({ lane: "b" })).entry).not.toHaveProperty("held_by");
    for (const shell of [anna, bert]) shell.close();
  });
});

it("a custom decision may name the blocking leases", () => {
  const { open } = testLeases();
  const { lane, loopTs } = granted(open().acquire({ lane: "a", tree: ["src"] }));
  const decide = (_: unknown, live: { [key: string]: unknown }[]) => ({
    ok: false as const,
    reason: "no",
    heldBy: live,
  });
  const { reason, entry } = refused(open({ owner: "bert", decide }).acquire({ lane: "b" }));
  expect(reason).toBe(
    "no, last seen 0 minutes ago; it counts as dead from 2026-06-01T14:55:01Z on unless it is renewed",
  );
  expect(entry).toMatchObject({ held_by: [{ lane, loop_ts: loopTs }], blocking_trees: { a: ["src"] } });
  const odd = open({ decide: () => Reflect.apply(Object, undefined, [{ ok: false, reason: "no", heldBy: [7] }]) });
  expect(() => odd.acquire({ lane: "b" })).toThrow("decide's heldBy: expected an array of leases");
});

it("says when the lane of a process that is gone becomes reclaimable", () => {
  const { open, clock, processes } = testLeases();
  granted(open().acquire({ lane: "a" }));
  processes.running.clear();
  clock.pass(2);
  expect(refused(open({ owner: "bert" }).acquire({ lane: "a" })).reason).toBe(
    'lane "a" is held by "anna" since "2026-06-01T14:00:00Z", last seen 2 minutes ago, and its process 100 is gone, ' +
      "as its process mark shows; it counts as dead from 2026-06-01T14:05:01Z on unless it is renewed",
  );
});

describe("the builders", () => {
  const lease = { lane: "a", loop_ts: "T" };

  it("write the optional keys only if they are given", () => {
    expect(releaseEntry(lease, { by: "bert" })).toMatchObject({ by: "bert" });
    expect(scavengeEntry(lease, { by: "bert" })).toMatchObject({ by: "bert" });
    const more = { tree: ["a"], heldBy: [], blockingTrees: { a: ["a"] }, rootId: 1, parentId: "P" };
    expect(refuseEntry({}, { owner: "o", ...more })).toMatchObject({
      tree: ["a"],
      held_by: [],
      blocking_trees: { a: ["a"] },
      root_id: "1",
      parent_id: "P",
    });
    expect(enforceEntry({}, { rootId: 1, parentId: "P" })).toMatchObject({ root_id: "1", parent_id: "P" });
    const none = { tree: null, heldBy: null, blockingTrees: null, rootId: null, parentId: null };
    expect(Object.keys(refuseEntry({}, { owner: "o", ...none }))).toEqual(Object.keys(refuseEntry({}, { owner: "o" })));
    expect(Object.keys(releaseEntry(lease, { by: null }))).toEqual(Object.keys(releaseEntry(lease)));
    expect(Object.keys(enforceEntry({}, { rootId: null }))).toEqual(Object.keys(enforceEntry({})));
  });
});
