// native/**/*.cc without the binding -> one sanitized test binary under build-test/, run; its last line has the counts.
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

// `-O1 -g1`: stack traces have lines, and the sanitized build stays a matter of a minute on two cores.
const flags = ["-std=c++20", "-O1", "-g1", "-pthread", "-Wall", "-Wextra", "-fno-omit-frame-pointer"];
const sanitizers = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"];
const jobsMax = 2;

/** The counts of the C++ unit tests; a build that fails or a run that dies counts as one failure. */
export async function runNativeTests(root, env) {
  const folder = path.join(root, "build-test");
  mkdirSync(folder, { recursive: true });
  const sources = [...coreSources(root), ...testSources(root)];
  const objects = sources.map((source) => path.join(folder, `${source.replaceAll("/", "-")}.o`));
  const stale = sources.map((source, i) => ({ source, object: objects[i] })).filter((unit) => isStale(root, unit));
  if (!(await compileAll(root, env, stale))) return { passed: 0, failed: 1 };
  const binary = path.join(folder, "native-tests");
  const link = spawnSync(compiler(env), [...sanitizers, "-pthread", ...objects, "-o", binary], {
    env,
    stdio: "inherit",
  });
  if (link.status !== 0) return { passed: 0, failed: 1 };
  return runBinary(binary, root, env);
}

function compiler(env) {
  return env.CXX || "c++";
}

function coreSources(root) {
  const listed = readFileSync(path.join(root, "native", "sources.txt"), "utf8")
    .trim()
    .split(/\s+/);
  return listed.filter((source) => !path.basename(source).startsWith("binding"));
}

function testSources(root) {
  const names = readdirSync(path.join(root, "native", "test"));
  return names.filter((name) => name.endsWith(".cc")).map((name) => `native/test/${name}`);
}

/** A unit is compiled again if it, or any header of ours, is newer than its object. */
function isStale(root, { source, object }) {
  const built = statSync(object, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const headers = readdirSync(path.join(root, "native"), { recursive: true }).filter((name) => name.endsWith(".h"));
  const inputs = [source, ...headers.map((name) => path.join("native", name)), "test/native.mjs"];
  return inputs.some((input) => statSync(path.join(root, input)).mtimeMs >= built);
}

async function compileAll(root, env, units) {
  const waiting = [...units];
  let good = true;
  const work = async () => {
    for (let unit = waiting.shift(); unit !== undefined; unit = waiting.shift()) {
      good = (await compile(root, env, unit)) && good;
    }
  };
  await Promise.all(Array.from({ length: jobsMax }, work));
  return good;
}

function compile(root, env, { source, object }) {
  const simdjson = path.dirname(createRequire(import.meta.url).resolve("@nozbe/simdjson/src/simdjson.h"));
  const places = ["-I", path.join(root, "native"), "-isystem", simdjson];
  const options = [...flags, ...sanitizers, ...places, "-c", path.join(root, source), "-o", object];
  return new Promise((settle) => {
    const child = spawn(compiler(env), options, { env, stdio: ["ignore", "inherit", "inherit"] });
    child.on("error", (error) => {
      console.error(`test/native.mjs: ${compiler(env)} does not start: ${error.message}`);
      settle(false);
    });
    child.on("exit", (code) => settle(code === 0));
  });
}

function runBinary(binary, root, env) {
  const run = spawnSync(binary, { cwd: root, env, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
  process.stdout.write(run.stdout ?? "");
  const counts = /^(\d+) passed, (\d+) failed$/.exec((run.stdout ?? "").trimEnd().split("\n").at(-1) ?? "");
  if (counts === null) {
    console.error(
      `test/native.mjs: expected \`N passed, N failed\` at the end, the run ended with ${run.status ?? run.signal}`,
    );
    return { passed: 0, failed: 1 };
  }
  const failed = Number(counts[2]);
  return { passed: Number(counts[1]), failed: failed === 0 && run.status !== 0 ? 1 : failed };
}
