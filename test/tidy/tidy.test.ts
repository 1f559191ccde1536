// Checks the house rules that a program can check, in every file of the project.
import { describe, expect, it } from "vitest";
import { isProgram, listFiles, readSource, type SourceFile } from "./files.js";
import { findOpenPatterns } from "./patterns.js";
import { type FunctionShape, shapeCpp, shapeTypeScript } from "./shape.js";

const limits = { fileLines: 300, functionLines: 60, lineColumns: 120, nesting: 3 };

const sources = listFiles().map(readSource);
const programs = sources.filter(({ file }) => isProgram(file));
const ownPrograms = programs.filter(({ file }) => /^(src|native|bench|packages\/[^/]+\/src)\//.test(file));

/** Regular expressions without a bound of their own, by file, and what bounds the text that they match. */
const boundedElsewhere: { [file: string]: string } = {
  "src/core/skeleton.ts": "lines of at most 4,096 characters; what it makes runs over stretches of at most 4 MiB",
  "src/core/shapes.ts": "compiles what src/core/skeleton.ts makes",
  "src/read/not-a-journal.ts": "the first 4,096 bytes of a file",
  "src/compact/temporary.ts": "names of files, which the system keeps short",
};

/** The stems that only one side has, with the reason. */
const oneSided: { [stem: string]: string } = {
  batch: "native/scan/entries makes the arrays, as it has the file",
  "check-rows": "native/scan/check_rows is its twin, as the state is in native/scan",
  "check-value": "native/scan/check_value is its twin",
  checks: "native/scan/checks is its twin, as it reads the file again",
  content: "native/scan/scan decides it from what native/scan/state has counted",
  copy: "leases that stay in memory; native keeps their text",
  crc32: "node:zlib has it in TypeScript",
  cut: "native/scan/cut is its twin, as it has the file",
  decode: "TextDecoder does it in TypeScript",
  dialect: "native/json/json reads what JSON.parse refuses in its one pass",
  "entry-batch": "native/scan/entries returns a text and the places of its items",
  drive: "the addon has steps, which JavaScript drives",
  failure: "names the call that failed; an error of node:fs has it in TypeScript",
  "held-lease": "a type of the compaction, which is written in TypeScript alone",
  good: "reads a text again that was checked before; JSON.parse makes values",
  identity: "native/fold/live keys its map by the two texts themselves",
  arena: "JavaScript keeps what is referred to",
  hash: "a Map hashes its keys itself",
  "hash-index": "a Map is a hash table itself",
  padded: "memory with padding, which JavaScript does not have",
  generations: "native/fold/fold does both folds at once, so that an identity is looked up once",
  match: "native/match/shape by the widest instructions; src/core/shapes leaves that to the RegExp engine",
  layout: "native/match/shape with the lengths of its values; src/core/shapes leaves that to the RegExp engine",
  number: "JSON.parse reads numbers",
  processor: "JavaScript does not choose instructions",
  windows: "handles and errors of Windows, which node:fs converts in TypeScript",
  shape: "one of native/match/shapes, as src/core/skeleton is one of src/core/shapes",
  simd: "there is none in JavaScript",
  layered: "lets an answer fold the last line without a copy; the native state puts back what that line changed",
  line: "the limits of a line; src/core/lines has them beside the cutting",
  lines: "native/scan/lines cuts them, as it has the file",
  shallow: "values of long members; the native fold makes no values",
  "value-text": "a value back to a text; the native leases are never values",
  members: "gives the texts of members; native/json/json gives them anyway",
  outline: "native/json/json validates without making values anyway",
  pass: "native/scan/state is its twin, as it is copied between threads",
  quote: "JSON.stringify does it in TypeScript",
  refusal: "src/core/report asks a parsed reason; native/core tells most apart by one character",
  report: "native/scan/folded_lines counts and reports as it folds, native/scan/state as it joins",
  repeats: "JSON.parse hides repeated keys, native/json/json does not",
  snapshot: "native/scan/snapshot, beside the state it saves",
  sparse: "as outline; native/fold/entry reads every line so",
  skip: "native/json/json finds the ends of values in its one pass",
  sift: "native/scan/sift is its twin, as it has the file",
  "sifted-batch": "what either engine returns, for the history, which is written in TypeScript alone",
  "sifted-leases": "native/scan/sift keeps the numbers of identities itself",
  skeleton: "a way round JSON.parse, which the addon does not call",
  text: "text between two pointers, which JavaScript does not have",
  trees: "compares the trees of leases; decisions and the history are made in JavaScript",
  taker: "the interface of core/pass and core/batch; in native/scan both ask for lines themselves",
};

function offences(from: SourceFile[], find: (source: SourceFile) => string[]): string[] {
  return from.flatMap((source) => find(source).map((offence) => `${source.file}${offence}`));
}

function shapesOf({ file, text }: SourceFile): FunctionShape[] {
  return /\.(cc|h)$/.test(file) ? shapeCpp(text) : shapeTypeScript(text);
}

function shapeOffences(from: SourceFile[], measure: "lines" | "nesting", most: number): string[] {
  return offences(from, (source) => {
    const over = shapesOf(source).filter((shape) => shape[measure] > most);
    return over.map((shape) => `:${shape.line}: expected ${measure} of at most ${most}, found ${shape[measure]}`);
  });
}

function linesMatching(from: SourceFile[], pattern: RegExp): string[] {
  return offences(from, ({ lines }) =>
    lines.flatMap((line, i) => (pattern.test(line) ? [`:${i + 1}: ${line.trim().slice(0, 100)}`] : [])),
  );
}

function fileOf(name: string): SourceFile {
  const found = sources.find(({ file }) => file === name);
  if (found === undefined) throw new Error(`expected a file ${name}, found none`);
  return found;
}

function sourceList(): string[] {
  return fileOf("native/sources.txt").text.trim().split(/\s+/);
}

describe("the checks themselves", () => {
  it("find a long function, nested control flow and where each begins, in TypeScript", () => {
    const nested =
      "const a = 1;\nfunction f() {\n  for (;;) {\n    if (a) {\n      try {\n      } catch {}\n    }\n  }\n}\n";
    expect(shapeTypeScript(nested)).toEqual([{ line: 2, lines: 8, nesting: 3 }]);
  });

  it("find the same in C++, despite namespaces, classes, literals, comments and lambdas", () => {
    const nested = [
      "namespace lane {",
      "struct Live { int n = 0; };  // { not a brace",
      "int Fold::step(int fd) const {",
      "  for (int i = 0; i < fd; ++i) { if (text[i] == '{') { while (true) { puts(\"{\"); } } }",
      "  auto next = [&](int at) { return at; };",
      "  return 1;",
      "}",
      "}  // namespace lane",
    ].join("\n");
    expect(shapeCpp(nested)).toEqual([
      { line: 5, lines: 1, nesting: 0 },
      { line: 3, lines: 5, nesting: 3 },
    ]);
  });

  it("cover both languages, the suites and the scripts", () => {
    const seen = programs.map(({ file }) => file);
    expect(seen).toEqual(
      expect.arrayContaining(["src/index.ts", "test/tidy/tidy.test.ts", "scripts/run.mjs", "native/install.cjs"]),
    );
    expect(seen.some((file) => /^native\/.*\.cc$/.test(file))).toBe(true);
  });
});

describe("limits", () => {
  it(`no file has more than ${limits.fileLines} lines`, () => {
    const over = programs.filter(({ lines }) => lines.length > limits.fileLines);
    expect(over.map(({ file, lines }) => `${file}: ${lines.length}`)).toEqual([]);
  });

  it(`no line has more than ${limits.lineColumns} columns`, () => {
    expect(linesMatching(programs, new RegExp(`^.{${limits.lineColumns + 1},}$`, "u"))).toEqual([]);
  });

  it(`no function has more than ${limits.functionLines} lines`, () => {
    expect(shapeOffences(ownPrograms, "lines", limits.functionLines)).toEqual([]);
  });

  it(`no function nests deeper than ${limits.nesting}`, () => {
    expect(shapeOffences(programs, "nesting", limits.nesting)).toEqual([]);
  });

  it("every file begins with a comment that says what it does", () => {
    const bare = programs.filter(({ text }) => !/^(#![^\n]*\n)?(\/\/|\/\*)/.test(text));
    expect(bare.map(({ file }) => file)).toEqual([]);
  });

  it("no file has tabs, trailing blanks or a missing last LF", () => {
    expect(linesMatching(programs, /\t|\s$/)).toEqual([]);
    expect(programs.filter(({ text }) => !/[^\n]\n$/.test(text)).map(({ file }) => file)).toEqual([]);
  });
});

describe("regular expressions", () => {
  it("are found if a quantifier has no bound, despite classes and escapes, or if created at run time", () => {
    const text = "const a = /[*+]\\*x{1,9}y?/; const b = /x*/; const c = /\\d+/g; const d = /x{2,}/; new RegExp(e);";
    expect(findOpenPatterns(text)).toEqual(["/x*/", "/\\d+/g", "/x{2,}/", "new RegExp(e)"]);
  });

  // V8 uses stack for each repetition of a match: a quantifier over a line of 64 MiB overflows it with a RangeError.
  it("repeat without a bound only over short texts, which are listed here", () => {
    const open = sources.filter(
      ({ file, text }) => /^src\/(?!bench\/).*\.ts$/.test(file) && findOpenPatterns(text).length > 0,
    );
    expect(open.map(({ file }) => file).toSorted()).toEqual(Object.keys(boundedElsewhere).toSorted());
  });
});

describe("layers", () => {
  it("only the binding includes napi.h", () => {
    const including = sources.filter(({ text }) => /#\s*include\s*[<"](napi|node_api)\.h/.test(text));
    expect(including.map(({ file }) => file).filter((file) => !/^native\/binding[^/]*\.(cc|h)$/.test(file))).toEqual(
      [],
    );
    expect(including.length).toBeGreaterThan(0);
  });

  it("the core uses no disk, clock, environment or process, and imports no layer above it", () => {
    const core = programs.filter(({ file }) => file.startsWith("src/core/"));
    const effects =
      /["']node:(fs|os|path|process|child_process|net|worker_threads|timers)|process\.|Date\.now|new Date\(\)/;
    expect(linesMatching(core, effects)).toEqual([]);
    expect(linesMatching(core, /from "\.\.\/(?!types\.js|errors\.js)/)).toEqual([]);
    expect(core.length).toBeGreaterThan(0);
  });

  it("the native core uses no file and starts no thread", () => {
    const core = programs.filter(({ file }) => /^native\/(base|json|fold|match)\//.test(file));
    expect(linesMatching(core, /#\s*include\s*<(fstream|cstdio|fcntl\.h|unistd\.h|thread|uv\.h)>/)).toEqual([]);
  });

  it("only named exports are used, and no type is circumvented", () => {
    const typed = programs.filter(({ file }) => /^(src|bench|packages)\/.*\.ts$/.test(file));
    expect(
      linesMatching(typed, /^export default|@ts-(ignore|nocheck|expect-error)|\bas any\b|\bas unknown as\b/),
    ).toEqual([]);
  });
});

describe("the two sides", () => {
  it("every stem of a core is on both sides, or is listed here with its reason", () => {
    const stems = (pattern: RegExp) =>
      new Set(sources.flatMap(({ file }) => pattern.exec(file)?.[1]?.replaceAll("_", "-") ?? []));
    const native = stems(/^native\/(?:base|json|fold|match)\/([^/]+)\.(?:h|cc)$/);
    const script = stems(/^src\/core\/([^/]+)\.ts$/);
    const alone = [...native, ...script].filter((stem) => !(native.has(stem) && script.has(stem))).toSorted();
    expect(alone).toEqual(Object.keys(oneSided).toSorted());
  });

  it("native/sources.txt names every source outside the tests and fuzz targets, once", () => {
    const present = sources.map(({ file }) => file).filter((file) => /^native\/(?!test\/|fuzz\/).*\.cc$/.test(file));
    expect(sourceList().toSorted()).toEqual(present.toSorted());
  });

  it.each([
    ["binding.gyp", []],
    // The benchmark of simdjson compiles no other source of ours.
    ["CMakeLists.txt", ["native/simdjson_unit.cc"]],
  ])("%s builds that list and names no other source of the addon", (name, named) => {
    const { text } = fileOf(name);
    expect(text).toMatch(/native\/sources\.(txt|cjs)/);
    expect(text.match(/native\/[\w/]*\w\.cc\b/g) ?? []).toEqual(named);
  });
});

describe("the package", () => {
  const described: unknown = JSON.parse(fileOf("package.json").text);

  it.each(["dependencies", "devDependencies"])("pins its %s exactly", (kind) => {
    const pins: unknown = Reflect.get(Object(described), kind);
    const loose = Object.entries(Object(pins)).filter(([, pin]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(String(pin)));
    expect(loose).toEqual([]);
    expect(Object.keys(Object(pins)).length).toBeGreaterThan(0);
  });

  it("the lock file names no registry, only the packages of this repository", () => {
    expect(readSource("package-lock.json").text).not.toMatch(/"resolved": "(?!packages\/)/);
  });

  it("names no folder of a machine, private registry or host", () => {
    const folders = ["work", "home", "root", "Users", "mnt"].join("|");
    const hosts = ["artifactory", "verdaccio", "jfrog", "registry\\.[a-z]", "\\.internal\\b", "\\.corp\\b"].join("|");
    const ours = sources.filter(({ file }) => file !== "test/tidy/tidy.test.ts");
    expect(linesMatching(ours, new RegExp(`(^|[\\s"'\`(=:])/(${folders})/|${hosts}`))).toEqual([]);
  });
});
