// Checks that the check before a release finds everything that is not set yet (RELEASING.md).
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
// @ts-expect-error: a script without types
import { findProblems } from "../../scripts/release-metadata.mjs";

const ready = { version: "1.2.3", repository: { url: "git+https://a.example/b.git" }, bugs: "x", homepage: "y" };
const changelog = "# Changelog\n\n## [Unreleased]\n\n## [1.2.3] - 2026-01-31\n";

describe("the check before a release", () => {
  it("finds nothing in a complete manifest with a dated changelog", () => {
    expect(findProblems(ready, changelog, "v1.2.3")).toEqual([]);
  });

  it.each(["repository", "bugs", "homepage"])("names %s while it is unset", (key) => {
    const problem = `package.json: expected "${key}" to be set before a release, found none`;
    expect(findProblems({ ...ready, [key]: undefined }, changelog, "v1.2.3")).toEqual([problem]);
  });

  it("names the version if the tag has another", () => {
    expect(findProblems(ready, changelog, "v1.2.4")).toEqual([
      expect.stringContaining("expected the version of the tag"),
    ]);
  });

  it("requires a dated heading for the version", () => {
    expect(findProblems(ready, "## [1.2.3] - soon\n", undefined)).toEqual([expect.stringContaining('found "soon"')]);
    expect(findProblems(ready, "## [1.2.2] - 2026-01-01\n", undefined)).toEqual([
      expect.stringContaining("found none"),
    ]);
  });
});

it("the release workflow runs the check before it builds anything", () => {
  const workflow = readFileSync(new URL("../../.github/workflows/release.yml", import.meta.url), "utf8");
  expect(workflow).toContain("run: node scripts/release-metadata.mjs");
});
