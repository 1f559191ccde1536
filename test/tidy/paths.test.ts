// Checks that every path of this project that a configuration, a script or a document names exists.
import { describe, expect, it } from "vitest";
import { listFiles, readSource } from "./files.js";

const files = listFiles();

/** The changelog names files that no longer exist, and test data is full of paths that never existed. */
const naming = files.filter(
  (file) =>
    /^(\.ci|\.github|scripts|docs|bench|src|native)\/|^[^/]+\.(md|json|ts|mjs|gyp|txt)$/.test(file) &&
    !/^(CHANGELOG\.md|package-lock\.json|native\/test\/)/.test(file),
);

/** A folder of the tree followed by a path, as in `src/core/fold.ts`, `test/lock` or `native/*.cc`. */
const pathPattern = /(?<![\w./@-])(?:src|native|test|scripts|bench|docs)\/[\w./*{},-]*[\w*}]/g;

/** Paths that commands create. */
const madeLater = ["bench/out"];

/** The part before the first wildcard must be the beginning of an existing path, with or without an extension. */
function isThere(named: string): boolean {
  if (madeLater.includes(named)) return true;
  const [plain = ""] = named.split(/[*{]/);
  if (plain !== named) return files.some((file) => file.startsWith(plain));
  return files.some((file) => file === named || file.startsWith(`${named}/`) || file.startsWith(`${named}.`));
}

describe("paths of the project", () => {
  it("lead to files that exist", () => {
    const named = naming.flatMap((file) =>
      [...readSource(file).text.matchAll(pathPattern)].map(([found]) => ({ file, found })),
    );
    expect(named.length).toBeGreaterThan(100);
    expect(named.filter(({ found }) => !isThere(found)).map(({ file, found }) => `${file}: ${found}`)).toEqual([]);
  });
});
