// A read that needs lines rather than a fold -> the addon reads them when the native engine was chosen.
import { appendFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { checkOptions } from "../../src/arguments.js";
import { type Addon, loadAddon } from "../../src/engine/addon.js";
import { createNativeEngine } from "../../src/engine/native.js";
import { formatLine } from "../../src/index.js";
import { foldFile } from "../../src/read/fold.js";
import { followBatches } from "../../src/read/follow.js";
import { temporaryFolder } from "../contract/journals.js";
import "../support/engines.js";

/** The addon, with the names of its functions as they are called. */
function watchAddon(): { addon: Addon; calls: string[] } {
  const { addon } = loadAddon();
  if (addon === undefined) throw new Error("expected the addon to load");
  const calls: string[] = [];
  const noted = <Given, Answer>(name: string, call: (given: Given) => Answer) => {
    return (given: Given): Answer => {
      calls.push(name);
      return call(given);
    };
  };
  const { readEntries, findCut } = addon;
  return {
    addon: { ...addon, readEntries: noted("readEntries", readEntries), findCut: noted("findCut", findCut) },
    calls,
  };
}

const line = (seq: number): string => formatLine({ op: "HALT", seq, ts: "2026-01-01T00:00:00Z" });

describe("the native engine", () => {
  it("reads what a follower waits for", async () => {
    const path = join(temporaryFolder(), "journal.jsonl");
    writeFileSync(path, line(1));
    const { addon, calls } = watchAddon();
    const stop = new AbortController();
    const options = checkOptions({ signal: stop.signal });
    const following = followBatches({ path, engine: createNativeEngine(addon), options, from: "end", pollMs: 5 });
    const seen: unknown[] = [];
    for await (const entries of following) {
      if (seen.length === 0 && entries.length === 0) appendFileSync(path, line(2));
      seen.push(...entries.map(({ seq }) => seq));
      if (seen.length > 0) break;
    }
    expect(seen).toEqual([2]);
    expect(new Set(calls)).toEqual(new Set(["readEntries"]));
  });

  it("finds the end of an earlier point in time", () => {
    const path = join(temporaryFolder(), "journal.jsonl");
    writeFileSync(path, line(1) + line(2) + line(3));
    const { addon, calls } = watchAddon();
    const fold = foldFile(
      { path, engine: createNativeEngine(addon), options: checkOptions({ until: { seq: 2 } }) },
      "scan",
    );
    expect(fold.report().entries).toBe(2);
    expect(calls).toEqual(["findCut"]);
  });
});
