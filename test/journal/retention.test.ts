// Checks when an open journal compacts itself, and that a failure of that fails no write (docs/format.md 7,
// "Retention").
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it, vi } from "vitest";
import { type Engine, openJournal, openLeases, replay } from "../../src/index.js";
import type { RetainOptions } from "../../src/types.js";
import { acquire, temporaryFolder, thrownBy } from "../contract/journals.js";
import { engines } from "../support/engines.js";
import { openTest, type TestJournal } from "./open.js";

const halt = { op: "HALT", reason: "x".repeat(180) };

interface Setting extends Partial<RetainOptions> {
  isArchived?: boolean;
  isNoted?: boolean;
}

function openRetaining(engine: Engine, { compactAboveBytes = 4_000, isArchived = true, isNoted = true }: Setting = {}) {
  const notes: string[] = [];
  const archive = path.join(temporaryFolder(), "old");
  const retain: RetainOptions = isArchived ? { compactAboveBytes, archive } : { compactAboveBytes };
  const onRetain = (what: string): number => notes.push(what);
  return { ...openTest(engine, isNoted ? { retain, onRetain } : { retain }), archive, notes };
}

/** Counts the folds for a compaction, each of which reads the whole journal. */
function countCompactions({ engine }: TestJournal): () => number {
  const open = engine.openFold.bind(engine);
  let count = 0;
  engine.openFold = (options) => {
    if (options.kind === "compact") count++;
    return open(options);
  };
  return () => count;
}

