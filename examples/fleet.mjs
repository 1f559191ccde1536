// A fleet of worker processes on one journal: they take, beat and give back lanes, some are killed, and a warden
// reclaims what they leave. In: `--kills 8 --workers 4 --lanes 3 --seed 1 --journal PATH`, all optional; out: what
// happens, and whether two workers ever had one lane at one time (exit code 1). Run `npm run build` first, then
// `node examples/fleet.mjs`.
import { fork } from "node:child_process";
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { openLeases, readAll, scan } from "lane-journal";
import { findOverlaps, readClaims } from "./overlap.mjs";

const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "8" },
    workers: { type: "string", default: "4" },
    lanes: { type: "string", default: "3" },
    seed: { type: "string", default: String(Date.now() % 100_000) },
    journal: { type: "string" },
    claims: { type: "string" },
    worker: { type: "string" },
  },
});

/** A fleet that does nothing is a problem too. */
const msMax = 60_000;

/** The same choices for the same seed, in each process. */
function createRandom(seed) {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** The lock is busy now and then; whoever wants something of the journal then asks again. */
async function persist(call) {
  for (let tries = 1; ; tries++) {
    try {
      return call();
    } catch (error) {
      if (error.code !== "ERR_LOCK_BUSY" || tries === 20) throw error;
      await pause(5);
    }
  }
}

async function work(name) {
  // Nobody would reclaim what it takes after the fleet is gone.
  process.once("disconnect", () => process.exit());
  const random = createRandom(Number(values.seed));
  const leases = openLeases(values.journal, { owner: name, coalesceSeconds: 1, lockWaitMs: 200 });
  const note = (what, lane) =>
    appendFileSync(values.claims, `${what} ${lane} ${name} ${process.hrtime.bigint()}\n`);
  for (;;) {
    const lane = `lane-${random(Number(values.lanes))}`;
    const taken = await persist(() => leases.acquire({ lane, kind: "example", tree: [lane] }));
    if (taken.ok) {
      note("took", lane);
      process.send(lane);
      await pause(10 + random(40));
      await persist(() => leases.heartbeat(taken));
      await pause(10 + random(40));
      note("left", lane);
      await persist(() => leases.release(taken));
    }
    await pause(random(20));
  }
}

class Fleet {
  goneAt = new Map();
  kills = 0;
  reclaimed = 0;
  problems = [];
  #running = new Map();
  /** How many lanes each running worker has had. */
  #lanesHad = new Map();
  #started = 0;
  #isEnding = false;

  constructor(journal, claims, random) {
    this.journal = journal;
    this.claims = claims;
    this.random = random;
    this.warden = openLeases(journal, { owner: "warden", lockWaitMs: 5000 });
  }

  start() {
    const name = `worker-${++this.#started}`;
    const options = { journal: this.journal, claims: this.claims, lanes: values.lanes, worker: name };
    const seed = String(Number(values.seed) + this.#started);
    const given = Object.entries({ ...options, seed }).flatMap(([option, value]) => [`--${option}`, value]);
    const child = fork(fileURLToPath(import.meta.url), given);
    this.warden.spawn({ lane: "any", holder: name, reason: "the fleet needs hands" });
    console.log(`${name} starts as process ${child.pid}`);
    this.#running.set(name, child);
    child.on("message", () => this.#lanesHad.set(name, (this.#lanesHad.get(name) ?? 0) + 1));
    child.once("exit", (code, signal) => this.#bury(name, code, signal));
  }

  /** One that has been at work for a while. */
  killOne() {
    const names = [...this.#lanesHad].flatMap(([name, count]) => (count < 3 ? [] : [name]));
    const name = names[this.random(names.length)];
    if (name === undefined || !this.#running.get(name).kill("SIGKILL")) return;
    this.#lanesHad.delete(name);
    this.kills++;
    console.log(`${name} is killed`);
  }

  async end() {
    this.#isEnding = true;
    const exits = [...this.#running.values()].map((child) => new Promise((resolve) => child.once("exit", resolve)));
    for (const child of this.#running.values()) child.kill("SIGKILL");
    await Promise.all(exits);
    this.warden.close();
  }

  /** Its process is gone for certain, so that its leases can be taken away at once. */
  #bury(name, code, signal) {
    this.goneAt.set(name, process.hrtime.bigint());
    this.#running.delete(name);
    this.#lanesHad.delete(name);
    if (signal !== "SIGKILL") this.problems.push(`${name} ended by itself with ${code ?? signal}`);
    for (const lease of this.warden.live().filter(({ holder }) => holder === name)) {
      const outcome = this.warden.scavenge({ lane: lease.lane, loopTs: lease.loop_ts, reason: `${name} was killed` });
      if (!outcome.ok) this.problems.push(outcome.reason);
      this.reclaimed++;
      console.log(`warden reclaims ${lease.lane} of ${name}`);
    }
    if (!this.#isEnding) this.start();
  }
}

/** By the workers' own account of when they had which lane, and by the journal's. */
function findProblems(fleet, endedAt) {
  const claims = readClaims(readFileSync(fleet.claims, "utf8"), fleet.goneAt, endedAt);
  const problems = findOverlaps(claims).map(
    ([one, other]) => `${one.lane} was ${one.worker}'s and ${other.worker}'s at one time`,
  );
  const held = new Map();
  for (const { op, lane, loop_ts } of readAll(fleet.journal)) {
    if (op === "ACQUIRE" && held.has(lane)) problems.push(`${lane} was granted while ${held.get(lane)} was live`);
    if (op === "ACQUIRE") held.set(lane, loop_ts);
    if ((op === "RELEASE" || op === "SCAVENGE") && held.get(lane) === loop_ts) held.delete(lane);
  }
  const { corrupt, leases, ops } = scan(fleet.journal);
  if (leases.length > 0) problems.push(`${leases.length} leases are left over`);
  const granted = ops.ACQUIRE ?? 0;
  console.log(`${granted} grants, ${ops.REFUSE ?? 0} refusals, ${corrupt.count} torn lines, ${claims.length} claims`);
  if (claims.length === 0 || claims.length > granted) problems.push(`${claims.length} claims for ${granted} grants`);
  return [...fleet.problems, ...problems];
}

async function run() {
  const folder = mkdtempSync(path.join(tmpdir(), "lane-fleet-"));
  const journal = values.journal ?? path.join(folder, "journal.jsonl");
  const fleet = new Fleet(journal, path.join(folder, "claims"), createRandom(Number(values.seed)));
  console.log(`seed ${values.seed}, journal ${journal}`);
  try {
    for (let count = 0; count < Number(values.workers); count++) fleet.start();
    while (fleet.kills < Number(values.kills) && performance.now() < msMax) {
      await pause(50 + fleet.random(200));
      fleet.killOne();
    }
    if (fleet.kills < Number(values.kills)) fleet.problems.push(`nobody was at work for ${msMax} ms`);
    await fleet.end();
    const problems = findProblems(fleet, process.hrtime.bigint());
    for (const problem of problems) console.error(`PROBLEM: ${problem}`);
    console.log(`${fleet.kills} killed, ${fleet.reclaimed} lanes reclaimed, ${problems.length} problems`);
    process.exitCode = problems.length === 0 ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

await (values.worker === undefined ? run() : work(values.worker));
