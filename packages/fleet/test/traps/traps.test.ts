// Checks that the planted faults can be planted and name tests that exist. `LANE_SOAK=1` plants each of them and checks
// that its test fails then.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { traps } from "./traps.js";

const root = fileURLToPath(new URL("../../../../", import.meta.url));

/** Returns the names of the tests that fail, of those that match the pattern, while the fault is planted. */
function runPlanted(index: number, suite: string, pattern: string): string[] {
  const folder = mkdtempSync(join(tmpdir(), "lane-trap-"));
  try {
    const report = join(folder, "report.json");
    const reporter = ["--reporter=json", `--outputFile=${report}`];
    const args = [
      "vitest",
      "run",
      "--config",
      "vitest.traps.config.ts",
      ...reporter,
      "--testTimeout",
      "60000",
      suite,
      "-t",
      pattern,
    ];
    spawnSync("npx", args, { cwd: root, env: { ...process.env, LANE_TRAP: String(index) }, timeout: 300_000 });
    const found: { testResults: { assertionResults: { title: string; status: string }[] }[] } = JSON.parse(
      readFileSync(report, "utf8"),
    );
    const results = found.testResults.flatMap(({ assertionResults }) => assertionResults);
    return results.filter(({ status }) => status === "failed").map(({ title }) => title);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describe.each(traps.map((trap, index) => ({ ...trap, index })))("$fault", ({ file, from, to, suite, test, index }) => {
  it("can be planted, and names a test", () => {
    const pieces = readFileSync(join(root, file), "utf8").split(from);
    expect(pieces, `${file}: ${from}`).toHaveLength(2);
    expect(to).not.toBe(from);
    expect(readFileSync(join(root, suite), "utf8")).toContain(JSON.stringify(test));
  });

  // Each runs a suite in a process of its own.
  if (process.env["LANE_SOAK"] !== "1") return;
  it("is found by that test", () => {
    const pattern = test.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&").replace("%s", ".*");
    expect(runPlanted(index, suite, pattern)).toContainEqual(expect.stringMatching(new RegExp(`^${pattern}$`)));
  });
});
