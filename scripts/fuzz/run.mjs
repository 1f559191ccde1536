// `npm run fuzz -- (--minutes N | --seconds N) [--target T] [--jobs J]`: builds native/fuzz and runs every target, then
// reads the inputs that they kept with both engines. The exit code is 1 if there is a finding. `--minutes` is the total
// time, shared by the targets; `--seconds` is per target (default 20). `--jobs` is the number of targets that run at
// the same time (default 2). build-fuzz/ holds the corpus, which the next run extends, and the findings.
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { buildTargets } from "../cmake.mjs";
import { writeSeeds } from "./seeds.mjs";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
const folder = path.join(root, "build-fuzz");

/** The seeds of each target, and the maximum length of its inputs: long enough to reach its code, but not slower. */
const targets = {
  lines: { seeds: "journals", bytesMax: 2048 },
  entry: { seeds: "lines", bytesMax: 2048 },
  values: { seeds: "lines", bytesMax: 1024 },
  canonical: { seeds: "lines", bytesMax: 1024 },
  decode: { seeds: "lines", bytesMax: 256 },
  entries: { seeds: "journals", bytesMax: 2048 },
  fold: { seeds: "journals", bytesMax: 2048 },
  sift: { seeds: "journals", bytesMax: 2048 },
  shapes: { seeds: "journals", bytesMax: 3072 },
  checks: { seeds: "journals", bytesMax: 2048 },
  snapshot: { seeds: "snapshots", bytesMax: 4096 },
  arguments: { seeds: "lines", bytesMax: 256 },
  lock: { seeds: "lines", bytesMax: 1024 },
  tail: { seeds: "journals", bytesMax: 2048 },
  cost: { seeds: "journals", bytesMax: 1024 },
};

const sources = readdirSync(path.join(root, "native/fuzz")).filter((name) => name.endsWith(".cc"));
for (const name of sources.map((source) => path.basename(source, ".cc"))) {
  if (!Object.hasOwn(targets, name))
    throw new Error(`native/fuzz/${name}.cc: expected a target of that name, found none`);
}

const compiler = process.env.FUZZ_CXX || "clang++-14";
/** Returning freed memory to the system while a target runs takes longer than the target itself. */
const sanitizerOptions = "allocator_release_to_os_interval_ms=-1:quarantine_size_mb=16";

function readArguments() {
  const { values } = parseArgs({
    options: {
      minutes: { type: "string" },
      seconds: { type: "string" },
      target: { type: "string" },
      jobs: { type: "string", default: "2" },
    },
  });
  const chosen = values.target === undefined ? Object.keys(targets) : [values.target];
  if (!chosen.every((target) => Object.hasOwn(targets, target))) {
    throw new TypeError(`--target: expected one of ${Object.keys(targets)}, found "${values.target}"`);
  }
  const jobs = wholeNumber("jobs", values.jobs);
  const shared = Math.ceil(chosen.length / jobs);
  const seconds =
    values.minutes === undefined
      ? wholeNumber("seconds", values.seconds ?? "20")
      : Math.ceil((wholeNumber("minutes", values.minutes) * 60) / shared);
  return { chosen, jobs, seconds };
}

function wholeNumber(name, text) {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new TypeError(`--${name}: expected a whole number above 0, found "${text}"`);
}

/** Builds the targets and maps them to their binaries. */
function build(chosen) {
  const variables = {
    CMAKE_BUILD_TYPE: "None",
    CMAKE_CXX_FLAGS: "-O1",
    CMAKE_CXX_COMPILER: compiler,
    LANE_SANITIZE: "address,undefined",
    LANE_FUZZ: "ON",
    CMAKE_UNITY_BUILD: "ON",
  };
  const built = chosen.map((target) => `fuzz-${target}`);
  const place = buildTargets({ root, folder: "build-fuzz/objects", variables, targets: built });
  return new Map(chosen.map((target) => [target, path.join(place, `fuzz-${target}`)]));
}

function fuzzTarget(target, binary, seedFolders, seconds) {
  const { seeds, bytesMax } = targets[target];
  const corpus = path.join(folder, "corpus", target);
  mkdirSync(corpus, { recursive: true });
  const findings = path.join(folder, "findings", `${target}-`);
  const options = {
    max_total_time: seconds,
    max_len: bytesMax,
    // Wall-clock time. native/fuzz/cost.h judges the cost of an input, also on a busy machine.
    timeout: 60,
    rss_limit_mb: 1500,
    dict: path.join(root, "native/fuzz/json.dict"),
    artifact_prefix: findings,
    print_final_stats: 1,
    verbosity: 0,
  };
  const given = Object.entries(options).map(([name, value]) => `-${name}=${value}`);
  return new Promise((settle) => {
    const child = spawn(binary, [...given, corpus, seedFolders[seeds]], {
      cwd: root,
      env: { ...process.env, ASAN_OPTIONS: sanitizerOptions },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let said = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (said += text));
    child.on("error", (error) => settle(report(target, binary, findings, `${error}`, 1)));
    child.on("exit", (code) => settle(report(target, binary, findings, said, code)));
  });
}

/** Returns true if there are no findings. */
function report(target, binary, findings, said, code) {
  const runs = /number_of_executed_units:\s*(\d+)/.exec(said)?.[1] ?? "0";
  console.log(`fuzz ${target}: ${runs} inputs, ${code === 0 ? "nothing found" : `ended with ${code}`}`);
  if (code === 0) return true;
  const artifact = /Test unit written to (\S+)/.exec(said)?.[1] ?? `${findings}*`;
  console.log(`${said.slice(-8000)}\nto see it again: ${path.relative(root, binary)} ${path.relative(root, artifact)}`);
  return false;
}

async function fuzzAll(binaries, seedFolders, jobs, seconds) {
  const waiting = [...binaries];
  let good = true;
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      good = (await fuzzTarget(next[0], next[1], seedFolders, seconds)) && good;
    }
  };
  await Promise.all(Array.from({ length: jobs }, work));
  return good;
}

/** Runs both engines and the canonical writer on the corpus of every target. */
function replayCorpus() {
  const vitest = path.join(path.dirname(createRequire(import.meta.url).resolve("vitest/package.json")), "vitest.mjs");
  const env = { ...process.env, LANE_TEST_CORPUS: path.join(folder, "corpus") };
  const run = spawnSync(process.execPath, [vitest, "run", "test/fuzz"], { cwd: root, env, stdio: "inherit" });
  return run.status === 0;
}

function secondsSince(start) {
  return Math.round((performance.now() - start) / 1000);
}

const start = performance.now();
const { chosen, jobs, seconds } = readArguments();
const binaries = build(chosen);
mkdirSync(path.join(folder, "findings"), { recursive: true });
const seedFolders = await writeSeeds(root, path.join(folder, "seeds"));
const builtSeconds = secondsSince(start);
const quiet = await fuzzAll(binaries, seedFolders, jobs, seconds);
const fuzzedSeconds = secondsSince(start);
const alike = replayCorpus();
const files = chosen.reduce((sum, target) => sum + readdirSync(path.join(folder, "corpus", target)).length, 0);
console.log(`fuzz: built in ${builtSeconds} s, fuzzed until ${fuzzedSeconds} s, ${files} inputs of the corpus read`);
console.log(`fuzz: ${secondsSince(start)} s in all; ${quiet && alike ? "nothing found" : "SOMETHING WAS FOUND"}`);
process.exitCode = quiet && alike ? 0 : 1;
