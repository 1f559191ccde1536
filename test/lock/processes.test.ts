// Checks with processes that compete for one lock, are killed or stopped in it, or run in another namespace, that only
// one is inside at a time and none gets stuck.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { afterEach, describe, expect, test } from "vitest";
import { acquireLock, readLock } from "../../src/lock/lock.js";
import { type Child, startReference, startWriter } from "./children.js";
import { failureOf, filesIn, makePlace, type Place, readIfThere } from "./place.js";

const children: Child[] = [];
afterEach(async () => {
  await Promise.all(children.splice(0).map((child) => child.kill()));
});

function started(child: Child): Child {
  children.push(child);
  return child;
}

/** Checks that all processes succeed and that each was alone inside. */
async function expectExclusion(place: Place, all: Child[], entries: number): Promise<void> {
  expect(await Promise.all(all.map((child) => child.line()))).toEqual(all.map(() => "done"));
  await Promise.all(all.map((child) => child.ended));
  const owners = readFileSync(`${place.journal}.entered`, "utf8").trimEnd().split("\n");
  expect(owners.length).toBe(entries);
  expect(existsSync(`${place.journal}.inside`)).toBe(false);
  expect(filesIn(place)).toEqual(["journal.jsonl.entered"]);
}

describe("exclusion", () => {
  test("B1: 4 processes with one label enter 500 times, each alone and each as a different owner", async () => {
    const place = makePlace();
    const all = Array.from({ length: 4 }, () => started(startWriter("enter", [place.journal, 125, "same", 1])));
    await expectExclusion(place, all, 500);
    const owners = readFileSync(`${place.journal}.entered`, "utf8").trimEnd().split("\n");
    expect(new Set(owners).size).toBe(500);
  });

  test("holds among 4 processes that link the same file for each of 500 acquisitions", async () => {
    const place = makePlace();
    const all = Array.from({ length: 4 }, () => started(startWriter("enter", [place.journal, 125, "reusing", 1])));
    await expectExclusion(place, all, 500);
    const owners = readFileSync(`${place.journal}.entered`, "utf8").trimEnd().split("\n");
    expect(new Set(owners).size).toBeLessThan(500);
  });

  test("includes writers of the reference: 2 of theirs and 2 of ours enter 200 times", async () => {
    const place = makePlace();
    const theirs = Array.from({ length: 2 }, () => started(startReference([place.journal, 50])));
    const ours = Array.from({ length: 2 }, () => started(startWriter("enter", [place.journal, 50, "ours", 4])));
    await expectExclusion(place, [...theirs, ...ours], 200);
  });
});

describe("a holder", () => {
  test("B4: that is killed does not delay the next one, and leaves nothing behind", async () => {
    const place = makePlace();
    for (let kills = 0; kills < 5; kills++) {
      const holder = started(startWriter("hold", [place.journal]));
      const owner = await holder.line();
      expect(failureOf(() => acquireLock(place.journal, { waitMs: 0 })).message).toContain(owner);
      await holder.kill();
      expect(readLock(place.journal)).toMatchObject({ owner, alive: "dead", stale: true });
      acquireLock(place.journal, { waitMs: 0 }).release();
      expect(filesIn(place)).toEqual([]);
    }
  });

  test("that is killed at any moment does not delay the next one, and leaves nothing behind", async () => {
    const place = makePlace();
    for (let kills = 0; kills < 12; kills++) {
      const churning = started(startWriter("churn", [place.journal]));
      await churning.line();
      await pause(Math.random() * 20);
      await churning.kill();
      const next = acquireLock(place.journal, { waitMs: 0 });
      next.check();
      next.release();
    }
    // Files of a killed process are swept by the first lock of a process, or by a takeover from a dead holder.
    const last = started(startWriter("hold", [place.journal]));
    await last.line();
    expect(filesIn(place)).toEqual([".lane-lease.lock"]);
  });

  test("B5: that is stopped keeps the lock whatever the clock says, and continues as the holder", async () => {
    const place = makePlace();
    const holder = started(startWriter("hold", [place.journal]));
    const owner = await holder.line();
    holder.process.kill("SIGSTOP");
    const tomorrow = (): number => Date.now() + 24 * 3_600_000;
    const failure = failureOf(() => acquireLock(place.journal, { waitMs: 30, now: tomorrow }));
    expect(failure.message).toContain(`${owner} (pid ${holder.process.pid}`);
    expect(failure.message).toContain(", alive)");
    holder.process.kill("SIGCONT");
    holder.process.kill("SIGUSR2");
    expect(await holder.line()).toBe("still held");
    await holder.ended;
    expect(filesIn(place)).toEqual([]);
  });
});

const unshare = ["unshare", "--pid", "--fork", "--kill-child"];
const canUnshare = spawnSync("unshare", ["--pid", "--fork", "true"]).status === 0;

describe.skipIf(!canUnshare)("a holder in its own pid namespace", () => {
  test.each([
    { name: "with its own /proc", flags: ["--mount-proc"] },
    { name: "with the /proc of another", flags: [] },
  ])("B15: $name is neither dead nor alive to others, and keeps the lock", async ({ flags }) => {
    const place = makePlace();
    const holder = started(startWriter("hold", [place.journal], [...unshare, ...flags]));
    const owner = await holder.line();
    expect(readLock(place.journal)).toMatchObject({ owner, alive: "unknown", stale: false });
    const left = readIfThere(place.lock);
    expect(failureOf(() => acquireLock(place.journal, { waitMs: 20 })).code).toBe("ERR_LOCK_BUSY");
    expect(readIfThere(place.lock)).toBe(left);
  });

  test("B15: does not consider a living holder outside dead", async () => {
    const place = makePlace();
    const held = acquireLock(place.journal);
    for (const flags of [["--mount-proc"], []]) {
      const inside = started(startWriter("enter", [place.journal, 1, "inside", 0], [...unshare, ...flags]));
      expect(await Promise.race([inside.line(), pause(700, "still waiting")])).toBe("still waiting");
      held.check();
      await inside.kill();
    }
    held.release();
  });

  test("B15: considers a killed holder of its own namespace dead immediately", async () => {
    const place = makePlace();
    const script = [
      `"$@" > /dev/null & first=$!`,
      `while ! grep -q owner '${place.lock}' 2> /dev/null; do sleep 0.02; done`,
      `head -n 1 '${place.lock}'; kill -9 $first; wait $first`,
      `exec "$@"`,
    ].join("; ");
    const wrapper = [...unshare, "--mount-proc", "/bin/sh", "-c", script, "sh"];
    const second = started(startWriter("hold", [place.journal], wrapper));
    const [first, next] = [await second.line(), await second.line()];
    expect(first).toMatch(/^owner: holder:/);
    expect(first).not.toContain(next);
    expect(readIfThere(place.lock)).toContain(next);
  });
});
