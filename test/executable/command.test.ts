// Checks whole processes: the executable beside the JavaScript command, on command lines, environments and snapshots.

import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { main } from "../cli/command.js";
import { makeFolder, removeFolders } from "../generate/place.js";
import { answerAlone, executable, runProgram, type Surroundings } from "./executable.js";

const folder = makeFolder("executable-command");
afterAll(removeFolders);

const acquire = (at: number): string =>
  `{"op": "ACQUIRE", "lane": "l${at % 7}", "loop_ts": "T", "seq": ${at + 1}, "filler": "${"x".repeat(100)}"}\n`;
const journal = join(folder, "journal.jsonl");
const snapshot = join(folder, ".journal.jsonl.snapshot");
/** More than the mebibyte from which on there are snapshots. */
const long = Array.from({ length: 8_000 }, (_, at) => acquire(at)).join("");

beforeEach(() => {
  rmSync(snapshot, { force: true });
  writeFileSync(journal, acquire(1));
});

function expectSame(args: readonly string[], surroundings: Surroundings = {}): void {
  const around = { cwd: folder, ...surroundings };
  const expected = runProgram([process.execPath, main, ...args], around);
  expect(runProgram([executable, ...args], around), `lj ${args.join(" ")}`).toEqual(expected);
}

describe("the executable beside the JavaScript command", () => {
  it.each([
    [],
    ["--version", "--json"],
    ["-V", "replay"],
    ["--help"],
    ["reply"],
    ["replay", "--bogus"],
    ["replay", "journal.jsonl"],
    ["replay", "./sub/.././journal.jsonl"],
    ["replay", ".//journal.jsonl"],
    ["--json", "replay", "--journal=journal.jsonl", "--threads=3"],
    ["replay", "journal.jsonl", "journal.jsonl"],
    ["replay", "--journal", "--json"],
    ["replay", "--journal="],
    ["replay", "--threads", "0", "journal.jsonl"],
    ["replay", "--threads", "1e3", "journal.jsonl"],
    ["replay", "--engine", "js", "journal.jsonl"],
    ["replay", "--engine=native", "journal.jsonl"],
    ["replay", "--until-line", "0", "journal.jsonl"],
    ["verify", "--no-snapshot", "journal.jsonl"],
    ["verify", "journal.jsonl", "--json"],
    ["verify", "."],
    ["replay", "journal.jsonl/"],
    ["replay", "journal.jsonl/below"],
    ["replay", "m\u00e9morable \u202e\n.jsonl"],
    ["seq", "--must-exist", "missing.jsonl"],
    ["replay", "--until-seq", "-1", "journal.jsonl"],
    ["replay", "--until-seq=1", "--until-line=1", "journal.jsonl"],
    ["seq", "--until-line", "1", "journal.jsonl"],
    ["replay", "--at", "yesterday", "journal.jsonl"],
    ["replay", "--at=2026-06-01T14:03Z", "journal.jsonl"],
    ["replay", "--at", "2026-02-30T14:03Z", "journal.jsonl"],
    ["tail", "1", "journal.jsonl"],
    ["tail", "journal.jsonl", "0", "--json"],
    ["tail", "-1", "journal.jsonl"],
    ["tail", "+1", "journal.jsonl"],
    ["tail", "+1"],
    ["tail", "1", "2", "journal.jsonl"],
    ["tail", "1x", "journal.jsonl"],
    ["tail", "--no-snapshot", "journal.jsonl"],
    ["tail", "."],
    ["lock", "journal.jsonl"],
    ["lock", "--json", "missing.jsonl"],
    ["lock", "--must-exist", "missing.jsonl"],
    ["lock", "."],
    ["lock", "journal.jsonl/below"],
  ])("prints the same for %j %j %j %j", (...args) => {
    expectSame(args.filter((word) => word !== undefined));
  });

  it("finds the same journal by the environment, the current folder and a workspace file", () => {
    const workspace = join(folder, "workspace");
    mkdirSync(join(workspace, ".dos"), { recursive: true });
    writeFileSync(join(workspace, ".dos/lane-journal.jsonl"), acquire(3));
    const environments = [
      { DISPATCH_LANE_JOURNAL_PATH: "journal.jsonl", JOB_LANE_JOURNAL_PATH: "other.jsonl" },
      { DISPATCH_LANE_JOURNAL_PATH: "", JOB_LANE_JOURNAL_PATH: journal },
      { DISPATCH_WORKSPACE: "workspace" },
      { DISPATCH_WORKSPACE: "./workspace//" },
      { DISPATCH_WORKSPACE: journal },
      { LANE_JOURNAL_ENGINE: "js", DISPATCH_WORKSPACE: workspace },
      { LANE_JOURNAL_ENGINE: "fast", DISPATCH_WORKSPACE: workspace },
    ];
    for (const environment of environments) expectSame(["seq", "--json"], { environment });
    for (const cwd of [folder, workspace]) expectSame(["seq", "--json"], { cwd });
    for (const text of ['[paths]\nlane_journal = "../journal.jsonl"\n', "[paths\n", ""]) {
      writeFileSync(join(workspace, "dos.toml"), text);
      expectSame(["verify"], { cwd: workspace });
    }
  });

  it("hands over a workspace file, another engine and a path that only the system can resolve", () => {
    const lines = [
      ["replay", "../journal.jsonl"],
      ["replay", "--engine", "js"],
      ["replay", "--verbose", journal],
      ["replay", "--at", "yesterday", journal],
      ["tail", "--follow", journal],
      ["tail", "--op", "ACQUIRE", journal],
      ["compact"],
    ];
    expect(answerAlone(lines, folder)).toEqual(lines.map(() => undefined));
  });

  it("prints the same for a journal that several threads read", () => {
    writeFileSync(journal, long.repeat(16));
    for (const args of [
      ["verify", "--json"],
      ["replay", "--no-snapshot"],
    ])
      expectSame([...args, "--threads=4", journal]);
  });

  it("--version prints the version, the engine, and which program runs", () => {
    const [own, command] = [[executable], [process.execPath, main]].map((program) => {
      const { stdout, stderr, code } = runProgram([...program, "--version"]);
      expect({ stderr, code }).toEqual({ stderr: "", code: 0 });
      return stdout.split("\n");
    });
    expect(own?.[0]).toBe(command?.[0]);
    const kernel = /simdjson runs its \w+ kernel$/;
    expect(kernel.exec(own?.[1] ?? "")?.[0]).toBe(kernel.exec(command?.[1] ?? "")?.[0]);
    expect(own?.[2]).toMatch(/^command executable: \S+\/lj runs without Node; /);
    expect(command?.[2]).toMatch(/^command JavaScript: .+; the executable is \//);
  });

  it("tells the command that it hands over to which program runs", () => {
    const environment = { LANE_JOURNAL_ENGINE: "native" };
    const { stdout } = runProgram([executable, "-V"], { environment });
    expect(stdout).toMatch(/\ncommand executable: \S+\/lj handed this command line over to the JavaScript command\n$/);
    const doctor: unknown = JSON.parse(runProgram([executable, "doctor", "--json", journal]).stdout);
    expect(doctor).toMatchObject({ command: { name: "executable" } });
  });

  it("prints nothing more to a reader that leaves, and ends quietly", async () => {
    writeFileSync(journal, Array.from({ length: 60_000 }, (_, at) => acquire(at).replace(/l\d/, `l${at}`)).join(""));
    const child = spawn(executable, ["replay", journal], { stdio: ["ignore", "pipe", "pipe"] });
    let stderr = "";
    child.stderr.on("data", (text: Buffer) => (stderr += text.toString()));
    child.stdout.once("data", () => child.stdout.destroy());
    const code = await new Promise((resolve) => child.once("close", resolve));
    expect({ stderr, code }).toEqual({ stderr: "", code: 0 });
  });

  it("reports a full disk", () => {
    const lines = (program: string): string => `${program} replay ${journal} > /dev/full`;
    const run = (program: string) => spawnSync("/bin/sh", ["-c", lines(program)], { encoding: "utf8" });
    const [found, expected] = [run(executable), run(`${process.execPath} ${main}`)];
    expect([found.status, found.stderr]).toEqual([expected.status, expected.stderr]);
  });
});

describe("a snapshot", () => {
  const command = [process.execPath, main, "seq", "--verbose", journal];
  const verbose = (): string => runProgram(command).stderr.replaceAll(`snapshot ${snapshot}: `, "");

  it("of the executable is used by the command, and has the same bytes", () => {
    writeFileSync(journal, long);
    expect(runProgram([executable, "seq", journal])).toEqual({ stdout: "8000\n", stderr: "", code: 0 });
    const written = readFileSync(snapshot);
    expect(verbose()).toMatch(/\nused for \d+ of \d+ bytes\n$/);
    rmSync(snapshot);
    expect(verbose()).toMatch(/\nnot used: there is none\nwritten: /);
    expect(readFileSync(snapshot).equals(written)).toBe(true);
  });

  it("of the command is used by the executable, which answers from it", () => {
    writeFileSync(journal, long);
    verbose();
    // The executable compares only the edges of the journal, so it does not see a change in the middle.
    const middle = long.length / 2;
    writeFileSync(
      journal,
      `${long.slice(0, middle)}${long.slice(middle).replace('"op": "ACQUIRE"', '"op": "RELEASE"')}`,
    );
    expect(runProgram([executable, "verify", "--json", journal]).stdout).toContain('"RELEASE": 1');
    const found = runProgram([executable, "replay", journal]);
    expect(found).not.toEqual(runProgram([executable, "replay", "--no-snapshot", journal]));
    expect(found).toEqual(runProgram([process.execPath, main, "replay", journal]));
    writeFileSync(journal, long.replaceAll("T", "U"));
    expectSame(["replay", journal]);
  });

  it("that is odd in any byte is not used by the executable", () => {
    writeFileSync(journal, long);
    runProgram([executable, "seq", journal]);
    const good = readFileSync(snapshot);
    for (let at = 0; at < good.length; at += 97) {
      const bad = Buffer.from(good);
      bad.writeUInt8(good.readUInt8(at) ^ (1 << (at % 8)), at);
      writeFileSync(snapshot, bad);
      expect(runProgram([executable, "seq", journal]).stdout).toBe("8000\n");
      expect(readFileSync(snapshot).equals(good), `byte ${at}`).toBe(true);
    }
  });

  it("is whole or absent when the executable is killed or interrupted at any moment", async () => {
    writeFileSync(journal, long);
    for (let round = 0; round < 60; round++) {
      rmSync(snapshot, { force: true });
      const child = spawn(executable, ["seq", journal], { stdio: "ignore" });
      const ended = new Promise((resolve) => child.once("close", resolve));
      await new Promise((resolve) => setTimeout(resolve, round / 4));
      child.kill(round % 2 === 0 ? "SIGKILL" : "SIGINT");
      await ended;
      if (existsSync(snapshot)) expect(verbose()).toMatch(/\nused for/);
      expect(runProgram([executable, "seq", journal]).stdout).toBe("8000\n");
    }
    expect(readdirSync(folder).filter((name) => name.includes(".new-")).length).toBeLessThan(31);
  });
});
