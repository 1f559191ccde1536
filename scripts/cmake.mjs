// Configures CMakeLists.txt in a build folder and builds targets there: unit tests, fuzz targets, the sanitized addon.
import { spawnSync } from "node:child_process";
import path from "node:path";

/** Configures `folder` below `root` and returns its path; `variables` are CMake cache entries. Throws if that fails. */
export function configure({ root, folder, variables, env = process.env }) {
  const place = path.join(root, folder);
  const given = Object.entries(variables).map(([name, value]) => `-D${name}=${value}`);
  run(["-S", root, "-B", place, "-G", "Ninja", "--log-level=WARNING", ...given], env);
  return place;
}

/**
 * Builds `targets` in `folder` below `root` and returns the folder's path. `variables` are CMake cache entries.
 * Compiles only outdated files. Throws if CMake does not start, or if configuring or building fails.
 */
export function buildTargets({ root, folder, variables, targets, env = process.env }) {
  const place = configure({ root, folder, variables, env });
  run(["--build", place, "--parallel", "2", "--target", ...targets], env);
  return place;
}

function run(args, env) {
  const done = spawnSync("cmake", args, { env, encoding: "utf8", maxBuffer: 256 * 1024 * 1024 });
  if (done.error !== undefined) throw new Error(`cmake does not start: ${done.error.message}`);
  if (done.status === 0) return;
  const found = `${done.stdout}${done.stderr}`.slice(-20_000);
  throw new Error(`cmake ${args.join(" ")}: expected exit code 0, found ${done.status ?? done.signal}\n${found}`);
}
