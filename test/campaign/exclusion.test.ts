// Processes with the same label compete for one lock. They are stopped while they hold it, their clocks step, and stale
// or damaged lock files appear. No two processes may be inside at once, and none may wait forever.
//   LANE_SOAK_ENTRIES  how often the lock is acquired; default 5,000, with LANE_SOAK 100,000
import { linkSync, mkdtempSync, readFileSync, rmSync, unlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { readLock } from "../../src/lock/lock.js";
import { releasedLine } from "../../src/lock/text.js";
import { Random } from "../generate/random.js";
import { chooseSeed } from "../generate/seed.js";
import { missingPid, ownText, referenceText, stampAgo } from "../lock/place.js";
import { type Child, chooseCount, killAll, readNow, startChild } from "./child/start.js";

const entries = chooseCount("LANE_SOAK_ENTRIES", 5000, 100_000);
const processes = 8;
const vandalismsPerProcess = Math.ceil(entries / 1000);
const oldSeconds = 400;
const daySeconds = 24 * 3600;

afterEach(killAll);

/** Lock files without a living holder: the next process takes them over. `pid` belongs to a living process. */
const leftLocks: { [kind: string]: (pid: number) => { text: string; ageSeconds: number } } = {
  "of a dead process": () => ({ text: ownText({ pid: missingPid }), ageSeconds: 0 }),
  "of a dead process whose pid was given again": (pid) => ({ text: ownText({ pid, start: "1" }), ageSeconds: 0 }),
  "of an earlier boot": (pid) => ({ text: ownText({ pid, bootId: "an earlier one" }), ageSeconds: 0 }),
  "of a dead process, stamped tomorrow": () => {
    return { text: ownText({ pid: missingPid, acquiredAt: stampAgo(-daySeconds) }), ageSeconds: -daySeconds };
  },
  "that was let go": (pid) => ({ text: `${ownText({ pid })}${releasedLine}`, ageSeconds: 0 }),
  "that is empty and old": () => ({ text: "", ageSeconds: oldSeconds }),
  "that is no lock and old": () => ({ text: "\u0000garbage\n: :\nowner", ageSeconds: oldSeconds }),
  "of the reference, stale": (pid) => ({ text: referenceText("same", oldSeconds, pid), ageSeconds: oldSeconds }),
};

class Meddler {
  readonly #lock: string;
  readonly #journal: string;
  readonly #children: readonly Child[];
  readonly #random: Random;
  planted = 0;
  stopped = 0;
  stoppedHolders = 0;
  robbed = 0;

  constructor(journal: string, children: readonly Child[], random: Random) {
    this.#journal = journal;
    this.#lock = path.join(path.dirname(journal), ".lane-lease.lock");
    this.#children = children;
    this.#random = random;
  }

  async meddle(): Promise<void> {
    const choice = this.#random.below(3);
    if (choice === 0) this.#plant();
    else if (choice === 1) await this.#stopHolder();
    else await this.#stop(this.#random.pick(this.#pids()), this.#random.between(10, 60));
    await pause(this.#random.between(10, 150));
  }

  #pids(): number[] {
    return this.#children.flatMap(({ process: { pid } }) => (pid === undefined ? [] : [pid]));
  }

  /** Puts a stale lock file in place if the lock is free at some moment within 50 ms. */
  #plant(): void {
    const make = this.#random.pick(Object.values(leftLocks));
    const { text, ageSeconds } = make(this.#random.pick(this.#pids()));
    const aside = `${this.#journal}.planted`;
    writeFileSync(aside, text);
    const when = Date.now() / 1000 - ageSeconds;
    utimesSync(aside, when, when);
    try {
      for (const end = performance.now() + 50; performance.now() < end; ) {
        if (!linkIfFree(aside, this.#lock)) continue;
        this.planted++;
        return;
      }
    } finally {
      unlinkSync(aside);
    }
  }

  async #stop(pid: number, pauseMs: number, whileStopped?: () => Promise<void>): Promise<void> {
    signal(pid, "SIGSTOP");
    this.stopped++;
    try {
      await pause(pauseMs);
      await whileStopped?.();
    } finally {
      signal(pid, "SIGCONT");
    }
  }

  /**
   * Stops a holder that is inside, as its witness shows: it must keep the lock however long that takes. Makes a few
   * attempts until it catches one.
   */
  async #stopHolder(): Promise<void> {
    const before = this.stoppedHolders;
    for (let tries = 0; tries < 20 && this.stoppedHolders === before; tries++) {
      const pid = Number(/^pid: (\d+)$/m.exec(readNow(this.#lock) ?? "")?.[1] ?? "0");
      if (this.#pids().includes(pid)) await this.#stop(pid, 2, () => this.#watchHolder(pid));
    }
  }

  async #watchHolder(pid: number): Promise<void> {
    const before = readLock(this.#journal);
    if (!before.held || before.pid !== pid || readNow(`${this.#journal}.inside`) === undefined) return;
    this.stoppedHolders++;
    const age = Date.now() / 1000 - daySeconds;
    utimesSync(this.#lock, age, age);
    await pause(this.#random.between(20, 100));
    const after = readLock(this.#journal);
    if (!after.held || after.owner !== before.owner || after.alive !== "alive") this.robbed++;
  }
}

function linkIfFree(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch {
    // Another process holds it.
    return false;
  }
}

/** Sends a signal to a child that may have ended already. */
function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It ended by itself; its exit code says why.
  }
}

const title = `B1, B2, B5, B6, B10, B15: ${processes} processes of one label enter ${entries} times, each alone`;

test(title, { timeout: 600_000 + entries * 600 }, async () => {
  const random = new Random(chooseSeed("exclusion"));
  const folder = mkdtempSync(path.join(tmpdir(), "lane-exclusion-"));
  const journal = path.join(folder, "journal.jsonl");
  const lock = path.join(folder, ".lane-lease.lock");
  try {
    writeFileSync(`${journal}.count`, "0");
    const perProcess = Math.ceil(entries / processes);
    const given = { journal, lock, entries: perProcess, vandalisms: vandalismsPerProcess };
    const children = Array.from({ length: processes }, () =>
      startChild("enter.mjs", { ...given, seed: random.below(2 ** 31) }),
    );
    await Promise.all(children.map(({ ready }) => ready));
    const meddler = new Meddler(journal, children, random);
    let running = processes;
    const exits = Promise.all(children.map(({ exit }) => exit.finally(() => running--)));
    while (running === processes) await meddler.meddle();
    await exits;
    const ends = children.map((child) => child.output().trim().split("\n").at(-1));
    const counted = Number(readFileSync(`${journal}.count`, "utf8"));
    // A process exits with an error if it finds the witness of another.
    const overlaps = ends.filter((end) => end !== "done").length;
    console.log(
      `exclusion: ${counted} entries, ${overlaps} overlaps, ${meddler.planted} left locks planted, ` +
        `${meddler.stopped} stops, ${meddler.stoppedHolders} of them of a holder, ${meddler.robbed} robbed, ` +
        `${vandalismsPerProcess * processes} vandalisms noticed`,
    );
    expect({ ends, counted, robbed: meddler.robbed }).toEqual({
      ...{ ends: ends.map(() => "done"), counted: perProcess * processes, robbed: 0 },
    });
    expect(meddler.planted).toBeGreaterThan(0);
    expect(meddler.stoppedHolders).toBeGreaterThan(0);
  } finally {
    await killAll();
    rmSync(folder, { recursive: true, force: true });
  }
});
