// Checks what a holder of the lock does about many files that killed processes left beside the journal, while others
// wait. The test counts calls, so that it does not depend on the speed of the machine.
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { leftoversMax } from "../../src/file/leftovers.js";
import { nameAside } from "../../src/lock/aside.js";
import { engines } from "../support/engines.js";
import { openTest, type TestJournal } from "./open.js";

const leftovers = 600;
const gone = { pid: 99_999_999, start: "1", host: "h", bootId: "b", machine: "m", namespace: "n" };
const entry = { op: "HALT", reason: "x".repeat(1024 * 1024) };

/** Leaves the files of killed lock calls, compactions and snapshots. */
function litter({ file, lockFile }: TestJournal, compaction: string): void {
  for (let i = 0; i < leftovers; i++) {
    writeFileSync(nameAside("new", gone, lockFile), "");
    writeFileSync(
      join(dirname(file), compaction.replace(/[0-9a-f]{32}(?=\.tmp$)/, i.toString(16).padStart(32, "0"))),
      "",
    );
    writeFileSync(join(dirname(file), `.journal.jsonl.snapshot.new-${i.toString(16).padStart(16, "0")}`), "");
  }
}

describe.each(engines)("a folder with many leftovers (%s)", (engine) => {
  /** Runs `work` and returns the names of the disk calls that were made while the lock was held. */
  function callsUnderLock(work: (test: TestJournal) => void): string[] {
    const test = openTest(engine, { snapshot: true });
    test.journal.append(entry);
    const { disk } = test;
    let compaction = "";
    const { rename, readdir, lstat, unlink } = disk;
    disk.rename = (from, to) => {
      if (from.includes(".lane-compact-")) compaction = from.slice(from.lastIndexOf("/") + 1);
      rename(from, to);
    };
    test.journal.compact();
    test.journal.append(entry);
    litter(test, compaction);
    const calls: string[] = [];
    const note = (call: string, path: string): void => {
      if (test.isLocked()) calls.push(call === "readdir" ? call : `${call} ${path}`);
    };
    disk.readdir = (folder) => {
      note("readdir", folder);
      return readdir(folder);
    };
    disk.lstat = (path) => {
      note("lstat", path);
      return lstat(path);
    };
    disk.unlink = (path) => {
      note("unlink", path);
      unlink(path);
    };
    work(test);
    return calls;
  }

  const ofLeftovers = (calls: string[]): string[] =>
    calls.filter((call) => /\.(?:lane-compact-|snapshot\.new-)|\.new-/.test(call));

  it.each<[string, (test: TestJournal) => void]>([
    ["an append that renews the snapshot", ({ journal }) => void journal.append(entry)],
    ["a compaction", ({ journal }) => void journal.compact()],
  ])("is not listed under the lock by %s, which looks at a bounded number of files", (_what, work) => {
    const calls = callsUnderLock(work);
    expect(calls).not.toContain("readdir");
    expect(calls.length).toBeGreaterThan(0);
    expect(ofLeftovers(calls).length).toBeLessThanOrEqual(4 * leftoversMax);
  });

  it("is cleared of the files of compactions by the next compactions", () => {
    callsUnderLock((test) => {
      const left = (): number =>
        readdirSync(dirname(test.file)).filter((name) => name.startsWith(".lane-compact-")).length;
      test.journal.compact();
      expect(left()).toBe(leftovers - leftoversMax);
      test.journal.compact();
      expect(left()).toBe(leftovers - 2 * leftoversMax);
      expect(existsSync(test.file)).toBe(true);
    });
  });
});
