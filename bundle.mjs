// dist/src and dist/bench, as tsc made them -> dist/package, which users run: at first only what a replay needs.
//
// Starting up is most of a small replay. An ES module costs milliseconds to begin with, each file some tenths, and text
// costs by its length, whether it is called or not. So the code is CommonJS; the modules below, and all that they alone
// need, are files more, which are loaded at the first call of one of their functions. `import` and `require` find the
// same files: there is one copy of everything in a process (test/package/bundle.test.ts).
import { rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { rolldown } from "rolldown";

const root = dirname(fileURLToPath(import.meta.url));
const source = join(root, "dist", "src");
const output = join(root, "dist", "package");

const inSource = (name) => join(source, `${name}.js`);

/** What the eager modules import of these are functions and constants; a class is made through a function. */
const late = [
  "core/compact",
  "core/cut",
  "core/dialect",
  "core/fold",
  "engine/script",
  "follow",
  "journal",
  "leases",
  "leases/request",
  "snapshot",
  "write/append",
  "write/encode",
  "write/entries",
  "write/workspace-file",
].map(inSource);

/** The modules that get a late one only as it is called. */
const eager = ["exports", "surface", "read", "arguments", "index", "pure", "engine/native", "write/path"].map(inSource);

/** What a first replay runs, on the native engine: one file. */
const first = new RegExp(
  [
    "[\\\\/]src[\\\\/](surface|read|readable|tail|arguments|errors|system-error|exports|package)\\.js$",
    "[\\\\/]src[\\\\/]engine[\\\\/](addon|choose|native)\\.js$",
    "[\\\\/]src[\\\\/]core[\\\\/](copy|findings|op|words)\\.js$",
    "[\\\\/]src[\\\\/]write[\\\\/]path\\.js$",
    "^\0late:",
  ].join("|"),
);

const lateEntry = "\0late";
const lateFile = "./late.js";
/** Files of their own: a process that finds a snapshot, or a dos.toml, needs no other late module. */
const ownFiles = new Map([
  [inSource("snapshot"), "./late-snapshot.js"],
  [inSource("write/workspace-file"), "./late-workspace.js"],
]);
const standIn = "\0late:";
const standInMaker = `${standIn}maker`;

const loadsLate = {
  name: "late",
  resolveId(id, importer) {
    if (id === lateEntry || id === standInMaker) return id;
    if (id === lateFile) return { id, external: true };
    if ([...ownFiles.values()].includes(id) && importer?.startsWith(standIn)) return { id, external: true };
    if (importer === undefined || !eager.includes(importer)) return undefined;
    const target = join(importer, "..", id);
    return late.includes(target) ? `${standIn}${target}` : undefined;
  },
  async load(id) {
    if (id === lateEntry) return late.map(writeLateExport).join("\n");
    if (id === standInMaker) return makerText;
    return id.startsWith(standIn) ? writeStandIns(id.slice(standIn.length)) : undefined;
  },
};

/** A module with a file of its own is not in late.js as well: that would load it with all others. */
const writeLateExport = (file, i) => (ownFiles.has(file) ? "" : `export * as m${i} from ${JSON.stringify(file)};`);

/** A function, class or object of a late module: that is loaded as this is used. */
const makerText = `export const standIn = (load, name) => new Proxy(function () {}, {
  apply: (_, self, given) => Reflect.apply(load()[name], self, given),
  construct: (_, given) => Reflect.construct(load()[name], given),
  get: (_, key) => load()[name][key],
});`;

/** A getter for each export is four times the text of an assignment, and no exported name is ever assigned again. */
const exportsPlainly = {
  name: "exports as assignments",
  generateBundle(_, files) {
    const returned = "get: function\\(\\) \\{\\s+return (.+);\\s+\\}";
    const getter = new RegExp(
      `Object\\.defineProperty\\(exports, "(\\w+)", \\{\\s+enumerable: true,\\s+${returned}\\s+\\}\\);`,
      "g",
    );
    for (const chunk of Object.values(files)) chunk.code = chunk.code.replace(getter, "exports.$1 = $2;");
  },
};

/**
 * What `index` and the others share becomes a part of index.js, as a file more takes 0.2 ms to load; the others find it
 * there under a symbol, which is no export to anybody.
 */
const sharesInIndex = {
  name: "shared modules in index.js",
  generateBundle(_, files) {
    const { "index.js": index, "first.js": first } = files;
    const symbol = 'Symbol.for("lane-journal: shared modules")';
    const from = 'require("./first.js")';
    // Not called `exports`: Node finds the names that can be imported by the look of the text.
    const code = first.code.replace(/^exports\./gm, "shared.");
    const parts = ["(() => {", "const shared = {};", code, "return shared;", "})()"].join("\n");
    index.code = `${index.code.replace(from, () => parts)}\nexports[${symbol}] = require_first;\n`;
    for (const chunk of Object.values(files)) {
      if (chunk !== index) chunk.code = chunk.code.replace(from, () => `require("./index.js")[${symbol}]`);
    }
    delete files["first.js"];
  },
};

/** The same names as those of a late module: what is called is looked up in it, a constant is written out. */
async function writeStandIns(file) {
  const own = ownFiles.get(file);
  const module = own === undefined ? `require("${lateFile}").m${late.indexOf(file)}` : `require("${own}")`;
  const names = Object.entries(await import(pathToFileURL(file))).map(([name, value]) => {
    if (typeof value === "symbol") return "";
    if (typeof value !== "function" && typeof value !== "object")
      return `export const ${name} = ${JSON.stringify(value)};`;
    return `export const ${name} = /* @__PURE__ */ standIn(load, "${name}");`;
  });
  return [`import { standIn } from "${standInMaker}";`, `const load = () => ${module};`, ...names].join("\n");
}

async function writeBundle() {
  const bundle = await rolldown({
    cwd: root,
    input: {
      index: inSource("index"),
      pure: inSource("pure"),
      late: lateEntry,
      "late-snapshot": inSource("snapshot"),
      "late-workspace": inSource("write/workspace-file"),
      lj: inSource("cli/main"),
      child: join(root, "dist", "bench", "child.js"),
    },
    platform: "node",
    external: [/^node:/, "commander", "cli-progress", "node-gyp-build", "smol-toml", "@duckdb/node-api"],
    plugins: [loadsLate, exportsPlainly, sharesInIndex],
  });
  const { output: chunks } = await bundle.write({
    dir: output,
    format: "cjs",
    entryFileNames: "[name].js",
    chunkFileNames: "[name].js",
    codeSplitting: {
      groups: [
        { name: "first", test: first },
        { name: "snapshot-modules", test: /[\\/]src[\\/](snapshot|write[\\/](known-journal|disk))\.js$/ },
        // workspace-file.js stays in a file of its own: it alone needs smol-toml.
        { name: "late-modules", test: /[\\/]src[\\/](?!cli[\\/]|index\.js|pure\.js|write[\\/]workspace-file)/ },
      ],
    },
    comments: { legal: true, annotation: false, jsdoc: false },
  });
  return chunks;
}

rmSync(output, { recursive: true, force: true });
const chunks = await writeBundle();
writeFileSync(join(output, "package.json"), '{ "type": "commonjs" }\n');
for (const { fileName, code } of chunks) console.log(relative(root, join(output, fileName)), code.length);
