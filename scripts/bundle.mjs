// Builds dist/package, which users run, from dist/src, which tsc wrote.
//
// Node gets CommonJS: an ES module costs milliseconds at start, each file some tenths, and text costs by its length,
// called or not. So index.js holds what a first replay runs, and late-require.ts loads the rest at first use. `import`
// reaches the same files through a wrapper, so a process has one copy of everything (test/package/bundle.test.ts).
// Bundlers get one ES module, because some of them cannot put `require("node:fs")` into an ES module.
import { cpSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";
import { buildPage } from "./page.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const output = join(root, "dist", "package");

const inSource = (name) => join(root, "dist", "src", `${name}.js`);

const platform = {
  cwd: root,
  platform: "node",
  external: [
    /^node:/,
    ...["cli-progress", "node-gyp-build", "picocolors", "smol-toml", "string-width"],
    ...["@duckdb/node-api", "hyparquet-writer"],
  ],
};

const plainText = { legal: true, annotation: false, jsdoc: false };

/** Replaces late.ts by late-require.ts. The files that it requires are entries of this build and stay external. */
const late = {
  name: "late",
  resolveId(id, importer) {
    if (importer === inSource("late-require") && /late-(modules|snapshot|workspace)\.js$/.test(id))
      return { id, external: true };
    return basename(id) === "late.js" ? inSource("late-require") : undefined;
  },
};

/** The modules that an entry needs at once. */
async function modulesOf(name) {
  const bundle = await rolldown({ ...platform, input: inSource(name), plugins: [late] });
  const { output: chunks } = await bundle.generate({ format: "cjs" });
  return new Set(chunks.flatMap(({ moduleIds }) => moduleIds));
}

/** Builds the files that Node runs, and the command. */
async function writeForNode() {
  const parts = { shared: "index", "shared-snapshot": "read/snapshot", "shared-late": "late-modules" };
  const groups = Object.entries(parts).map(async ([name, entry]) => {
    const modules = await modulesOf(entry);
    return { name, test: (id) => modules.has(id) };
  });
  const bundle = await rolldown({
    ...platform,
    input: {
      index: inSource("index"),
      pure: inSource("pure"),
      "late-modules": inSource("late-modules"),
      "late-snapshot": inSource("read/snapshot"),
      "late-workspace": inSource("file/workspace"),
      lj: inSource("cli/main"),
      child: join(root, "dist", "src", "bench", "child.js"),
    },
    plugins: [late],
  });
  const { output: chunks } = await bundle.write({
    dir: output,
    format: "cjs",
    entryFileNames: "[name].js",
    chunkFileNames: "[name].js",
    // A module belongs to the first group that contains it, so that each file has as few modules as possible.
    codeSplitting: { groups: await Promise.all(groups) },
    comments: plainText,
  });
  return chunks;
}

/** Builds ES modules for bundlers, so that `import` of Node's modules works in every output format. */
async function writeForBundlers() {
  const bundle = await rolldown({ ...platform, input: { index: inSource("bundled"), pure: inSource("pure") } });
  const { output: chunks } = await bundle.write({
    dir: join(output, "bundler"),
    format: "esm",
    entryFileNames: "[name].mjs",
    chunkFileNames: "[name].mjs",
    comments: plainText,
  });
  return chunks.map((chunk) => ({ ...chunk, fileName: join("bundler", chunk.fileName) }));
}

/**
 * The entry for `import` in Node. Without `createRequire`, Node would compile its CommonJS lexer, which takes 20 ms.
 */
function writeWrapper({ name, exports }) {
  const names = exports.map((exported) => `  ${exported},`).join("\n");
  const from = `createRequire(import.meta.url)("./${name}.js")`;
  const code = `import { createRequire } from "node:module";\n\nexport const {\n${names}\n} = ${from};\n`;
  writeFileSync(join(output, `${name}.mjs`), code);
  return { fileName: `${name}.mjs`, code };
}

/** The same declarations below a package.json that says CommonJS, for TypeScript that compiles to CommonJS. */
function copyTypes() {
  const source = join(root, "dist", "src");
  const wanted = (path) =>
    statSync(path).isDirectory() ? !/(cli|bench|timeline)$/.test(path) : path.endsWith(".d.ts");
  cpSync(source, join(output, "types"), { recursive: true, filter: wanted });
}

/** The page of `lj timeline --html`, which the command reads when it needs it. */
async function writePage() {
  const code = await buildPage(root);
  writeFileSync(join(output, "timeline.html"), code);
  return { fileName: "timeline.html", code };
}

rmSync(output, { recursive: true, force: true });
const forNode = await writeForNode();
const wrappers = forNode.filter(({ name }) => name === "index" || name === "pure").map(writeWrapper);
const chunks = [...forNode, ...wrappers, ...(await writeForBundlers()), await writePage()];
writeFileSync(join(output, "package.json"), '{ "type": "commonjs" }\n');
writeFileSync(join(output, "lj"), createRequire(import.meta.url)("../native/place.cjs").script, { mode: 0o755 });
copyTypes();
for (const { fileName, code } of chunks) console.log(relative(root, join(output, fileName)), code.length);
