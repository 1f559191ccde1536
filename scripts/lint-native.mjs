// `npm run check:native`: fails if a C++ source is not formatted by .clang-format or if clang-tidy finds fault with one
// that ships. Needs clang-format-14, clang-tidy-14, cmake and ninja; other versions format differently.
//
// clang-tidy reads sources in groups, which CMake joins by `#include`: reading one by one takes 20 times as long,
// nearly all of it for the standard library. So no two sources may give one name to different things, even within
// unnamed namespaces.
import { spawn, spawnSync } from "node:child_process";
import { readdirSync, rmSync } from "node:fs";
import { availableParallelism } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { configure } from "./cmake.mjs";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");

/** Throws if the program is missing; its output goes to the terminal. Returns whether it exited with 0. */
function passes(command, args) {
  const { error, status } = spawnSync(command, args, { cwd: root, stdio: "inherit" });
  if (error !== undefined)
    throw new Error(`${command} does not start (${error.message}); Debian has a package of that name`);
  return status === 0;
}

function sources() {
  const patterns = ["native/*.cc", "native/*.h", "native/*.inc", "bench/*.cc"];
  return spawnSync("git", ["ls-files", ...patterns], { cwd: root, encoding: "utf8" })
    .stdout.trim()
    .split("\n");
}

/** clang-tidy's output for one group, empty if it found nothing. */
function lint(place, group) {
  return new Promise((resolve, reject) => {
    const args = ["--quiet", "--checks=-bugprone-suspicious-include", "-p", place, group];
    const child = spawn("clang-tidy-14", args, { cwd: root });
    let found = "";
    child.stdout.on("data", (text) => (found += String(text)));
    child.stderr.resume();
    child.once("error", reject);
    child.once("exit", (code) => resolve(code === 0 ? "" : found || `${group}: clang-tidy ended with ${code}\n`));
  });
}

/** The groups of the sources that ship. */
function groups(place) {
  return ["lane_journal", "lj"].flatMap((target) => {
    const folder = path.join(place, "CMakeFiles", `${target}.dir`, "Unity");
    return readdirSync(folder)
      .filter((name) => name.endsWith(".cxx"))
      .map((name) => path.join(folder, name));
  });
}

async function lintAll(place) {
  const waiting = groups(place);
  const findings = [];
  const work = async () => {
    for (let group = waiting.shift(); group !== undefined; group = waiting.shift()) {
      findings.push(await lint(place, group));
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  process.stdout.write(findings.join(""));
  return findings.every((found) => found === "");
}

const isFormatted = passes("clang-format-14", ["--dry-run", "--Werror", ...sources()]);
// Groups of an earlier run could contain sources that are gone.
rmSync(path.join(root, "build-check"), { recursive: true, force: true });
const variables = { CMAKE_UNITY_BUILD: "ON", CMAKE_UNITY_BUILD_BATCH_SIZE: "16" };
const isClean = await lintAll(configure({ root, folder: "build-check", variables }));
process.exitCode = isFormatted && isClean ? 0 : 1;
