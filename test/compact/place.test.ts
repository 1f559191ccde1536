// Checks that a compaction keeps the path and the owner of a journal (docs/format.md 7, docs/format.md 8 "Paths",
// docs/faults.md E1 to E3).
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { compactFile, compactFileAsync } from "../../src/compact/compact.js";
import type { JournalEngine } from "../../src/engine/engine.js";
import { scriptEngine } from "../../src/engine/script.js";
import { nodeDisk } from "../../src/file/disk.js";
import { replay } from "../../src/index.js";
import { about, acquire, temporaryFolder, thrownBy, writeJournal, writeLines } from "../contract/journals.js";
import { openOf } from "../lock/place.js";
import { engines } from "../support/engines.js";
import { compactWith, engineNamed, heldLock, linesOf } from "./compacting.js";
import { failure, watchDisk } from "./disks.js";

const nothing = { entriesBefore: 0, entriesAfter: 0, bytesReclaimed: 0 };

function history(): string {
  return writeLines(acquire("a"), acquire("b"), about("RELEASE", "a"), about("REFUSE", "b"));
}

describe.each(engines)("the counts (%s)", (engine) => {
  it("are the entries before and after and the bytes reclaimed", () => {
    const journal = history();
    const before = statSync(journal).size;
    const result = compactWith(engine, journal);
    expect(result).toEqual({ entriesBefore: 4, entriesAfter: 1, bytesReclaimed: before - statSync(journal).size });
    expect(replay(journal, { engine })).toEqual([{ lane: "b", loop_ts: "T1" }]);
  });

  it("of a missing and an empty journal are zeros, and no file is created or replaced", () => {
    const journal = path.join(temporaryFolder(), "journal.jsonl");
    const archive = path.join(path.dirname(journal), "archive");
    expect(compactWith(engine, journal, { archive })).toEqual(nothing);
    expect(readdirSync(path.dirname(journal))).toEqual([]);
    writeFileSync(journal, "");
    const { ino } = statSync(journal);
    expect(compactWith(engine, journal)).toEqual(nothing);
    expect(statSync(journal).ino).toBe(ino);
  });

  it.each(["\ufeff", "\n\n", "\0\0", '{"op": "ACQ'])(
    "of %j, which has no entry, are zeros, and it becomes empty",
    (text) => {
      const journal = writeJournal(text);
      expect(compactWith(engine, journal)).toEqual({ ...nothing, bytesReclaimed: Buffer.byteLength(text) });
      expect(readFileSync(journal, "utf8")).toBe("");
    },
  );

  it("are the same off the event loop, with the whole size as the last progress", async () => {
    const journal = history();
    const bytes = statSync(journal).size;
    const seen: object[] = [];
    const options = { engine: engineNamed(engine), lock: heldLock, onProgress: (done: object) => seen.push(done) };
    expect(await compactFileAsync(journal, options)).toMatchObject({ entriesBefore: 4, entriesAfter: 1 });
    expect(seen.at(-1)).toEqual({ bytes, bytesTotal: bytes });
  });
});

describe("an aborted compaction", () => {
  it("throws the reason of the signal and leaves the journal and its folder unchanged", async () => {
    const journal = history();
    const before = readFileSync(journal);
    const abortion = new AbortController();
    const reason = new Error("enough");
    const disk = watchDisk((call) => {
      if (call === "write") abortion.abort(reason);
    });
    const options = { engine: engineNamed("native"), lock: heldLock, signal: abortion.signal, disk };
    await expect(compactFileAsync(journal, options)).rejects.toBe(reason);
    expect(readFileSync(journal)).toEqual(before);
    expect(readdirSync(path.dirname(journal))).toEqual(["journal.jsonl"]);
    expect(thrownBy(() => compactWith("js", journal, { signal: abortion.signal }))).toBe(reason);
  });
});

