// Checks that `lj tail --follow` prints the lines of a journal as they are appended, across compactions and
// replacements, until it is interrupted.
import { type ChildProcess, spawn } from "node:child_process";
import { appendFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { append, compactJournal, formatLine } from "../../../src/index.js";
import { builtFile } from "../../support/built.js";

const command = fileURLToPath(builtFile("package/lj.js"));

let folder: string;
let journal: string;
let child: ChildProcess;
let text: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lane-follow-"));
  journal = join(folder, "journal.jsonl");
  text = "";
});

afterEach(async () => {
  const ended = new Promise((resolve) => child.on("close", resolve));
  child.kill("SIGINT");
  expect(await ended).toBe(130);
  rmSync(folder, { recursive: true, force: true });
});

const line = (seq: number): string => formatLine({ op: "HALT", seq, ts: "2026-01-01T00:00:00Z" });

function start(...args: string[]): void {
  child = spawn(process.execPath, [command, "tail", "--json", ...args, "--journal", journal]);
  child.stdout?.on("data", (piece) => {
    text += String(piece);
  });
}

/** Returns the numbers of all lines once there are this many. */
async function seen(count: number): Promise<unknown[]> {
  while (text.split("\n").length <= count) await new Promise((resolve) => setTimeout(resolve, 10));
  return text
    .trim()
    .split("\n")
    .map((entry): unknown => JSON.parse(entry).seq);
}

test.each(["-f", "--follow"])(
  "lj tail 1 %s --json prints the last entry and every later one, across a compaction",
  async (flag) => {
    for (let count = 0; count < 3; count++) append({ op: "HALT" }, journal);
    start("1", flag);
    await seen(1);
    append({ op: "HALT" }, journal);
    compactJournal(journal);
    append({ op: "HALT" }, journal);
    expect(await seen(3)).toEqual([3, 4, 5]);
  },
  30_000,
);

test("lower numbers are shown after a replacement and after one line with a huge number", async () => {
  writeFileSync(journal, line(41) + line(42));
  start("-f");
  expect(await seen(2)).toEqual([41, 42]);
  writeFileSync(`${journal}.new`, line(1) + line(2));
  renameSync(`${journal}.new`, journal);
  expect(await seen(4)).toEqual([41, 42, 1, 2]);
  appendFileSync(journal, line(Number.MAX_SAFE_INTEGER) + line(3) + line(3));
  expect((await seen(7)).slice(4)).toEqual([Number.MAX_SAFE_INTEGER, 3, 3]);
}, 30_000);

test.each([
  ["2", [9, 7]],
  ["0", [5, 9, 7]],
])(
  "lj tail %s -f begins with the requested number of entries, whatever lines are between them",
  async (n, expected) => {
    writeFileSync(journal, `\n${line(5)}[1]\n\n[2]\n${line(9)}\n[3]\n\n\n${line(7)}\n\n[4]\n{"torn`);
    start(n, "-f");
    expect(await seen(expected.length)).toEqual(expected);
    appendFileSync(journal, `\n${line(1)}`);
    const later = (await seen(expected.length + 2)).slice(expected.length);
    expect(later).toEqual([undefined, 1]);
    expect(text).toContain('"_line": 14');
  },
  30_000,
);
