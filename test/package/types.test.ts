// Compiles programs against the types of the tarball in strict mode, as TypeScript users do, and runs the result.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { install, packProject, run, userEnvironment } from "./installs.js";

const require = createRequire(import.meta.url);
const compiler = path.join(path.dirname(require.resolve("typescript/package.json")), "bin", "tsc");
const typeRoots = path.dirname(path.dirname(require.resolve("@types/node/package.json")));

/** A user's program: assignments that must compile, and, below `@ts-expect-error`, assignments that must not. */
const program = readFileSync(fileURLToPath(new URL("./programs/typed.ts.txt", import.meta.url)), "utf8");
const byRequire = program.replace(/^import \{([^}]*)\} from "lane-journal";/m, (_, names: string) => {
  const values = names.split(",").filter((name) => !/^\s*(type\s|$)/.test(name));
  const types = names.split(",").flatMap((name) => /^\s*type\s+(\w+)/.exec(name)?.[1] ?? []);
  const aliases = types.map((name) => `type ${name} = lj.${name};`);
  return ['import lj = require("lane-journal");', `const {${values} } = lj;`, ...aliases].join("\n");
});

let folder = "";

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "lane-journal-types-"));
  const installed = install(packProject(folder), path.join(folder, "user"), userEnvironment(), ["--ignore-scripts"]);
  if (installed.status !== 0) throw new Error(`npm install: exit code ${installed.status}\n${installed.stderr}`);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Consumer {
  /** The name of its folder. */
  name: string;
  file: string;
  text: string;
  /** The `type` of the package.json beside the file. */
  type: "commonjs" | "module";
}

const consumers: Consumer[] = [
  { name: "es-mts", file: "typed.mts", text: program, type: "commonjs" },
  { name: "es-by-package-json", file: "typed.ts", text: program, type: "module" },
  { name: "commonjs-cts", file: "typed.cts", text: program, type: "module" },
  { name: "commonjs-by-package-json", file: "typed.ts", text: program, type: "commonjs" },
  { name: "commonjs-import-require", file: "typed.cts", text: byRequire, type: "commonjs" },
];

/**
 * Compiles each consumer in a folder of its own, all in one run, and returns the output of the compiler and of each
 * program.
 */
function compileAndRun(chosen: readonly Consumer[], how: string[]) {
  const at = mkdtempSync(path.join(folder, "user", "consumers-"));
  for (const { name, file, text, type } of chosen) {
    mkdirSync(path.join(at, name));
    writeFileSync(path.join(at, name, "package.json"), JSON.stringify({ type }));
    writeFileSync(path.join(at, name, file), text);
  }
  const options = ["--strict", "--target", "es2023", "--types", "node", "--typeRoots", typeRoots, ...how];
  const files = chosen.map(({ name, file }) => path.join(name, file));
  const compiled = run(process.execPath, [compiler, ...options, ...files], at);
  const programs = chosen.map(({ name, file }) => {
    const script = path.join(name, file.replace(/ts$/, "js"));
    return { name, ...run(process.execPath, [script, path.join(name, "journal.jsonl")], at) };
  });
  return { compiled, programs };
}

function succeed(chosen: readonly Consumer[]) {
  const programs = chosen.map(({ name }) => ({ name, status: 0, stdout: '["docs",true,"LANE_HELD"]\n', stderr: "" }));
  return { compiled: { status: 0, stdout: "", stderr: "" }, programs };
}

const exact = ["--exactOptionalPropertyTypes", "--noPropertyAccessFromIndexSignature"];

// Each run of the compiler checks all consumers, so two runs cover both ways to resolve modules and both strictnesses.
it.each([
  { module: "node16", strictness: "exact", how: exact },
  { module: "nodenext", strictness: "strict", how: [] },
])("ES modules and CommonJS compile and run under module $module, $strictness", ({ module, how }) => {
  expect(compileAndRun(consumers, ["--module", module, ...how])).toEqual(succeed(consumers));
});

it("ES modules compile with moduleResolution: bundler", () => {
  const chosen = consumers.filter(({ name }) => name === "es-by-package-json");
  const how = ["--module", "esnext", "--moduleResolution", "bundler"];
  expect(compileAndRun(chosen, how)).toEqual(succeed(chosen));
});
