// `npm run check:native`: fails if a C++ source is not formatted by .clang-format or if clang-tidy finds fault with one
// that ships. Needs clang-format-14, clang-tidy-14, cmake and ninja; other versions format differently.
import { spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
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

/** clang-tidy's output for one source, empty if it found nothing. */
function lint(place, source) {
  return new Promise((resolve, reject) => {
    const child = spawn("clang-tidy-14", ["--quiet", "-p", place, source], { cwd: root });
    let found = "";
    child.stdout.on("data", (text) => (found += String(text)));
    child.stderr.resume();
    child.once("error", reject);
    child.once("exit", (code) => resolve(code === 0 ? "" : found || `${source}: clang-tidy ended with ${code}\n`));
  });
}

async function lintAll(place) {
  const shipped = readFileSync(path.join(root, "native/sources.txt"), "utf8").trim().split(/\s+/);
  // simdjson's own code, which is only compiled in.
  const waiting = shipped.filter((source) => source !== "native/simdjson_unit.cc");
  const findings = [];
  const work = async () => {
    for (let source = waiting.shift(); source !== undefined; source = waiting.shift()) {
      findings.push(await lint(place, source));
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  process.stdout.write(findings.join(""));
  return findings.every((found) => found === "");
}

const isFormatted = passes("clang-format-14", ["--dry-run", "--Werror", ...sources()]);
const isClean = await lintAll(configure({ root, folder: "build-check", variables: {} }));
process.exitCode = isFormatted && isClean ? 0 : 1;
