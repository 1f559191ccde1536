// Puts links, FIFOs, devices, sockets, folders and foreign files in place of a journal, its lock or a temporary file.
// Nothing outside the target may be written, owner and mode must stay, and nothing may hang (docs/format.md 8,
// "Paths").
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { basename, dirname, join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { nodeDisk } from "../../src/file/disk.js";
import { compactWith } from "../compact/compacting.js";
import { runChild } from "../generate/child.js";
import { makeFolder, removeFolders } from "../generate/place.js";

const isRoot = process.getuid?.() === 0;
const line = '{"lane": "a", "loop_ts": "t", "op": "ACQUIRE", "seq": 1}\n';
const victimText = "not yours\n";
const timeout = 180_000;

interface Place {
  folder: string;
  journal: string;
  lock: string;
  victim: string;
}

function makePlace(): Place {
  const folder = makeFolder("paths");
  const victim = join(folder, "victim");
  const home = join(folder, "home");
  mkdirSync(home);
  writeFileSync(victim, victimText);
  return { folder, journal: join(home, "journal.jsonl"), lock: join(home, ".lane-lease.lock"), victim };
}

const servers: ReturnType<typeof createServer>[] = [];
afterAll(() => {
  for (const server of servers) server.close();
  removeFolders();
});

/** Runs each write verb and prints its code, or "done". They run in a child, which is ended if a verb hangs. */
const writeAll = `
  const told = {};
  const verbs = {
    append: () => lane.append({ op: "ATTEMPT" }, given[0]),
    open: () => lane.openJournal(given[0], { lockWaitMs: 0 }).append({ op: "ATTEMPT" }),
    acquire: () => lane.openLeases(given[0], { owner: "me", lockWaitMs: 0 }).acquire({ lane: "b" }),
    compact: () => lane.compactJournal(given[0], { lockWaitMs: 0 }),
  };
  for (const [name, run] of Object.entries(verbs)) {
    try { run(); told[name] = "done"; } catch (error) { told[name] = error.code ?? String(error); }
  }
  process.stdout.write(JSON.stringify(told));
`;

function tellAll(journal: string, before = ""): { [verb: string]: string } {
  const { ended, stdout, stderr } = runChild(before + writeAll, { given: [journal] });
  expect([ended, stderr]).toEqual([0, ""]);
  return JSON.parse(stdout);
}

const everyVerb = (code: string): object => ({ append: code, open: code, acquire: code, compact: code });

type Obstacle = (path: string, place: Place) => void | Promise<void>;

const obstacles: { [name: string]: Obstacle } = {
  folder: (path) => mkdirSync(path),
  FIFO: (path) => void execFileSync("mkfifo", [path]),
  socket: (path) => {
    const server = createServer();
    servers.push(server);
    return new Promise((resolve) => server.listen(path, () => resolve()));
  },
  ...(isRoot ? { device: (path: string) => void execFileSync("mknod", [path, "c", "1", "3"]) } : {}),
};

function expectUnharmed({ victim, journal }: Place): void {
  expect(readFileSync(victim, "utf8")).toBe(victimText);
  const left = readdirSync(dirname(journal)).filter((name) => /\.lane-compact-|\.(new|old|claim)-/.test(name));
  expect(left).toEqual([]);
}

describe.each(Object.entries(obstacles))("E5: a %s", (_, make) => {
  test(
    "in place of the journal is refused and left alone",
    async () => {
      const place = makePlace();
      await make(place.journal, place);
      const before = lstatSync(place.journal);
      expect(tellAll(place.journal)).toEqual({
        append: "ERR_PATH_REFUSED",
        open: "ERR_PATH_REFUSED",
        acquire: "ERR_PATH_REFUSED",
        compact: "ERR_PATH_REFUSED",
      });
      const after = lstatSync(place.journal);
      expect([after.ino, after.mode, after.mtimeMs]).toEqual([before.ino, before.mode, before.mtimeMs]);
      expectUnharmed(place);
    },
    timeout,
  );

  test(
    "in place of the lock is refused, and both are left alone",
    async () => {
      const place = makePlace();
      writeFileSync(place.journal, line);
      await make(place.lock, place);
      const before = lstatSync(place.lock);
      const { append: _unlocked, ...locked } = tellAll(place.journal);
      const refused = "ERR_PATH_REFUSED";
      expect(locked).toEqual({ open: refused, acquire: refused, compact: refused });
      expect(lstatSync(place.lock).ino).toBe(before.ino);
      expectUnharmed(place);
    },
    timeout,
  );
});

describe("a symbolic link", () => {
  test(
    "E3: at the journal's name is written through, and stays a link",
    () => {
      const place = makePlace();
      const target = join(place.folder, "real.jsonl");
      writeFileSync(target, line);
      symlinkSync(target, place.journal);
      expect(tellAll(place.journal)).toEqual(everyVerb("done"));
      expect(lstatSync(place.journal).isSymbolicLink()).toBe(true);
      expect(lstatSync(target).isFile()).toBe(true);
      expect(readFileSync(target, "utf8")).toContain("CHECKPOINT");
      expectUnharmed(place);
    },
    timeout,
  );

  test(
    "E3: to a folder in the middle of the path leads to that folder alone",
    () => {
      const place = makePlace();
      writeFileSync(place.journal, line);
      const door = join(place.folder, "door");
      symlinkSync(dirname(place.journal), door);
      expect(tellAll(join(door, basename(place.journal)))).toEqual(everyVerb("done"));
      expect(lstatSync(door).isSymbolicLink()).toBe(true);
      expect(readFileSync(place.journal, "utf8")).toContain("CHECKPOINT");
      expectUnharmed(place);
    },
    timeout,
  );

  test(
    "at the lock's name is refused, and its target is not written",
    () => {
      const place = makePlace();
      writeFileSync(place.journal, line);
      symlinkSync(place.victim, place.lock);
      const { append: _unlocked, ...locked } = tellAll(place.journal);
      expect(new Set(Object.values(locked))).toEqual(new Set(["ERR_PATH_REFUSED"]));
      expectUnharmed(place);
    },
    timeout,
  );

  test(
    "to itself is refused",
    () => {
      const place = makePlace();
      symlinkSync(place.journal, place.journal);
      expect(new Set(Object.values(tellAll(place.journal)))).toEqual(new Set(["ERR_PATH_REFUSED"]));
      expectUnharmed(place);
    },
    timeout,
  );

  test("E1: under the name of a compaction's temporary file is never followed, before or during it", () => {
    const place = makePlace();
    writeFileSync(place.journal, line);
    symlinkSync(place.victim, `${place.journal}.compact.tmp`);
    const racing = {
      ...nodeDisk,
      open(path: string, flags: number, mode?: number) {
        if (path.endsWith(".tmp")) symlinkSync(place.victim, path);
        return nodeDisk.open(path, flags, mode);
      },
    };
    expect(() => compactWith("js", place.journal, { disk: racing })).toThrow(/EEXIST/);
    const swapping = {
      ...nodeDisk,
      fsync(fd: number) {
        for (const name of readdirSync(dirname(place.journal)).filter((each) => /^\.lane-compact-/.test(each))) {
          const path = join(dirname(place.journal), name);
          if (lstatSync(path).isSymbolicLink()) continue;
          nodeDisk.unlink(path);
          symlinkSync(place.victim, path);
        }
        nodeDisk.fsync(fd);
      },
    };
    expect(() => compactWith("js", place.journal, { disk: swapping })).toThrow(/expected the file/);
    expect(readFileSync(place.journal, "utf8")).toBe(line);
    expect(readFileSync(place.victim, "utf8")).toBe(victimText);
  });
});

test(
  "E6: in a world-writable folder only the journal and its lock are written",
  () => {
    const place = makePlace();
    chmodSync(dirname(place.journal), 0o777);
    writeFileSync(place.journal, line, { mode: 0o640 });
    expect(tellAll(place.journal)).toEqual(everyVerb("done"));
    expect(lstatSync(place.journal).mode & 0o7777).toBe(0o640);
    expectUnharmed(place);
  },
  timeout,
);

describe.skipIf(!isRoot)("E2 E4: a journal of another owner", () => {
  test(
    "keeps its owner and its mode 0600 through append and compaction",
    () => {
      const place = makePlace();
      writeFileSync(place.journal, line);
      chmodSync(place.journal, 0o600);
      chownSync(place.journal, 1000, 1000);
      const { ino } = lstatSync(place.journal);
      expect(tellAll(place.journal)).toEqual(everyVerb("done"));
      const { uid, gid, mode, ino: inoAfter } = lstatSync(place.journal);
      expect([uid, gid, mode & 0o7777]).toEqual([1000, 1000, 0o600]);
      expect(inoAfter).not.toBe(ino);
      expectUnharmed(place);
    },
    timeout,
  );

  test(
    "whose owner cannot be kept is neither compacted nor appended to by another user",
    () => {
      const place = makePlace();
      chmodSync(dirname(place.journal), 0o777);
      writeFileSync(place.journal, line, { mode: 0o644 });
      const giveUpRights = "process.setgroups([]); process.setgid(65534); process.setuid(65534);";
      const told = tellAll(place.journal, giveUpRights);
      expect(told).toMatchObject({ append: "ERR_APPEND_FAILED", compact: "ERR_COMPACTION_FAILED" });
      expect(Object.values(told)).not.toContain("done");
      expect(readFileSync(place.journal, "utf8")).toBe(line);
      expectUnharmed(place);
    },
    timeout,
  );
});
