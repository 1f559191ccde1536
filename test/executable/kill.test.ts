// Kills the executable at every call by which it writes a snapshot, and checks that the snapshot is the old one or the
// new one.

import { execFileSync, spawnSync } from "node:child_process";
import {
  appendFileSync,
  chownSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeFolder, removeFolders } from "../generate/place.js";
import { executable, runProgram } from "./executable.js";

const folder = makeFolder("executable-kill");
afterAll(removeFolders);

const shim = join(folder, "kill-at.so");
const journal = join(folder, "journal.jsonl");
const snapshot = join(folder, ".journal.jsonl.snapshot");

const acquire = (at: number): string =>
  `{"op": "ACQUIRE", "lane": "l${at % 7}", "loop_ts": "T", "seq": ${at + 1}, "filler": "${"x".repeat(100)}"}\n`;
/** More than the mebibyte by which a journal grows until its next snapshot. */
const entryCount = 8_000;
const linesFrom = (first: number): string =>
  Array.from({ length: entryCount }, (_, at) => acquire(first + at)).join("");

function readSnapshot(): string {
  return existsSync(snapshot) ? readFileSync(snapshot, "latin1") : "none";
}

function seq(environment: { [name: string]: string } = {}) {
  return spawnSync(executable, ["seq", journal], { encoding: "utf8", env: { ...environment } });
}

const temporaryFiles = (): string[] => readdirSync(folder).filter((name) => name.includes(".snapshot.new-"));

function restore(content: string): void {
  for (const name of temporaryFiles()) rmSync(join(folder, name));
  if (content === "none") rmSync(snapshot, { force: true });
  else writeFileSync(snapshot, content, "latin1");
}

/** Runs the executable once for each of its calls and kills it there. Returns the number of kills. */
function killAtEachCall({ halfway, before }: { halfway: boolean; before: string }): number {
  const expected = `${readFileSync(journal, "latin1").split("\n").length - 1}\n`;
  restore(before);
  expect(seq()).toMatchObject({ stdout: expected, status: 0 });
  const complete = readSnapshot();
  expect(complete).not.toBe(before);
  for (let call = 1; ; call++) {
    restore(before);
    const killed = seq({ LD_PRELOAD: shim, KILL_AT: String(call), ...(halfway ? { KILL_HALFWAY: "1" } : {}) });
    expect([before, complete], `call ${call}`).toContain(readSnapshot());
    expect(seq(), `call ${call}`).toMatchObject({ stdout: expected, stderr: "", status: 0 });
    expect(readSnapshot() === complete, `call ${call}`).toBe(true);
    if (killed.signal === null) return call - 1;
    expect(killed.signal).toBe("SIGKILL");
  }
}

beforeAll(() => {
  const source = fileURLToPath(new URL("kill-at.c", import.meta.url));
  execFileSync("cc", ["-O1", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-o", shim, source, "-ldl"]);
});

describe.each([false, true])("killed at any call, in the middle of a write: %s, the executable leaves", (halfway) => {
  it("no snapshot or the whole first one", () => {
    writeFileSync(journal, linesFrom(0));
    // Opening, writing, changing the mode, renaming and closing are at least five calls.
    expect(killAtEachCall({ halfway, before: "none" })).toBeGreaterThanOrEqual(5);
  });

  it("the whole old snapshot or the whole new one, also of a journal of another user", () => {
    writeFileSync(journal, linesFrom(0));
    if (process.getuid?.() === 0) chownSync(journal, 12_345, 12_345);
    restore("none");
    seq();
    const before = readSnapshot();
    appendFileSync(journal, linesFrom(entryCount));
    expect(killAtEachCall({ halfway, before })).toBeGreaterThanOrEqual(5);
  });
});

it("temporary files that killed processes left behind are replaced once they are a minute old", () => {
  writeFileSync(journal, linesFrom(0));
  restore("none");
  for (let number = 0; number < 8; number++) {
    const left = `${snapshot}.new-${number}`;
    writeFileSync(left, "half");
    const whenSeconds = Date.now() / 1000 - 120;
    utimesSync(left, whenSeconds, whenSeconds);
  }
  expect(runProgram([executable, "seq", journal]).stdout).toBe(`${entryCount}\n`);
  expect(readSnapshot()).not.toBe("none");
  expect(temporaryFiles()).toHaveLength(7);
});
