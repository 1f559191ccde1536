// native/**/*.cc without the binding -> the C++ unit tests under sanitizers, or counting branches, in build-test/, run
// with every set of instructions that the processor has; the last line of a run has its counts.
import { spawnSync } from "node:child_process";
import path from "node:path";
import { compileSources, coreSources, linkBinary, sourcesIn } from "./compile.mjs";

/** `-O1`: the sanitized build stays a matter of a minute on two cores. */
export const builds = {
  address: ["-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"],
  thread: ["-O1", "-fsanitize=thread"],
  // clang's. The counters live in the file itself: a process that is killed has written all it counted.
  branches: ["-O1", "-fprofile-instr-generate", "-fcoverage-mapping", "-mllvm", "-runtime-counter-relocation=true"],
};

/** simdjson's kernel -> the set of native/match/match.cc that is tried with it. The widest first. */
const matchers = { icelake: "avx512", haswell: "avx2", westmere: "baseline", fallback: "baseline", arm64: "baseline" };

const matcherSource = "native/match/match.cc";

/** The counts of the C++ unit tests; a build that fails or a run that dies counts as one failure. */
export async function runNativeTests(root, env, kind = "address") {
  const folder = kind === "address" ? "build-test" : `build-test/${kind}`;
  const how = { root, env, compiler: env.CXX || "c++", folder, flags: builds[kind] };
  const sources = [...coreSources(root), ...sourcesIn(root, "native/test")];
  const objects = await compileSources({ ...how, sources: sources.filter((source) => source !== matcherSource) });
  const total = { passed: 0, failed: 0 };
  const add = ({ passed, failed }) => {
    total.passed += passed;
    total.failed += failed;
  };
  if (objects === undefined) return { passed: 0, failed: 1 };
  const kernels = await listKernels(how, objects);
  if (kernels.length === 0) return { passed: 0, failed: 1 };
  for (const kernel of kernels) {
    const binary = await buildBinary(how, objects, matchers[kernel]);
    add(binary === undefined ? { passed: 0, failed: 1 } : runBinary(binary, root, env, kernel));
  }
  return total;
}

/** The binary whose lines are matched with `matcher`. */
async function buildBinary(how, objects, matcher) {
  const folder = `${how.folder}/${matcher}`;
  const flags = [...how.flags, `-DLANE_MATCHER=${matcher}`];
  const own = await compileSources({ ...how, folder, flags, sources: [matcherSource] });
  const binary = path.join(how.root, folder, "native-tests");
  return own !== undefined && linkBinary({ ...how, objects: [...objects, ...own], binary }) ? binary : undefined;
}

/** The kernels of simdjson that run here, as its own test binary lists them; one we know no matcher for is an error. */
async function listKernels(how, objects) {
  const binary = await buildBinary(how, objects, "baseline");
  if (binary === undefined) return [];
  const list = spawnSync(binary, ["--kernels"], { cwd: how.root, env: how.env, encoding: "utf8" });
  const kernels = list.stdout.trim().split(/\s+/);
  const unknown = kernels.filter((kernel) => !Object.hasOwn(matchers, kernel));
  if (list.status === 0 && unknown.length === 0) return kernels;
  console.error(`scripts/native.mjs: expected kernels of ${Object.keys(matchers)}, found "${list.stdout}"`);
  return [];
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
    console.error(
      `scripts/native.mjs: expected \`N passed, N failed\` at the end, the run ended with ${run.status ?? run.signal}`,
    );
    return { passed: 0, failed: 1 };
  }
  const failed = Number(counts[2]);
  return { passed: Number(counts[1]), failed: failed === 0 && run.status !== 0 ? 1 : failed };
}
