// C++ sources of this folder -> optimised programs, next to the same simdjson that the engine is built with.
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { showProgress } from "../../src/bench/command.js";
import { findPackage } from "../../src/package.js";

const flags = ["-std=c++20", "-O3", "-DNDEBUG", "-pthread"];
const jobsMax = 2;

/** The C++ on simdjson alone; gives the program's path. */
export function compileSimdjson(folder: string): Promise<string> {
  return compile(folder, "simdjson", ["bench/cpp/simdjson.cc", "native/simdjson_unit.cc"]);
}

/** The native fold without Node. */
export function compileFold(folder: string): Promise<string> {
  const listed = readFileSync(join(findRoot(), "native", "sources.txt"), "utf8")
    .trim()
    .split(/\s+/);
  const sources = listed.filter((source) => !basename(source).startsWith("binding"));
  return compile(folder, "fold", ["bench/cpp/fold.cc", ...sources]);
}

function findRoot(): string {
  const { root } = findPackage();
  if (existsSync(join(root, "bench", "cpp", "simdjson.cc"))) return root;
  throw new Error(`${root}: expected bench/cpp/simdjson.cc, found none: this needs the source tree, not the package`);
}

async function compile(folder: string, name: string, sources: readonly string[]): Promise<string> {
  const root = findRoot();
  const simdjson = dirname(createRequire(import.meta.url).resolve("@nozbe/simdjson/src/simdjson.h"));
  const units = sources.map((source) => ({ source, object: join(folder, `${source.replaceAll("/", "-")}.o`) }));
  const places = ["-I", join(root, "native"), "-isystem", simdjson];
  const waiting = [...units];
  const work = async () => {
    for (let unit = waiting.shift(); unit !== undefined; unit = waiting.shift()) {
      showProgress(`compiling ${unit.source}`);
      await runCompiler([...flags, ...places, "-c", join(root, unit.source), "-o", unit.object]);
    }
  };
  await Promise.all(Array.from({ length: jobsMax }, work));
  const program = join(folder, name);
  await runCompiler([...flags, ...units.map(({ object }) => object), "-o", program]);
  showProgress("");
  return program;
}

function runCompiler(args: readonly string[]): Promise<void> {
  const compiler = process.env["CXX"] ?? "c++";
  return new Promise((resolve, reject) => {
    const child = spawn(compiler, args, { stdio: ["ignore", "inherit", "inherit"] });
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      if (code === 0) resolve();
      else reject(new Error(`${compiler}: expected it to end with 0, found ${code ?? signal}`));
    });
  });
}
