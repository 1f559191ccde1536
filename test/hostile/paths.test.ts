// Checks that every reader fails on a path that is not a readable journal, without hanging or reading it as empty, and
// reads an absent file as empty (docs/format.md 3).

import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  entries,
  leaseGenerations,
  nextSeq,
  readAll,
  replay,
  replayAsync,
  scan,
  scanAsync,
  tail,
} from "../../src/index.js";
import { runChild } from "../generate/child.js";
import { makeFolder, removeFolders } from "../generate/place.js";
import { engines } from "../support/engines.js";

const folder = makeFolder("hostile-paths");
const sound = join(folder, "sound.jsonl");
const line = '{"op": "ACQUIRE", "lane": "a", "loop_ts": "t"}\n';
const server = createServer();

const unreadable = {
  folder: join(folder, "folder"),
  FIFO: join(folder, "fifo"),
  socket: join(folder, "socket"),
  "null device": "/dev/null",
  "endless device": "/dev/zero",
  "symlink loop": join(folder, "loop-a"),
  "file under a file": join(sound, "journal.jsonl"),
  "name too long for a file": join(folder, "x".repeat(300)),
  "link to a folder": join(folder, "folder-link"),
};

beforeAll(async () => {
  writeFileSync(sound, line);
  mkdirSync(unreadable.folder);
  execFileSync("mkfifo", [unreadable.FIFO]);
  symlinkSync(join(folder, "loop-b"), unreadable["symlink loop"]);
  symlinkSync(unreadable["symlink loop"], join(folder, "loop-b"));
  symlinkSync(unreadable.folder, unreadable["link to a folder"]);
  symlinkSync(join(folder, "nowhere"), join(folder, "dangling"));
  symlinkSync(sound, join(folder, "link"));
  await new Promise((resolve) => server.listen(unreadable.socket, () => resolve(undefined)));
});

afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  removeFolders();
});

/** Calls every reader; prints the error code of each, or "answered". */
const askAll = `
  const [path, engine] = given;
  const o = { engine };
  const readers = {
    replay: () => lane.replay(path, o), replayAsync: () => lane.replayAsync(path, o),
    scan: () => lane.scan(path, o), scanAsync: () => lane.scanAsync(path, o),
    readAll: () => lane.readAll(path, o), entries: () => [...lane.entries(path, o)], tail: () => lane.tail(3, path, o),
    nextSeq: () => lane.nextSeq(path, o), leaseGenerations: () => lane.leaseGenerations(path, o),
  };
  const told = {};
  for (const [name, read] of Object.entries(readers)) {
    try { await read(); told[name] = "answered"; }
    catch (error) { told[name] = error.code + (error.message.includes(path) ? "" : " without the path"); }
  }
  process.stdout.write(JSON.stringify(told));
`;

const readerNames = [
  "replay",
  "replayAsync",
  "scan",
  "scanAsync",
  "readAll",
  "entries",
  "tail",
  "nextSeq",
  "leaseGenerations",
];
const allTold = (what: string) => Object.fromEntries(readerNames.map((name) => [name, what]));

describe.each(engines)("a path under the %s engine", (engine) => {
  it.each(Object.entries(unreadable))(
    "that is a %s causes an error in every reader",
    (_, path) => {
      const { ended, stdout, stderr } = runChild(askAll, { given: [path, engine] });
      expect([ended, stderr]).toEqual([0, ""]);
      expect(JSON.parse(stdout)).toEqual(allTold("ERR_JOURNAL_UNREADABLE"));
    },
    90_000,
  );

  it("that may not be read causes an error in every reader", () => {
    const closed = join(folder, `closed-${engine}.jsonl`);
    writeFileSync(closed, line, { mode: 0o000 });
    const { ended, stdout, stderr } = runChild(`${giveUpRights}${askAll}`, { given: [closed, engine] });
    expect([ended, stderr]).toEqual([0, ""]);
    expect(JSON.parse(stdout)).toEqual(allTold("ERR_JOURNAL_UNREADABLE"));
  });

  it("in a folder that may not be entered causes an error in every reader", () => {
    const closed = join(folder, `closed-folder-${engine}`);
    mkdirSync(closed, { mode: 0o000 });
    const path = join(closed, "journal.jsonl");
    const { ended, stdout, stderr } = runChild(`${giveUpRights}${askAll}`, { given: [path, engine] });
    expect([ended, stderr]).toEqual([0, ""]);
    expect(JSON.parse(stdout)).toEqual(allTold("ERR_JOURNAL_UNREADABLE"));
  });

  it("is not read as empty when no more files can be opened", () => {
    const useUp = `
      import { openSync } from "node:fs";
      lane.scan(given[0], { engine: given[1] });
      try { for (;;) openSync("/dev/null"); } catch (error) { if (error.code !== "EMFILE") throw error; }
    `;
    const { ended, stdout, stderr } = runChild(useUp + askAll, { given: [sound, engine], openFilesMax: 64 });
    expect([ended, stderr]).toEqual([0, ""]);
    expect(JSON.parse(stdout)).toEqual(allTold("ERR_JOURNAL_UNREADABLE"));
  });

  it.each(["absent.jsonl", "absent-folder/journal.jsonl", "dangling"])(
    "without a file (%s) reads as an empty journal",
    async (name) => {
      const path = join(folder, name);
      const answers = [
        replay(path, { engine }),
        readAll(path, { engine }),
        [...entries(path, { engine })],
        tail(5, path, { engine }),
        leaseGenerations(path, { engine }),
        await replayAsync(path, { engine }),
      ];
      expect(answers).toEqual([[], [], [], [], [], []]);
      expect(nextSeq(path, { engine })).toBe(1);
      for (const found of [scan(path, { engine }), await scanAsync(path, { engine })]) {
        expect(found).toMatchObject({
          leases: [],
          nextSeq: 1,
          bytes: 0,
          lines: 0,
          entries: 0,
          ops: {},
          engine,
          tornTail: null,
        });
      }
    },
  );

  it("of an empty file reads as an empty journal", () => {
    const path = join(folder, "empty.jsonl");
    writeFileSync(path, "");
    expect(scan(path, { engine })).toEqual({ ...scan(join(folder, "absent.jsonl"), { engine }) });
    expect([replay(path, { engine }), readAll(path, { engine }), tail(1, path, { engine })]).toEqual([[], [], []]);
  });

  it("through a link or as a file URL reads the target", () => {
    expect(replay(join(folder, "link"), { engine })).toEqual([{ lane: "a", loop_ts: "t" }]);
    expect(replay(pathToFileURL(sound), { engine })).toEqual([{ lane: "a", loop_ts: "t" }]);
  });
});

/** Root can read everything; a process of another user is refused anyway. */
const giveUpRights = `
  if (process.getuid() === 0) { process.setgroups([]); process.setegid(65534); process.seteuid(65534); }
`;
