// Runs `lj prune` and the options of `lj compact` that bound a journal, as a timer does (docs/cli.md).
import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { formatArchiveName } from "../../src/file/archive-name.js";
import { journalNowIso, replay } from "../../src/index.js";
import { acquire, temporaryFolder, writeLines } from "../contract/journals.js";
import { engines } from "../support/engines.js";
import { runCommand } from "./command.js";

const dayMs = 86_400_000;

/** Archives of one journal, the oldest first, `ages` days old. Each but the first continues the one before it. */
function makeArchives(ages: readonly number[], journal = "j.jsonl", folder = temporaryFolder()) {
  const names = ages.map((age, at) => {
    const then = new Date(Date.now() - age * dayMs);
    const stamp = journalNowIso(then);
    const name = formatArchiveName(journal, at * 2 + 3, then, "b2c3d");
    const line = (n: number): string => `${JSON.stringify({ op: "HALT", seq: at * 2 + n, ts: stamp })}\n`;
    const checkpoint = { op: "CHECKPOINT", leases: [], seq_watermark: at * 2 };
    writeFileSync(join(folder, name), `${at === 0 ? "" : `${JSON.stringify(checkpoint)}\n`}${line(1)}${line(2)}`);
    return name;
  });
  return { folder, names };
}

describe("lj prune", () => {
  it("removes the archives that are older than --keep, and says what they held", async () => {
    const { folder, names } = makeArchives([40, 31, 29, 1]);
    const { stdout, stderr, code } = await runCommand(["prune", folder, "--keep", "30d"]);
    expect([stderr, code]).toEqual(["", 0]);
    expect(readdirSync(folder)).toEqual(names.slice(2));
    const [first, second, sum] = stdout.split("\n");
    expect(first).toMatch(
      new RegExp(`^${join(folder, names[0] ?? "")}: \\d+ B, 40 d old, #1 \\(.*Z\\) to #2 \\(.*Z\\)$`),
    );
    expect(second).toContain("31 d old, #3 (");
    expect(sum).toMatch(/^removed 2 of 4 archives, \d+ B; 2 archives \(\d+ B\) remain; no history up to .*Z remains$/);
  });

  it("removes the oldest until the others fit into --max-size", async () => {
    const { folder, names } = makeArchives([4, 3, 2]);
    const { size } = statSync(join(folder, names[1] ?? ""));
    const { code } = await runCommand(["prune", folder, "--max-size", String(size * 2 + 1)]);
    expect([code, readdirSync(folder)]).toEqual([0, names.slice(1)]);
    await runCommand(["prune", folder, "--max-size", "1"]);
    expect(readdirSync(folder)).toEqual([]);
  });

  it("with both options removes what either does", async () => {
    const { folder, names } = makeArchives([40, 3, 2]);
    const { size } = statSync(join(folder, names[1] ?? ""));
    await runCommand(["prune", folder, "--keep", "30d", "--max-size", String(size)]);
    expect(readdirSync(folder)).toEqual(names.slice(2));
  });

  it("leaves no gap in a journal's history although a clock went back", async () => {
    // The second archive claims to be older than the first, and than --keep.
    const { folder, names } = makeArchives([20, 40, 10]);
    const { stdout } = await runCommand(["prune", folder, "--keep", "30d"]);
    expect(stdout).toContain("nothing to remove, 3 archives");
    expect(readdirSync(folder)).toEqual(names);
  });

  it("removes the archives of a journal that was begun again after those of the older one", async () => {
    const { folder, names } = makeArchives([90, 80, 70]);
    const again = makeArchives([20, 10], "j.jsonl", folder);
    const bytes = again.names.reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
    await runCommand(["prune", folder, "--max-size", String(bytes)]);
    expect(readdirSync(folder)).toEqual(again.names);
    expect(names.some((name) => again.names.includes(name))).toBe(false);
  });

  it("with --dry-run changes nothing and prints the same", async () => {
    const { folder, names } = makeArchives([40, 1]);
    const { stdout, code } = await runCommand(["prune", folder, "--keep", "30d", "--dry-run", "--json"]);
    const printed: unknown = JSON.parse(stdout);
    const path = join(folder, names[0] ?? "");
    expect(printed).toMatchObject({
      dryRun: true,
      kept: 1,
      path: folder,
      removed: [{ path, firstSeq: 1, lastSeq: 2 }],
    });
    expect([code, readdirSync(folder)]).toEqual([0, names]);
  });

  it("leaves everything alone that no compaction named, and says so", async () => {
    const { folder, names } = makeArchives([40]);
    writeFileSync(join(folder, "j.jsonl"), "");
    mkdirSync(join(folder, "j.n0000000000000001-20200101T000000Z-0a1b2c3d.jsonl"));
    symlinkSync("nowhere", join(folder, "j.n0000000000000002-20200101T000000Z-0a1b2c3d.jsonl"));
    const { stdout, stderr } = await runCommand(["prune", folder, "--keep", "30d"]);
    expect(stdout).toContain(names[0]);
    expect(stderr).toBe(`lj: 3 other files in ${folder} are left alone: no compaction named them\n`);
    expect(readdirSync(folder)).toHaveLength(3);
  });

  it("removes an archive that cannot be read, and says that what it held is not known", async () => {
    const { folder, names } = makeArchives([40]);
    writeFileSync(join(folder, names[0] ?? ""), "\u0000\u0000");
    const { stdout, code } = await runCommand(["prune", folder, "--keep", "30d"]);
    expect(stdout).toContain("unnumbered (no time) to unnumbered (no time)");
    expect([code, readdirSync(folder)]).toEqual([0, []]);
  });

  it.each([
    [["prune"], "prune: expected DIR"],
    [["prune", "old"], "prune: expected --keep or --max-size, found neither"],
    [["prune", "old", "--keep", "30"], '--keep: expected a duration such as 30d, 12h, 90m or 2w, found "30"'],
    [["prune", "old", "--max-size", "0"], '--max-size: expected a size such as 64MB, 64MiB or 64000000, found "0"'],
  ])("lj %j is wrong usage", async (args, complaint) => {
    const { stderr, code } = await runCommand(args);
    expect(stderr).toContain(complaint);
    expect(code).toBe(2);
  });

  it("of a folder that does not exist exits with 3", async () => {
    const { stderr, code } = await runCommand(["prune", join(temporaryFolder(), "none"), "--keep", "1d"]);
    expect(stderr).toContain("ENOENT");
    expect(code).toBe(3);
  });
});