describe.each(engines)("an open journal with retain, %s", (engine) => {
  it("is compacted by the write that makes it too long, and its history is archived", () => {
    const { journal, file, archive, notes, lines, isLocked } = openRetaining(engine);
    journal.append(acquire("a"));
    const written = Array.from({ length: 30 }, () => journal.append(halt).seq);
    expect(written).toEqual(Array.from({ length: 30 }, (_, at) => at + 2));
    expect(statSync(file).size).toBeLessThanOrEqual(4_000);
    const [name = ""] = readdirSync(archive);
    const old = readFileSync(path.join(archive, name), "utf8").split("\n").slice(0, -1);
    // The entry whose write made it too long is the last one in the archive.
    const [, ...since] = lines();
    expect([...old, ...since].map((line) => JSON.parse(line).seq)).toEqual([1, ...written]);
    expect(replay(file)).toEqual(replay(path.join(archive, name)));
    expect(notes).toEqual([
      expect.stringMatching(/^the journal .*: compacted, \d+ of \d+ bytes less; the old file is /),
    ]);
    expect([isLocked(), journal.nextSeq()]).toEqual([false, 32]);
  });

  it("is compacted by appendAsync, transact and the lease shell too", async () => {
    const { journal, archive } = openRetaining(engine);
    await Promise.all(Array.from({ length: 30 }, () => journal.appendAsync(halt)));
    expect(readdirSync(archive)).toHaveLength(1);
    journal.transact(() => Array.from({ length: 30 }, () => halt));
    expect(readdirSync(archive)).toHaveLength(2);
    const file = path.join(temporaryFolder(), "j.jsonl");
    const retain = { compactAboveBytes: 1_000, archive };
    const leases = openLeases(file, { owner: "anna", engine, retain });
    const tokens = Array.from({ length: 8 }, () => {
      const granted = leases.acquire({ lane: "a" });
      leases.release({ lane: "a" });
      return granted.ok ? granted.generation : null;
    });
    leases.close();
    expect(tokens).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(statSync(file).size).toBeLessThan(2_000);
  });

  it("is left alone while it is mostly live leases, without being read again", () => {
    const test = openRetaining(engine);
    const compactions = countCompactions(test);
    for (let at = 0; at < 40; at++) test.journal.append(acquire(`lane-${at}`, "T", { note: "x".repeat(150) }));
    expect([compactions(), existsSync(test.archive)]).toEqual([0, false]);
    expect(test.journal.replay()).toHaveLength(40);
  });

  it("is read rarely for a compaction that turns out not to be worth it", () => {
    const test = openRetaining(engine, { compactAboveBytes: 2_000 });
    const compactions = countCompactions(test);
    test.journal.append({ op: "HALT" });
    // Damaged lines are kept. The live leases do not show how long they are.
    for (let at = 0; at < 100; at++) {
      writeFileSync(test.file, `{"op": "HA${"x".repeat(100)}\n`, { flag: "a" });
      test.journal.append({ op: "HALT" });
    }
    expect(compactions()).toBeGreaterThan(0);
    expect(compactions()).toBeLessThan(15);
    expect(existsSync(test.archive) && readdirSync(test.archive).length > 0).toBe(false);
  });

  it("returns the appended entry although the compaction fails, says so once, and tries again later", () => {
    const { journal, archive, notes, file } = openRetaining(engine);
    writeFileSync(archive, "");
    for (let at = 0; at < 18; at++) expect(journal.append(halt).seq).toBe(at + 1);
    expect(notes).toEqual([
      expect.stringContaining(`is not compacted although it is longer than allowed: compaction of`),
    ]);
    expect(readFileSync(file, "utf8").split("\n")).toHaveLength(19);
    for (let at = 0; at < 30; at++) journal.append(halt);
    expect(notes.length).toBeGreaterThan(1);
    expect(notes.length).toBeLessThan(8);
  });

  it("returns the appended entry although the caller's onRetain throws", () => {
    const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => undefined);
    const onRetain = (): void => {
      throw new Error("of the caller's own");
    };
    const { journal, lines } = openTest(engine, { retain: { compactAboveBytes: 4_000 }, onRetain });
    for (let count = 1; count <= 30; count++) expect(journal.append(halt).seq).toBe(count);
    expect(lines().length).toBeLessThan(30);
    expect(warn).toHaveBeenCalledWith("onRetain: of the caller's own", { code: "LANE_JOURNAL_RETAIN" });
  });

  it("warns of a failure if nobody else would hear of it", () => {
    const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => undefined);
    const { journal, archive } = openRetaining(engine, { isNoted: false });
    writeFileSync(archive, "");
    for (let at = 0; at < 18; at++) journal.append(halt);
    expect(warn).toHaveBeenCalledTimes(1);
    expect(warn.mock.calls[0]?.[1]).toEqual({ code: "LANE_JOURNAL_RETAIN" });
    warn.mockRestore();
  });

  it("deletes the old file without an archive, and never reuses a number", () => {
    const { journal, file } = openRetaining(engine, { isArchived: false });
    const folder = path.dirname(file);
    for (let at = 0; at < 60; at++) expect(journal.append(halt).seq).toBe(at + 1);
    journal.close();
    expect(readdirSync(folder)).toEqual([path.basename(file)]);
    expect(statSync(file).size).toBeLessThanOrEqual(4_000);
  });

  it("removes what a killed compaction left beside it", () => {
    const { journal, file } = openRetaining(engine);
    journal.append(halt);
    const mark = createHash("sha256").update(path.basename(file)).digest("hex").slice(0, 16);
    const left = path.join(path.dirname(file), `.lane-compact-${mark}-${"a".repeat(32)}.tmp`);
    writeFileSync(left, "");
    const second = openJournal(file, { engine, retain: { compactAboveBytes: 4_000 } });
    for (let at = 0; at < 30; at++) second.append(halt);
    second.close();
    expect(existsSync(left)).toBe(false);
  });
});

describe("the option retain", () => {
  it.each([
    [{ retain: 5 }, "retain: expected an object with compactAboveBytes, found 5 (number)"],
    [{ retain: {} }, "retain.compactAboveBytes: expected a whole number of at least 1, found undefined (undefined)"],
    [{ retain: { compactAboveBytes: 0 } }, "retain.compactAboveBytes: expected a whole number of at least 1, found 0"],
    [{ retain: { compactAboveBytes: 1.5 } }, "retain.compactAboveBytes: expected a whole number of at least 1"],
    [{ retain: { compactAboveBytes: 1, archive: 5 } }, "retain.archive: expected a string or a file URL, found 5"],
    [{ retain: { compactAboveBytes: 1, archve: "x" } }, 'retain: unknown key "archve"; did you mean archive?'],
    [{ onRetain: 5 }, "onRetain: expected a function, found 5 (number)"],
  ])("%j is a TypeError", (options, message) => {
    const given: object = options;
    const error = thrownBy(() => openJournal("/nowhere/j.jsonl", given));
    expect(error).toBeInstanceOf(TypeError);
    expect(String(error)).toContain(message);
  });
});
