// Installs the packed package with Yarn's Plug'n'Play, with a prebuilt addon and without one, and runs it there.
//   LANE_SOAK  also builds the addon from source there, which takes minutes
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { dropPrebuilds, packProject, putPrebuild, readBuiltAddon } from "../package/installs.js";
import { installMsMax } from "./tools.js";
import { installYarn, type Registry, startRegistry, YarnProject } from "./yarn.js";

vi.setConfig({ testTimeout: installMsMax });

let folder = "";
let yarn = "";
let packed = "";
const registries: Registry[] = [];

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "lane-journal-pnp-"));
  yarn = installYarn(folder);
  mkdirSync(path.join(folder, "packed"));
  packed = packProject(path.join(folder, "packed"));
}, installMsMax);

afterAll(() => {
  for (const { process } of registries) process.kill();
  rmSync(folder, { recursive: true, force: true });
});

async function startProject(name: string, tarball: string): Promise<YarnProject> {
  const registry = await startRegistry(tarball);
  registries.push(registry);
  return new YarnProject(yarn, path.join(folder, name), registry);
}

const program = `lj.append({ op: "ACQUIRE", lane: "a", loop_ts: "T", lease: { lane: "a" } }, "journal.jsonl");
  const { engine, reason } = lj.explainEngine();
  console.log(JSON.stringify({ engine, live: lj.replay("journal.jsonl").length, reason }));`;

/** Returns what the program finds as CommonJS and as an ES module. */
function answersIn(project: YarnProject): unknown[] {
  const heads = {
    "program.cjs": 'const lj = require("lane-journal");',
    "program.mjs": 'import * as lj from "lane-journal";',
  };
  return Object.entries(heads).map(([file, head]) => {
    writeFileSync(path.join(project.folder, file), `${head}\n${program}\n`);
    const { status, stdout, stderr } = project.run("node", file);
    if (status !== 0) throw new Error(`${file}: exit code ${status}\n${stdout}${stderr}`);
    return JSON.parse(stdout);
  });
}

describe("under Yarn's Plug'n'Play", () => {
  it("a prebuilt addon is used although Yarn runs no install script", async () => {
    const project = await startProject("prebuilt", putPrebuild(packed, "prebuilt", readBuiltAddon()));
    expect(project.install({ mayBuild: false })).toMatchObject({ status: 0 });
    const native = expect.objectContaining({ engine: "native", live: 1 });
    expect(answersIn(project)).toEqual([native, native]);
  });

  const itBuilds = it.skipIf(process.env["LANE_SOAK"] === undefined);
  itBuilds("the TypeScript engine is used and says why until the addon is built from source", async () => {
    const project = await startProject("bare", dropPrebuilds(packed));
    expect(project.install({ mayBuild: false })).toMatchObject({ status: 0 });
    const script = { engine: "js", live: 1, reason: expect.stringContaining("no native build for") };
    expect(answersIn(project)).toEqual([script, script]);
    const built = project.install({ mayBuild: true });
    expect({ ...built, stdout: built.status === 0 ? "" : built.stdout }).toEqual({ status: 0, stdout: "", stderr: "" });
    const native = expect.objectContaining({ engine: "native", live: 1 });
    expect(answersIn(project)).toEqual([native, native]);
    expect(project.run("lj", "--version").stdout).toContain("engine native");
  });
});