describe("a compaction that cannot read the journal", () => {
  it("throws, also off the event loop, and leaves the journal and its folder unchanged", async () => {
    const journal = history();
    const before = readFileSync(journal);
    const { disk, open } = openOf(nodeDisk);
    const fails = (): never => {
      throw Object.assign(new Error("EIO: injected, read"), { code: "EIO", syscall: "read" });
    };
    const openFold: JournalEngine["openFold"] = (options) =>
      Object.assign(scriptEngine.openFold(options), { step: fails, stepAsync: async () => fails() });
    const options = { engine: { ...scriptEngine, openFold }, lock: heldLock, disk };
    const unread = { code: "ERR_JOURNAL_UNREADABLE", path: journal, cause: { code: "EIO" } };
    expect(thrownBy(() => compactFile(journal, options))).toMatchObject(unread);
    await expect(compactFileAsync(journal, options)).rejects.toMatchObject(unread);
    expect(readFileSync(journal)).toEqual(before);
    expect({ open: open.size, files: readdirSync(path.dirname(journal)) }).toEqual({
      open: 0,
      files: ["journal.jsonl"],
    });
  });
});

describe("the journal's place", () => {
  it("E3: a symlinked journal stays a symlink, and its target is compacted in place", () => {
    const target = history();
    const folder = temporaryFolder();
    symlinkSync(target, path.join(folder, "middle"));
    symlinkSync("middle", path.join(folder, "journal.jsonl"));
    const journal = path.join(folder, "journal.jsonl");
    expect(compactWith("native", journal).entriesAfter).toBe(1);
    expect([lstatSync(journal).isSymbolicLink(), readlinkSync(journal)]).toEqual([true, "middle"]);
    expect(linesOf(target)).toHaveLength(1);
    expect(readdirSync(folder).toSorted()).toEqual(["journal.jsonl", "middle"]);
  });

  it.each([0o600, 0o640, 0o444, 0o664])("E2: the mode %o stays", (mode) => {
    const journal = history();
    chmodSync(journal, mode);
    compactWith("native", journal);
    expect(statSync(journal).mode & 0o7777).toBe(mode);
  });

  it.runIf(process.getuid?.() === 0)("E2: the owner stays, and its mode 0600", () => {
    const journal = history();
    chownSync(journal, 4321, 8765);
    chmodSync(journal, 0o600);
    compactWith("native", journal);
    const { uid, gid, mode } = statSync(journal);
    expect([uid, gid, mode & 0o7777]).toEqual([4321, 8765, 0o600]);
  });

  it("E2: a compaction that cannot keep the owner or the mode fails and leaves nothing behind", () => {
    const journal = history();
    const before = readFileSync(journal);
    const disk = watchDisk((call) => {
      if (call === "fchmod") throw failure("EPERM", call);
    });
    const error = thrownBy(() => compactWith("native", journal, { disk }));
    expect(error).toMatchObject({ code: "ERR_COMPACTION_FAILED" });
    expect(String(error)).toContain("cannot be given the journal's owner");
    expect(readFileSync(journal)).toEqual(before);
    expect(readdirSync(path.dirname(journal))).toEqual(["journal.jsonl"]);
  });

  it("E1: a link planted at the new file's name is refused, not followed", () => {
    const journal = history();
    const before = readFileSync(journal);
    const victim = writeJournal("victim\n");
    const disk = {
      ...nodeDisk,
      open(name: string, flags: number, mode?: number) {
        if (name.endsWith(".tmp")) symlinkSync(victim, name);
        return nodeDisk.open(name, flags, mode);
      },
    };
    const error = thrownBy(() => compactWith("native", journal, { disk }));
    expect(error).toMatchObject({ code: "ERR_COMPACTION_FAILED", cause: { code: "EEXIST" } });
    expect(readFileSync(victim, "utf8")).toBe("victim\n");
    expect(readFileSync(journal)).toEqual(before);
  });

  it("E1: a file that replaces the new one meanwhile does not become the journal", () => {
    const journal = history();
    const before = readFileSync(journal);
    let name = "";
    const disk = {
      ...nodeDisk,
      open(at: string, flags: number, mode?: number) {
        if (at.endsWith(".tmp")) name = at;
        return nodeDisk.open(at, flags, mode);
      },
      fsync(fd: number) {
        nodeDisk.fsync(fd);
        nodeDisk.unlink(name);
        writeFileSync(name, "forged\n");
      },
    };
    expect(String(thrownBy(() => compactWith("native", journal, { disk })))).toContain("expected the file");
    expect(readFileSync(journal)).toEqual(before);
  });

  it("no name is used twice", () => {
    const names = new Set<string>();
    const disk = {
      ...nodeDisk,
      rename(from: string, to: string) {
        names.add(from);
        nodeDisk.rename(from, to);
      },
    };
    const journal = history();
    for (let i = 0; i < 5; i++) compactWith("native", journal, { disk });
    expect(names.size).toBe(5);
  });

  it.each(["a folder", "a FIFO"])("E5: %s at the path is refused without hanging", (kind) => {
    const journal = path.join(temporaryFolder(), "journal.jsonl");
    if (kind === "a folder") mkdirSync(journal);
    else spawnSync("mkfifo", [journal]);
    expect(existsSync(journal)).toBe(true);
    expect(thrownBy(() => compactWith("native", journal))).toMatchObject({ code: "ERR_PATH_REFUSED" });
  });

  it("only files that dead compactions of this journal left behind are deleted", () => {
    const journal = history();
    const folder = path.dirname(journal);
    const left: string[] = [];
    const keep = { ...nodeDisk, unlink: (name: string) => void left.push(path.basename(name)) };
    const dead = { ...keep, fsync: (): void => thrownInPlace() };
    expect(thrownBy(() => compactWith("native", journal, { disk: dead }))).toBeInstanceOf(Error);
    const [stale = ""] = left;
    const others = [`${stale}x`, stale.replace(/-[0-9a-f]{16}-/, "-0123456789abcdef-"), ".lane-compact-notes.tmp"];
    for (const name of others) writeFileSync(path.join(folder, name), "");
    expect(readdirSync(folder)).toContain(stale);
    compactWith("native", journal);
    expect(readdirSync(folder).toSorted()).toEqual([...others, "journal.jsonl"].toSorted());
  });
});

