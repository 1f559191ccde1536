// `npm run test:asan` or `test:tsan`, with vitest's filters or `--short` -> the addon built with sanitizers, and
// the suites that reach it run in Node on that addon. Exit code 1 if a test fails or a sanitizer speaks up.
//   address  addresses, undefined behaviour and, in a run of its own, leaks        thread  data races
// The build is in build-asan/ or build-tsan/, apart from all others.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { buildTargets } from "./cmake.mjs";
import { runNativeTests } from "./native.mjs";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");

const kinds = {
  address: {
    folder: "build-asan",
    sanitizers: "address,undefined",
    libraries: ["libasan.so", "libubsan.so"],
    short: ["test/contract/fold", "test/contract/lines", "test/contract/reading", "test/contract/tail"].concat([
      "test/contract/shrinking",
      "test/vectors",
      "test/read/snapshot/state",
    ]),
    // What a test leaves out, and why it cannot be run like this, stands in docs/testing.md.
    long: ["test/contract", "test/hostile", "test/vectors", "test/read", "test/differential"].concat([
      "test/fuzz",
      "test/journal",
      "test/leases",
      "test/compact",
      "test/file",
      "test/write",
      "test/cli",
    ]),
  },
  thread: {
    folder: "build-tsan",
    sanitizers: "thread",
    libraries: ["libtsan.so"],
    short: ["test/hostile/workers"],
    long: ["test/differential/threads", "test/differential/pieces", "test/hostile/workers", "test/contract/fold"],
  },
};

/** Tests whose subject a sanitizer changes; docs/testing.md tells how. */
const leftOut = {
  address: [
    "is not read as empty when no more files can be opened",
    "is a sentinel between sound lines, and is read in less than half its size of memory",
  ],
  thread: [],
};

function run(command, given, options) {
  const child = spawnSync(command, given, { cwd: root, stdio: ["ignore", "inherit", "inherit"], ...options });
  if (child.error !== undefined) throw child.error;
  return child.status ?? 1;
}

/** Builds the addon below `folder`, where the loader looks for it. */
function buildAddon({ folder, sanitizers }) {
  const variables = { CMAKE_BUILD_TYPE: "None", CMAKE_CXX_FLAGS: "-O1", LANE_SANITIZE: sanitizers };
  buildTargets({ root, folder: path.join(folder, "build", "Release"), variables, targets: ["lane_journal"] });
}

function findLibrary(name) {
  const found = spawnSync("g++", [`-print-file-name=${name}`], { encoding: "utf8" }).stdout.trim();
  if (path.isAbsolute(found) && existsSync(found)) return found;
  throw new Error(`expected g++ to have ${name}, found "${found}"`);
}

/**
 * The sanitizer is preloaded, as Node itself was built without it, and so gets into every child. What it has to say
 * goes into files, whatever becomes of a child's stderr; leaks are looked for only where asked, as Python and the shell
 * leak too.
 */
function environment({ folder, libraries }, reports, leaks) {
  const common = `log_path=${path.join(reports, "report")}:handle_segv=1`;
  const kept = Object.entries(process.env).filter(([name]) => !/^(LANE_(?!TEST_)|DISPATCH_|JOB_)/.test(name));
  return {
    ...Object.fromEntries(kept),
    LANE_REQUIRE_NATIVE: "1",
    LANE_JOURNAL_PREBUILD: path.join(root, folder),
    LD_PRELOAD: libraries.map(findLibrary).join(":"),
    ASAN_OPTIONS: `${common}:detect_leaks=${leaks ? 1 : 0}:detect_odr_violation=0`,
    UBSAN_OPTIONS: "print_stacktrace=1:halt_on_error=1",
    TSAN_OPTIONS: `${common}:exitcode=0`,
  };
}

/** Prints what sanitizers wrote; true if it is nothing. */
function isQuiet(name, reports) {
  const texts = readdirSync(reports).map((file) => readFileSync(path.join(reports, file), "utf8"));
  const ours = name === "thread" ? texts.flatMap((text) => text.split(/^={18}$/m)).filter(isOurRace) : texts;
  for (const text of ours) console.log(text.slice(0, 20_000));
  return ours.length === 0;
}

/**
 * Node and the test runner were built without the thread sanitizer, which therefore calls their locks races, also when
 * the addon has called them. So of its reports those count in which the addon itself has read, written or locked: the
 * innermost frame of a stack that is none of the sanitizer's own.
 */
function isOurRace(report) {
  const stacks = report.split(/\n\s*\n/).filter((stack) => !/^\s*(Thread|Location|Mutex)/.test(stack));
  return stacks.some((stack) => {
    const frames = stack.split("\n").filter((line) => /^\s*#\d+ /.test(line));
    return frames.find((frame) => !frame.includes("libtsan"))?.includes("lane_journal") === true;
  });
}

/** Vitest's pattern for the names of all tests but these. */
function patternWithout(names) {
  return names.length === 0 ? [] : ["--testNamePattern", `^(?!.*(${names.join("|")}))`];
}

function runSuites(name, reports, filters) {
  const kind = kinds[name];
  const vitest = path.join(path.dirname(createRequire(import.meta.url).resolve("vitest/package.json")), "vitest.mjs");
  const options = ["--testTimeout=600000", "--hookTimeout=600000", ...patternWithout(leftOut[name])];
  return run(process.execPath, [vitest, "run", ...options, ...filters], { env: environment(kind, reports, false) });
}

function runLeaks(kind, reports) {
  return run(process.execPath, ["scripts/leaks.mjs"], { env: environment(kind, reports, true) });
}

async function main([name, ...given]) {
  const kind = kinds[name];
  if (kind === undefined) throw new TypeError(`expected one of ${Object.keys(kinds)}, found "${name}"`);
  const asked = given.filter((filter) => filter !== "--short");
  const filters = asked.length > 0 ? asked : given.includes("--short") ? kind.short : kind.long;
  buildAddon(kind);
  const reports = path.join(root, kind.folder, "reports");
  rmSync(reports, { recursive: true, force: true });
  mkdirSync(reports, { recursive: true });
  const suites = runSuites(name, reports, filters);
  const leaks = name === "address" ? runLeaks(kind, reports) : 0;
  const unit = name === "thread" ? runNativeTests(root, process.env, "thread") : { passed: 1, failed: 0 };
  const quiet = isQuiet(name, reports);
  const good = suites === 0 && leaks === 0 && unit.failed === 0 && unit.passed > 0 && quiet;
  console.log(`sanitizers (${name}): suites ended with ${suites}; ${quiet ? "no report" : "REPORTS ABOVE"}`);
  return good ? 0 : 1;
}

process.exitCode = await main(process.argv.slice(2));
