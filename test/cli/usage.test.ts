// Checks the exit codes of right and wrong command lines, and what is printed on which stream.
import { mkdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { pathOf, runCommand, writeJournal } from "./command.js";

const journal = writeJournal("one.jsonl", '{"op":"HALT","seq":1}\n');

describe("wrong usage causes exit code 2, two lines on stderr and none on stdout", () => {
  it.each([
    [["nonsense"], 'unknown verb "nonsense"'],
    [["repaly"], 'unknown verb "repaly"; did you mean replay?'],
    [["replay", "--jsn"], 'unknown option "--jsn"; did you mean --json?'],
    [["replay", "--until-seq", "9007199254740993"], "--until-seq: expected a whole number of at most"],
    [["--version", "replay"], "--version: expected no other arguments"],
  ])("lj %j", async (args, complaint) => {
    const { stdout, stderr, code } = await runCommand(args);
    expect([stdout, code]).toEqual(["", 2]);
    expect(stderr).toMatch(/^lj: .+\n\(see lj --help\)\n$/);
    expect(stderr).toContain(complaint);
  });

  it("shows the help on stderr if there is no verb", async () => {
    const { stdout, stderr, code } = await runCommand([]);
    expect([stdout, code]).toEqual(["", 2]);
    expect(stderr).toContain("Usage: lj");
  });
});

describe("help", () => {
  it.each([[["--help"]], [["-h"]], [["help"]]])("lj %j explains verbs, environment and exit codes", async (args) => {
    const { stdout, stderr, code } = await runCommand(args);
    expect([stderr, code]).toEqual(["", 0]);
    for (const word of ["replay", "tail", "seq", "verify", "LANE_JOURNAL_ENGINE", "Exit codes", "Examples"]) {
      expect(stdout).toContain(word);
    }
  });

  it.each([["replay"], ["tail"], ["seq"], ["verify"]])("lj %s --help and lj help %s are the same", async (verb) => {
    const { stdout, code } = await runCommand([verb, "--help"]);
    expect(code).toBe(0);
    expect(stdout).toContain(`Usage: lj ${verb}`);
    expect(await runCommand(["help", verb])).toMatchObject({ stdout, code: 0 });
  });
});

describe("options", () => {
  const three = writeJournal(
    "three.jsonl",
    [1, 2, 3].map((n) => `{"op":"ACQUIRE","lane":"${n}","seq":${n}}\n`).join(""),
  );

  // Regression: the spelling of one option changed how another was parsed.
  it.each([
    [["replay", "--json", "--until-seq=1", "--journal", three]],
    [["replay", "--json", "--until-seq", "1", `--journal=${three}`]],
    [["--until-line=1", "--json", "replay", three]],
    [["--journal", three, "replay", "--until-offset", "45", "--json"]],
  ])("bound the answer in every spelling: lj %j", async (args) => {
    const { stdout, stderr, code } = await runCommand(args);
    expect({ stdout, stderr, code }).toEqual({ stdout: '[{"lane": "1"}]\n', stderr: "", code: 0 });
  });

  it.each([
    [["verify", journal]],
    [["--journal", journal, "verify"]],
    [["--verbose", `--journal=${journal}`, "verify", "--engine=js"]],
  ])("name the journal before and after the verb: lj %j", async (args) => {
    const { stdout, code } = await runCommand(args);
    expect(stdout).toContain(`journal ${journal}\n`);
    expect(stdout).toContain("sound: no findings\n");
    expect(code).toBe(0);
  });

  it("--verbose names the journal and the engine on stderr", async () => {
    const { stdout, stderr } = await runCommand(["seq", "--verbose", "--engine", "js", "--journal", journal]);
    expect(stdout).toBe("1\n");
    expect(stderr).toBe(`journal ${journal}\nengine js: asked for by the engine option\n`);
  });

  it("the environment names the journal, and --journal overrides it", async () => {
    const other = writeJournal("other.jsonl", '{"op":"HALT","seq":41}\n');
    const environment = { DISPATCH_LANE_JOURNAL_PATH: other };
    expect(await runCommand(["seq"], environment)).toMatchObject({ stdout: "41\n" });
    expect(await runCommand(["seq", "--journal", journal], environment)).toMatchObject({ stdout: "1\n" });
  });
});

describe("the engine", () => {
  it("--version prints the version, the engine and the reason", async () => {
    const { stdout, code } = await runCommand(["--version"]);
    expect(stdout).toMatch(/^lane-journal \d+\.\d+\.\d+\S*\nengine native: the default; .+\ncommand JavaScript: .+\n$/);
    expect(code).toBe(0);
    const { stdout: forced } = await runCommand(["-V"], { LANE_JOURNAL_ENGINE: "js" });
    expect(forced).toContain("engine js: asked for by LANE_JOURNAL_ENGINE");
  });

  it("an unknown engine in the environment causes exit code 3 and an error with the expected names", async () => {
    const { stdout, stderr, code } = await runCommand(["seq", "--journal", journal], { LANE_JOURNAL_ENGINE: "rust" });
    expect([stdout, code]).toEqual(["", 3]);
    expect(stderr).toBe('lj: LANE_JOURNAL_ENGINE: expected "native", "js" or "auto", found "rust"\n');
  });

  it("native causes exit code 3 if it does not load, and auto uses the other engine", async () => {
    const nowhere = pathOf("nowhere");
    mkdirSync(nowhere);
    const environment = { LANE_JOURNAL_PREBUILD: nowhere };
    const asked = await runCommand(["seq", "--engine", "native", "--journal", journal], environment);
    expect(asked).toMatchObject({ stdout: "", code: 3 });
    expect(asked.stderr).toContain("the native engine is asked for by the engine option and cannot be used");
    expect(await runCommand(["seq", "--journal", journal], environment)).toMatchObject({ stdout: "1\n", code: 0 });
    expect((await runCommand(["--version"], environment)).stdout).toContain("engine js: no native build");
  });
});

describe("a journal that cannot be read causes exit code 3 and one line on stderr", () => {
  it.each(["replay", "tail", "seq", "verify"])("lj %s on a folder", async (verb) => {
    const { stdout, stderr, code } = await runCommand([verb, "--journal", pathOf("")]);
    expect([stdout, code]).toEqual(["", 3]);
    expect(stderr).toMatch(/^lj: the journal .+: expected a regular file, found a folder\n$/);
  });

  it("a path through a file", async () => {
    const { stderr, code } = await runCommand(["replay", "--journal", `${journal}/inner`]);
    expect(code).toBe(3);
    expect(stderr).toContain("ENOTDIR");
  });
});
