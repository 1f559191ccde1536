// Completes command lines in bash as a user does, and checks that every script names every verb and option.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { flagsOf, verbs } from "../../src/cli/args.js";
import { formatCompletions, shells } from "../../src/cli/completions.js";
import { pathOf, runCommand, writeJournal } from "./command.js";

/** Returns what bash offers for the last word. */
function complete(...words: string[]): string[] {
  const script = `${formatCompletions("bash")}
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _lj; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr, status } = spawnSync("bash", ["-c", script, "bash", "lj", ...words], {
    encoding: "utf8",
    cwd: pathOf(""),
  });
  expect([stderr, status]).toEqual(["", 0]);
  return stdout.split("\n").filter((word) => word !== "");
}

describe("the completions for bash", () => {
  it("offer the verbs, and those that begin as typed", () => {
    expect(complete("")).toEqual([...verbs.map(({ name }) => name), "help"]);
    expect(complete("ver")).toEqual(["verify"]);
  });

  it("offer the options of the verb, also before its words", () => {
    for (const verb of verbs) {
      const options = flagsOf(verb).map(({ name }) => `--${name}`);
      expect(complete(verb.name, "--").toSorted()).toEqual([...options, "--help"].toSorted());
    }
    expect(complete("--json", "tail", "--fol")).toEqual(["--follow"]);
  });

  it("offer the values of an option, and files", () => {
    writeJournal("one.jsonl", "");
    expect(complete("replay", "--engine", "")).toEqual(["native", "js", "auto"]);
    expect(complete("tail", "--op", "RE")).toEqual(["RELEASE", "REFUSE", "RECONCILE"]);
    expect(complete("replay", "--journal", "one")).toEqual(["one.jsonl"]);
    expect(complete("replay", "one")).toEqual(["one.jsonl"]);
    expect(complete("tail", "--since", "")).toEqual([]);
    expect(complete("completions", "")).toContain("fish");
  });
});

describe.each(shells)("lj completions %s", (shell) => {
  it("prints a script that names every verb and option", async () => {
    const { stdout, stderr, code } = await runCommand(["completions", shell]);
    expect([stdout, stderr, code]).toEqual([formatCompletions(shell), "", 0]);
    for (const verb of verbs) {
      expect(stdout).toContain(verb.name);
      for (const { name } of flagsOf(verb)) expect(stdout).toContain(shell === "fish" ? `-l ${name}` : `--${name}`);
    }
  });

  it.skipIf(!existsSync(`/usr/bin/${shell}`) && !existsSync(`/bin/${shell}`))(
    "is a script that the shell parses",
    () => {
      const { stderr, status } = spawnSync(shell, ["-n"], { input: formatCompletions(shell), encoding: "utf8" });
      expect([stderr, status]).toEqual(["", 0]);
    },
  );
});

it("lj completions of an unknown shell is wrong usage", async () => {
  const { stderr, code } = await runCommand(["completions", "tcsh"]);
  expect(stderr).toContain('SHELL: expected bash, zsh or fish, found "tcsh"');
  expect(code).toBe(2);
});
