// Builds an addon and C++ unit tests with coverage counters, and reads which lines and branches all processes took in
// each file. Needs clang-14, libclang-rt-14-dev, llvm-14, cmake and ninja: clang counts branches of the source, without
// those that a compiler adds for exceptions.
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import path from "node:path";
import { buildTargets } from "../cmake.mjs";
import { builds, runNativeTests } from "../native.mjs";

const outputMax = 256 * 1024 * 1024;

/** Builds both and runs the unit tests. Returns the environment that makes the suites count too. */
export function buildInstrumented(root, env) {
  const addon = path.join(root, "build-coverage", "addon");
  const place = path.join(addon, "build", "Release");
  const counts = path.join(root, "build-coverage", "counts");
  const counting = { LLVM_PROFILE_FILE: path.join(counts, "%c%p.profraw"), LANE_JOURNAL_PREBUILD: addon };
  const { variables } = builds.branches;
  buildTargets({ root, folder: path.relative(root, place), variables, targets: ["lane_journal"], env });
  const { passed, failed } = runNativeTests(root, { ...env, ...counting }, "branches");
  if (passed === 0 || failed > 0) throw new Error(`the unit tests: expected all to pass, ${failed} failed`);
  const objects = [path.join(place, "lane_journal.node"), ...testBinaries(path.join(root, builds.branches.folder))];
  return { environment: counting, counts, objects };
}

/** Returns the paths of the unit tests, one for each instruction set. */
function testBinaries(folder) {
  const names = readdirSync(folder).filter((name) => name.startsWith("native-tests-"));
  return names.map((name) => path.join(folder, name));
}

/** Returns { file, lines, branches } for each source of the core and the scan. */
export function coverNative(root, { counts, objects }) {
  const raw = readdirSync(counts).map((name) => path.join(counts, name));
  const merged = path.join(root, "build-coverage", "merged.profdata");
  run("llvm-profdata-14", ["merge", "-sparse", ...raw, "-o", merged], process.env);
  const [addon, ...tests] = objects;
  const options = ["export", addon, ...tests.flatMap((test) => ["-object", test]), "-instr-profile", merged];
  const report = run("llvm-cov-14", options, process.env);
  const files = JSON.parse(report).data[0].files.map(({ filename, summary, branches }) => ({
    file: path.relative(root, filename),
    lines: { taken: summary.lines.covered, all: summary.lines.count },
    branches: countBranches(branches),
  }));
  return files.filter(({ file }) => /^native\/(core|scan)\//.test(file));
}

/** A branch has a place and two outcomes. Instances of a template, and the two binaries, count as one. */
function countBranches(branches) {
  const outcomes = new Map();
  for (const [line, column, , , whenTrue, whenFalse] of branches) {
    for (const [outcome, count] of [
      ["true", whenTrue],
      ["false", whenFalse],
    ]) {
      const key = `${line}:${column}:${outcome}`;
      outcomes.set(key, { line, outcome, count: (outcomes.get(key)?.count ?? 0) + count });
    }
  }
  return [...outcomes.values()];
}

function run(command, options, env) {
  const done = spawnSync(command, options, { env, encoding: "utf8", maxBuffer: outputMax });
  if (done.error !== undefined) throw new Error(`${command} does not start: ${done.error.message}`);
  if (done.status === 0) return done.stdout;
  throw new Error(
    `${command}: expected it to end well, found ${done.status ?? done.signal}: ${done.stdout}${done.stderr}`,
  );
}
