// Checks that dist/package, which users run, behaves like the sources, exists once per process, and loads no more than
// needed.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as index from "../../src/index.js";
import * as pure from "../../src/pure.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const small = '{"op": "ACQUIRE", "lane": "a", "loop_ts": "T", "lease": {"lane": "a"}}\n';

let folder = "";

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "lane-journal-bundle-"));
  writeFileSync(path.join(folder, "journal.jsonl"), small);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a program and returns what it prints as JSON; `journal` is the path of a journal with one live lease. */
function evaluate(program: string, args: readonly string[] = []): unknown {
  const journal = `const journal = ${JSON.stringify(path.join(folder, "journal.jsonl"))};`;
  const child = spawnSync(process.execPath, [...args, "-e", `${journal}${program}`], { cwd: root, encoding: "utf8" });
  if (child.status !== 0) throw new Error(`${program}: exit code ${child.status}\n${child.stderr}`);
  return JSON.parse(child.stdout);
}

const print = (value: string): string => `process.stdout.write(JSON.stringify(${value}))`;

/** The names of the package's files and of Node's modules that a process has loaded. */
const filesLoaded = `Object.keys(require.cache).map((file) => require("node:path").basename(file))`;

describe.each([
  { name: "lane-journal", source: index },
  { name: "lane-journal/pure", source: pure },
])("the built $name", ({ name, source }) => {
  const kinds = Object.entries(source).map(([exported, value]) => [exported, typeof value]);

  it("exports through require what the source exports", () => {
    const found = evaluate(print(`Object.entries(require("${name}")).map(([n, v]) => [n, typeof v])`));
    expect(found).toEqual(expect.arrayContaining(kinds));
    expect(found).toHaveLength(kinds.length);
  });

  it("exports the same objects through import, under the same names", () => {
    const missing = `Object.entries(require("${name}")).filter(([n, v]) => j[n] !== v)`;
    const named = `Object.keys(j).filter((n) => n !== "default").length`;
    expect(evaluate(`import("${name}").then((j) => ${print(`[${missing}, ${named}]`)})`)).toEqual([[], kinds.length]);
  });
});

describe("both entry points", () => {
  it("share one JournalError, whichever module throws it, early or late", () => {
    const program = `const { JournalError } = require("lane-journal/pure"); const main = require("lane-journal");
      const thrownBy = (call) => { try { call(); return "nothing"; } catch (error) { return error; } };
      const early = thrownBy(() => main.replay("/dev/null/no"));
      const late = thrownBy(() => main.openJournal("/dev/null/no").append({ op: "HALT" }));
      ${print("[early instanceof JournalError, late instanceof JournalError]")}`;
    expect(evaluate(program)).toEqual([true, true]);
  });

  it("share their locks within one process", () => {
    const program = `const other = require("lane-journal/pure"); const main = require("lane-journal");
      const held = journal + ".held"; let code = "none";
      main.openJournal(held).transact(() => {
        try { other.openJournal(held, { lockWaitMs: 0 }).append({ op: "HALT" }); }
        catch (error) { code = error.code; }
        return [];
      });
      ${print("code")}`;
    expect(evaluate(program)).toBe("ERR_LOCK_BUSY");
  });
});

describe("a replay of a small journal", () => {
  it("loads two files of the package, and neither the rest nor node-gyp-build", () => {
    const program = `require("lane-journal").replay(journal); ${print(filesLoaded)}`;
    expect(evaluate(program)).toEqual(["index.js", "shared.js"]);
  });

  it("loads the same files through import, without Node's lexer of CommonJS", () => {
    const loaded = `process.moduleLoadList.filter((name) => /cjs-module-lexer/.test(name))`;
    const replays = `j.replay(journal); ${print(`[${filesLoaded}, ${loaded}]`)}`;
    const program = `import("lane-journal").then((j) => { ${replays}; })`;
    expect(evaluate(program)).toEqual([["index.js", "shared.js"], []]);
  });

  it("loads the TOML parser only if the workspace has a dos.toml", () => {
    const workspace = path.join(folder, "workspace");
    const load = `process.env.DISPATCH_WORKSPACE = ${JSON.stringify(workspace)};
      require("lane-journal").replay(); require("lane-journal").openJournal();
      ${print(`${filesLoaded}.filter((name) => name === "index.cjs" || name === "late-workspace.js")`)}`;
    mkdirSync(workspace);
    expect(evaluate(load)).toEqual([]);
    writeFileSync(path.join(workspace, "dos.toml"), "");
    expect(evaluate(load)).toEqual(["late-workspace.js", "index.cjs"]);
  });

  it("loads no module of Node that only writers need", () => {
    const loaded = "process.moduleLoadList.filter((name) => /(crypto|worker_threads|child_process)$/.test(name))";
    const bare = evaluate(print(loaded));
    expect(evaluate(`require("lane-journal").replay(journal); ${print(loaded)}`)).toEqual(bare);
  });

  it.each([
    ["lane-journal", true],
    ["lane-journal/pure", false],
  ])("%s loads the addon: %s", (name, expected) => {
    const loads = `process.report.getReport().sharedObjects.some((file) => file.endsWith("lane_journal.node"))`;
    expect(evaluate(`require("${name}").replay(journal); ${print(loads)}`)).toBe(expected);
  });
});

describe("the rest of the package", () => {
  it("is loaded at the first call that needs it", () => {
    const program = `const j = require("lane-journal");
      const isLoaded = () => ${filesLoaded}.includes("shared-late.js");
      const before = isLoaded();
      j.append(j.haltEntry({ reason: "a test" }), journal + ".late");
      ${print("[before, isLoaded()]")}`;
    expect(evaluate(program)).toEqual([false, true]);
  });
});

describe("the package lane-journal-fleet", () => {
  it("is in no file of the bundle, and is imported by its name alone, by the verbs that use it", () => {
    const folder = path.join(root, "dist", "package");
    const naming = readdirSync(folder).filter(
      (name) => name.endsWith("js") && readFileSync(path.join(folder, name), "utf8").includes("lane-journal-fleet"),
    );
    expect(naming).toEqual(["open.js"]);
    const text = readFileSync(path.join(folder, "open.js"), "utf8");
    expect(text).not.toMatch(/(from|require\(|import\()\s*"(lane-journal-fleet|@nats-io|pg")/);
  });

  it("is not loaded by other verbs", () => {
    const program = `process.argv = [process.argv[0], "lj", "fleet", "--engine", "js", journal];
      process.on("exit", () => console.error(${filesLoaded}.join()));
      require(${JSON.stringify(path.join(root, "dist", "package", "lj.js"))});`;
    const child = spawnSync(
      process.execPath,
      ["-e", program.replace("journal];", `"${path.join(folder, "journal.jsonl")}"];`)],
      {
        cwd: root,
        encoding: "utf8",
      },
    );
    expect(child.stderr).toContain("fleet.js");
    expect(child.stderr).not.toMatch(/nats|shipper/);
  });
});
