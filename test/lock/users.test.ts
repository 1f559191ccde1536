// Lets another user of the machine, who may not write the journal, interfere with its lock. The fleet's user must still
// be able to take the lock over, or get an error that names the owner of the file in the way (docs/format.md 8, "The
// lock").
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, chownSync, existsSync, mkdirSync, statSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { guardPath } from "../../src/lock/guard.js";
import { removeSeen } from "../../src/lock/removal.js";
import { seeLock } from "../../src/lock/state.js";
import { builtPackage } from "../generate/child.js";
import { makeFolder, removeFolders } from "../generate/place.js";
import { diskWith, missingPid, ownText, siteOf, systemFailure } from "./place.js";

/** Numbers are sufficient: neither user has an account. */
const fleet = { uid: 61_001, gid: 61_001 };
const stranger = { uid: 61_002, gid: 61_002 };
const line = '{"lane": "a", "loop_ts": "t", "op": "ACQUIRE", "seq": 1, "ts": "2026-06-01T14:00:00Z"}\n';
const timeout = 120_000;

/** Returns why two users are impossible here. */
function findObstacle(): string | null {
  if (process.geteuid?.() !== 0) return "root is needed to run programs as two other users";
  if (spawnSync("flock", ["--version"]).status !== 0) return "the command flock is missing";
  const built = fileURLToPath(builtPackage);
  const probe = spawnSync(process.execPath, ["--eval", "fs.readFileSync(process.argv[1])", built], fleet);
  return probe.status === 0 ? null : `another user cannot read ${built}`;
}

const obstacle = findObstacle();
if (obstacle !== null) process.stderr.write(`SKIPPED, two users at one lock: ${obstacle}\n`);

const strangers: ChildProcess[] = [];
afterAll(() => {
  for (const child of strangers) child.kill("SIGKILL");
  removeFolders();
});

interface Home {
  folder: string;
  journal: string;
  lock: string;
  guard: string;
}

/** Creates a folder with a journal of the fleet's user. */
function makeHome({ isSticky }: { isSticky: boolean }): Home {
  const folder = makeFolder("users");
  const journal = join(folder, "journal.jsonl");
  writeFileSync(journal, line, { mode: 0o644 });
  if (isSticky) chmodSync(folder, 0o1777);
  else chownSync(folder, fleet.uid, fleet.gid);
  chownSync(journal, fleet.uid, fleet.gid);
  const lock = join(folder, ".lane-lease.lock");
  return { folder, journal, lock, guard: guardPath(lock) };
}

function plant(path: string, text: string, { uid, gid }: typeof fleet, mode = 0o644): void {
  writeFileSync(path, text);
  chmodSync(path, mode);
  chownSync(path, uid, gid);
}

/** The lock of a dead process of the fleet. */
const deadText = (): string => ownText({ pid: missingPid });

/** Opens a file for reading and holds its flock until the tests end; resolves to false if it may not. */
async function holdFlock(path: string): Promise<boolean> {
  const script = 'exec 9<"$0" && flock --nonblock 9 && echo held && exec sleep 100000';
  const child = spawn("/bin/sh", ["-c", script, path], { ...stranger, stdio: ["ignore", "pipe", "ignore"] });
  strangers.push(child);
  return Promise.race([once(child.stdout, "data").then(() => true), once(child, "exit").then(() => false)]);
}

interface Answer {
  code: string;
  message: string;
}

/** Appends as the fleet's user with this engine, and returns the result. */
function append({ journal }: Home, engine: string): Answer {
  const code = `
    const { openJournal } = await import(${JSON.stringify(builtPackage.href)});
    let told = { code: "done", message: "" };
    try { openJournal(process.argv[1], { lockWaitMs: 500 }).append({ op: "HALT" }); } catch (error) {
      told = { code: error.code ?? "", message: error.message };
    }
    console.log(JSON.stringify(told));
  `;
  const env = { ...process.env, LANE_JOURNAL_ENGINE: engine };
  const run = spawnSync(process.execPath, ["--input-type=module", "--eval", code, "--", journal], {
    ...fleet,
    env,
    encoding: "utf8",
    timeout,
  });
  expect([run.stderr, run.status]).toEqual(["", 0]);
  const told: Answer = JSON.parse(run.stdout);
  return told;
}

const done = { code: "done", message: "" };

