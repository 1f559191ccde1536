// Tests that a page contains the whole history: what is unpacked equals what was packed, for random journals too.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { checkOptions } from "../../src/arguments.js";
import { drive } from "../../src/core/drive.js";
import { scriptEngine } from "../../src/engine/script.js";
import { readHistory } from "../../src/history/read.js";
import { type History, type HistorySelection, selectHistory } from "../../src/history/select.js";
import { JournalError } from "../../src/index.js";
import { packHistory } from "../../src/timeline/pack.js";
import { isPackedHistory, unpackHistory } from "../../src/timeline/unpack.js";
import { families, makeJournal } from "../generate/journal.js";
import { makeFolder, removeFolders } from "../generate/place.js";
import { chooseJournalCount, chooseSeed } from "../generate/seed.js";
import { acquire, foldHistory, refuse, release } from "../history/journal.js";

const seed = chooseSeed("timeline");
const perFamily = Math.ceil(chooseJournalCount() / 40 / families.length);
const path = join(makeFolder("timeline"), "journal.jsonl");
const nowMs = Date.parse("2026-06-01T14:30:00Z");

afterAll(removeFolders);

/** Packs the history as a page contains it, and unpacks it as the page does. */
function roundTrip(history: History): History {
  const packed: unknown = JSON.parse(JSON.stringify(packHistory(history, { journal: "journal.jsonl", nowMs })));
  if (!isPackedHistory(packed)) throw new Error("expected a packed history");
  return unpackHistory(packed);
}

/** A page has neither offsets, files nor stamps as they were written, and `null` for a tree that is absent. */
function asInPage(key: string, value: unknown): unknown {
  if (key === "offset") return 0;
  if (key === "ts") return "";
  if (key === "files") return [];
  return key === "tree" ? (value ?? null) : value;
}

function textOf(history: History): string {
  const withTrees = history.episodes.map((episode) => ({ ...episode, tree: episode.tree ?? null }));
  return JSON.stringify({ ...history, episodes: withTrees }, asInPage);
}

function readRandom(selection: HistorySelection): History | undefined {
  try {
    return drive(readHistory({ path, engine: scriptEngine, options: checkOptions(undefined) }, selection, nowMs));
  } catch (error) {
    if (error instanceof JournalError) return undefined;
    throw error;
  }
}

describe("a packed history", () => {
  it("keeps what a refusal refers to, also if that was not selected", () => {
    const fold = foldHistory([
      acquire("13:00:00", "a", { tree: ["api/**"] }),
      refuse("13:01:00", "b", { lane: "web", tree: ["api/x"] }),
      release("13:02:00", { by: "a", reason: "explicit" }),
    ]);
    const { episodes, refusals } = roundTrip(selectHistory(fold, { lane: "web" }));
    expect(episodes).toEqual([]);
    expect(refusals).toMatchObject([
      { holder: "b", evidence: "tree", blockers: [{ holder: "a", episode: { lane: "api", end: { by: "a" } } }] },
    ]);
  });

  it("refers to the same episodes", () => {
    const fold = foldHistory([acquire("13:00:00", "a"), refuse("13:01:00", "b"), release("13:02:00")]);
    const { episodes, refusals } = roundTrip(selectHistory(fold, {}));
    expect(refusals[0]?.blockers[0]?.episode).toBe(episodes[0]);
  });

  it("is refused in another form", () => {
    expect([null, 1, [], {}, { version: 0 }].map(isPackedHistory)).toEqual([false, false, false, false, false]);
  });

  it.each(families)("of random journals of the family $name equals the history", (family) => {
    let compared = 0;
    for (let n = 0; n < perFamily; n++) {
      const name = `${seed}-${family.name}-${n}`;
      writeFileSync(path, makeJournal(family, name));
      const history = readRandom({});
      if (history === undefined) continue;
      expect(textOf(roundTrip(history)), name).toBe(textOf({ ...history, launches: [] }));
      compared++;
    }
    expect(compared).toBeGreaterThan(0);
  });
});
