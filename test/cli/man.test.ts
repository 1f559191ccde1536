// Checks that the manual page in the package is what the tables of verbs and options yield. `npm run docs:man` writes
// it.
import { spawnSync } from "node:child_process";
import path from "node:path";
import { expect, it } from "vitest";
import { flagsOf, verbs } from "../../src/cli/args.js";
import { formatManPage } from "../../src/cli/man.js";
import { findPackage } from "../../src/package.js";

const { root, version } = findPackage();

it("man/lj.1 is current", async () => {
  await expect(formatManPage(version)).toMatchFileSnapshot(path.join(root, "man", "lj.1"));
});

it("the manual page names every verb and option", () => {
  const page = formatManPage(version).replaceAll("\\-", "-");
  for (const verb of verbs) {
    expect(page).toContain(`.SS lj ${verb.name}`);
    for (const { name } of flagsOf(verb)) expect(page).toContain(`--${name}`);
  }
});

const groff = spawnSync("groff", ["--version"]).error === undefined;

it.skipIf(!groff)("groff formats the manual page without a warning", () => {
  const given = { input: formatManPage(version), encoding: "utf8" as const };
  const { stderr, stdout, status } = spawnSync("groff", ["-man", "-ww", "-Tascii"], given);
  expect([stderr, status]).toEqual(["", 0]);
  expect(stdout).toContain("lj compact");
});
