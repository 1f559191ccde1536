// Runs the packed package in test runners that use a realm of their own, and in the bundles of each bundler.
import { chmodSync, copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { run } from "../package/installs.js";
import { installMsMax, installTools } from "./tools.js";

// A single executable application has about a hundred megabytes, which must be copied and searched.
vi.setConfig({ testTimeout: installMsMax });

let folder = "";

beforeAll(() => {
  folder = installTools();
}, installMsMax);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const at = (...parts: string[]): string => path.join(folder, ...parts);
const bin = (name: string): string => at("node_modules", ".bin", name);

describe("a test runner with a realm of its own", () => {
  const modules = [
    ["mkdtempSync, openSync, writeFileSync", "node:fs"],
    ["tmpdir", "node:os"],
    ["join", "node:path"],
    ["pathToFileURL", "node:url"],
  ] as const;
  const required = modules.map(([names, from]) => `const { ${names} } = require("${from}");`);
  const imported = modules.map(([names, from]) => `import { ${names} } from "${from}";`);

  function writeSuite(name: string, head: string[]): string {
    mkdirSync(at("runners", name), { recursive: true });
    const file = at("runners", name, `journal.test.${name === "jest" ? "cjs" : "mjs"}`);
    writeFileSync(file, [...head, readFileSync(at("programs", "suite.js"), "utf8")].join("\n"));
    return path.dirname(file);
  }

  it("jest runs reads, leases and compactions on both engines", () => {
    const suite = writeSuite("jest", [...required, 'const lj = require("lane-journal");']);
    const found = run(bin("jest"), ["--rootDir", suite, "--testMatch", "**/*.test.cjs", "--json"], folder);
    expect({ status: found.status, stderr: found.status === 0 ? "" : found.stderr }).toEqual({ status: 0, stderr: "" });
    expect(JSON.parse(found.stdout)).toMatchObject({ numPassedTests: 7, numTotalTests: 7 });
  });

  it.each(["vmThreads", "vmForks"])(
    "vitest with the pool %s runs reads, leases and compactions on both engines",
    (pool) => {
      const head = ['import * as lj from "lane-journal";', 'import { expect, test } from "vitest";'];
      const suite = writeSuite(pool, [...imported, ...head]);
      const found = run(bin("vitest"), ["run", "--root", suite, "--pool", pool, "--reporter", "json"], folder);
      expect({ status: found.status, stderr: found.status === 0 ? "" : found.stdout }).toEqual({
        status: 0,
        stderr: "",
      });
      expect(JSON.parse(found.stdout)).toMatchObject({ numPassedTests: 7, numTotalTests: 7 });
    },
  );
});

describe("a bundle", () => {
  const entry = () => at("programs", "bundled.mjs");
  const answers = { granted: true, refused: true, entriesAfter: 1, live: 1 };
  const bundled = { ...answers, engine: "js", reason: expect.stringContaining("lane-journal is part of a bundle") };

  /** Runs a build program in the folder of the tools; `entry` and `out` are paths in it. */
  function build(name: string, program: string): string {
    const out = at("bundles", name);
    mkdirSync(path.dirname(out), { recursive: true });
    const paths = `const entry = ${JSON.stringify(entry())};\nconst out = ${JSON.stringify(out)};\n`;
    const script = at(`build-${name}.mjs`);
    writeFileSync(script, `${program.replace("BUILD", () => paths)}\n`);
    const { status, stdout, stderr } = run(process.execPath, [script], folder);
    if (status !== 0) throw new Error(`${name}: exit code ${status}\n${stdout}${stderr}`);
    return out;
  }

  function answersOf(command: string, args: string[]): unknown {
    const journal = at(`${path.basename(args[0] ?? command)}.jsonl`);
    const { status, stdout, stderr } = run(command, [...args, journal], folder);
    if (status !== 0) throw new Error(`exit code ${status}\n${stdout}${stderr}`);
    return JSON.parse(stdout);
  }

  const esbuild = (format: string, more = "") => `import { build } from "esbuild";
    BUILD
    await build({ entryPoints: [entry], outfile: out, bundle: true, platform: "node", format: "${format}", ${more} });`;
  const rollup = (format: string, external = "") => `import commonjs from "@rollup/plugin-commonjs";
    import nodeResolve from "@rollup/plugin-node-resolve";
    import { rollup } from "rollup";
    BUILD
    const plugins = [nodeResolve({ preferBuiltins: true }), commonjs()];
    const bundle = await rollup({ input: entry, plugins, external: [/^node:/, ${external}] });
    await bundle.write({ file: out, format: "${format}" });`;
  const rolldown = (format: string, more = "") => `import { rolldown } from "rolldown";
    BUILD
    const bundle = await rolldown({ input: entry, platform: "node", ${more} });
    await bundle.write({ file: out, format: "${format}" });`;
  const webpack = (externals: string) => `import path from "node:path";
    import { promisify } from "node:util";
    import webpack from "webpack";
    BUILD
    const output = { path: path.dirname(out), filename: path.basename(out) };
    const options = { mode: "production", target: "node", entry, output, externals: ${externals} };
    const stats = await promisify(webpack)(options);
    if (stats.hasErrors()) throw new Error(stats.toString());`;
  const vite = (ssr: string) => `import path from "node:path";
    import { build } from "vite";
    BUILD
    const rollupOptions = { output: { entryFileNames: path.basename(out) } };
    const how = { ssr: entry, outDir: path.dirname(out), emptyOutDir: false, rollupOptions };
    await build({ configFile: false, logLevel: "warn", ssr: ${ssr}, build: how });`;

  it.each([
    ["esbuild.mjs", esbuild("esm")],
    ["esbuild.cjs", esbuild("cjs")],
    ["esbuild-small.mjs", esbuild("esm", "minify: true")],
    // Custom conditions replace `module`, so that the CommonJS files are bundled.
    ["esbuild-conditions.cjs", esbuild("cjs", 'conditions: ["custom"]')],
    ["webpack.cjs", webpack("{}")],
    ["rollup.mjs", rollup("es")],
    ["rollup.cjs", rollup("cjs")],
    ["rolldown.mjs", rolldown("esm")],
    ["rolldown.cjs", rolldown("cjs")],
    ["vite.mjs", vite("{ noExternal: true }")],
  ])("%s uses the TypeScript engine and says why", (name, program) => {
    expect(answersOf(process.execPath, [build(name, program)])).toEqual(bundled);
  });

  it.each([
    ["esbuild-external.mjs", esbuild("esm", 'external: ["lane-journal"]')],
    ["esbuild-external.cjs", esbuild("cjs", 'external: ["lane-journal"]')],
    ["webpack-external.cjs", webpack('{ "lane-journal": "commonjs lane-journal" }')],
    ["rollup-external.mjs", rollup("es", '"lane-journal"')],
    ["rollup-external.cjs", rollup("cjs", '"lane-journal"')],
    ["rolldown-external.mjs", rolldown("esm", 'external: ["lane-journal"]')],
    ["rolldown-external.cjs", rolldown("cjs", 'external: ["lane-journal"]')],
    ["vite-external.mjs", vite('{ external: ["lane-journal"] }')],
  ])("%s uses the native engine, because the package is external", (name, program) => {
    expect(answersOf(process.execPath, [build(name, program)])).toMatchObject({ ...answers, engine: "native" });
  });

  it("as a single executable application uses the TypeScript engine and says why", () => {
    const main = build("single.cjs", esbuild("cjs"));
    const [blob, config, application] = [at("single.blob"), at("sea.json"), at("single")];
    writeFileSync(config, JSON.stringify({ main, output: blob, disableExperimentalSEAWarning: true }));
    expect(run(process.execPath, ["--experimental-sea-config", config], folder)).toMatchObject({ status: 0 });
    copyFileSync(process.execPath, application);
    chmodSync(application, 0o755);
    const fuse = ["--sentinel-fuse", "NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2"];
    expect(run(bin("postject"), [application, "NODE_SEA_BLOB", blob, ...fuse], folder)).toMatchObject({ status: 0 });
    expect(answersOf(application, [])).toEqual(bundled);
  });
});
