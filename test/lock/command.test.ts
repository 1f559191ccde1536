// Runs `lj lock` and `lj unlock --force` as a user does and checks their output, their exit codes and the journal.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { acquireLock } from "../../src/lock/lock.js";
import { runCommand } from "../cli/command.js";
import { failureOf, filesIn, makePlace, missingPid, ownText, referenceText, writeLock } from "./place.js";

describe("lj lock", () => {
  test("prints that a lock is free, and exits with 0", async () => {
    const { journal, lock } = makePlace();
    writeFileSync(journal, "");
    const free = { stdout: `free: there is no ${lock}\n`, stderr: "", code: 0 };
    expect(await runCommand(["lock", "--journal", journal])).toEqual(free);
    const { stdout } = await runCommand(["lock", "--journal", journal, "--json"]);
    expect(stdout).toBe(`{"held": false, "path": ${JSON.stringify(lock)}}\n`);
  });

  test("prints who holds a lock and that the process is alive, and exits with 1", async () => {
    const place = makePlace();
    const held = acquireLock(place.journal, { label: "agent" });
    const { stdout, code } = await runCommand(["lock", "--journal", place.journal]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^held: the lock .* is held by agent:[0-9a-f]{16} \(pid \d+ on .*, alive\) since .*\n$/);
    const json = await runCommand(["lock", "--journal", place.journal, "--json"]);
    expect(json.code).toBe(1);
    const state: unknown = JSON.parse(json.stdout);
    expect(state).toMatchObject({ held: true, path: place.lock, owner: held.owner, pid: process.pid, alive: "alive" });
    expect(state).toMatchObject({ stale: false, ageSeconds: expect.any(Number), acquiredAt: expect.any(String) });
    held.check();
    held.release();
  });

  test("prints that the holder is dead and blocks no one, and exits with 0", async () => {
    const place = makePlace();
    writeLock(place, ownText({ pid: missingPid }));
    const { stdout, code } = await runCommand(["lock", "--journal", place.journal]);
    expect(code).toBe(0);
    expect(stdout).toContain("stale: ");
    expect(stdout).toContain(", dead)");
    expect(existsSync(place.lock)).toBe(true);
  });

  test("prints no control characters from the lock file", async () => {
    const place = makePlace();
    writeLock(place, referenceText("evil\u001b[2Jagent", 1));
    const { stdout } = await runCommand(["lock", "--journal", place.journal]);
    expect(stdout).toContain("evil\\u001b[2Jagent");
  });

  test("exits with 3 if the path that the variable names is a folder", async () => {
    const place = makePlace();
    const environment = { DISPATCH_LANE_LEASE_LOCK_PATH: place.folder };
    const { stderr, code } = await runCommand(["lock", "--journal", place.journal], environment);
    expect(code).toBe(3);
    expect(stderr).toContain("expected a regular file, found a folder");
  });
});

describe("lj unlock", () => {
  test("without --force does nothing, says why and exits with 2", async () => {
    const place = makePlace();
    const held = acquireLock(place.journal);
    const { stderr, code } = await runCommand(["unlock", "--journal", place.journal]);
    expect(code).toBe(2);
    expect(stderr).toContain("expected --force");
    held.check();
    held.release();
    expect(filesIn(place)).toEqual([]);
  });

  test("--force breaks the lock and records who held it", async () => {
    const place = makePlace();
    writeFileSync(place.journal, '{"op": "SPAWN", "seq": 6}\n');
    const held = acquireLock(place.journal, { label: "stuck" });
    const { stdout, stderr, code } = await runCommand(["unlock", "--force", "--journal", place.journal]);
    expect({ stderr, code }).toEqual({ stderr: "", code: 0 });
    expect(stdout).toContain(`taken away: the lock ${place.lock} is held by ${held.owner}`);
    expect(stdout).toContain("recorded as seq 7\n");
    expect(failureOf(() => held.check()).code).toBe("ERR_LOCK_LOST");
    held.release();
    const entry: unknown = JSON.parse(readFileSync(place.journal, "utf8").split("\n")[1] ?? "");
    expect(entry).toMatchObject({
      op: "HALT",
      seq: 7,
      command: "lj unlock --force",
      handle: { lock: place.lock, owner: held.owner, pid: process.pid },
      reason: expect.stringContaining("lock taken away by an operator"),
    });
    expect(filesIn(place)).toEqual(["journal.jsonl"]);
  });

  test("--force --json prints the holder and the entry", async () => {
    const place = makePlace();
    writeLock(place, referenceText("agent", 5));
    const { stdout, code } = await runCommand(["unlock", "--force", "--json", "--journal", place.journal]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      held: true,
      owner: "agent",
      alive: "unknown",
      entry: { op: "HALT", seq: 1 },
    });
  });

  test("--force on a free lock records nothing", async () => {
    const place = makePlace();
    const { stdout, code } = await runCommand(["unlock", "--force", "--journal", place.journal]);
    expect(code).toBe(0);
    expect(stdout).toContain("already free");
    expect(filesIn(place)).toEqual([]);
  });

  test("rejects --force for every other verb", async () => {
    for (const verb of ["lock", "replay"]) {
      expect((await runCommand([verb, "--force"])).code).toBe(2);
    }
  });
});
