// Checks the new file of a compaction on a disk that injects faults (docs/format.md 7, docs/faults.md A3, E1).
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { linkArchive, openArchive } from "../../src/compact/archive.js";
import { listStale, removeStale, TemporaryFile } from "../../src/compact/temporary.js";
import { type Disk, nodeDisk } from "../../src/file/disk.js";
import { leftoversMax } from "../../src/file/leftovers.js";
import { temporaryFolder, thrownBy } from "../contract/journals.js";
import { failure, watchDisk } from "./disks.js";

function makeJournal(): string {
  const journal = join(temporaryFolder(), "journal.jsonl");
  writeFileSync(journal, "{}\n");
  return journal;
}

function create(journal: string, disk: Disk = nodeDisk): TemporaryFile {
  return TemporaryFile.create(journal, nodeDisk.lstat(journal), disk);
}

function sweep(journal: string, disk: Disk = nodeDisk): void {
  removeStale(journal, listStale(journal, disk), disk);
}

function turnsOf(turns: Generator<undefined>): number {
  return [...turns].length;
}

const mebibyte = "x".repeat(1024 * 1024);

describe("a new file", () => {
  it("yields after each full chunk, in writing and in reading back", () => {
    const file = create(makeJournal());
    expect(turnsOf(file.write([mebibyte, "a", mebibyte, "b"]))).toBe(2);
    expect(file.bytes).toBe(2 * mebibyte.length + 2);
    expect(readFileSync(file.path, "utf8")).toBe(`${mebibyte}a${mebibyte}b`);
    expect(turnsOf(file.verify())).toBe(3);
    file.end();
  });

  it("is written completely despite partial and interrupted writes", () => {
    const parts = [3, 1];
    let interruptions = 2;
    const disk: Disk = {
      ...nodeDisk,
      write(fd, bytes) {
        if (interruptions-- > 0) throw failure("EINTR", "write");
        return nodeDisk.write(fd, bytes.subarray(0, parts.shift()));
      },
    };
    const file = create(makeJournal(), disk);
    expect(turnsOf(file.write(["12345", "6789"]))).toBe(0);
    expect(readFileSync(file.path, "utf8")).toBe("123456789");
    file.end();
  });

  it("causes an error if the system writes nothing", () => {
    const file = create(makeJournal(), { ...nodeDisk, write: () => 0 });
    expect(() => turnsOf(file.write(["1"]))).toThrow("the operating system wrote nothing");
    file.end();
  });

  it("that is shorter or different is detected when it is read back", () => {
    const file = create(makeJournal());
    turnsOf(file.write(["12345"]));
    nodeDisk.ftruncate(file.fd, 4);
    expect(() => turnsOf(file.verify())).toThrow("read back: expected 5 bytes, found 4");
    nodeDisk.ftruncate(file.fd, 5);
    expect(() => turnsOf(file.verify())).toThrow("read back: expected the 5 bytes that were written, found others");
    file.end();
  });

  it("is deleted at the end unless it has become the journal, even if its close fails", () => {
    const journal = makeJournal();
    const disk: Disk = {
      ...nodeDisk,
      close(fd) {
        nodeDisk.close(fd);
        throw failure("EIO", "close");
      },
    };
    const dropped = create(journal, disk);
    dropped.end();
    expect(existsSync(dropped.path)).toBe(false);
    const kept = create(journal, disk);
    turnsOf(kept.write(["new\n"]));
    kept.replace(journal);
    kept.end();
    expect(readFileSync(journal, "utf8")).toBe("new\n");
  });

  it("is left to the next compaction if it cannot be deleted", () => {
    const journal = makeJournal();
    const file = create(
      journal,
      watchDisk((call) => {
        if (call === "unlink") throw failure("EACCES", call);
      }),
    );
    expect(() => file.end()).not.toThrow();
    expect(existsSync(file.path)).toBe(true);
    sweep(journal);
    expect(existsSync(file.path)).toBe(false);
  });

  it("gets the journal's owner and mode only if they differ", () => {
    const journal = makeJournal();
    const like = nodeDisk.lstat(journal);
    for (const [uid, gid, changes] of [
      [like.uid, like.gid, 0],
      [like.uid + 1, like.gid, 1],
      [like.uid, like.gid + 1, 1],
    ] as const) {
      const given: number[][] = [];
      const disk: Disk = { ...nodeDisk, fchown: (_fd, ...owner) => void given.push(owner) };
      TemporaryFile.create(journal, { ...like, uid, gid }, disk).end();
      expect(given).toEqual(changes === 0 ? [] : [[uid, gid]]);
    }
  });

  it("cannot be created if the mode cannot be kept, and no file is left", () => {
    const journal = makeJournal();
    const disk = watchDisk((call) => {
      if (call === "fchmod") throw failure("EPERM", call);
    });
    expect(() => create(journal, disk)).toThrow(/cannot be given the journal's owner \d+:\d+ and mode 644: EPERM/);
    expect(readdirSync(join(journal, ".."))).toEqual(["journal.jsonl"]);
  });
});

describe("a file left by a dead compaction", () => {
  const leave = (journal: string): string => {
    const file = create(journal);
    nodeDisk.close(file.fd);
    return file.path;
  };

  it("is deleted by a later compaction if there are too many for one", () => {
    const journal = makeJournal();
    for (let i = 0; i < leftoversMax + 5; i++) leave(journal);
    const left = [1, 2].map(() => {
      sweep(journal);
      return readdirSync(dirname(journal)).length;
    });
    expect(left).toEqual([6, 1]);
  });

  it.each(["ENOENT", "EACCES", "EPERM"])("is kept without an error if its deletion fails with %s", (code) => {
    const journal = makeJournal();
    const left = leave(journal);
    sweep(
      journal,
      watchDisk((call) => {
        if (call === "unlink") throw failure(code, call);
      }),
    );
    expect(existsSync(left)).toBe(true);
  });

  it.each(["EIO", undefined])("causes an error if its deletion fails with %s", (code) => {
    const journal = makeJournal();
    leave(journal);
    const thrown = code === undefined ? new Error("odd") : failure(code, "unlink");
    const disk = watchDisk((call) => {
      if (call === "unlink") throw thrown;
    });
    expect(thrownBy(() => sweep(journal, disk))).toBe(thrown);
  });

  it("is ignored if the folder cannot be listed", () => {
    const journal = makeJournal();
    leave(journal);
    const disk = watchDisk((call) => {
      if (call === "readdir") throw failure("EACCES", call);
    });
    expect(listStale(journal, disk)).toEqual([]);
  });

  it("stays if it is another journal's, whose list was made before a link changed", () => {
    const journal = makeJournal();
    const left = leave(journal);
    removeStale(join(dirname(journal), "other.jsonl"), listStale(journal), nodeDisk);
    expect(existsSync(left)).toBe(true);
  });

  it("is not deleted if it is a folder", () => {
    const journal = makeJournal();
    const left = leave(journal);
    nodeDisk.unlink(left);
    mkdirSync(left);
    expect(() => sweep(journal)).not.toThrow();
    expect(existsSync(left)).toBe(true);
  });
});

describe("an archive", () => {
  it("whose name refers to another file causes an error, and leaves no name", () => {
    const journal = makeJournal();
    const folder = join(journal, "..", "old");
    const file = nodeDisk.lstat(journal);
    const archive = openArchive(folder, journal, file, nodeDisk);
    const disk: Disk = { ...nodeDisk, lstat: (path) => ({ ...nodeDisk.lstat(path), identity: "0:0" }) };
    expect(() => linkArchive(archive, { journal, file, nextSeq: 1 }, disk)).toThrow(
      `expected ${file.identity}, found 0:0`,
    );
    expect(readdirSync(folder)).toEqual([]);
    const kept = linkArchive(archive, { journal, file, nextSeq: 1 }, nodeDisk);
    expect(nodeDisk.lstat(kept).identity).toBe(file.identity);
  });
});
