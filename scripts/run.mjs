// Runs all suites; with `--native` only the C++ unit tests, with filters only the matching suites of vitest. The last
// line is `N passed, N failed`, and the exit code agrees with it.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { runNativeTests } from "./native.mjs";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");

/** The children's environment: nothing in it names a journal or an engine, and a missing native engine is a failure. */
function strictEnvironment() {
  const kept = Object.entries(process.env).filter(([name]) => !/^(LANE_(?!TEST_|SOAK)|DISPATCH_|JOB_)/.test(name));
  return { ...Object.fromEntries(kept), LANE_REQUIRE_NATIVE: "1" };
}

/** Returns vitest's counts. A file that does not load, an unhandled error and an empty run count as failures too. */
function runVitest(env) {
  const folder = mkdtempSync(path.join(tmpdir(), "lane-journal-run-"));
  const report = path.join(folder, "report.json");
  const vitest = path.join(path.dirname(createRequire(import.meta.url).resolve("vitest/package.json")), "vitest.mjs");
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  const run = spawnSync(process.execPath, [vitest, "run", ...reporters, ...process.argv.slice(2)], {
    cwd: root,
    env,
    stdio: ["ignore", "inherit", "inherit"],
  });
  try {
    return countTests(JSON.parse(readFileSync(report, "utf8")), run.status === 0);
  } catch (error) {
    console.error(`scripts/run.mjs: vitest ended with ${run.status ?? run.signal} and left no report: ${error}`);
    return { passed: 0, failed: 1 };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function countTests(report, exitedWell) {
  const unloaded = report.testResults.filter((file) => file.status === "failed" && file.assertionResults.length === 0);
  const failed = report.numFailedTests + unloaded.length;
  const skipped = report.numPendingTests + report.numTodoTests;
  if (skipped > 0) console.log(`${skipped} skipped`);
  return { passed: report.numPassedTests, failed: failed === 0 && !exitedWell ? 1 : failed };
}

const env = strictEnvironment();
const nativeOnly = process.argv.includes("--native");
const isFiltered = process.argv.slice(2).some((argument) => !argument.startsWith("-"));
const suites = [];
if (!nativeOnly) suites.push(runVitest(env));
if (!isFiltered) suites.push(runNativeTests(root, env));
const passed = suites.reduce((sum, suite) => sum + suite.passed, 0);
const failed = suites.reduce((sum, suite) => sum + suite.failed + (suite.passed + suite.failed === 0 ? 1 : 0), 0);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