function thrownInPlace(): never {
  throw failure("EIO", "fsync");
}

describe("the archive", () => {
  const plan = () => {
    const journal = history();
    return { journal, before: readFileSync(journal), archive: path.join(path.dirname(journal), "old", "journals") };
  };

  it("A13: has the same old file under a unique name, in a folder that is created", () => {
    const { journal, before, archive } = plan();
    const { ino } = statSync(journal);
    const { archived = "" } = compactWith("native", journal, { archive });
    expect(path.basename(archived)).toMatch(/^journal\.n\d{16}-\d{8}T\d{6}Z-[0-9a-f]{8}\.jsonl$/);
    expect(readdirSync(archive)).toEqual([path.basename(archived)]);
    expect([readFileSync(archived), statSync(archived).ino]).toEqual([before, ino]);
    expect(linesOf(journal)).toHaveLength(1);
  });

  it("may be given as a file URL, and gets one more file at each compaction", () => {
    const { journal, archive } = plan();
    for (let i = 0; i < 3; i++) compactWith("native", journal, { archive: pathToFileURL(archive) });
    expect(readdirSync(archive)).toHaveLength(3);
  });

  it("on another file system causes an error before anything is written", () => {
    const { journal, before, archive } = plan();
    const disk = watchDisk(() => undefined);
    const elsewhere = {
      ...disk,
      fstat(fd: number) {
        const state = disk.fstat(fd);
        return state.kind === "folder" ? { ...state, device: "another" } : state;
      },
    };
    const error = thrownBy(() => compactWith("native", journal, { archive, disk: elsewhere }));
    expect(error).toMatchObject({ code: "ERR_COMPACTION_FAILED" });
    expect(String(error)).toMatch(/archive folder .*: expected one on the file system of .*, found another/);
    expect(disk.calls).not.toContain("write");
    expect(readFileSync(journal)).toEqual(before);
  });

  it("that is a file causes an error, and the journal stays", () => {
    const { journal, before } = plan();
    const archive = writeJournal("x");
    expect(String(thrownBy(() => compactWith("native", journal, { archive })))).toContain("cannot be used");
    expect(readFileSync(journal)).toEqual(before);
  });
});
