// Runs `lj doctor` as a user does and checks its report, its exit codes, and that it changes nothing.
import {
  chmodSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { uptime } from "node:os";
import { dirname, join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { isObject } from "../../src/core/words.js";
import { describeType, findOptions, judgeMount } from "../../src/doctor/file-system.js";
import { examineNames } from "../../src/doctor/names.js";
import { nodeDisk } from "../../src/file/disk.js";
import { replay } from "../../src/index.js";
import { missingPid, ownText } from "../lock/place.js";
import { engines } from "../support/engines.js";
import { type Environment, pathOf, runCommand } from "./command.js";

const line = '{"lane": "a", "loop_ts": "t", "op": "ACQUIRE", "seq": 1, "ts": "2026-06-01T14:00:00Z"}\n';

let folders = 0;
let folder = "";
beforeEach(() => {
  folder = pathOf(`doctor-${folders++}`);
  mkdirSync(folder, { mode: 0o755 });
});

function write(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

interface Diagnosis {
  report: { [key: string]: unknown };
  /** `about: says` for each finding, except those about the machine's own file system. */
  attention: string[];
  notes: string[];
  code: number | null;
}

async function diagnose(args: string[], environment: Environment = {}): Promise<Diagnosis> {
  const { stdout, stderr, code } = await runCommand(["doctor", "--json", ...args], environment);
  const report: unknown = JSON.parse(stdout);
  if (!isObject(report) || !Array.isArray(report["findings"])) throw new Error(`expected a report, found ${stdout}`);
  expect([stderr, report["exitCode"]]).toEqual(["", code]);
  const findings: unknown[] = report["findings"];
  const said = (wanted: boolean): string[] =>
    findings
      .filter(isObject)
      .filter(({ attention, about }) => attention === wanted && about !== "fileSystem")
      .map(({ about, says }) => `${about}: ${says}`);
  return { report, attention: said(true), notes: said(false), code };
}

describe("a journal with two paths", () => {
  it("by a hard link needs attention", async () => {
    const journal = write("journal.jsonl", line);
    linkSync(journal, join(folder, "other.jsonl"));
    const { attention, code } = await diagnose(["--journal", journal]);
    expect([attention, code]).toEqual([[expect.stringMatching(/^journal: the journal has 2 names \(hard links\)/)], 1]);
  });

  it("by a mount of the file alone needs attention", () => {
    const table = [
      "36 35 98:0 / /srv rw - ext4 /dev/root rw",
      "37 35 98:0 /j /srv/a\\040b/journal.jsonl rw,relatime - ext4 /dev/root rw",
    ].join("\n");
    const state = nodeDisk.lstat(write("journal.jsonl", line));
    expect(examineNames("/srv/a b/journal.jsonl", state, table)).toEqual([
      {
        about: "journal",
        attention: true,
        says: expect.stringMatching(/itself a mount point.*mount its folder instead/),
      },
    ]);
    expect(examineNames("/srv/journal.jsonl", state, table)).toEqual([]);
  });
});

describe.each(engines)("lj doctor on the %s engine", (engine) => {
  it("names the engine, the versions and the journal, and finds nothing in a sound one", async () => {
    const journal = write("journal.jsonl", line);
    const { report, attention, notes } = await diagnose(["--journal", journal, "--engine", engine]);
    expect([attention, notes]).toEqual([[], []]);
    const kernels = engine === "js" ? null : { simdjson: expect.stringMatching(/^\d+\.\d+\.\d+$/) };
    expect(report).toMatchObject({
      engine: { name: engine, kernels },
      versions: { node: process.versions.node, package: expect.any(String), uv: process.versions.uv },
      journal: { path: journal, target: journal, foundBy: "--journal", size: line.length, ending: "LF", mode: "644" },
      lock: { held: false },
      snapshot: { exists: false },
      fileSystem: { name: expect.any(String), fsync: expect.stringMatching(/^(yes|passed on|unknown|no)$/) },
    });
  });

  it("says whether a read would resume from the snapshot, and writes none", async () => {
    const journal = write("journal.jsonl", line.repeat(14_000));
    expect((await diagnose(["--journal", journal, "--engine", engine])).report).toMatchObject({
      snapshot: { exists: false },
    });
    replay(journal, { snapshot: true });
    const { report } = await diagnose(["--journal", journal, "--engine", engine]);
    expect(report).toMatchObject({ snapshot: { exists: true, says: expect.stringMatching(/^used for \d+ of \d+/) } });
    write(".journal.jsonl.snapshot", "damaged");
    const damaged = await diagnose(["--journal", journal, "--engine", engine]);
    expect(damaged.report).toMatchObject({ snapshot: { exists: true, says: expect.stringMatching(/^not used: /) } });
  });
});

describe("how the journal was found", () => {
  it.each([
    ["DISPATCH_LANE_JOURNAL_PATH", { DISPATCH_LANE_JOURNAL_PATH: "a.jsonl", JOB_LANE_JOURNAL_PATH: "b.jsonl" }],
    ["JOB_LANE_JOURNAL_PATH", { DISPATCH_LANE_JOURNAL_PATH: "", JOB_LANE_JOURNAL_PATH: "b.jsonl" }],
    ["DISPATCH_WORKSPACE", { DISPATCH_WORKSPACE: "c" }],
    ["current folder", {}],
  ])("by %s", async (foundBy, environment) => {
    expect((await diagnose([], environment)).report).toMatchObject({ journal: { foundBy, exists: false } });
  });

  it("by the workspace's dos.toml", async () => {
    write("dos.toml", '[paths]\nlane_journal = "named.jsonl"\n');
    const named = await diagnose([], { DISPATCH_WORKSPACE: folder });
    expect(named.report).toMatchObject({ journal: { foundBy: "dos.toml", path: join(folder, "named.jsonl") } });
    write("dos.toml", "[paths");
    const broken = await diagnose([], { DISPATCH_WORKSPACE: folder });
    expect(broken).toMatchObject({ code: 3, report: { journal: null } });
    expect(broken.attention[0]).toContain(`journal: ${folder}/dos.toml, which may name the journal, cannot be used`);
  });

  it("a symbolic link is followed to the file", async () => {
    const target = write("real.jsonl", line);
    symlinkSync("real.jsonl", join(folder, "link.jsonl"));
    const { report } = await diagnose(["--journal", join(folder, "link.jsonl")]);
    expect(report).toMatchObject({ journal: { path: join(folder, "link.jsonl"), target } });
  });
});

describe("how the journal ends", () => {
  it.each([
    ["", "empty", 0],
    [line, "LF", 0],
    [line + line.trimEnd(), "no LF", 1],
    [`${line}{"op": "ACQ`, "torn", 1],
    [`${line}\0\0\0`, "torn", 1],
    ["x".repeat(70_000), "long", 0],
  ])("%j is %s", async (text, ending, notes) => {
    const found = await diagnose(["--journal", write("journal.jsonl", text)]);
    expect(found.report).toMatchObject({ journal: { ending } });
    expect(found.notes).toHaveLength(notes);
  });
});

describe("what needs attention", () => {
  it("a folder that others may write to without the sticky bit", async () => {
    const journal = write("journal.jsonl", line);
    chmodSync(folder, 0o777);
    const { attention, code } = await diagnose(["--journal", journal]);
    expect([attention.length, code]).toEqual([1, 1]);
    expect(attention[0]).toContain(`permissions: every user may replace files in ${folder} (mode 0777`);
    chmodSync(folder, 0o1777);
    expect((await diagnose(["--journal", journal])).attention).toEqual([]);
  });

  it("a journal that every user may write to", async () => {
    const journal = write("journal.jsonl", line);
    chmodSync(journal, 0o666);
    expect((await diagnose(["--journal", journal])).attention).toEqual([
      "permissions: every user may write the journal (mode 0666): chmod o-w",
    ]);
  });

  it("a requested engine that does not load", async () => {
    const environment = { LANE_JOURNAL_ENGINE: "native", LANE_JOURNAL_PREBUILD: folder };
    const { report, attention, code } = await diagnose(["--journal", write("journal.jsonl", line)], environment);
    expect(report).toMatchObject({ engine: { name: "none" }, journal: { exists: true } });
    expect([attention.length, code]).toEqual([1, 1]);
    expect(attention[0]).toContain("engine: the native engine is asked for by LANE_JOURNAL_ENGINE and cannot be used");
  });

  it("an addon that is broken, but not one that is absent", async () => {
    const journal = write("journal.jsonl", line);
    const environment = { LANE_JOURNAL_PREBUILD: folder };
    expect((await diagnose(["--journal", journal], environment)).attention).toEqual([]);
    mkdirSync(join(folder, "build", "Release"), { recursive: true });
    write("build/Release/lane_journal.node", "this is no shared object");
    const [broken] = (await diagnose(["--journal", journal], environment)).attention;
    expect(broken).toContain("engine: the addon exists but cannot be used");
  });

  it("a lock that a living process has held for longer than the reference waits", async () => {
    const journal = write("journal.jsonl", line);
    write(".lane-lease.lock", ownText({ uptime: String(uptime() - 400) }));
    const [held] = (await diagnose(["--journal", journal])).attention;
    expect(held).toMatch(/^lock: held for 40\d s: its holder hangs/);
    write(".lane-lease.lock", ownText({ uptime: String(uptime() - 200) }));
    expect((await diagnose(["--journal", journal])).attention).toEqual([]);
  });

  it("a lock that cannot be inspected, but not one whose holder is dead", async () => {
    const journal = write("journal.jsonl", line);
    write(".lane-lease.lock", ownText({ pid: missingPid }));
    const stale = await diagnose(["--journal", journal]);
    expect(stale.attention).toEqual([]);
    expect(stale.report).toMatchObject({ lock: { held: true, stale: true, alive: "dead" } });
    const [refused] = (await diagnose(["--journal", journal], { DISPATCH_LANE_LEASE_LOCK_PATH: folder })).attention;
    expect(refused).toContain("lock: the lock");
  });
});

describe("a journal that cannot be read causes exit code 3, with a report on the installation", () => {
  it.each([["folder"], ["loop"]])("a %s in its place", async (name) => {
    mkdirSync(join(folder, "folder"));
    symlinkSync("loop", join(folder, "loop"));
    const { report, attention, code } = await diagnose(["--journal", join(folder, name)]);
    expect(code).toBe(3);
    expect(attention).toHaveLength(1);
    expect(report).toMatchObject({ journal: null, lock: null, versions: { node: process.versions.node } });
  });
});

describe("the text of the report", () => {
  it("consists of lines with a name and a value, and contains no control characters", async () => {
    const journal = write("evil\u001b[2J.jsonl", `${line}{`);
    const { stdout, stderr } = await runCommand(["doctor", "--journal", journal]);
    expect(stderr).toBe("");
    for (const name of "package engine node system journal lock snapshot fsync restore note".split(" ")) {
      expect(stdout).toMatch(new RegExp(`^${name} +\\S`, "m"));
    }
    expect(stdout).toContain("evil\\u001b[2J.jsonl");
    expect(stdout).not.toContain("\u001b");
  });

  it("is replaced by exit code 2 on wrong usage", async () => {
    expect(await runCommand(["doctor", "--threads", "2"])).toMatchObject({ code: 2, stdout: "" });
    expect(await runCommand(["doctor", "--engine", "rust"])).toMatchObject({ code: 2, stdout: "" });
    expect(await runCommand(["doctor", "--journal", ""])).toMatchObject({ code: 2, stdout: "" });
  });
});

it("lj doctor creates no file and changes no byte, mode or time", async () => {
  const journal = write("journal.jsonl", `${line.repeat(14_000)}{`);
  write(".lane-lease.lock", ownText({ pid: missingPid }));
  const look = (): unknown[] =>
    readdirSync(folder)
      .toSorted()
      .map((name) => {
        const { mtimeMs, mode, size, ino } = statSync(join(folder, name));
        return { name, mtimeMs, mode, size, ino, text: readFileSync(join(folder, name), "latin1") };
      });
  const before = [look(), statSync(folder).mtimeMs];
  await diagnose(["--journal", journal]);
  expect([look(), statSync(folder).mtimeMs]).toEqual(before);
  expect(readdirSync(dirname(folder)).filter((name) => name.startsWith(".dos"))).toEqual([]);
});

describe("file systems", () => {
  it.each([
    [0xef53, "ext2/3/4", "yes"],
    [0x9123683e, "btrfs", "yes"],
    [-1_859_950_530, "btrfs", "yes"],
    [0x01021994, "tmpfs", "no"],
    [0x6969, "nfs", "unknown"],
    [0x794c7630, "overlay", "passed on"],
    [0x12345, "unknown", "unknown"],
  ])("type %i is %s, fsync %s", (type, name, fsync) => {
    expect(describeType(type, "linux")).toMatchObject({ name, fsync });
  });

  it("a type is unknown on another system, whose numbers differ", () => {
    expect(describeType(0xef53, "darwin")).toMatchObject({ name: "unknown", fsync: "unknown" });
  });

  it("an option of the innermost mount can withdraw the promise of fsync", () => {
    const table = [
      "22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw",
      "30 22 8:2 / /srv/a\\040b rw,relatime - ext4 /dev/sda2 rw,nobarrier",
      "31 22 8:3 / /srv/a rw - ext4 /dev/sda3 rw,stripe=4",
    ].join("\n");
    expect(findOptions(table, "/srv/a b/c")).toEqual(["rw", "relatime", "rw", "nobarrier"]);
    expect(findOptions(table, "/srv/a/c")).toEqual(["rw", "rw", "stripe=4"]);
    expect(findOptions(table, "/srv/b")).toEqual(["rw", "relatime", "rw"]);
    const ext4 = { ...describeType(0xef53, "linux"), type: "ef53" };
    expect(judgeMount(ext4, ["rw", "nobarrier"])).toMatchObject({ fsync: "no" });
    expect(judgeMount(ext4, ["rw"])).toEqual(ext4);
  });
});
