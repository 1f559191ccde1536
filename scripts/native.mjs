// Builds the C++ unit tests, optionally with sanitizers or branch counters, and runs them once for each instruction set
// that this processor supports.
import { spawnSync } from "node:child_process";
import path from "node:path";
import { buildTargets } from "./cmake.mjs";

/** `-O1` and files that are compiled together keep a sanitized build to about a minute on two cores. */
const ordinary = { CMAKE_BUILD_TYPE: "None", CMAKE_CXX_FLAGS: "-O1", CMAKE_UNITY_BUILD: "ON" };

export const builds = {
  address: { folder: "build-test", variables: { ...ordinary, LANE_SANITIZE: "address,undefined" } },
  thread: { folder: "build-test/thread", variables: { ...ordinary, LANE_SANITIZE: "thread" } },
  branches: {
    folder: "build-test/branches",
    variables: { ...ordinary, LANE_COVERAGE: "ON", CMAKE_CXX_COMPILER: "clang++-14", CMAKE_UNITY_BUILD: "OFF" },
  },
};

/** Maps each of simdjson's kernels to the matcher of native/match/match.cc that is tested with it, widest first. */
const matchers = { icelake: "avx512", haswell: "avx2", westmere: "baseline", fallback: "baseline", arm64: "baseline" };

const failure = { passed: 0, failed: 1 };

/** The path of the unit tests whose lines are matched with `matcher`. */
export function testBinary(root, kind, matcher) {
  return path.join(root, builds[kind].folder, `native-tests-${matcher}`);
}

/** Returns how many C++ unit tests passed and failed. A failed build or a crashed run counts as one failure. */
export function runNativeTests(root, env, kind = "address") {
  const build = (matcher) => buildTargets({ root, env, ...builds[kind], targets: [`native-tests-${matcher}`] });
  const total = { passed: 0, failed: 0 };
  try {
    build("baseline");
    const kernels = listKernels(testBinary(root, kind, "baseline"), root, env);
    for (const matcher of new Set(kernels.map((kernel) => matchers[kernel]))) build(matcher);
    for (const kernel of kernels) {
      const { passed, failed } = runBinary(testBinary(root, kind, matchers[kernel]), root, env, kernel);
      total.passed += passed;
      total.failed += failed;
    }
    return total;
  } catch (error) {
    console.error(`scripts/native.mjs: ${error.message}`);
    return failure;
  }
}

/** Returns simdjson's kernels that run on this processor. Throws if one has no matcher in the table. */
function listKernels(binary, root, env) {
  const list = spawnSync(binary, ["--kernels"], { cwd: root, env, encoding: "utf8" });
  const kernels = (list.stdout ?? "").trim().split(/\s+/);
  if (list.status === 0 && kernels.every((kernel) => Object.hasOwn(matchers, kernel))) return kernels;
  throw new Error(`expected kernels of ${Object.keys(matchers)}, found "${list.stdout}"`);
}

function runBinary(binary, root, env, kernel) {
  console.log(`C++ unit tests: kernel ${kernel}, matcher ${matchers[kernel]}`);
  const run = spawnSync(binary, [], {
    cwd: root,
    env: { ...env, SIMDJSON_FORCE_IMPLEMENTATION: kernel },
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  process.stdout.write(run.stdout ?? "");
  const counts = /^(\d+) passed, (\d+) failed$/.exec((run.stdout ?? "").trimEnd().split("\n").at(-1) ?? "");
  if (counts === null) {
    const found = `the run ended with ${run.status ?? run.signal}`;
    console.error(`scripts/native.mjs: expected \`N passed, N failed\` as the last line, ${found}`);
    return failure;
  }
  const failed = Number(counts[2]);
  return { passed: Number(counts[1]), failed: failed === 0 && run.status !== 0 ? 1 : failed };
}
