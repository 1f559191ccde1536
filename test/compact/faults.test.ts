// Fails every call of a compaction in turn: either the old journal, unchanged to the byte, or the complete new one must
// remain (docs/format.md 7).
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { type Disk, type FileState, nodeDisk } from "../../src/file/disk.js";
import { type Entry, JournalError, replay, scan } from "../../src/index.js";
import {
  about,
  acquire,
  brokenLine,
  openDescriptors,
  temporaryFolder,
  thrownBy,
  writeLines,
} from "../contract/journals.js";
import { openOf } from "../lock/place.js";
import { compactWith } from "./compacting.js";
import { failure, type WatchedDisk, watchDisk } from "./disks.js";

const misnamed = { op: "ACQUIRE", lane: "m", loop_ts: "T1", lease: { lane: "n" } };
const history: (string | Entry)[] = [
  ...Array.from({ length: 30 }, (_, i) => acquire(`lane ${i}`)),
  brokenLine,
  ...Array.from({ length: 20 }, (_, i) => about("RELEASE", `lane ${i}`)),
  { op: "_CORRUPT", _raw: "older", _line: 4 },
  misnamed,
];

/** Creates a journal and an empty archive folder beside it. */
function place(): { journal: string; archive: string; before: Buffer } {
  const journal = writeLines(...history);
  const archive = path.join(path.dirname(journal), "archive");
  mkdirSync(archive);
  return { journal, archive, before: readFileSync(journal) };
}

function callCount(): number {
  const { journal, archive } = place();
  const disk = watchDisk(() => undefined);
  compactWith("js", journal, { disk, archive });
  return disk.calls.length;
}

function leftovers(journal: string): string[] {
  return readdirSync(path.dirname(journal)).filter((name) => name.startsWith(".lane-compact-"));
}

/**
 * Checks what a compaction leaves after a fault: one complete journal, no open descriptor, and a next compaction that
 * works.
 */
function expectWhole(disk: WatchedDisk, { journal, archive, before }: ReturnType<typeof place>, at: string): void {
  const descriptors = openDescriptors();
  let error: unknown;
  try {
    compactWith("js", journal, { disk, archive });
  } catch (caught) {
    error = caught;
  }
  expect(openDescriptors(), `${at}: descriptors`).toBe(descriptors);
  const isOld = readFileSync(journal).equals(before);
  if (error === undefined) expect(isOld, `${at}: the new file`).toBe(false);
  else if (!(error instanceof JournalError)) expect.fail(`${at}: ${String(error)}`);
  else if (error.code === "ERR_DURABILITY_UNKNOWN") expect(isOld, `${at}: the new file`).toBe(false);
  else expect(isOld, `${at}: ${error.code}: the old file`).toBe(true);
  expect(scan(journal).ops["_CORRUPT"], at).toBe(2);
  compactWith("js", journal);
  expect(leftovers(journal), at).toEqual([]);
  expect(scan(journal), at).toMatchObject({ ops: { _CORRUPT: 2 }, corrupt: { count: 0 } });
  expect(replay(journal), at).toHaveLength(11);
}

describe("a call that fails", () => {
  it.each(["ENOSPC", "EIO", "EMFILE", "EACCES"])(
    "once, with %s, leaves the old journal or the new one, complete",
    (code) => {
      const count = callCount();
      for (let nth = 0; nth < count; nth++) {
        const disk = watchDisk((call, at) => {
          if (at === nth) throw failure(code, call);
        });
        expectWhole(disk, place(), `${code} at call ${nth}`);
      }
    },
  );

  it.each(["ENOSPC", "EIO"])(
    "with all later ones, with %s, leaves the old journal or the new one, complete",
    (code) => {
      const count = callCount();
      for (let nth = 0; nth < count; nth++) {
        const disk = watchDisk((call, at) => {
          if (at >= nth) throw failure(code, call);
        });
        expectWhole(disk, place(), `${code} from call ${nth}`);
      }
    },
  );

  it("at the rename leaves no name in the archive", () => {
    const { journal, archive } = place();
    const disk = watchDisk((call) => {
      if (call === "rename") throw failure("EIO", call);
    });
    const error = thrownBy(() => compactWith("js", journal, { disk, archive }));
    expect(error).toMatchObject({ code: "ERR_COMPACTION_FAILED", cause: { code: "EIO" }, path: journal });
    expect(readdirSync(archive)).toEqual([]);
    expect(leftovers(journal)).toEqual([]);
  });

  it("at the last fsync of the folder makes durability unknown", () => {
    const { journal } = place();
    let replaced = false;
    const disk = watchDisk((call) => {
      if (call === "rename") replaced = true;
      if (call === "fsync" && replaced) throw failure("EIO", call);
    });
    const error = thrownBy(() => compactWith("js", journal, { disk }));
    expect(error).toMatchObject({ code: "ERR_DURABILITY_UNKNOWN", path: journal, cause: { code: "EIO" } });
    const done = `compaction of the journal ${journal}: the new file is in its place`;
    const doubt = "whether it stays there after a power cut, with all that others added meanwhile, is not known";
    expect(error).toMatchObject({ message: `${done}, but ${doubt}: EIO: injected, fsync` });
    expect(replay(journal)).toHaveLength(11);
  });
});

