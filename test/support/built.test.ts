// Checks that built files are rejected if they are missing or older than their sources.
import { utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../contract/journals.js";
import { requireFresh } from "./built.js";

describe("a built file", () => {
  const check = (ages: { [file: string]: number }) => () => {
    const folder = temporaryFolder();
    for (const [file, seconds] of Object.entries(ages)) {
      writeFileSync(join(folder, file), "");
      utimesSync(join(folder, file), 1000 - seconds, 1000 - seconds);
    }
    requireFresh({ product: "out.js", sources: ["a.ts", "b.ts"], command: "npm run build:ts" }, folder);
  };

  it("is accepted if it is not older than any source", () => {
    expect(check({ "out.js": 10, "a.ts": 10, "b.ts": 20 })).not.toThrow();
  });

  it("is rejected if one source is newer, with the command to run", () => {
    expect(check({ "out.js": 10, "a.ts": 20, "b.ts": 9 })).toThrow("out.js is older than b.ts: run `npm run build:ts`");
  });

  it("is rejected if it is missing", () => {
    expect(check({ "a.ts": 1, "b.ts": 1 })).toThrow("out.js is missing: run `npm run build:ts`");
  });
});
