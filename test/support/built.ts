// Returns the paths of built files and throws if one is older than its sources, so that a suite never tests outdated
// code.
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { loadAddon } from "../../src/engine/addon.js";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Returns a file below dist/. Throws an error that names the command to run unless dist/ is up to date. */
export function builtFile(file: string): URL {
  const sources = [...filesIn("src", /\.(ts|css|html)$/), "scripts/bundle.mjs", "scripts/page.mjs", "tsconfig.json"];
  requireFresh({ product: "dist/package/index.js", sources, command: "npm run build:ts" });
  return new URL(`../../dist/${file}`, import.meta.url);
}

/** Throws as `builtFile` does unless the compiled packages/fleet is up to date. */
export function builtFleet(): void {
  const sources = [...filesIn("packages/fleet/src", /\.ts$/), "packages/fleet/tsconfig.build.json"];
  requireFresh({ product: "packages/fleet/dist/index.js", sources, command: "npm run build:fleet" });
}

const addon = "build/Release/lane_journal.node";

/** Throws as `builtFile` does if this process loads the addon from build/ and that addon is out of date. */
export function requireFreshAddon(): void {
  const load = loadAddon();
  if (load.addon !== undefined && load.file === join(root, addon)) requireFreshNative(addon, /^native\/lj\//);
}

/**
 * Throws as `builtFile` does if the executable `lj` in build/ is missing or out of date. Returns its path, or that of
 * the executable to test instead, such as one with sanitizers.
 */
export function builtExecutable(): string {
  const other = process.env["LANE_TEST_EXECUTABLE"];
  if (other !== undefined) return other;
  const product = "build/Release/lj";
  requireFreshNative(product, /^native\/binding/);
  return join(root, product);
}

/** `others` matches the sources of which the product is not built. */
function requireFreshNative(product: string, others: RegExp): void {
  const listed = readFileSync(join(root, "native/sources.txt"), "utf8").trim().split(/\s+/);
  const sources = listed.filter((source) => !others.test(source));
  const folders = new Set(sources.map((source) => dirname(source)).filter((folder) => folder !== "native"));
  const headers = [...folders].flatMap((folder) => filesIn(folder, /\.(h|inc)$/));
  requireFresh({ product, sources: [...sources, ...headers], command: "npm run build:native" });
}

function filesIn(folder: string, name: RegExp): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => name.test(file))
    .map((file) => join(folder, file));
}

interface Build {
  /** The file that the command writes last. */
  product: string;
  sources: string[];
  command: string;
}

export function requireFresh({ product, sources, command }: Build, folder = root): void {
  const path = join(folder, product);
  if (!existsSync(path)) throw new Error(`${product} is missing: run \`${command}\``);
  const built = statSync(path).mtimeMs;
  const newer = sources.find((source) => statSync(join(folder, source)).mtimeMs > built);
  if (newer !== undefined) throw new Error(`${product} is older than ${newer}: run \`${command}\``);
}