describe("partial calls of the disk", () => {
  it("and EINTR at each first attempt lead to the same file", () => {
    const [plain, halting] = [place(), place()];
    compactWith("js", plain.journal);
    let tries = 0;
    const part = (bytes: Uint8Array): Uint8Array => {
      if (tries++ % 2 === 0) throw failure("EINTR", "write");
      return bytes.subarray(0, 7);
    };
    const disk = {
      ...nodeDisk,
      write: (fd: number, bytes: Uint8Array) => nodeDisk.write(fd, part(bytes)),
      read: (fd: number, into: Uint8Array, position: number) => nodeDisk.read(fd, part(into), position),
    };
    compactWith("js", halting.journal, { disk });
    expect(readFileSync(halting.journal)).toEqual(readFileSync(plain.journal));
  });

  it("A3: a byte that changes while it is written is found when the file is read back", () => {
    const { journal, before } = place();
    const disk = {
      ...nodeDisk,
      write(fd: number, bytes: Uint8Array) {
        const changed = Uint8Array.from(bytes);
        changed[200] = (changed[200] ?? 0) ^ 1;
        return nodeDisk.write(fd, changed);
      },
    };
    const error = thrownBy(() => compactWith("native", journal, { disk }));
    expect(error).toMatchObject({ code: "ERR_COMPACTION_FAILED" });
    expect(String(error)).toContain("read back");
    expect(readFileSync(journal)).toEqual(before);
  });

  it("A3: insufficient space is detected before anything is written", () => {
    const { journal, before } = place();
    const watched = watchDisk(() => undefined);
    const disk = { ...watched, freeBytes: () => 100 };
    const error = thrownBy(() => compactWith("native", journal, { disk }));
    expect(String(error)).toMatch(/expected \d+ bytes free, found 100/);
    expect(watched.calls).not.toContain("write");
    expect(readFileSync(journal)).toEqual(before);
  });

  it("a compaction proceeds if the free space is unknown", () => {
    const { journal } = place();
    const disk = { ...nodeDisk, freeBytes: () => undefined };
    expect(compactWith("native", journal, { disk }).entriesAfter).toBe(4);
  });

  it("A11: the file and the archive are fsynced before the rename, the folder after it", () => {
    const { journal, archive } = place();
    const disk = watchDisk(() => undefined);
    compactWith("native", journal, { disk, archive });
    const order = disk.calls.filter((call) => ["write", "fsync", "link", "rename"].includes(call));
    expect(order).toEqual(["write", "fsync", "link", "fsync", "rename", "fsync"]);
  });
});

describe("the lock", () => {
  it("if lost before the rename, leaves the journal unreplaced and no other file", () => {
    const { journal, archive, before } = place();
    for (const good of [0, 1]) {
      let checks = 0;
      const lost = new JournalError("ERR_LOCK_LOST", "another has it");
      const lock = {
        check() {
          if (checks++ === good) throw lost;
        },
      };
      expect(thrownBy(() => compactWith("native", journal, { lock, archive }))).toBe(lost);
      expect(readFileSync(journal)).toEqual(before);
      expect([...readdirSync(archive), ...leftovers(journal)]).toEqual([]);
    }
  });

  it("is checked right before the rename, with only a check of the file in between", () => {
    const { journal } = place();
    const seen: string[] = [];
    const disk = watchDisk((call) => seen.push(call));
    compactWith("native", journal, { disk, lock: { check: () => seen.push("check") } });
    const last = seen.lastIndexOf("check");
    expect(seen.slice(last, seen.indexOf("rename") + 1)).toEqual(["check", "fstat", "lstat", "rename"]);
  });
});

it("a missing folder means a missing journal, and is not created", () => {
  const journal = path.join(temporaryFolder(), "none", "journal.jsonl");
  const nothing = { entriesBefore: 0, entriesAfter: 0, bytesReclaimed: 0 };
  expect(compactWith("native", journal)).toEqual(nothing);
  expect(existsSync(path.dirname(journal))).toBe(false);
});

describe("the file of a compacted journal", () => {
  it("is closed after it, and is refused and closed if not regular, even if the close fails", () => {
    const { journal } = place();
    const { disk, open } = openOf(nodeDisk);
    const closing: Disk = {
      ...disk,
      close(fd) {
        const isOldest = fd === [...open][0];
        disk.close(fd);
        if (isOldest && open.size === 0) throw failure("EIO", "close");
      },
    };
    compactWith("js", journal, { disk: closing });
    expect(replay(journal)).toHaveLength(11);
    const fstat = (fd: number): FileState => ({ ...disk.fstat(fd), kind: "character device" });
    const error = thrownBy(() => compactWith("js", journal, { disk: { ...closing, fstat } }));
    expect(error).toMatchObject({ code: "ERR_PATH_REFUSED", path: journal });
    expect(String(error)).toContain("expected a regular file, found a character device");
    expect(open.size).toBe(0);
  });
});
