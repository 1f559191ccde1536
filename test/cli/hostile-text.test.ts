// Checks that no verb and no failure prints hostile text raw, from journals, locks, paths, variables and arguments.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Environment, type Outcome, pathOf, runCommand } from "./command.js";

/**
 * Clears the screen, rings the bell, returns to the line start, reverses the direction, ends the line and adds another.
 */
const hostile = "\u001b[2J\u0007\r\u009b1m\u007f\u202e\u2066\u200f\u2028\ufeff\nFORGED";

/** Characters that no output may contain: controls except LF, separators, and marks of direction. */
const unprintable = /(?!\n)[\p{Cc}\p{Cs}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/u;

function expectPrintable({ stdout, stderr }: Outcome): void {
  for (const text of [stdout, stderr]) {
    expect(text).not.toMatch(unprintable);
    // A line feed in a value must be escaped as well: it would begin a line that looks like one of ours.
    expect(text.split("\n").filter((line) => line.startsWith("FORGED"))).toEqual([]);
  }
}

const folder = pathOf(`folder${hostile}`);
mkdirSync(folder);
const journal = join(folder, "journal.jsonl");
const entry = { lane: hostile, loop_ts: hostile, ts: hostile, reason: hostile, holder: hostile, [hostile]: hostile };
const acquire = JSON.stringify({ ...entry, op: "ACQUIRE", seq: 1 });
const lock = `owner: a\u001b[2J\u009b\u202eb\nacquired_at: \u001b[3J2026\npid: 1\n`;

function place(): void {
  const raw = `${acquire}\n{damaged ${hostile.replace("\n", "")}\n${JSON.stringify({ ...entry, op: hostile })}\n`;
  writeFileSync(journal, raw);
  writeFileSync(join(folder, ".lane-lease.lock"), lock);
}

describe("a hostile journal in a hostile folder with a hostile lock", () => {
  it.each([
    [["replay"], 0],
    [["replay", "--json"], 0],
    [["tail", "--verbose"], 0],
    [["tail", "--json"], 0],
    [["seq", "--verbose"], 0],
    [["seq", "--json"], 0],
    [["verify"], 1],
    [["verify", "--json"], 1],
    [["lock"], undefined],
    [["lock", "--json"], undefined],
    [["doctor"], undefined],
    [["doctor", "--json"], undefined],
    [["unlock", "--force"], 0],
    [["unlock", "--force", "--json"], 0],
    [["compact", "--archive", join(folder, "old")], undefined],
    [["compact", "--json"], undefined],
  ])("lj %j", async (args, code) => {
    place();
    const outcome = await runCommand([...args, "--journal", journal]);
    expectPrintable(outcome);
    expect(outcome.stdout + outcome.stderr).not.toBe("");
    if (code !== undefined) expect(outcome.code).toBe(code);
    if (args.includes("--json") && outcome.stdout !== "") {
      for (const line of outcome.stdout.trim().split("\n")) expect(() => JSON.parse(line)).not.toThrow();
    }
  });

  it("--json keeps every value", async () => {
    place();
    const { stdout } = await runCommand(["replay", "--json", journal]);
    expect(JSON.parse(stdout)).toMatchObject([{ lane: hostile, loop_ts: hostile }]);
  });
});

describe("a failure that quotes", () => {
  const missing = join(folder, "missing.jsonl");
  const failures: [string, string[], Environment, number][] = [
    ["a verb", [hostile], {}, 2],
    ["an option", ["replay", `--${hostile}`], {}, 2],
    ["a value", ["replay", `--at=${hostile}`], {}, 2],
    ["a number", ["tail", `1${hostile}`], {}, 2],
    ["an engine", ["seq", "--engine", hostile], {}, 2],
    ["an argument too many", ["verify", "a", hostile], {}, 2],
    ["a word beside --version", ["--version", hostile], {}, 2],
    ["a missing journal", ["replay", missing], {}, 0],
    ["a journal that must exist", ["replay", "--must-exist", missing], {}, 3],
    ["a journal to measure", ["bench", missing], {}, 3],
    ["a folder", ["replay", folder], {}, 3],
    ["a variable's path", ["seq"], { JOB_LANE_JOURNAL_PATH: folder }, 3],
    ["a variable's engine", ["seq", journal], { LANE_JOURNAL_ENGINE: hostile }, 3],
    ["a folder of addons", ["seq", "--engine=native", journal], { LANE_JOURNAL_PREBUILD: folder }, 3],
    ["a folder as the lock", ["lock", journal], { DISPATCH_LANE_LEASE_LOCK_PATH: folder }, 3],
    ["an archive that is a file", ["compact", "--archive", journal, journal], {}, 3],
    ["a workspace", ["seq"], { DISPATCH_WORKSPACE: folder }, 3],
  ];

  it.each(failures)("%s", async (_, args, environment, code) => {
    place();
    writeFileSync(join(folder, "dos.toml"), `[paths]\nlane_journal = "\u001b[2J\u009b`);
    const outcome = await runCommand(args, environment);
    expectPrintable(outcome);
    expect(outcome.code).toBe(code);
    expect(outcome.stderr).toMatch(/^lj: /);
  });

  it("nothing, as --version does, is safe too", async () => {
    const outcome = await runCommand(["--version"], { LANE_JOURNAL_PREBUILD: folder });
    expectPrintable(outcome);
    expect(outcome.code).toBe(0);
  });
});
