// Checks which engine an option or the environment selects, and how explainEngine explains it (docs/api.md).
import { readFileSync } from "node:fs";
import { describe, expect, it, vi } from "vitest";
import { engine, explainEngine, replay, scan } from "../../src/index.js";
import * as pure from "../../src/pure.js";
import { acquire, thrownBy, writeLines } from "./journals.js";

const variable = "LANE_JOURNAL_ENGINE";

/** Returns whether the addon is mapped into this process; vitest runs every test file in a process of its own. */
function isAddonLoaded(): boolean {
  return /lane_journal[^/\n]*\.node|lane-journal[^/\n]*\.node/.test(readFileSync("/proc/self/maps", "utf8"));
}

describe("the pure entry point", () => {
  it("never loads the addon, unlike the other entry point", () => {
    const file = writeLines(acquire("a"));
    expect(pure.replay(file)).toEqual([{ lane: "a", loop_ts: "T1" }]);
    expect(pure.scan(file, { engine: "auto" }).engine).toBe("js");
    expect(pure.engine()).toBe("js");
    expect(isAddonLoaded()).toBe(false);
    expect(scan(file, { engine: "native" }).engine).toBe("native");
    expect(isAddonLoaded()).toBe(true);
  });

  it("exports what the package root exports", async () => {
    const root = await import("../../src/index.js");
    expect(Object.keys(pure).toSorted()).toEqual(Object.keys(root).toSorted());
  });

  it("throws ERR_ENGINE_UNAVAILABLE for engine native, by option and by environment", () => {
    const file = writeLines(acquire("a"));
    expect(thrownBy(() => pure.replay(file, { engine: "native" }))).toMatchObject({ code: "ERR_ENGINE_UNAVAILABLE" });
    vi.stubEnv(variable, "native");
    expect(thrownBy(() => pure.replay(file))).toMatchObject({ code: "ERR_ENGINE_UNAVAILABLE" });
    expect(pure.scan(file, { engine: "js" }).engine).toBe("js");
  });
});

describe("the choice of an engine", () => {
  const used = (options?: { engine: "native" | "js" | "auto" }) => scan(writeLines(acquire("a")), options).engine;

  it("is native if it loads, and explainEngine says so", () => {
    expect(used()).toBe("native");
    expect(engine()).toBe("native");
    expect(explainEngine()).toEqual({ engine: "native", reason: expect.stringContaining(".node") });
  });

  it.each([
    ["js", "js"],
    ["native", "native"],
    ["auto", "native"],
    ["", "native"],
  ])("LANE_JOURNAL_ENGINE=%s means %s", (value, want) => {
    vi.stubEnv(variable, value);
    expect(used()).toBe(want);
    expect(engine()).toBe(want);
    expect(explainEngine().engine).toBe(want);
  });

  it("is the explicit option's even if the variable is set", () => {
    vi.stubEnv(variable, "js");
    expect(used({ engine: "native" })).toBe("native");
    vi.stubEnv(variable, "native");
    expect(used({ engine: "js" })).toBe("js");
  });

  it("is explained with the variable if that decides", () => {
    vi.stubEnv(variable, "js");
    expect(explainEngine()).toEqual({ engine: "js", reason: expect.stringContaining(variable) });
  });

  it("causes an error that names the variable if its value is not an engine", () => {
    vi.stubEnv(variable, "fastest");
    const error = thrownBy(() => replay(writeLines(acquire("a"))));
    expect(error).toBeInstanceOf(Error);
    expect(String(error)).toMatch(/LANE_JOURNAL_ENGINE.*fastest/);
  });
});