describe.skipIf(obstacle !== null).each(["native", "js"])("another user, on the %s engine", (engine) => {
  test("cannot hold the guard, which only the journal's writers may open", { timeout }, async () => {
    const home = makeHome({ isSticky: false });
    plant(home.lock, deadText(), fleet);
    expect(append(home, engine)).toEqual(done);
    expect(existsSync(home.guard)).toBe(engine === "native");
    expect(await holdFlock(home.guard)).toBe(false);
  });

  test("who holds a guard that all readers could open does not block others, and loses access to it", {
    timeout,
  }, async () => {
    const home = makeHome({ isSticky: false });
    plant(home.guard, "", fleet);
    expect(await holdFlock(home.guard)).toBe(true);
    for (let turn = 0; turn < 2; turn++) {
      plant(home.lock, deadText(), fleet);
      expect(append(home, engine)).toEqual(done);
    }
    if (engine === "native") expect(statSync(home.guard).mode & 0o777).toBe(0o600);
  });

  test("who holds the flock of the journal, which all may read, does not block others", {
    timeout,
  }, async () => {
    const home = makeHome({ isSticky: false });
    expect(await holdFlock(home.journal)).toBe(true);
    expect(append(home, engine)).toEqual(done);
  });

  const planted: [string, (path: string) => void][] = [
    ["folder", (path) => mkdirSync(path)],
    ["link", (path) => symlinkSync("/etc/passwd", path)],
    ["file that no other user may open", (path) => plant(path, "", stranger, 0o600)],
    ["FIFO", (path) => void spawnSync("mkfifo", [path])],
  ];

  test.each(planted)("who plants a %s at the guard's name prevents no takeover", { timeout }, (_what, make) => {
    const home = makeHome({ isSticky: true });
    make(home.guard);
    plant(home.lock, deadText(), fleet);
    expect(append(home, engine)).toEqual(done);
  });

  test("who plants a guard and holds its flock prevents no takeover", { timeout }, async () => {
    const home = makeHome({ isSticky: true });
    plant(home.guard, "", stranger, 0o666);
    expect(await holdFlock(home.guard)).toBe(true);
    plant(home.lock, deadText(), fleet);
    expect(append(home, engine)).toEqual(done);
  });

  test("who plants the lock of a dead process is named, with the file and the users who may remove it", {
    timeout,
  }, () => {
    const home = makeHome({ isSticky: true });
    plant(home.lock, deadText(), stranger);
    const { code, message } = append(home, engine);
    expect(code).toBe("ERR_LOCK_FAILED");
    expect(message).toContain(`cannot write to ${home.journal}: the lock ${home.lock} cannot be taken: EPERM`);
    expect(message).toContain(
      `${home.lock} belongs to uid ${stranger.uid}; the sticky bit lets only these two and root`,
    );
    unlinkSync(home.lock);
    expect(append(home, engine)).toEqual(done);
  });

  test("who plants the lock of a living process is named, with the process", { timeout }, () => {
    const home = makeHome({ isSticky: true });
    plant(home.lock, ownText({ owner: "planted:1" }), stranger);
    const { code, message } = append(home, engine);
    expect(code).toBe("ERR_LOCK_BUSY");
    expect(message).toContain(`the lock ${home.lock} is held by planted:1 (pid ${process.pid} on `);
    expect(message).toContain(`; its file belongs to uid ${stranger.uid}; waited 500 ms`);
  });

  test("who plants a folder at the lock's name is named", { timeout }, () => {
    const home = makeHome({ isSticky: true });
    mkdirSync(home.lock);
    chownSync(home.lock, stranger.uid, stranger.gid);
    const { code, message } = append(home, engine);
    expect(code).toBe("ERR_PATH_REFUSED");
    expect(message).toContain(
      `${home.lock}: expected a regular file, found a folder that belongs to uid ${stranger.uid}`,
    );
  });

  test("who claims the removal of a dead holder's lock is named, with the claim", { timeout }, () => {
    const home = makeHome({ isSticky: true });
    plant(home.lock, deadText(), fleet);
    const claim = claimOn(home.lock);
    plant(claim, ownText({ owner: "planted:1" }), stranger);
    const { code, message } = append(home, engine);
    expect(code).toBe("ERR_LOCK_BUSY");
    expect(message).toContain(`; its removal is claimed in ${claim} by planted:1 (pid ${process.pid} on `);
    expect(message).toMatch(new RegExp(`; its file belongs to uid ${stranger.uid}$`));
  });
});

/** Returns the name of the claim on the lock as it is now. */
function claimOn(lock: string): string {
  let claim = "";
  const disk = diskWith((call, [, to]) => {
    if (call !== "link") return;
    claim = String(to);
    throw systemFailure("EIO", call);
  });
  const seen = seeLock(lock, disk);
  if (seen === undefined) throw new Error(`expected a lock at ${lock}, found none`);
  const unknown = { identity: "", acquiredAt: "", modifiedAtMs: 0, clockAtMs: 0, steadyAtMs: 0, uptimeAt: 0 };
  const nobody = { path: "", fd: -1, owner: "", content: "", isMarked: false, ...unknown };
  expect(() => removeSeen(seen, nobody, siteOf(lock, disk))).toThrow("EIO");
  return claim;
}
