// Checks that `npm pack` includes exactly the files that an installation needs, within a size limit, and every licence.
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { listFiles } from "../tidy/files.js";
import { listTarball, packProject, run } from "./installs.js";

/** Without anything prebuilt it has a third of this. Each platform adds about 1.3 MB, an addon and an executable. */
const tarballBytesMax = 6_000_000;

/** The files of the bundle. Check for each new one whether it is loaded at start-up or lazily. */
const bundled = [
  ...["index", "pure", "late-modules", "late-snapshot", "late-workspace", "rolldown-runtime"],
  ...["shared", "shared-late", "shared-snapshot"],
  ...["lj", "call", "help", "instants", "time-words", "completions", "program", "python", "strict", "version"],
  ...["bench", "child", "duckdb", "plain"],
  ...[
    "attempts",
    "colour",
    "compact",
    "doctor",
    "export",
    "fit",
    "fleet",
    "history",
    "json",
    "leases",
    "lock",
    "parquet",
    "log-flags",
    "open",
    "over",
    "replay",
    "seq",
    "place",
    "prune",
    "session",
    "ship",
    "span",
    "tail",
    "timeline",
    "times",
    "top",
    "unlock",
    "verify",
    "rows",
    "why",
    "width",
    "word",
    "words",
  ],
].map((name) => `dist/package/${name}.js`);

/** The files for `import` in Node, and for bundlers. */
const modules = ["index", "pure", "bundler/index", "bundler/pure", "bundler/exports"].map(
  (name) => `dist/package/${name}.mjs`,
);

const ownFiles = listFiles();

let folder = "";
let tarball = "";
let files: string[] = [];

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "lane-journal-tarball-"));
  tarball = packProject(folder);
  files = listTarball(tarball);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const below = (prefix: string): string[] => files.filter((file) => file.startsWith(prefix)).toSorted();
const read = (file: string): string => run("tar", ["xzOf", tarball, `package/${file}`], folder).stdout;

describe("the tarball", () => {
  it("has at most 6 MB", () => {
    expect(statSync(tarball).size).toBeLessThanOrEqual(tarballBytesMax);
  });

  it("includes those files of the root that npm and an install need", () => {
    const top = [
      "CHANGELOG.md",
      "LICENSE",
      "LICENSE.third-party.md",
      "README.md",
      "SECURITY.md",
      "binding.gyp",
      "package.json",
    ];
    expect(files.filter((file) => !file.includes("/")).toSorted()).toEqual(top);
  });

  it("includes only these folders", () => {
    const folders = new Set(files.filter((file) => file.includes("/")).map((file) => file.split("/")[0]));
    expect([...folders].toSorted()).toEqual(["dist", "docs", "examples", "man", "native", "node_modules", "prebuilds"]);
  });

  it("includes the bundle and the types of every source, and nothing else of dist/", () => {
    const types = ownFiles
      .filter((file) => /^src\/(?!page\/).*\.ts$/.test(file))
      .map((file) => file.replace(/\.ts$/, ".d.ts"));
    const forCommonJs = types
      .filter((file) => !/^src\/(cli|bench|timeline)\//.test(file))
      .map((file) => file.replace("src/", "types/"));
    const declared = [...types.map((file) => `dist/${file}`), ...forCommonJs.map((file) => `dist/package/${file}`)];
    const others = ["lj", "package.json", "timeline.html"].map((name) => `dist/package/${name}`);
    const expected = [...bundled, ...modules, ...others, ...declared];
    expect(below("dist/")).toEqual(expected.toSorted());
  });

  it("includes every source of the addon and its build files, but none of its tests and fuzz targets", () => {
    const source = (file: string) => /^native\/(?!test\/|fuzz\/).*\.(cc|h|inc)$/.test(file);
    const builders = ["headers.cjs", "install.cjs", "place.cjs", "sources.cjs", "sources.txt"].map(
      (name) => `native/${name}`,
    );
    expect(below("native/")).toEqual([...ownFiles.filter(source), ...builders].toSorted());
  });

  it("includes every source that native/sources.txt names", () => {
    const named = read("native/sources.txt").trim().split(/\s+/);
    expect(named.filter((file) => !files.includes(file))).toEqual([]);
  });

  it("includes only pages, pictures and SQL in docs/, and only what was prebuilt and its page in prebuilds/", () => {
    const built = /^prebuilds\/(README\.md|[a-z0-9]+-[a-z0-9]+\/([^/]+\.node|lj(\.\w+)?))$/;
    const foreign = [
      ...below("docs/").filter((file) => !/^docs\/([^/]+\.(md|svg|png)|sql\/[^/]+\.sql)$/.test(file)),
      ...below("prebuilds/").filter((file) => !built.test(file)),
    ];
    expect(foreign).toEqual([]);
    expect(files).toContain("docs/format.md");
  });

  it("bundles simdjson, and no other dependency", () => {
    const parts = ["LICENSE", "package.json", "src/simdjson.cpp", "src/simdjson.h"];
    const wanted = parts.map((file) => `node_modules/@nozbe/simdjson/${file}`);
    expect(files).toEqual(expect.arrayContaining(wanted));
    expect(below("node_modules/").filter((file) => !file.startsWith("node_modules/@nozbe/simdjson/"))).toEqual([]);
  });

  it("includes the licences of the package, of simdjson and of what is compiled in", () => {
    expect(read("LICENSE")).toMatch(/MIT License/);
    expect(read("node_modules/@nozbe/simdjson/LICENSE")).toMatch(/Apache License\s+Version 2\.0/);
    const third = read("LICENSE.third-party.md");
    expect(["simdjson", "node-addon-api", "chrono-node"].filter((part) => !third.includes(part))).toEqual([]);
  });
});
