// Checks which journal the command uses, and what it says if there is none (docs/cli.md, docs/format.md 8, "Where").
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { main, pathOf, runCommand, writeJournal } from "./command.js";

const one = writeJournal("one.jsonl", '{"op":"HALT","seq":1}\n');

describe("the workspace's dos.toml", () => {
  const workspace = pathOf("workspace");
  mkdirSync(workspace);
  const environment = { DISPATCH_WORKSPACE: workspace };

  it("names the journal, and the variables and --journal override it", async () => {
    writeFileSync(join(workspace, "dos.toml"), '[paths]\nlane_journal = "named.jsonl"\n');
    writeFileSync(join(workspace, "named.jsonl"), '{"op":"HALT","seq":41}\n');
    expect(await runCommand(["seq"], environment)).toEqual({ stdout: "41\n", stderr: "", code: 0 });
    const variable = { ...environment, JOB_LANE_JOURNAL_PATH: one };
    expect(await runCommand(["seq"], variable)).toMatchObject({ stdout: "1\n" });
    expect(await runCommand(["seq", "--journal", one], environment)).toMatchObject({ stdout: "1\n" });
  });

  it("causes exit code 3 if it cannot be used, instead of the default path", async () => {
    writeFileSync(join(workspace, "dos.toml"), '[paths]\nlane_journal = "a\n');
    const { stdout, stderr, code } = await runCommand(["replay"], environment);
    expect([stdout, code]).toEqual(["", 3]);
    expect(stderr).toMatch(/^lj: \S+dos\.toml, which may name the journal, cannot be used: line 2, column \d+: .+\n$/);
  });
});

describe("a current folder that was deleted", () => {
  const runThere = (...args: string[]): { stdout: string; stderr: string; status: number | null } => {
    const folder = pathOf("deleted");
    mkdirSync(folder);
    const script = 'cd "$1" && rmdir "$1" && shift && exec "$@"';
    const env = { PATH: process.env["PATH"] ?? "" };
    return spawnSync("sh", ["-c", script, "sh", folder, process.execPath, ...args], { env, encoding: "utf8" });
  };
  const complaint = "the current folder cannot be determined, it has probably been deleted: use an absolute path";

  it.each([[["seq"]], [["seq", "--journal", "relative.jsonl"]]])("is reported by lj %j, with exit code 3", (args) => {
    const { stdout, stderr, status } = runThere(main, ...args);
    expect({ stdout, stderr, status }).toEqual({ stdout: "", stderr: `lj: ${complaint}\n`, status: 3 });
  });

  it("does not affect an absolute path", () => {
    expect(runThere(main, "seq", "--journal", one)).toMatchObject({ stdout: "1\n", stderr: "", status: 0 });
  });

  it("causes ERR_PATH_REFUSED in the library", () => {
    const built = JSON.stringify(join(main, "..", "index.js"));
    const report = 'console.log(code + ": " + message)';
    const program = `try { require(${built}).replay(); } catch ({ code, message }) { ${report}; }`;
    expect(runThere("-e", program).stdout).toBe(`ERR_PATH_REFUSED: ${complaint}\n`);
  });
});

describe("--must-exist", () => {
  const missing = pathOf("missing.jsonl");
  const names = ["replay", "tail", "seq", "verify", "compact", "lock"];

  it.each([...names.map((verb) => [verb, "--must-exist"]), ["unlock", "--force", "--must-exist"], ["bench"]])(
    "lj %s on a missing journal exits with 3 and creates none",
    async (...args) => {
      const outcome = await runCommand([...args, missing]);
      expect(outcome).toEqual({ stdout: "", stderr: `lj: there is no journal ${missing}\n`, code: 3 });
      expect(existsSync(missing)).toBe(false);
    },
  );

  it("lj doctor on a missing journal exits with 3 and reports everything else", async () => {
    const { stdout, stderr, code } = await runCommand(["doctor", "--json", "--must-exist", missing]);
    expect([stderr, code]).toEqual(["", 3]);
    expect(JSON.parse(stdout)).toMatchObject({ exitCode: 3, journal: { exists: false }, lock: { held: false } });
  });

  it("changes nothing for an existing journal", async () => {
    expect(await runCommand(["seq", "--must-exist", one])).toEqual({ stdout: "1\n", stderr: "", code: 0 });
  });
});
