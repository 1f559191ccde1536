// Checks that a mistyped verb or option is recognised (docs/cli.md).
import { describe, expect, it } from "vitest";
import { flags } from "../../src/cli/flags.js";
import { nearestName } from "../../src/nearest.js";
import { complaintOf } from "./complaint.js";

describe("an unknown name", () => {
  it.each(flags.map(({ name }) => name))("--%s with a letter missing or doubled is recognised", (name) => {
    for (const typo of [name.slice(0, -1), name.replace(/(.)(?=.$)/, "$1$1")]) {
      if (flags.some((flag) => flag.name === typo)) continue;
      // A name of two letters is as near to other short ones.
      const nearest = name.length > 2 ? name.slice(0, 4) : "";
      expect(complaintOf(["replay", `--${typo}=1`])).toMatch(
        new RegExp(`^unknown option "--${typo}"; did you mean --${nearest}`),
      );
    }
  });

  it.each([
    [["repaly"], 'unknown verb "repaly"; did you mean replay?'],
    [["unlok"], 'unknown verb "unlok"; did you mean unlock?'],
    [["verfy", "--json"], 'unknown verb "verfy"; did you mean verify?'],
    [["help", "tali"], 'unknown verb "tali"; did you mean tail?'],
    [["nonsense"], 'unknown verb "nonsense"'],
    [["--json", "x", "replay"], 'unknown verb "x"'],
    [["replay", "--Json"], 'unknown option "--Json"; did you mean --json?'],
    [["replay", "--nonsense"], 'unknown option "--nonsense"'],
    [["--json"], 'expected a verb, found only options: "--json"'],
    [["help", "tail", "seq"], 'help: expected at most one verb, found also "seq"'],
    [["--version", "replay"], '--version: expected no other arguments, found "replay"'],
    [["-V", "--json"], '--version: expected no other arguments, found "--json"'],
  ])("%j", (argv, complaint) => {
    expect(complaintOf(argv)).toBe(complaint);
  });

  it("is compared only by its beginning", () => {
    expect(nearestName("x".repeat(10_000_000), ["replay"])).toBe(undefined);
  });
});