describe.each(engines)("lj compact --engine %s", (engine) => {
  const long = (): string => writeLines(acquire("a"), ...Array.from({ length: 50 }, (_, seq) => ({ op: "HALT", seq })));
  const run = (journal: string, ...args: string[]) => runCommand(["compact", journal, "--engine", engine, ...args]);

  it("with --above does nothing to a shorter journal, and says so with exit code 0", async () => {
    const journal = long();
    const before = readFileSync(journal);
    const { stdout, stderr, code } = await run(journal, "--above", "1MB", "--archive", join(journal, "..", "old"));
    const size = before.length > 999 ? `${(before.length / 1000).toFixed(1)} kB` : `${before.length} B`;
    expect([stdout, stderr, code]).toEqual([`${journal}: ${size} is not above 1.0 MB: nothing to do\n`, "", 0]);
    expect(readFileSync(journal)).toEqual(before);
  });

  it("with --above leaves a long journal of live leases alone", async () => {
    const journal = writeLines(...Array.from({ length: 50 }, (_, at) => acquire(`lane-${at}`)));
    const { stdout, code } = await run(journal, "--above", "100", "--json");
    expect(JSON.parse(stdout)).toMatchObject({ entriesAfter: 0, skipped: expect.stringContaining("50 live leases") });
    expect([code, replay(journal).length]).toEqual([0, 50]);
  });

  it("with --above compacts a long journal of history", async () => {
    const journal = long();
    const archive = join(journal, "..", "old");
    const { stdout, code } = await run(journal, "--above", "1000B", "--archive", archive, "--json");
    expect(JSON.parse(stdout)).toMatchObject({ entriesBefore: 51, entriesAfter: 1, skipped: null });
    expect([code, readdirSync(archive).length]).toEqual([0, 1]);
  });

  it("with --dry-run says what would go, and changes nothing", async () => {
    const journal = writeLines(
      { ...acquire("a"), seq: 4, ts: "2026-06-01T14:00:00Z" },
      { op: "HALT", seq: 5, ts: "2026-06-01T14:01:00Z" },
      { op: "HALT", seq: 6 },
    );
    const before = readFileSync(journal);
    const { stdout, code } = await run(journal, "--dry-run", "--archive", join(journal, "..", "old"));
    expect(stdout).toContain("kept   1 live leases, 0 damaged lines");
    expect(stdout).toContain("goes   HALT 2, ACQUIRE 1; of all entries the seq and ts\n");
    expect(stdout).toContain("#4 (2026-06-01T14:00:00Z) to #6 (2026-06-01T14:01:00Z)\n");
    expect(stdout).toContain("nothing was changed (--dry-run)\n");
    expect([code, readFileSync(journal)]).toEqual([0, before]);
    expect(readdirSync(join(journal, ".."))).toHaveLength(1);
    const json: unknown = JSON.parse((await run(journal, "--dry-run", "--json")).stdout);
    expect(json).toMatchObject({ prospect: { lost: { HALT: 2, ACQUIRE: 1 } }, span: { firstSeq: 4, lastSeq: 6 } });
  });
});
