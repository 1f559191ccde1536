// Checks that an unreadable descriptor causes the system's error, on both engines and from whichever thread fails
// first.
import { closeSync, openSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadAddon } from "../../src/engine/addon.js";
import { loadNativeEngine } from "../../src/engine/native.js";
import { scriptEngine } from "../../src/engine/script.js";
import { temporaryFolder, thrownBy } from "../contract/journals.js";
import "../support/engines.js";

const { engine: native = scriptEngine } = loadNativeEngine();

describe.each([native, scriptEngine])("the $name engine", (engine) => {
  it("throws the system's error for a step, for an asynchronous step and for a batch", async () => {
    const fd = openSync(temporaryFolder(), "r");
    const fold = engine.openFold({ kind: "scan", threads: 1 });
    expect(thrownBy(() => fold.step(fd, 1 << 20))).toMatchObject({ syscall: "read" });
    await expect(fold.stepAsync(fd, 1 << 20)).rejects.toMatchObject({ syscall: "read" });
    expect(thrownBy(() => [...engine.readEntries(fd, { line: 0, offset: 0 })])).toMatchObject({ syscall: "read" });
    closeSync(fd);
  });

  it("ends a step where it is asked to, on this thread and on another, and reads on with the next", async () => {
    const line = '{"op":"HALT"}\n';
    const journal = join(temporaryFolder(), "journal.jsonl");
    writeFileSync(journal, line.repeat(5));
    const fd = openSync(journal, "r");
    const here = engine.openFold({ kind: "scan", threads: 1 });
    const aside = engine.openFold({ kind: "scan", threads: 1 });
    for (const lines of [2, 3, 5]) {
      const end = lines * line.length;
      expect(here.step(fd, 1 << 20, end)).toBe(true);
      expect(await aside.stepAsync(fd, 1 << 20, end)).toBe(true);
      expect([here.report().lines, aside.report().lines]).toEqual([lines, lines]);
    }
    closeSync(fd);
  });
});

describe("the addon", () => {
  const { addon } = loadAddon();
  if (addon === undefined) throw new Error("expected the addon to load");

  it.each([1, 2, 4])("throws the system's error from pieces that %i threads read", (threads) => {
    const fold = new addon.Fold({ kind: "scan", threads, pieceBytes: 16 });
    const folder = openSync(temporaryFolder(), "r");
    expect(thrownBy(() => fold.step(folder, 1 << 20))).toMatchObject({ syscall: "read" });
    closeSync(folder);
  });

  it("resumes from a snapshot only as a scan", () => {
    const snapshot = new addon.Fold({ kind: "scan", threads: 1 }).snapshot();
    const resume = () => new addon.Fold({ kind: "replay", threads: 1, snapshot, mark: Buffer.alloc(0) });
    expect(resume).toThrow("expected a fold of kind scan");
  });

  it("reports a repeated key also in a line whose shape it knows", () => {
    const journal = join(temporaryFolder(), "journal.jsonl");
    const line = (seq: number): string => `{"op":"HALT","seq":${seq},"note":1,"note":2}\n`;
    writeFileSync(journal, Array.from({ length: 40 }, (_, at) => line(at)).join(""));
    const fd = openSync(journal, "r");
    const counts = [true, false].map((usesShapes) => {
      const fold = new addon.Fold({ kind: "scan", threads: 1, usesShapes });
      fold.step(fd, 1 << 20);
      return JSON.parse(fold.scan().toString()).repeatedKeys.count;
    });
    closeSync(fd);
    expect(counts).toEqual([40, 40]);
  });
});
