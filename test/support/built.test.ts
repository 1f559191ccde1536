// Files with times -> whether what is built may be tested.
import { utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../contract/journals.js";
import { requireFresh } from "./built.js";

describe("what is built", () => {
  const check = (ages: { [file: string]: number }) => () => {
    const folder = temporaryFolder();
    for (const [file, seconds] of Object.entries(ages)) {
      writeFileSync(join(folder, file), "");
      utimesSync(join(folder, file), 1000 - seconds, 1000 - seconds);
    }
    requireFresh({ product: "out.js", sources: ["a.ts", "b.ts"], command: "npm run build:ts" }, folder);
  };

  it("may be tested if it is not older than any source", () => {
    expect(check({ "out.js": 10, "a.ts": 10, "b.ts": 20 })).not.toThrow();
  });

  it("may not be tested if one source is newer, and the error names the command", () => {
    expect(check({ "out.js": 10, "a.ts": 20, "b.ts": 9 })).toThrow("out.js is older than b.ts: run `npm run build:ts`");
  });

  it("may not be tested if it is missing", () => {
    expect(check({ "a.ts": 1, "b.ts": 1 })).toThrow("out.js is missing: run `npm run build:ts`");
  });
});
