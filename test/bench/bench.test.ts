// Checks that `lj bench` from dist measures every available way on a small journal, all with the same leases, and
// writes its files.
import { execFile } from "node:child_process";
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, describe, expect, it } from "vitest";
import { writeJournal } from "../../src/bench/journal.js";
import { builtFile } from "../support/built.js";

const folder = mkdtempSync(join(tmpdir(), "lane-journal-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const main = fileURLToPath(builtFile("package/lj.js"));
const environment = { PATH: process.env["PATH"] ?? "", TMPDIR: folder };
const run = (...args: string[]) =>
  promisify(execFile)(process.execPath, [main, "bench", ...args], { env: environment });

interface Way {
  name: string;
  group: string;
  leases: string;
  seconds: number[];
}

function readFigures(path: string): { live: number; ways: Way[]; absent: { name: string; reason: string }[] } {
  return JSON.parse(readFileSync(path, "utf8"));
}

describe("lj bench", () => {
  it("measures every available way, all with the same leases, and writes figures and a report", async () => {
    const json = join(folder, "figures.json");
    const report = join(folder, "report");
    const { stdout } = await run("--entries", "2000", "--rounds", "1", "--json", json, "--report", report);
    const { ways, live } = readFigures(json);
    const answering = ways.filter(({ group }) => group === "ours" || group === "peer");
    expect(answering.filter(({ leases }) => leases !== "ours" && leases !== "equal")).toEqual([]);
    expect(ways.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        "native replay, 1 thread",
        "native scan, 1 thread",
        "executable, 1 thread",
        "TypeScript replay",
        "plain Node loop",
      ]),
    );
    expect(ways.filter(({ seconds }) => seconds.length !== 1)).toEqual([]);
    expect(live).toBeGreaterThanOrEqual(20);
    expect(stdout).toContain("native replay, 1 thread");
    expect(readFileSync(join(report, "report.md"), "utf8")).toContain("| TypeScript replay |");
    expect(readFileSync(join(report, "chart.svg"), "utf8")).toMatch(/^<svg .*<\/svg>\n$/s);
  });

  it("says why a way cannot read a damaged journal, and leaves that journal alone", async () => {
    const journal = join(folder, "damaged.jsonl");
    writeJournal(journal, { entries: 500 });
    appendFileSync(journal, 'half a line\n{"op": "HALT"}\n');
    const before = readFileSync(journal);
    const json = join(folder, "damaged.json");
    await run("--journal", journal, "--rounds", "1", "--json", json);
    const { ways, absent } = readFigures(json);
    expect(ways.map(({ name }) => name)).not.toContain("plain Node loop");
    expect(absent.find(({ name }) => name === "plain Node loop")?.reason).toContain("SyntaxError");
    expect(ways.find(({ name }) => name === "TypeScript replay")?.leases).toBe("equal");
    expect(readFileSync(journal).equals(before)).toBe(true);
  });

  it.each([
    [["--entries", "none"], "--entries: expected a whole number of at least 1"],
    [["--rounds", "0"], "--rounds: expected a whole number of at least 1"],
    [["--entries", "1", "--journal", "a.jsonl"], "expected one of --journal, --entries, found --journal and --entries"],
    [["--json"], "--json: expected a value (FILE), found nothing"],
  ])("%j is rejected as wrong usage", async (args, complaint) => {
    await expect(run(...args)).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining(complaint) });
  });
});
