// Checks that a compaction keeps the old file in the slot of the journal (docs/format.md 7, "Slot").
import { linkSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { readArchiveName } from "../../src/file/archive-name.js";
import { nodeDisk } from "../../src/file/disk.js";
import { listSlot, slotFolder } from "../../src/file/ship-slot.js";
import { openJournal } from "../../src/index.js";
import { about, acquire, temporaryFolder, thrownBy, writeLines } from "../contract/journals.js";
import { engines } from "../support/engines.js";
import { compactWith, linesOf } from "./compacting.js";
import { failure, watchDisk } from "./disks.js";

function place() {
  const journal = writeLines(acquire("a"), acquire("b"), about("RELEASE", "a"));
  const slot = path.join(path.dirname(journal), ".journal.jsonl.ship");
  return { journal, slot, before: readFileSync(journal) };
}

function placeWithSlot() {
  const placed = place();
  mkdirSync(placed.slot);
  return placed;
}

describe.each(engines)("a compaction (%s)", (engine) => {
  it("links the old file into the slot under the name of an archive", () => {
    const { journal, slot, before } = placeWithSlot();
    const { ino } = statSync(journal);
    expect(compactWith(engine, journal)).not.toHaveProperty("archived");
    const [name = "", ...more] = readdirSync(slot);
    expect([readArchiveName(name)?.journal, more]).toEqual(["journal.jsonl", []]);
    expect([readFileSync(path.join(slot, name)), statSync(path.join(slot, name)).ino]).toEqual([before, ino]);
    expect(linesOf(journal)).toHaveLength(1);
  });

  it("does not create the slot", () => {
    const { journal } = place();
    compactWith(engine, journal);
    expect(readdirSync(path.dirname(journal))).toEqual(["journal.jsonl"]);
  });

  it("links the old file into the slot and into an archive, and reports the archive", () => {
    const { journal, slot, before } = placeWithSlot();
    const archive = path.join(path.dirname(journal), "archive");
    const { archived = "" } = compactWith(engine, journal, { archive });
    expect(path.dirname(archived)).toBe(archive);
    expect(listSlot(journal, nodeDisk).map((name) => readFileSync(name))).toEqual([before]);
    expect(readdirSync(slot)).toHaveLength(1);
  });

  it("fails and changes nothing if there is something else in the place of the slot", () => {
    const { journal, slot, before } = place();
    writeFileSync(slot, "");
    const error = thrownBy(() => compactWith(engine, journal));
    expect(error).toMatchObject({ code: "ERR_COMPACTION_FAILED" });
    expect(String(error)).toContain(`the slot ${slot}: expected a folder or nothing, found a regular file`);
    expect(readFileSync(journal)).toEqual(before);
  });
});

it("the slot of a journal behind a link is beside the file", () => {
  const { journal, slot } = placeWithSlot();
  const link = path.join(temporaryFolder(), "link.jsonl");
  symlinkSync(journal, link);
  compactWith("js", link);
  expect(readdirSync(slot)).toHaveLength(1);
});

it("a compaction by the rule of retention keeps the old file too", () => {
  const { journal, slot } = placeWithSlot();
  const open = openJournal(journal, { retain: { compactAboveBytes: 1 } });
  for (let count = 0; count < 20; count++) open.append({ op: "HALT", reason: "n".repeat(200) });
  open.close();
  expect(readdirSync(slot).length).toBeGreaterThan(0);
});

it.each(["link", "rename"] as const)(
  "a compaction whose %s fails leaves no name in the slot or in the archive",
  (call) => {
    const { journal, slot, before } = placeWithSlot();
    const archive = path.join(path.dirname(journal), "archive");
    let links = 0;
    const disk = watchDisk((name) => {
      // The second link is that into the slot.
      if (name === "link") links++;
      if (name === call && links === 2) throw failure("EIO", name);
    });
    expect(thrownBy(() => compactWith("js", journal, { disk, archive }))).toMatchObject({
      code: "ERR_COMPACTION_FAILED",
    });
    expect([readdirSync(slot), readdirSync(archive)]).toEqual([[], []]);
    expect(readFileSync(journal)).toEqual(before);
  },
);

it("a name that a killed compaction left in the slot is removed by the next one", () => {
  const { journal, slot } = placeWithSlot();
  linkSync(journal, path.join(slot, "journal.n0000000000000001-20260101T000000Z-00000000.jsonl"));
  compactWith("js", journal);
  expect(readdirSync(slot)).not.toContain("journal.n0000000000000001-20260101T000000Z-00000000.jsonl");
  expect(readdirSync(slot)).toHaveLength(1);
});

describe("the list of the slot", () => {
  it("has the files in the order of their entries, and no others", () => {
    const { journal, slot } = placeWithSlot();
    const names = ["0000000000000010-20260102", "0000000000000002-20260103", "0000000000000002-20260101"];
    const [third = "", second = "", first = ""] = names.map((name) => `journal.n${name}T000000Z-00000000.jsonl`);
    for (const name of [third, second, first, "notes.txt", first.replace("journal", "other")]) {
      writeFileSync(path.join(slot, name), "");
    }
    expect(listSlot(journal, nodeDisk)).toEqual([first, second, third].map((name) => path.join(slot, name)));
    expect(slotFolder(journal)).toBe(slot);
  });

  it("is empty without a slot, and the failure to read it is thrown", () => {
    const { journal, slot } = place();
    expect(listSlot(journal, nodeDisk)).toEqual([]);
    writeFileSync(slot, "");
    expect(thrownBy(() => listSlot(journal, nodeDisk))).toMatchObject({ code: "ENOTDIR" });
  });
});
