// Runs `lj compact` as a user does and checks the journal, the output and the exit codes (docs/cli.md).
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { runCommand } from "../cli/command.js";
import { about, acquire, brokenLine, temporaryFolder, writeLines } from "../contract/journals.js";
import { engines } from "../support/engines.js";
import { linesOf } from "./compacting.js";

const lockName = ".lane-lease.lock";

function history(): string {
  return writeLines(acquire("a"), brokenLine, acquire("b"), about("RELEASE", "a"));
}

describe.each(engines)("lj compact --engine %s", (engine) => {
  it("rewrites the journal, prints what that saved, and releases the lock", async () => {
    const journal = history();
    const before = statSync(journal).size;
    const { stdout, stderr, code } = await runCommand(["compact", "--journal", journal, "--engine", engine]);
    const saved = before - statSync(journal).size;
    expect(stdout).toBe(`${journal}: 4 entries before, 2 after, ${saved} bytes less\n`);
    expect([stderr, code]).toEqual(["", 0]);
    expect(linesOf(journal)).toHaveLength(2);
    expect(existsSync(path.join(path.dirname(journal), lockName))).toBe(false);
  });

  it("keeps the old file with --archive, and prints its path with --json", async () => {
    const journal = history();
    const before = readFileSync(journal);
    const archive = path.join(path.dirname(journal), "old");
    const args = ["compact", "--journal", journal, "--engine", engine, "--archive", archive, "--json"];
    const { stdout, code } = await runCommand(args);
    expect(code).toBe(0);
    const [name = ""] = readdirSync(archive);
    const archived = path.join(archive, name);
    const bytesReclaimed = before.length - statSync(journal).size;
    const counts = { bytesReclaimed, entriesAfter: 2, entriesBefore: 4 };
    expect(JSON.parse(stdout)).toEqual({ archived, ...counts, exists: true, path: journal, skipped: null });
    expect(readFileSync(archived)).toEqual(before);
  });
});

describe("lj compact", () => {
  it("on a missing journal creates nothing", async () => {
    const journal = path.join(temporaryFolder(), "none.jsonl");
    const { stdout, code } = await runCommand(["compact", "--journal", journal, "--json"]);
    const nothing = { archived: null, bytesReclaimed: 0, entriesAfter: 0, entriesBefore: 0 };
    expect([JSON.parse(stdout), code]).toEqual([{ ...nothing, exists: false, path: journal, skipped: null }, 0]);
    expect(existsSync(journal)).toBe(false);
  });

  it("exits with 3 while another holds the lock, names the holder, and leaves the journal alone", async () => {
    const journal = history();
    const before = readFileSync(journal);
    const stamp = new Date().toISOString().replace(/\.\d+Z$/, "Z");
    const lock = path.join(path.dirname(journal), lockName);
    writeFileSync(lock, `owner: somebody\nacquired_at: ${stamp}\npid: ${process.pid}\n`);
    const { stdout, stderr, code } = await runCommand(["compact", "--journal", journal]);
    expect([stdout, code]).toEqual(["", 3]);
    expect(stderr).toContain("somebody");
    expect(readFileSync(journal)).toEqual(before);
  });

  it("exits with 3 and one line with the reason if it fails, and leaves no lock behind", async () => {
    const journal = history();
    const before = readFileSync(journal);
    const archive = path.join(path.dirname(journal), "file");
    writeFileSync(archive, "");
    const { stderr, code } = await runCommand(["compact", "--journal", journal, "--archive", archive]);
    expect(code).toBe(3);
    expect(stderr).toMatch(
      /^lj: compaction of the journal .*archive folder .* cannot be used.*the journal is as it was\n$/,
    );
    expect(readFileSync(journal)).toEqual(before);
    expect(existsSync(path.join(path.dirname(journal), lockName))).toBe(false);
  });

  it.each([[["--archive", ""]], [["extra"]], [["--force"]]])("rejects %j as wrong usage", async (args) => {
    const journal = history();
    const { code } = await runCommand(["compact", "--journal", journal, ...args]);
    expect(code).toBe(2);
    expect(linesOf(journal)).toHaveLength(4);
  });

  it("on a folder exits with 3", async () => {
    const journal = path.join(temporaryFolder(), "journal.jsonl");
    mkdirSync(journal);
    expect((await runCommand(["compact", "--journal", journal])).code).toBe(3);
  });
});
