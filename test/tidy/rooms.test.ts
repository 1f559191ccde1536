// Checks which folder imports which, and that no folder of src outgrows the others.
import path from "node:path";
import { describe, expect, it } from "vitest";
import { listFiles, readSource } from "./files.js";

/** Maps a folder of src, or a file directly in it, to what it may import. No folder may import one on a later line. */
const scriptRooms: { [room: string]: readonly string[] } = {
  errors: [],
  package: [],
  nearest: [],
  quantities: [],
  program: ["package"],
  "unknown-key": ["nearest"],
  types: [],
  core: ["types"],
  file: ["core", "errors"],
  engine: ["core", "errors", "file", "package", "types"],
  arguments: ["core", "engine", "file", "types"],
  read: ["arguments", "core", "engine", "errors", "file", "types"],
  write: ["arguments", "core", "engine", "errors", "file", "read", "types", "unknown-key"],
  compact: ["arguments", "core", "engine", "errors", "file", "read", "types", "write"],
  history: ["arguments", "core", "engine", "errors", "file", "read", "types"],
  timeline: ["history"],
  lock: ["arguments", "core", "errors", "file"],
  "option-keys": ["history", "read", "types", "unknown-key"],
  journal: ["arguments", "compact", "core", "engine", "errors", "file", "lock", "option-keys", "read", "types"].concat([
    "unknown-key",
    "write",
  ]),
  leases: [
    ...[
      "arguments",
      "core",
      "engine",
      "errors",
      "file",
      "journal",
      "lock",
      "option-keys",
      "read",
      "types",
      "unknown-key",
    ],
    "write",
  ],
  liveness: ["arguments", "core", "history", "leases", "lock", "read", "types", "unknown-key"],
  api: [
    "arguments",
    "compact",
    "core",
    "engine",
    "history",
    "journal",
    "leases",
    "liveness",
    "option-keys",
    "read",
    "types",
    "unknown-key",
    "write",
  ],
  exports: [
    "api",
    "compact",
    "core",
    "errors",
    "file",
    "history",
    "journal",
    "leases",
    "liveness",
    "read",
    "types",
  ].concat(["write"]),
  index: ["api", "engine", "exports"],
  pure: ["api", "engine", "exports"],
  bundled: ["api", "engine", "exports"],
  doctor: ["arguments", "core", "engine", "errors", "file", "lock", "package", "quantities", "read", "types"],
  bench: ["file", "index", "package", "program"],
  cli: [
    "arguments",
    "bench",
    "compact",
    "core",
    "doctor",
    "engine",
    "errors",
    "file",
    "history",
    "journal",
    "leases",
    "liveness",
    "lock",
    "nearest",
    "package",
    "program",
    "quantities",
    "read",
    "timeline",
    "types",
    "write",
  ],
  page: ["cli", "history", "timeline"],
};

/** The only upward import that is allowed, because its target is loaded at first use (src/late.ts). */
const lateRooms = ["late", "late-modules", "late-require"];
const mayLoadLate = ["api", "file", "read"];

const nativeRooms: { [room: string]: readonly string[] } = {
  base: [],
  json: ["base"],
  fold: ["base", "json"],
  match: ["base", "json", "fold"],
  compact: ["base", "json", "fold"],
  scan: ["base", "json", "fold", "match", "compact"],
  lj: ["base", "json", "fold", "scan"],
};

const largestShare = 0.2;

/** Engines are known by their interface: nothing outside the folder of engines imports this one. */
const hiddenEngine = "src/engine/script.ts";

interface Import {
  from: string;
  to: string;
  target: string;
  place: string;
}

const sources = listFiles().map(readSource);

function scriptRoomOf(file: string): string {
  return (file.split("/")[1] ?? "").replace(/\.ts$/, "");
}

