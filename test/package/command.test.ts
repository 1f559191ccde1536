// Installs the tarball with npm, as users do, and checks which program runs as `lj`, that it says so, and that
// uninstalling leaves nothing.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  install,
  mustRun,
  type Outcome,
  packProject,
  putPrebuild,
  readBuiltAddon,
  readBuiltExecutable,
  run,
  userEnvironment,
} from "./installs.js";

let folder = "";
let packed = "";
let prebuilt = "";

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "lane-journal-command-"));
  packed = packProject(folder);
  prebuilt = putPrebuild(packed, "prebuilt", readBuiltAddon(), readBuiltExecutable());
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const quiet = ["--no-audit", "--no-fund", "--prefer-offline", "--foreground-scripts"];

/** What `lj --version` and `lj doctor` print about the program, and the first bytes of the command's file. */
interface Found {
  version: string;
  doctor: string;
  isScript: boolean;
}

function examine(lj: string, command: string): Found {
  const journal = path.join(folder, "journal.jsonl");
  writeFileSync(journal, '{"op": "ACQUIRE", "lane": "a", "loop_ts": "T"}\n');
  const lines = (args: string[]) => run(lj, args, folder).stdout.split("\n");
  const replayed: unknown = JSON.parse(mustRun(lj, ["replay", "--json", journal], folder));
  expect(replayed).toEqual([{ lane: "a", loop_ts: "T" }]);
  const startOf = (text: string, all: string[]) => all.find((line) => line.startsWith(text))?.slice(text.length) ?? "";
  return {
    version: startOf("command ", lines(["--version"])),
    doctor: startOf("command     ", lines(["doctor", journal])),
    isScript: readFileSync(command).subarray(0, 2).toString() === "#!",
  };
}

const executable: Found = {
  version: expect.stringMatching(/^executable: dist\/package\/lj /),
  doctor: expect.stringMatching(/^executable: dist\/package\/lj handed this command line over/),
  isScript: false,
};

function javaScript(why: RegExp): Found {
  return { version: expect.stringMatching(why), doctor: expect.stringMatching(why), isScript: true };
}

function expectSuccess(found: Outcome): void {
  expect({ ...found, stdout: found.status === 0 ? "" : found.stdout }).toMatchObject({ status: 0, stdout: "" });
}

describe("npm", () => {
  it("puts the executable in place in a folder whose name has spaces, and removes it again", () => {
    const at = path.join(folder, "a local project");
    expectSuccess(install(prebuilt, at, userEnvironment()));
    const lj = path.join(at, "node_modules", ".bin", "lj");
    const command = path.join(at, "node_modules", "lane-journal", "dist", "package", "lj");
    expect(examine(lj, command)).toEqual(executable);
    expect(readdirSync(path.dirname(command)).filter((name) => /\.new-|\.txt$/.test(name))).toEqual([]);
    expect(run("npx", ["--no", "lj", "--", "--version"], at).stdout).toContain("\ncommand executable: ");
    const started = run(process.execPath, [`${command}.js`, "--version"], folder).stdout;
    expect(started).toMatch(/\ncommand JavaScript: Node was started with a file of the package; the executable is /);
    expectSuccess(run("npm", ["rebuild", ...quiet], at));
    expect(examine(lj, command)).toEqual(executable);
    expectSuccess(run("npm", ["uninstall", ...quiet, "lane-journal"], at));
    const left = readdirSync(path.join(at, "node_modules"), { recursive: true });
    expect(left.filter((name) => name !== ".bin" && name !== ".package-lock.json")).toEqual([]);
  });

  it("puts the executable in place of a global installation, and removes it again", () => {
    const prefix = path.join(folder, "a global prefix");
    mkdirSync(prefix);
    const global = ["--global", "--prefix", prefix, ...quiet];
    expectSuccess(run("npm", ["install", ...global, prebuilt], folder));
    const modules = path.join(prefix, "lib", "node_modules");
    const lj = path.join(prefix, "bin", "lj");
    expect(examine(lj, path.join(modules, "lane-journal", "dist", "package", "lj"))).toEqual(executable);
    const onPath = userEnvironment({ PATH: `${path.dirname(lj)}:${process.env["PATH"]}` });
    expect(mustRun("sh", ["-c", "lj --version"], folder, onPath)).toContain("\ncommand executable: ");
    expectSuccess(run("npm", ["uninstall", ...global, "lane-journal"], folder));
    expect([readdirSync(modules), existsSync(lj)]).toEqual([[], false]);
  });

  it("leaves the JavaScript command if its scripts may not run", () => {
    const at = path.join(folder, "no scripts");
    expectSuccess(install(prebuilt, at, userEnvironment(), ["--ignore-scripts"]));
    const command = path.join(at, "node_modules", "lane-journal", "dist", "package", "lj");
    const why = /^JavaScript: no install script put the executable in its place; the executable is .*lj\.glibc$/;
    expect(examine(path.join(at, "node_modules", ".bin", "lj"), command)).toEqual(javaScript(why));
  });

  it("puts the script back if the executable does not run where node_modules was copied to", () => {
    const at = path.join(folder, "copied");
    expectSuccess(install(prebuilt, at, userEnvironment()));
    const inside = path.join(at, "node_modules", "lane-journal");
    const command = path.join(inside, "dist", "package", "lj");
    const prebuilds = path.join(inside, "prebuilds");
    const [name = ""] = readdirSync(prebuilds, { recursive: true, encoding: "utf8" }).filter((file) =>
      /\blj\./.test(file),
    );
    for (const copy of [command, path.join(prebuilds, name)]) writeFileSync(copy, "of another libc");
    const started = run(process.execPath, [`${command}.js`, "--version"], folder).stdout;
    expect(started).toMatch(/\ncommand JavaScript: .*\/lj does not run here: .*; npm rebuild lane-journal mends it\n/);
    expectSuccess(run("npm", ["rebuild", ...quiet], at));
    const why = /^JavaScript: prebuilds\/.*\/lj\.glibc does not run here: .*; the executable is /;
    expect(examine(path.join(at, "node_modules", ".bin", "lj"), command)).toEqual(javaScript(why));
  });

  it("leaves the JavaScript command if there is no executable, or it does not run", () => {
    const broken = putPrebuild(packed, "broken", readBuiltAddon(), Buffer.from("no program"));
    const without = putPrebuild(packed, "without", readBuiltAddon());
    for (const [name, tarball, why] of [
      ["broken", broken, /^JavaScript: prebuilds\/.*\/lj\.glibc does not run here: .*; the executable is /],
      ["without", without, /^JavaScript: no executable for linux-/],
    ] as const) {
      const at = path.join(folder, name);
      expectSuccess(install(tarball, at, userEnvironment()));
      const command = path.join(at, "node_modules", "lane-journal", "dist", "package", "lj");
      expect(examine(path.join(at, "node_modules", ".bin", "lj"), command)).toEqual(javaScript(why));
    }
  });
});
