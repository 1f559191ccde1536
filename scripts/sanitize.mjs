// `npm run test:asan` and `npm run test:tsan`: build the addon and the executable with sanitizers and run the suites
// that use them.
// They accept vitest's filters or `--short`. The exit code is 1 if a test fails or a sanitizer reports something.
// `test:asan` looks for invalid addresses, undefined behaviour and, in a separate run, leaks; `test:tsan` for data
// races. The builds are in build-asan/ and build-tsan/, separate from all others.
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
    // docs/testing.md says what each test omits, and why that cannot be run under a sanitizer.
    long: ["test/contract", "test/hostile", "test/vectors", "test/read", "test/differential"].concat([
      "test/fuzz",
      "test/journal",
      "test/leases",
      "test/compact",
      "test/file",
      "test/write",
      "test/cli",
      "test/executable/command",
      "test/executable/journals",
      "test/executable/lock",
    ]),
  },
  thread: {
    folder: "build-tsan",
    sanitizers: "thread",
    libraries: ["libtsan.so"],
    short: ["test/hostile/workers"],
    long: [
      "test/differential/threads",
      "test/differential/pieces",
      "test/hostile/workers",
      "test/contract/fold",
    ].concat(["test/executable/command"]),
  },
};

/** Tests of something that a sanitizer changes; see docs/testing.md. */
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

/** Two folders below the package, as the executable requires. */
const executableFolder = ({ folder }) => path.join(root, folder, "Release");

/** Builds the addon below `folder`, where the loader looks for it, and the executable. */
function build({ folder, sanitizers }) {
  const variables = {
    CMAKE_BUILD_TYPE: "None",
    CMAKE_CXX_FLAGS: "-O1",
    LANE_SANITIZE: sanitizers,
    LANE_EXECUTABLE_FOLDER: executableFolder({ folder }),
  };
  buildTargets({ root, folder: path.join(folder, "build", "Release"), variables, targets: ["lane_journal", "lj"] });
}

function findLibrary(name) {
  const found = spawnSync("g++", [`-print-file-name=${name}`], { encoding: "utf8" }).stdout.trim();
  if (path.isAbsolute(found) && existsSync(found)) return found;
  throw new Error(`expected g++ to have ${name}, found "${found}"`);
}

/**
 * Preloads the sanitizer, because Node was built without it; so every child process has it too. Reports go to files,
 * independent of a child's stderr. Leaks are reported only where requested, because Python and the shell leak too.
 */
function environment({ folder, libraries }, reports, leaks) {
  const common = `log_path=${path.join(reports, "report")}:handle_segv=1`;
  const kept = Object.entries(process.env).filter(([name]) => !/^(LANE_(?!TEST_)|DISPATCH_|JOB_)/.test(name));
  return {
    ...Object.fromEntries(kept),
    LANE_REQUIRE_NATIVE: "1",
    LANE_JOURNAL_PREBUILD: path.join(root, folder),
    LANE_TEST_EXECUTABLE: path.join(executableFolder({ folder }), "lj"),
    LD_PRELOAD: libraries.map(findLibrary).join(":"),
    ASAN_OPTIONS: `${common}:detect_leaks=${leaks ? 1 : 0}:detect_odr_violation=0`,
    UBSAN_OPTIONS: "print_stacktrace=1:halt_on_error=1",
    TSAN_OPTIONS: `${common}:exitcode=0`,
  };
}

/** Prints the sanitizers' reports. Returns true if there are none. */
function isQuiet(name, reports) {
  const texts = readdirSync(reports).map((file) => readFileSync(path.join(reports, file), "utf8"));
  const ours = name === "thread" ? texts.flatMap((text) => text.split(/^={18}$/m)).filter(isOurRace) : texts;
  for (const text of ours) console.log(text.slice(0, 20_000));
  return ours.length === 0;
}

/**
 * Node and the test runner were built without the thread sanitizer, which therefore reports their locks as races, even
 * if the addon has called them. So only those reports count in which the addon or the executable itself read, wrote or
 * locked: it is the innermost frame outside the sanitizer.
 */
function isOurRace(report) {
  const stacks = report.split(/\n\s*\n/).filter((stack) => !/^\s*(Thread|Location|Mutex)/.test(stack));
  return stacks.some((stack) => {
    const frames = stack.split("\n").filter((line) => /^\s*#\d+ /.test(line));
    const innermost = frames.find((frame) => !frame.includes("libtsan"));
    return innermost !== undefined && /\((\S*\/)?(lane_journal\.node|lj)\+0x/.test(innermost);
  });
}

/** Returns a pattern for vitest that matches the names of all tests except these. */
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
  build(kind);
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
