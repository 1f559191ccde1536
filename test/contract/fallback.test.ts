// Checks an installation without a usable addon: `auto` falls back and says why, and `native` is an error that says why
// (docs/api.md).
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { acquire, thrownBy, writeLines } from "./journals.js";

let folder = "";

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "lane-journal-test-"));
  vi.stubEnv("LANE_JOURNAL_PREBUILD", folder);
  vi.resetModules();
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe.each([
  ["absent", "no native build", () => undefined],
  [
    "broken",
    "lane_journal.node does not load",
    () => {
      mkdirSync(path.join(folder, "build", "Release"), { recursive: true });
      writeFileSync(path.join(folder, "build", "Release", "lane_journal.node"), "this is no shared object");
    },
  ],
])("an addon that is %s", (_state, why, prepare) => {
  it("auto reads with the TypeScript engine, and explainEngine says why", async () => {
    prepare();
    const journal = await import("../../src/index.js");
    const found = journal.scan(writeLines(acquire("a")));
    expect(found).toMatchObject({ engine: "js", leases: [{ lane: "a" }] });
    expect(journal.engine()).toBe("js");
    const { engine, reason } = journal.explainEngine();
    expect(engine).toBe("js");
    expect(reason).toContain(why);
  });

  it("native throws ERR_ENGINE_UNAVAILABLE with the same reason, and the cause attached", async () => {
    prepare();
    const journal = await import("../../src/index.js");
    const error = thrownBy(() => journal.replay(writeLines(acquire("a")), { engine: "native" }));
    expect(error).toMatchObject({ code: "ERR_ENGINE_UNAVAILABLE", cause: expect.any(Error) });
    expect(String(error)).toContain(journal.explainEngine().reason);
  });
});
