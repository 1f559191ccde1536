// Builds the C++ programs of bench/cpp with CMake, with the same simdjson as the engine.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { showProgress } from "../../src/bench/command.js";
import { findPackage } from "../../src/package.js";

/** Builds the C++ program on simdjson alone. Returns its path. */
export function compileSimdjson(): Promise<string> {
  return build("bench-simdjson");
}

/** Builds the native fold without Node. Returns the program's path. */
export function compileFold(): Promise<string> {
  return build("bench-fold");
}

async function build(target: string): Promise<string> {
  const { root } = findPackage();
  if (!existsSync(join(root, "CMakeLists.txt"))) {
    throw new Error(`${root}: expected CMakeLists.txt, found none: this needs the source tree, not the package`);
  }
  const place = join(root, "build-bench");
  showProgress(`building ${target}`);
  await run(["-S", root, "-B", place, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release", "--log-level=WARNING"]);
  await run(["--build", place, "--parallel", "2", "--target", target]);
  showProgress("");
  return join(place, target);
}

/** The output of CMake is shown only if it fails. */
function run(args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn("cmake", args, { stdio: ["ignore", "pipe", "pipe"] });
    let said = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (said += String(text)));
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      if (code === 0) resolve();
      else reject(new Error(`cmake ${args.join(" ")}: expected exit code 0, found ${code ?? signal}\n${said}`));
    });
  });
}
