// Measures coverage of both languages by the suites and the C++ unit tests, and prints one table (docs/coverage.md).
// Fails if a language is below its required branch coverage, or if a branch that is not taken has no recorded reason.
import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { buildInstrumented, coverNative } from "./coverage/native.mjs";
import { printTable, uncoveredWithoutReason } from "./coverage/report.mjs";
import { coverTypeScript } from "./coverage/typescript.mjs";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const branchesLeast = 95;

const suites = ["compact", "contract", "core", "differential", "damage", "engine/", "hostile", "journal", "leases"];
const more = ["lock", "snapshot", "vectors.test", "write"];

/** Small random counts and a fixed seed, so that two runs take the same branches. */
const environment = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(LANE_|DISPATCH_|JOB_)/.test(name))),
  LANE_REQUIRE_NATIVE: "1",
  LANE_SOAK_HISTORIES: "5000",
  LANE_TEST_JOURNALS: "2000",
  LANE_TEST_SEED: "748178609",
};

function runSuites(env) {
  const vitest = path.join(path.dirname(createRequire(import.meta.url).resolve("vitest/package.json")), "vitest.mjs");
  const filters = [...suites, ...more].map((name) => `test/${name}`);
  const options = ["run", "--config", "vitest.coverage.config.ts", "--coverage", "--silent=true", ...filters];
  const run = spawnSync(process.execPath, [vitest, ...options], {
    cwd: root,
    env,
    stdio: ["ignore", "inherit", "inherit"],
  });
  if (run.status !== 0)
    throw new Error(`the suites: expected all to pass, vitest ended with ${run.status ?? run.signal}`);
}

for (const folder of ["coverage/typescript", "build-coverage/counts"])
  rmSync(path.join(root, folder), { recursive: true, force: true });
mkdirSync(path.join(root, "build-coverage", "counts"), { recursive: true });
const built = buildInstrumented(root, environment);
runSuites({ ...environment, ...built.environment });
const languages = { TypeScript: coverTypeScript(root), "C++": coverNative(root, built) };
for (const [language, files] of Object.entries(languages)) {
  const percent = printTable(language, files);
  if (percent < branchesLeast) {
    console.log(`${language}: expected at least ${branchesLeast} % of the branches, found ${percent.toFixed(2)} %`);
    process.exitCode = 1;
  }
}
for (const { file, line, text } of uncoveredWithoutReason(root, Object.values(languages).flat())) {
  console.log(`not taken, and no reason given: ${file}:${line}: ${text}`);
}
