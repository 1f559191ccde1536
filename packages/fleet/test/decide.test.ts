// Checks that a decision which sees the fleet refuses what other hosts hold, and never grants what the decision alone
// would not grant.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type DecideLease,
  decideByLane,
  decideByTree,
  type Lease,
  type LeaseDecision,
  openLeases,
  readAll,
} from "lane-journal";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Random } from "../../../test/generate/random.js";
import { chooseSeed } from "../../../test/generate/seed.js";
import { decideInFleet } from "../src/decide.js";
import { type FleetJournal, FleetView } from "../src/fleet.js";
import { MemoryLog } from "../src/memory-log.js";
import { ship } from "../src/shipper.js";

const lanes = ["a", "b", "c", "d"];
const paths = ["src/**", "src/core/**", "docs/**", "test/**"];

function randomTree(r: Random): string[] {
  return Array.from({ length: r.below(3) }, () => r.pick(paths));
}

function randomLeases(r: Random): Lease[] {
  return Array.from({ length: r.below(4) }, () => ({
    lane: r.pick(lanes),
    loop_ts: String(r.below(9)),
    holder: r.pick(["anna", "ben"]),
    tree: randomTree(r),
  }));
}

function journalOf(id: string, leases: Lease[], gap?: string): FleetJournal {
  return { id, generation: 1, leases, generations: [], lagMs: 0, storedAtMs: 0, gap, note: undefined };
}

/** Grants the lane or, if it is held, another one with a tree of its own. */
const decideAnyLane: DecideLease = (request, live) => {
  const free = [request.lane, "a"].find((lane) => !live.some((lease) => lease.lane === lane));
  if (free === undefined) return { ok: false, reason: "both lanes are held" };
  return free === request.lane ? { ok: true } : { ok: true, lane: free, tree: [`${free}/**`] };
};

/** Answers by chance, and the same to the same question. */
const decideByChance: DecideLease = (request, live): LeaseDecision => {
  const r = new Random(JSON.stringify([request, live]));
  if (r.chance(0.3)) return { ok: false, reason: "chance", heldBy: live.slice(0, 1) };
  return r.chance(0.5) ? { ok: true } : { ok: true, lane: r.pick(lanes), tree: randomTree(r) };
};

const deciders: readonly (readonly [string, DecideLease])[] = [
  ["by lane", decideByLane],
  ["by tree", decideByTree],
  ["for any lane", decideAnyLane],
  ["by chance", decideByChance],
];

describe("a decision that sees the fleet", () => {
  it.each(deciders)("%s is the decision alone, or a refusal", (_, decide) => {
    const seed = chooseSeed("fleet-decide");
    const r = new Random(seed);
    const met = { granted: 0, refused: 0, refusedMore: 0 };
    for (let i = 0; i < 2000; i++) {
      const request = { lane: r.pick(lanes), loopTs: `T${i}`, tree: randomTree(r) };
      const live = randomLeases(r);
      const others = [journalOf("other", randomLeases(r)), journalOf("third", randomLeases(r))];
      const journals = [journalOf("own", live), ...others];
      const own = decide(request, live);
      const answer = decideInFleet({ decide, view: { journals: () => journals }, journal: "own" })(request, live);
      const why = `LANE_TEST_SEED=${seed}, ${i}: ${JSON.stringify({ request, journals })}`;
      if (answer.ok || !own.ok) expect(answer, why).toEqual(own);
      if (own.ok) {
        const wanted = { ...request, lane: own.lane ?? request.lane, tree: own.tree ?? request.tree };
        const elsewhere = decide(
          { ...wanted },
          others.flatMap(({ leases }) => leases),
        );
        if (!elsewhere.ok) expect(answer, why).toMatchObject({ ok: false, reasonClass: "HELD_ELSEWHERE" });
      }
      if (answer.ok) met.granted++;
      else if (own.ok) met.refusedMore++;
      else met.refused++;
    }
    for (const [outcome, count] of Object.entries(met)) expect(count, outcome).toBeGreaterThan(20);
  });

  it("names the journal of the lease that is in the way, and passes on no lease of it", () => {
    const held = { lane: "a", loop_ts: "T", holder: "anna", acquired_at: "then" };
    const view = { journals: () => [journalOf("own", []), journalOf("host-b", []), journalOf("host-c", [held])] };
    const decide = decideInFleet({ decide: decideByLane, view, journal: "own" });
    expect(decide({ lane: "a", loopTs: "T1" }, [])).toEqual({
      ok: false,
      reason: 'lane "a" is held by "anna" since "then", in the journal host-c of the fleet',
      reasonClass: "HELD_ELSEWHERE",
    });
    expect(decide({ lane: "b", loopTs: "T1" }, [])).toEqual({ ok: true });
  });

  it("refuses while another journal is not known, unless it is to decide by what it knows", () => {
    const view = {
      journals: () => [journalOf("own", [], "a gap of its own"), journalOf("host-b", [], "it lacks bytes")],
    };
    const options = { decide: decideByLane, view, journal: "own" };
    const reason = "the leases of the journal host-b are not known: it lacks bytes";
    const refusal = { ok: false, reason, reasonClass: "FLEET_UNKNOWN" };
    expect(decideInFleet(options)({ lane: "a", loopTs: "T" }, [])).toEqual(refusal);
    expect(decideInFleet({ ...options, whenUnknown: "decide" })({ lane: "a", loopTs: "T" }, [])).toEqual({ ok: true });
  });
});

describe("two hosts with one log", () => {
  let folder: string;
  let log: MemoryLog;
  const abort = new AbortController();
  const shipping: Promise<void>[] = [];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "lane-fleet-decide-"));
    log = new MemoryLog();
  });
  afterEach(async () => {
    abort.abort();
    await Promise.all(shipping);
    rmSync(folder, { recursive: true, force: true });
  });

  it("keep each other from a lane until its holder releases it", async () => {
    const journals = ["alpha", "beta"].map((id) => ({ id, path: join(folder, `${id}.jsonl`) }));
    for (const { id, path } of journals) shipping.push(ship({ journal: path, id, log, signal: abort.signal }));
    const view = new FleetView({ log, folder });
    const [alpha, beta] = journals.map(({ id, path }) =>
      openLeases(path, { owner: id, decide: decideInFleet({ decide: decideByLane, view, journal: id }) }),
    );
    if (alpha === undefined || beta === undefined) throw new Error("expected two shells");
    expect(alpha.acquire({ lane: "docs" })).toMatchObject({ ok: true });
    await expect.poll(() => view.journals().flatMap(({ leases }) => leases), { timeout: 60_000 }).toHaveLength(1);
    expect(beta.acquire({ lane: "docs" })).toMatchObject({ ok: false, reasonClass: "HELD_ELSEWHERE" });
    expect(readAll(beta.path).at(-1)).toMatchObject({ op: "REFUSE", reason_class: "HELD_ELSEWHERE" });
    expect(beta.acquire({ lane: "src" })).toMatchObject({ ok: true });
    const waiting = beta.acquireWhenFree({ lane: "docs" }, { pollMs: 20 });
    alpha.release({ lane: "docs" });
    expect(await waiting).toMatchObject({ ok: true, lane: "docs" });
    for (const shell of [alpha, beta]) shell.close();
    await view.close();
  });
});
