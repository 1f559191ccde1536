// Checks how a journal's file gets its second name in an archive folder, and why it fails (docs/format.md 7).
import { linkSync, mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { linkArchive, openArchive, removeArchived } from "../../src/compact/archive.js";
import { type Disk, nodeDisk } from "../../src/file/disk.js";
import { acquire, thrownBy, writeLines } from "../contract/journals.js";
import { openOf } from "../lock/place.js";
import { type Call, failure, watchDisk } from "./disks.js";

function place() {
  const journal = writeLines(acquire("a"));
  const folder = path.join(path.dirname(journal), "archive");
  mkdirSync(folder);
  return { journal, folder, file: nodeDisk.lstat(journal), nextSeq: 4712 };
}

function failingAt(name: Call): Disk {
  return watchDisk((call) => {
    if (call === name) throw failure("EIO", call);
  });
}

describe("an archive folder", () => {
  it("is closed again once it is known to be on the journal's file system", () => {
    const { journal, folder, file } = place();
    const { disk, open } = openOf(nodeDisk);
    expect(openArchive(folder, journal, file, disk)).toEqual({ folder });
    expect(open.size).toBe(0);
  });

  it("is closed again if it is on another file system, and the error says what was expected", () => {
    const { journal, folder, file } = place();
    const { disk, open } = openOf(nodeDisk);
    const found = "found another file system";
    const expected = `one on the file system of ${journal}, as the old file is linked there and not copied`;
    const message = `the archive folder ${folder}: expected ${expected}, ${found}`;
    expect(() => openArchive(folder, journal, { ...file, device: "other" }, disk)).toThrow(new Error(message));
    expect(open.size).toBe(0);
  });

  it("that cannot be opened causes an error with the system's reason", () => {
    const { journal, folder, file } = place();
    const error = thrownBy(() => openArchive(folder, journal, file, failingAt("open")));
    const message = `the archive folder ${folder} cannot be used: EIO: injected, open`;
    expect(error).toMatchObject({ message, cause: { code: "EIO" } });
  });
});

describe("a name that a killed compaction left in the archive folder", () => {
  it("is removed, because it is a name of the journal and not of an earlier file", () => {
    const { journal, folder, nextSeq } = place();
    const earlier = path.join(folder, "journal.20250101T000000Z-00000000.jsonl");
    writeFileSync(earlier, "");
    linkArchive({ folder }, { journal, file: nodeDisk.lstat(journal), nextSeq }, nodeDisk);
    openArchive(folder, journal, nodeDisk.lstat(journal), nodeDisk);
    expect(readdirSync(folder)).toEqual([path.basename(earlier)]);
    expect(nodeDisk.lstat(journal).links).toBe(1);
  });

  it("is kept if it does not look like the name of an archive", () => {
    const { journal, folder } = place();
    linkSync(journal, path.join(folder, "mine.jsonl"));
    openArchive(folder, journal, nodeDisk.lstat(journal), nodeDisk);
    expect(readdirSync(folder)).toEqual(["mine.jsonl"]);
  });
});

describe("a journal's name in its archive", () => {
  it("is a second name of the same file, with the time and its extension", () => {
    const { journal, folder, file, nextSeq } = place();
    const name = linkArchive({ folder }, { journal, file, nextSeq }, nodeDisk);
    expect(path.dirname(name)).toBe(folder);
    expect(path.basename(name)).toMatch(/^journal\.n0000000000004712-\d{8}T\d{6}Z-[0-9a-f]{8}\.jsonl$/);
    expect(statSync(name).ino).toBe(statSync(journal).ino);
  });

  it("that cannot be created causes an error with the system's reason", () => {
    const { journal, folder, file, nextSeq } = place();
    const error = thrownBy(() => linkArchive({ folder }, { journal, file, nextSeq }, failingAt("link")));
    expect(error).toMatchObject({ cause: { code: "EIO" } });
    expect(String(error)).toMatch(
      /^Error: the archive \/.*\/archive\/journal\..*\.jsonl cannot be made: EIO: injected/,
    );
  });

  it("that refers to another file is removed again", () => {
    const { journal, folder, file, nextSeq } = place();
    const other = { ...file, identity: "0:0" };
    const found = `: expected 0:0, found ${file.identity}`;
    expect(() => linkArchive({ folder }, { journal, file: other, nextSeq }, nodeDisk)).toThrow(found);
    expect(readdirSync(folder)).toEqual([]);
  });

  it("that cannot be made durable is removed again", () => {
    const { journal, folder, file, nextSeq } = place();
    expect(() => linkArchive({ folder }, { journal, file, nextSeq }, failingAt("fsync"))).toThrow(
      "EIO: injected, fsync",
    );
    expect(readdirSync(folder)).toEqual([]);
    removeArchived(path.join(folder, "missing"), nodeDisk);
  });
});
