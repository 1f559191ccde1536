// Installs the tarball of lane-journal-fleet beside that of lane-journal, as a user does, and checks that it works.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { builtFleet } from "../support/built.js";
import { listFiles, root } from "../tidy/files.js";
import { install, listTarball, mustRun, type Outcome, packProject, run, userEnvironment } from "./installs.js";

const installMsMax = 280_000;

let folder = "";
let tarball = "";
let installed: Outcome;

const at = (...parts: string[]): string => path.join(folder, "installed", ...parts);

beforeAll(() => {
  builtFleet();
  folder = mkdtempSync(path.join(tmpdir(), "lane-journal-fleet-package-"));
  const packed = path.join(folder, "packed");
  mkdirSync(packed);
  const args = ["pack", "--ignore-scripts", "--silent", "--workspace", "packages/fleet", "--pack-destination", packed];
  tarball = path.join(packed, mustRun("npm", args, root).trim());
  // Without scripts: the addon is not what is tested here, and building it takes most of an installation.
  installed = install(packProject(folder), at(), userEnvironment(), ["--ignore-scripts", tarball]);
}, installMsMax);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("the tarball of lane-journal-fleet", () => {
  it("includes the compiled sources with their types, the licence and the README, and nothing else", () => {
    const compiled = listFiles("packages/fleet/src").flatMap((file) => {
      const name = path.posix.basename(file, ".ts");
      return [`dist/${name}.js`, `dist/${name}.d.ts`];
    });
    const expected = [...compiled, "LICENSE", "README.md", "package.json"];
    expect(listTarball(tarball).toSorted()).toEqual(expected.toSorted());
  });

  it("has the licence and the version of the core, and requires that version", () => {
    const licences = ["LICENSE", "packages/fleet/LICENSE"].map((file) => readFileSync(path.join(root, file), "utf8"));
    expect(licences[1]).toBe(licences[0]);
    const [core, fleet] = ["package.json", "packages/fleet/package.json"].map((file): { [key: string]: unknown } =>
      JSON.parse(readFileSync(path.join(root, file), "utf8")),
    );
    expect([fleet?.["version"], fleet?.["peerDependencies"]]).toEqual([
      core?.["version"],
      { "lane-journal": core?.["version"] },
    ]);
    expect(fleet?.["private"]).toBe(undefined);
  });
});

describe("an installation of both packages", () => {
  it("succeeds, and has one copy of the core", () => {
    expect(installed).toMatchObject({ status: 0 });
    const listed = mustRun("npm", ["ls", "--all", "--parseable"], at()).trimEnd().split("\n");
    expect(listed.filter((each) => each.endsWith("node_modules/lane-journal"))).toHaveLength(1);
  });

  it("ships a journal to a log, and shows its leases", () => {
    writeFileSync(at("journal.jsonl"), '{"op": "ACQUIRE", "lane": "a", "loop_ts": "T", "lease": {"lane": "a"}}\n');
    const program = `import { FleetView, MemoryLog, ship } from "lane-journal-fleet";
      const log = new MemoryLog();
      const view = new FleetView({ log });
      const abort = new AbortController();
      const shipping = ship({ journal: "journal.jsonl", id: "host", log, signal: abort.signal });
      while (view.journals()[0]?.leases.length !== 1) await view.changed();
      console.log(JSON.stringify(view.journals()[0].leases));
      abort.abort();
      await shipping;
      await view.close();`;
    writeFileSync(at("program.mjs"), program);
    expect(run(process.execPath, ["program.mjs"], at())).toEqual({ status: 0, stdout: '[{"lane":"a"}]\n', stderr: "" });
  });

  it("has types that a strict program compiles against", () => {
    const program = `import { type FleetJournal, FleetView, JetStreamLog, PostgresLog } from "lane-journal-fleet";
      const log = await JetStreamLog.open({ connection: { servers: "127.0.0.1" } });
      const shown: FleetJournal[] = new FleetView({ log }).journals();
      export const lanes: unknown[] = shown.flatMap(({ leases }) => leases.map(({ lane }) => lane));
      export const open: (table: string) => Promise<PostgresLog> = (table) =>
        PostgresLog.open({ connection: { host: "127.0.0.1" }, table });
      // @ts-expect-error: the types are not any
      export const nothing = shown[0]?.leases[0]?.lane.nothing;
      // @ts-expect-error: nor are those of the clients
      PostgresLog.open({ connection: { host: 1 } });`;
    writeFileSync(at("program.mts"), program);
    const compiler = path.join(root, "node_modules", "typescript", "bin", "tsc");
    const options = [
      "--strict",
      "--noEmit",
      "--skipLibCheck",
      "--module",
      "nodenext",
      "--target",
      "es2023",
      "--types",
      "node",
    ];
    expect(run(process.execPath, [compiler, ...options, "program.mts"], at())).toMatchObject({ status: 0, stdout: "" });
  });
});
