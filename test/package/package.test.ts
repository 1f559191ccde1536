// Installs the tarball that would be published as a user does and checks that it works: natively, on TypeScript alone,
// and from CommonJS.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  dropPrebuilds,
  install,
  type Outcome,
  packProject,
  run,
  userEnvironment,
  withoutCompiler,
} from "./installs.js";

// A build from source takes about 20 s on two free cores.
const installMsMax = 280_000;

let folder = "";
let tarball = "";
let bare = "";

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "lane-journal-package-"));
  tarball = packProject(folder);
  bare = dropPrebuilds(tarball);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** An installation under test: its folder below the temporary one, and the engine that it must use. */
interface Installation {
  name: string;
  engine: string;
  environment(): NodeJS.ProcessEnv;
}

const installations: Installation[] = [
  { name: "with-a-compiler", engine: "native", environment: () => userEnvironment({ LANE_REQUIRE_NATIVE: "1" }) },
  { name: "without-a-compiler", engine: "js", environment: () => withoutCompiler(folder) },
];

describe.each(installations)("an installation $name", ({ name, engine, environment }) => {
  let installed: Outcome;
  const at = (...parts: string[]) => path.join(folder, name, ...parts);
  const script = (file: string, text: string) => {
    writeFileSync(at(file), text);
    return run(process.execPath, [file], at());
  };

  beforeAll(() => {
    installed = install(bare, at(), environment());
    const lease = '{"lane": "caf\u00e9", "loop_ts": "T1", "pid": 7}';
    writeFileSync(at("journal.jsonl"), `{"op": "ACQUIRE", "lane": "caf\u00e9", "loop_ts": "T1", "lease": ${lease}}\n`);
  }, installMsMax);

  it("succeeds, and prints which engine is used unless it is the native one", () => {
    expect(installed).toMatchObject({ status: 0 });
    expect(installed.stdout.includes("the native engine was not built")).toBe(engine === "js");
  });

  it(`runs as an ES module on the engine ${engine}`, () => {
    const text = `import { append, explainEngine, replay } from "lane-journal";
      append({ op: "ACQUIRE", lane: "a", loop_ts: "T", lease: { lane: "a" } }, "written.jsonl");
      console.log(JSON.stringify([explainEngine().engine, replay("written.jsonl"), replay("journal.jsonl").length]));`;
    expect(script("module.mjs", text)).toEqual({ status: 0, stdout: `["${engine}",[{"lane":"a"}],1]\n`, stderr: "" });
  });

  it("can be required from CommonJS, without a warning", () => {
    const text = `const { engine, scan } = require("lane-journal");
      console.log(engine(), scan("journal.jsonl").leases.length);`;
    expect(script("common.cjs", text)).toEqual({ status: 0, stdout: `${engine} 1\n`, stderr: "" });
  });

  it("lane-journal/pure works without the addon", () => {
    const text = `import { engine, replay } from "lane-journal/pure";
      import { readFileSync } from "node:fs";
      const addon = readFileSync("/proc/self/maps", "utf8").includes("lane_journal.node");
      console.log(engine(), replay("journal.jsonl").length, addon);`;
    expect(script("pure.mjs", text)).toEqual({ status: 0, stdout: "js 1 false\n", stderr: "" });
  });

  it("lj replay prints the live leases as the reference does", () => {
    const found = run(at("node_modules", ".bin", "lj"), ["replay", "--journal", "journal.jsonl"], at());
    const printed = '[\n  {\n    "lane": "caf\\u00e9",\n    "loop_ts": "T1",\n    "pid": 7\n  }\n]\n';
    expect(found).toEqual({ status: 0, stdout: printed, stderr: "" });
  });

  it("lj verify exits 1 on damage and 2 on wrong usage", () => {
    writeFileSync(at("damaged.jsonl"), "no json\n{}\n");
    const lj = (...args: string[]) => run(at("node_modules", ".bin", "lj"), args, at()).status;
    expect([lj("verify", "--journal", "journal.jsonl"), lj("verify", "--journal", "damaged.jsonl")]).toEqual([0, 1]);
    expect(lj("verify", "--unknown-flag")).toBe(2);
  });
});

describe("the documentation of the package", () => {
  const at = (...parts: string[]) => path.join(folder, "without-a-compiler", ...parts);

  it("the program in the README runs as printed", () => {
    const readme = readFileSync(at("node_modules", "lane-journal", "README.md"), "utf8");
    const program = /```js\n([\s\S]*?)```/.exec(readme)?.[1];
    writeFileSync(at("readme.mjs"), program ?? "throw new Error('no program in the README')");
    const found = run(process.execPath, ["readme.mjs"], at());
    expect(found).toEqual({ status: 0, stdout: expect.stringMatching(/^granted \[[\s\S]*docs/), stderr: "" });
  });
});

describe("LANE_REQUIRE_NATIVE=1 without a compiler", () => {
  it(
    "fails the install and shows why",
    () => {
      const env = withoutCompiler(folder, { LANE_REQUIRE_NATIVE: "1" });
      const failed = install(bare, path.join(folder, "strict"), env);
      expect(failed.status).not.toBe(0);
      expect(failed.stderr).toMatch(/gyp ERR!/);
    },
    installMsMax,
  );
});
