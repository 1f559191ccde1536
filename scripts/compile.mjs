// C++ sources and flags -> objects in a build folder, and binaries linked of them. Only what is stale is compiled.
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

const jobsMax = 2;

/** What every build of ours has in common. `-g1`: stack traces have lines. */
export const commonFlags = ["-std=c++20", "-g1", "-pthread", "-Wall", "-Wextra", "-fno-omit-frame-pointer"];

/** The sources of the addon without the binding. */
export function coreSources(root) {
  const listed = readFileSync(path.join(root, "native", "sources.txt"), "utf8")
    .trim()
    .split(/\s+/);
  return listed.filter((source) => !path.basename(source).startsWith("binding"));
}

export function sourcesIn(root, folder) {
  const names = readdirSync(path.join(root, folder));
  return names.filter((name) => name.endsWith(".cc")).map((name) => `${folder}/${name}`);
}

/**
 * The objects of `sources`, in their order, or undefined if one does not compile. `folder`: below the root, one for
 * each set of flags.
 */
export async function compileSources({ root, env, compiler, folder, flags, sources }) {
  mkdirSync(path.join(root, folder), { recursive: true });
  const units = sources.map((source) => ({
    source,
    object: path.join(root, folder, `${source.replaceAll("/", "-")}.o`),
  }));
  const newest = newestHeader(root);
  const stale = units.filter((unit) => isStale(root, unit, newest));
  if (!(await compileAll({ root, env, compiler, flags, units: stale }))) return undefined;
  return units.map(({ object }) => object);
}

/** True if it is linked. Nothing is done for a binary that is newer than its objects. */
export function linkBinary({ env, compiler, flags, objects, binary }) {
  const built = statSync(binary, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (objects.every((object) => statSync(object).mtimeMs < built)) return true;
  const link = spawnSync(compiler, [...flags, "-pthread", ...objects, "-o", binary], { env, stdio: "inherit" });
  return link.status === 0;
}

function newestHeader(root) {
  const headers = readdirSync(path.join(root, "native"), { recursive: true }).filter((name) => /\.(h|inc)$/.test(name));
  const inputs = [...headers.map((name) => path.join("native", name)), "scripts/compile.mjs", "scripts/native.mjs"];
  return Math.max(...inputs.map((input) => statSync(path.join(root, input)).mtimeMs));
}

/** A unit is compiled again if it, or any header of ours, is newer than its object. */
function isStale(root, { source, object }, newest) {
  const built = statSync(object, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return Math.max(newest, statSync(path.join(root, source)).mtimeMs) >= built;
}

async function compileAll({ units, ...how }) {
  const waiting = [...units];
  let good = true;
  const work = async () => {
    for (let unit = waiting.shift(); unit !== undefined; unit = waiting.shift()) {
      good = (await compile({ ...how, ...unit })) && good;
    }
  };
  await Promise.all(Array.from({ length: jobsMax }, work));
  return good;
}

function compile({ root, env, compiler, flags, source, object }) {
  const simdjson = path.dirname(createRequire(import.meta.url).resolve("@nozbe/simdjson/src/simdjson.h"));
  const places = ["-I", path.join(root, "native"), "-isystem", simdjson];
  const options = [...commonFlags, ...flags, ...places, "-c", path.join(root, source), "-o", object];
  return new Promise((settle) => {
    const child = spawn(compiler, options, { env, stdio: ["ignore", "inherit", "inherit"] });
    child.on("error", (error) => {
      console.error(`scripts/compile.mjs: ${compiler} does not start: ${error.message}`);
      settle(false);
    });
    child.on("exit", (code) => settle(code === 0));
  });
}
