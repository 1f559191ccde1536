// Checks how a journal and its folders are opened or created while others change the disk, and which error names an
// obstacle (docs/format.md 8).
import { existsSync, mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { isMainThread } from "node:worker_threads";
import { describe, expect, it } from "vitest";
import { type Disk, nodeDisk } from "../../src/file/disk.js";
import { followLinks, isInPlace, makeFolder, openTarget, seeInPlace } from "../../src/file/target.js";
import { failure, watchDisk } from "../compact/disks.js";
import { temporaryFolder, thrownBy } from "../contract/journals.js";

/** Opens the journal and closes it again. */
function open(path: string, disk: Disk = nodeDisk): { path: string; identity: string; size: number } {
  const { fd, path: opened, state } = openTarget(path, disk);
  nodeDisk.close(fd);
  return { path: opened, identity: state.identity, size: state.size };
}

const inFolder = (name: string): string => join(temporaryFolder(), name);

describe("a journal that is opened for appending", () => {
  it("is created with its folders, and then found again", () => {
    const path = inFolder("a/b/journal.jsonl");
    const first = open(path);
    expect(first).toEqual({ path, identity: nodeDisk.lstat(path).identity, size: 0 });
    writeFileSync(path, "{}\n");
    expect(open(path)).toEqual({ ...first, size: 3 });
  });

  it("is the file of another process that creates it at the same time", () => {
    const path = inFolder("journal.jsonl");
    let opens = 0;
    const disk = watchDisk((call) => {
      if (call === "open" && ++opens === 2) writeFileSync(path, "{}\n");
    });
    expect(open(path, disk)).toMatchObject({ path, size: 3 });
  });

  it("is followed if it becomes a link meanwhile", () => {
    const path = inFolder("journal.jsonl");
    const other = join(dirname(path), "other.jsonl");
    writeFileSync(other, "12");
    let opens = 0;
    const disk = watchDisk((call) => {
      if (call === "open" && opens++ === 0) symlinkSync("other.jsonl", path);
    });
    expect(open(path, disk)).toMatchObject({ path: other, size: 2 });
  });

  it("is an error after it was replaced at sixteen attempts", () => {
    const path = inFolder("journal.jsonl");
    let tries = 0;
    const disk: Disk = {
      ...nodeDisk,
      open(name, flags, mode) {
        if (name !== path) return nodeDisk.open(name, flags, mode);
        throw failure(tries++ % 2 === 0 ? "ENOENT" : "EEXIST", "open");
      },
    };
    const error = thrownBy(() => open(path, disk));
    expect(error).toMatchObject({ code: "ERR_APPEND_FAILED", path });
    expect(String(error)).toContain("found it replaced 16 times");
    expect(tries).toBe(32);
  });

  it.each([
    ["opened", 1],
    ["made", 2],
  ])("that cannot be %s causes an error with the system's reason", (_what, nth) => {
    const path = inFolder("journal.jsonl");
    let opens = 0;
    const disk = watchDisk((call) => {
      if (call !== "open") return;
      if (++opens === nth) throw failure("EDQUOT", call);
    });
    const error = thrownBy(() => open(path, disk));
    expect(error).toMatchObject({ code: "ERR_APPEND_FAILED", path, cause: { code: "EDQUOT" } });
    expect(String(error)).toContain("nothing was written: EDQUOT");
  });

  it("is refused, and its descriptor closed, if it became a device between two calls", () => {
    const path = inFolder("journal.jsonl");
    const closed: number[] = [];
    const disk: Disk = {
      ...nodeDisk,
      fstat: (fd) => ({ ...nodeDisk.fstat(fd), kind: "character device" }),
      close: (fd) => {
        closed.push(fd);
        nodeDisk.close(fd);
      },
    };
    writeFileSync(path, "{}\n");
    expect(thrownBy(() => open(path, disk))).toMatchObject({ code: "ERR_PATH_REFUSED", path });
    expect(closed).toHaveLength(1);
  });
});

describe("a folder that may not be opened", () => {
  const opensNoFolder = (folder: string): Disk => ({
    ...nodeDisk,
    open(name, flags, mode) {
      if (name === folder) throw failure("EACCES", "open");
      return nodeDisk.open(name, flags, mode);
    },
  });

  it("does not prevent appends to a journal that has entries", () => {
    const path = inFolder("journal.jsonl");
    writeFileSync(path, "{}\n");
    expect(open(path, opensNoFolder(dirname(path)))).toMatchObject({ size: 3 });
  });

  it("prevents appends to an empty journal, whose name may not be durable", () => {
    const path = inFolder("journal.jsonl");
    writeFileSync(path, "");
    expect(thrownBy(() => open(path, opensNoFolder(dirname(path))))).toMatchObject({ code: "ERR_APPEND_FAILED" });
  });
});

describe("a name that has been fsynced", () => {
  const fsyncs = (path: string): number => {
    const disk = watchDisk(() => undefined);
    open(path, disk);
    return disk.calls.filter((call) => call === "fsync").length;
  };

  it("is not fsynced again for the same file, unless that is empty or 64 others were opened since", () => {
    const path = inFolder("journal.jsonl");
    writeFileSync(path, "");
    expect([fsyncs(path), fsyncs(path)]).toEqual([1, 1]);
    writeFileSync(path, "{}\n");
    expect([fsyncs(path), fsyncs(path)]).toEqual([0, 0]);
    for (let other = 0; other < 64; other++) {
      const name = join(dirname(path), `${other}.jsonl`);
      writeFileSync(name, "{}\n");
      expect(fsyncs(name)).toBe(1);
    }
    expect([fsyncs(path), fsyncs(path)]).toEqual([1, 0]);
  });
});

describe("folders", () => {
  it("are each made durable in their parent before the next is created", () => {
    const folder = join(temporaryFolder(), "a/b");
    const disk = watchDisk(() => undefined);
    makeFolder(folder, disk);
    expect(readdirSync(folder)).toEqual([]);
    const changes = disk.calls.filter((call) => ["mkdir", "fsync"].includes(call));
    expect(changes).toEqual(["mkdir", "fsync", "mkdir", "fsync"]);
    makeFolder(folder, disk);
    expect(disk.calls.filter((call) => call === "mkdir")).toHaveLength(2);
  });

  // A worker thread cannot set the umask.
  it.runIf(isMainThread).each([
    ["000", 0o775],
    ["027", 0o750],
  ])("have mode 0777 less the umask %s, but are never writable by every user", (umask, expected) => {
    const top = temporaryFolder();
    const folders = [join(top, "a"), join(top, "a", "b")];
    const mask = process.umask(Number.parseInt(umask, 8));
    try {
      makeFolder(join(top, "a", "b"), nodeDisk);
    } finally {
      process.umask(mask);
    }
    expect(folders.map((folder) => statSync(folder).mode & 0o777)).toEqual([expected, expected]);
  });

  it("may be created by another process at the same time", () => {
    const folder = join(temporaryFolder(), "a");
    makeFolder(
      folder,
      watchDisk((call) => {
        if (call === "mkdir") mkdirSync(folder);
      }),
    );
    expect(existsSync(folder)).toBe(true);
  });

  it("cause an error if they cannot be created", () => {
    const disk = watchDisk((call) => {
      if (call === "mkdir") throw failure("EROFS", call);
    });
    expect(thrownBy(() => makeFolder(join(temporaryFolder(), "a"), disk))).toMatchObject({ code: "EROFS" });
  });

  it("are created up to the one that is its own parent", () => {
    const made: string[] = [];
    const disk: Disk = {
      ...nodeDisk,
      lstat() {
        throw failure("ENOENT", "lstat");
      },
      mkdir: (path) => void made.push(path),
      open: () => 0,
      fsync: () => undefined,
      close: () => undefined,
    };
    makeFolder("/a/b", disk);
    expect(made).toEqual(["/", "/a", "/a/b"]);
  });
});

describe("links", () => {
  it("are followed one by one, each relative to its folder, to a file that need not exist", () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, "deep"));
    symlinkSync("deep/second", join(folder, "first"));
    symlinkSync("../third", join(folder, "deep/second"));
    symlinkSync(join(folder, "none"), join(folder, "third"));
    expect(followLinks(join(folder, "first"), nodeDisk)).toBe(join(folder, "none"));
    expect(followLinks("plain", nodeDisk)).toBe("plain");
  });

  it("are followed up to forty in a row", () => {
    const folder = temporaryFolder();
    for (let at = 0; at <= 41; at++) symlinkSync(`${at + 1}`, join(folder, `${at}`));
    expect(followLinks(join(folder, "2"), nodeDisk)).toBe(`${folder}/42`);
    const error = thrownBy(() => followLinks(join(folder, "1"), nodeDisk));
    expect(error).toMatchObject({ code: "ERR_PATH_REFUSED", path: join(folder, "1") });
    expect(String(error)).toContain("more than 40 symbolic links");
  });
});

describe("a file in its place", () => {
  it("is recognised by its identity, and then has a size", () => {
    const path = inFolder("journal.jsonl");
    writeFileSync(path, "123");
    const { identity } = nodeDisk.lstat(path);
    expect([isInPlace(path, identity, nodeDisk), seeInPlace(path, identity, nodeDisk)?.size]).toEqual([true, 3]);
    expect([isInPlace(path, "0:0", nodeDisk), seeInPlace(path, "0:0", nodeDisk)]).toEqual([false, undefined]);
    const none = `${path}.none`;
    expect([isInPlace(none, identity, nodeDisk), seeInPlace(none, identity, nodeDisk)]).toEqual([false, undefined]);
  });

  it("that cannot be looked up has no size, and isInPlace() throws for it", () => {
    const disk = watchDisk((call) => {
      if (call === "lstat") throw failure("EIO", call);
    });
    expect(seeInPlace("/any", "0:0", disk)).toBeUndefined();
    expect(thrownBy(() => isInPlace("/any", "0:0", disk))).toMatchObject({ code: "EIO" });
  });
});
