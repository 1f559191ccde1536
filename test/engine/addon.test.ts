// Checks that loading returns the addon, or the reason why there is none (docs/architecture.md).
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import module, { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { AddonLoad } from "../../src/engine/addon.js";

beforeEach(() => {
  vi.resetModules();
  vi.restoreAllMocks();
});

/** Loads the addon again, with `require` and `dlopen` replaced by these two. */
async function loadWith(nodeGypBuild: unknown, load: () => unknown): Promise<AddonLoad> {
  // Use node-gyp-build instead of the folder of a local build.
  vi.stubEnv("PREBUILDS_ONLY", "1");
  vi.spyOn(module, "createRequire").mockReturnValue(Object.assign(() => nodeGypBuild, createRequire(import.meta.url)));
  vi.spyOn(process, "dlopen").mockImplementation((loaded) => Object.assign(loaded, { exports: load() }));
  const { loadAddon } = await import("../../src/engine/addon.js");
  return loadAddon();
}

const finds = (path: () => unknown) => Object.assign(() => undefined, { path });
/** A complete addon: a truncated file is refused before `dlopen`, whose result is replaced here. */
const folder = mkdtempSync(path.join(tmpdir(), "lane-addon-"));
const file = path.join(folder, "lane_journal.node");
copyFileSync(fileURLToPath(new URL("../../build/Release/lane_journal.node", import.meta.url)), file);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const findsFile = finds(() => file);

class Fold {
  get offset() {
    return 0;
  }
  get content() {
    return "";
  }
  step() {}
  stepAsync() {}
  leases() {}
  generations() {}
  nextSeq() {}
  heldLeases() {}
  planLeases() {}
  leaseText() {}
  leaseDigests() {}
  drop() {}
  scan() {}
}
const whole = { Fold, Sift() {}, readEntries() {}, findCut() {}, tryFlock() {}, kernels() {} };

describe("the addon", () => {
  it("is accepted with its path if it has the functions of this version", async () => {
    const load = await loadWith(findsFile, () => whole);
    expect(load).toMatchObject({ addon: whole, file });
  });

  it("is loaded only once", async () => {
    const { loadAddon } = await import("../../src/engine/addon.js");
    expect(loadAddon()).toBe(loadAddon());
  });

  it.each([
    ["nothing", null],
    ["a number", 3],
    ["without Fold", { ...whole, Fold: undefined, other: 1 }],
    ["without any function", {}],
    ["without a function", { ...whole, kernels: undefined }],
    ["whose Fold has no prototype", { ...whole, Fold: () => undefined }],
    ["whose Fold has no offset", { ...whole, Fold: class {} }],
    [
      "whose Fold lacks a method",
      {
        ...whole,
        Fold: class {
          offset = 0;
          get step() {
            return 1;
          }
        },
      },
    ],
    [
      "whose Fold lacks methods",
      {
        ...whole,
        Fold: class {
          get offset() {
            return 0;
          }
        },
      },
    ],
  ])("%s is rejected as one of another version", async (_what, found) => {
    const load = await loadWith(findsFile, () => found);
    expect(load).toMatchObject({ addon: undefined, state: "broken", cause: undefined });
    expect(Reflect.get(load, "reason")).toMatch(/lane_journal.node is not the addon of this version: expected Fold, /);
  });

  it("is broken if loading throws a value that is not an error, and the reason is that value", async () => {
    const load = await loadWith(findsFile, () => {
      throw "no such thing";
    });
    expect(load).toMatchObject({ state: "broken", cause: "no such thing" });
    expect(Reflect.get(load, "reason")).toBe(`${file} does not load: no such thing`);
  });

  it.each([
    ["is not a function", {}, "expected a function with a function `path`"],
    ["has no path", () => undefined, "expected a function with a function `path`"],
    ["has a path that is not a function", Object.assign(() => undefined, { path: 3 }), "expected a function"],
    ["returns a path that is not a string", finds(() => 3), "expected a path"],
  ])("is absent with the reason if node-gyp-build %s", async (_what, nodeGypBuild, reason) => {
    const load = await loadWith(nodeGypBuild, () => whole);
    expect(load).toMatchObject({ state: "absent", cause: expect.any(TypeError) });
    expect(Reflect.get(load, "reason")).toContain(`: node-gyp-build: ${reason}`);
  });

  it("is absent if it was never built, and the reason names the platform", async () => {
    const missing = finds(() => {
      throw new Error("No native build was found for platform=...");
    });
    const load = await loadWith(missing, () => whole);
    expect(load.addon).toBeUndefined();
    expect(Reflect.get(load, "reason")).toMatch(/^no native build for \w+-\w+ in [^:]+$/);
  });
});