function scriptImports(): Import[] {
  return sources
    .filter(({ file }) => /^src\/.*\.ts$/.test(file))
    .flatMap(({ file, text }) =>
      [...text.matchAll(/(?:from|import\()\s*"(\.{1,2}\/[^"]+)"/g)].map(([, imported = ""]) => {
        const target = path.posix.join(path.posix.dirname(file), imported).replace(/\.js$/, ".ts");
        return { from: scriptRoomOf(file), to: scriptRoomOf(target), target, place: `${file} imports ${imported}` };
      }),
    )
    .filter(({ from, to }) => from !== to);
}

function nativeImports(): Import[] {
  const own = sources.filter(({ file }) => /^native\/(base|json|fold|match|compact|scan|lj)\//.test(file));
  return own
    .flatMap(({ file, text }) =>
      [...text.matchAll(/#include "(\w+)\/[^"]+"/g)].map(([included, to = ""]) => ({
        from: file.split("/")[1] ?? "",
        to,
        target: included,
        place: `${file}: ${included}`,
      })),
    )
    .filter(({ from, to }) => from !== to);
}

function offences(imports: Import[], rooms: { [room: string]: readonly string[] }): string[] {
  return imports.filter(({ from, to }) => !(rooms[from] ?? []).includes(to)).map(({ place }) => place);
}

/**
 * Returns every room with its allowed imports, ordered so that none imports a later one; throws if there is no such
 * order.
 */
function expectOrdered(rooms: { [room: string]: readonly string[] }): void {
  const done = new Set<string>();
  const visit = (room: string, above: readonly string[]): void => {
    if (above.includes(room)) throw new Error(`rooms import each other: ${[...above, room].join(" -> ")}`);
    if (done.has(room)) return;
    for (const next of rooms[room] ?? []) visit(next, [...above, room]);
    done.add(room);
  };
  for (const room of Object.keys(rooms)) visit(room, []);
}

describe("src", () => {
  const imports = scriptImports();
  const late = imports.filter(({ from, to }) => lateRooms.includes(from) || lateRooms.includes(to));

  it("has imports only as the table allows", () => {
    expect(imports.length).toBeGreaterThan(100);
    expect(
      offences(
        imports.filter((one) => !late.includes(one)),
        scriptRooms,
      ),
    ).toEqual([]);
  });

  it("has no import in the table that no file uses", () => {
    const used = new Set(imports.map(({ from, to }) => `${from} -> ${to}`));
    const allowed = Object.entries(scriptRooms).flatMap(([from, tos]) => tos.map((to) => `${from} -> ${to}`));
    expect(allowed.filter((one) => !used.has(one))).toEqual([]);
  });

  it("has no import of the TypeScript engine outside the folder of engines", () => {
    expect(sources.map(({ file }) => file)).toContain(hiddenEngine);
    expect(imports.filter(({ target }) => target === hiddenEngine).map(({ place }) => place)).toEqual([]);
  });

  it("has no two rooms that import each other, except through the border of late modules", () => {
    expectOrdered(scriptRooms);
    const crossing = late.filter(({ from }) => !lateRooms.includes(from)).map(({ from }) => from);
    expect([...new Set(crossing)].toSorted()).toEqual(mayLoadLate);
  });

  it(`has no folder with more than ${largestShare * 100} % of its lines`, () => {
    const lines = new Map<string, number>();
    for (const source of sources.filter(({ file }) => /^src\/.*\.ts$/.test(file))) {
      const room = source.file.split("/").length > 2 ? scriptRoomOf(source.file) : "src";
      lines.set(room, (lines.get(room) ?? 0) + source.lines.length);
    }
    const total = [...lines.values()].reduce((sum, count) => sum + count, 0);
    expect([...lines].filter(([, count]) => count > largestShare * total)).toEqual([]);
  });
});

describe("native", () => {
  it("has includes only as the table allows, without cycles", () => {
    const imports = nativeImports();
    expect(imports.length).toBeGreaterThan(50);
    expect(offences(imports, nativeRooms)).toEqual([]);
    expectOrdered(nativeRooms);
  });
});
