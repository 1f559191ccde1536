// dist/src, as tsc made it -> dist/*.cjs, what the package runs: few files, and at first only what a replay needs.
//
// Starting up is most of a small replay. An ES module costs milliseconds to begin with, each file some tenths, and text
// costs by its length, whether it is called or not. So the code is CommonJS; the modules below, and all that they alone
// need, are one file more, which is loaded at the first call of one of their functions. The ES modules that `import`
// finds hand out the same objects: there is one copy of everything in a process.
import { chmodSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { rolldown } from "rolldown";

const root = fileURLToPath(new URL(".", import.meta.url));
const source = join(root, "dist", "src");
const output = join(root, "dist");

/** What the eager modules import of these are functions and constants; a class is made through a function. */
const late = [
  "core/compact",
  "core/cut",
  "core/fold",
  "engine/script",
  "follow",
  "journal",
  "leases",
  "leases/request",
  "snapshot",
  "tail",
  "write/append",
  "write/encode",
  "write/entries",
].map((name) => join(source, `${name}.js`));

const lateEntry = "\0late";
const lateFile = "./late.cjs";
const standIn = "\0late:";

/** What a first replay runs, native or not: one file. */
const first = [
  "(surface|read|readable|arguments|errors|exports|package)",
  "engine/(addon|choose|native)",
  "core/(dialect|findings|json|op|words)",
  "write/(disk|known-journal|path)",
];

/** Modules that load a late one only when it is called: all that is not late itself or brought in by one. */
const eager = ["exports", "surface", "read", "arguments", "index", "pure"].map((name) => join(source, `${name}.js`));

const loadsLate = {
  name: "late",
  resolveId(id, importer) {
    if (id === lateEntry) return id;
    if (id === lateFile) return { id, external: true };
    // `lj bench` runs what tsc made.
    if (id.startsWith("../../bench/")) return { id: id.replace("../../", "./"), external: true };
    if (importer === undefined || !eager.includes(importer)) return undefined;
    const target = join(importer, "..", id);
    return late.includes(target) ? `${standIn}${target}` : undefined;
  },
  async load(id) {
    if (id === lateEntry) return late.map((file, i) => `export * as m${i} from ${JSON.stringify(file)};`).join("\n");
    return id.startsWith(standIn) ? writeStandIns(id.slice(standIn.length)) : undefined;
  },
};

async function writeStandIns(file) {
  const module = `require(${JSON.stringify(lateFile)}).m${late.indexOf(file)}`;
  const lines = Object.entries(await import(pathToFileURL(file))).map(([name, value]) => {
    if (typeof value === "function") {
      const made = `new.target === undefined ? late(...given) : new late(...given)`;
      return `export function ${name}(...given) { const late = ${module}.${name}; return ${made}; }`;
    }
    if (typeof value !== "object") return `export const ${name} = ${JSON.stringify(value)};`;
    return `export const ${name} = new Proxy({}, { get: (_, key) => ${module}.${name}[key] });`;
  });
  return lines.join("\n");
}

const bundle = await rolldown({
  cwd: root,
  input: {
    index: join(source, "index.js"),
    late: lateEntry,
    lj: join(source, "cli", "main.js"),
    pure: join(source, "pure.js"),
  },
  platform: "node",
  external: [/^node:/, "commander", "cli-progress", "node-gyp-build"],
  plugins: [loadsLate],
});
await bundle.write({
  dir: output,
  format: "cjs",
  entryFileNames: "[name].cjs",
  chunkFileNames: "[name].cjs",
  codeSplitting: {
    groups: [
      { name: "first", test: new RegExp(`/src/(${first.join("|")})\\.js$|^${standIn}`) },
      { name: "late-modules", test: /\/src\/(?!cli\/|index\.js|pure\.js)/ },
    ],
  },
  comments: false,
});
chmodSync(join(output, "lj.cjs"), 0o755);

/** The objects of the CommonJS file under the names that an ES module needs to know beforehand. */
const require = createRequire(import.meta.url);
for (const entry of ["index", "pure"]) {
  const names = Object.keys(require(join(output, `${entry}.cjs`))).toSorted();
  const text = `import surface from "./${entry}.cjs";\nexport const { ${names.join(", ")} } = surface;\n`;
  writeFileSync(join(output, `${entry}.js`), text);
}
