// Compares the history of random journals on both engines with a naive one, and with what replay says is live.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { checkOptions } from "../../src/arguments.js";
import { drive } from "../../src/core/drive.js";
import { identityKey } from "../../src/core/identity.js";
import { type Addon, type AddonSiftOptions, loadAddon } from "../../src/engine/addon.js";
import type { JournalEngine } from "../../src/engine/engine.js";
import { createNativeEngine } from "../../src/engine/native.js";
import { scriptEngine } from "../../src/engine/script.js";
import { foldHistory } from "../../src/history/read.js";
import { type HistorySelection, type Lists, selectHistory } from "../../src/history/select.js";
import type { Episode } from "../../src/history/types.js";
import { JournalError, leaseGenerations, replay } from "../../src/index.js";
import { families, makeJournal } from "../generate/journal.js";
import { listNaively } from "../generate/oracle.js";
import { keyOf } from "../generate/oracle-fold.js";
import { type NaiveHistory, tellHistoryNaively } from "../generate/oracle-history.js";
import { makeFolder, removeFolders } from "../generate/place.js";
import { chooseJournalCount, chooseSeed } from "../generate/seed.js";

const seed = chooseSeed("history");
const perFamily = Math.ceil(chooseJournalCount() / 4 / families.length);
const path = join(makeFolder("history"), "journal.jsonl");
/** Some stamps of the random journals are later. */
const nowMs = Date.parse("2026-06-01T14:30:00Z");
const addon = loadAddon().addon;
const met = { episodes: 0, refusals: 0, remarks: 0, granted: 0, blocked: 0, missing: 0 };

afterAll(removeFolders);

interface Folded extends Lists {
  omitted: number;
  /** In the order of the leases. */
  live: Episode[];
}

/** The engines, and the native one with pieces that begin at nearly every line, at some lines, or rarely. */
const ways: { name: string; engine: JournalEngine }[] = [{ name: "js", engine: scriptEngine }];
const inPiecesOf: JournalEngine[] = [];
if (addon !== undefined) {
  ways.push({ name: "native", engine: createNativeEngine(addon) });
  inPiecesOf.push(...[1, 150, 700].map((bytes) => createNativeEngine(inPieces(addon, bytes))));
}

/** Each journal is also read in pieces of one of the sizes. */
function waysOf(i: number): { name: string; engine: JournalEngine }[] {
  const engine = inPiecesOf[i % inPiecesOf.length];
  return engine === undefined ? ways : [...ways, { name: `native in pieces (${i % inPiecesOf.length})`, engine }];
}

function inPieces(whole: Addon, pieceBytes: number): Addon {
  class Sift extends whole.Sift {
    constructor(options: AddonSiftOptions) {
      super({ ...options, pieceBytes });
    }
  }
  return { ...whole, Sift };
}

/** A fold that is selective forgets as soon as it can. */
function fold(engine: JournalEngine, selection?: HistorySelection): Folded | string {
  const request = { nowMs, selection, least: 1 };
  try {
    const { kept, live } = drive(foldHistory({ path, engine, options: checkOptions(undefined) }, request)).fold;
    const { episodes, refusals, remarks, launches, calls, omitted } = kept;
    return { episodes, refusals, remarks, launches, calls, omitted, live: [...live] };
  } catch (error) {
    if (error instanceof JournalError) return error.code;
    throw error;
  }
}

/** Names episodes by the index of the entry that began them, and by their identity. */
function describeFold(
  { episodes, live, refusals, remarks }: Omit<Folded, "launches" | "calls" | "omitted">,
  indexOf: (line: number) => number,
): unknown {
  const name = ({ begin, lane, loop_ts }: Episode): string => `${indexOf(begin.line)} ${keyOf({ lane, loop_ts })}`;
  return {
    live: [...live].map(name),
    episodes: episodes.map((episode) => ({
      name: name(episode),
      isInherited: episode.isInherited,
      end: episode.end && [episode.end.how, indexOf(episode.end.moment.line), episode.end.by, episode.end.reason],
      holders: episode.holders.map(({ holder }) => holder),
      run: episode.run_id,
      beats: episode.beats,
      lastSignAt: episode.lastSignAt,
      gapMs: episode.gapMs,
      halts: episode.halts.map(({ moment }) => indexOf(moment.line)),
      isUncertain: episode.isUncertain,
    })),
    refusals: refusals.map(({ moment, evidence, blockers, granted, holder, run_id, lane }) => ({
      at: indexOf(moment.line),
      asker: [holder, run_id, lane],
      evidence,
      blockers: sorted(blockers.flatMap(({ episode }) => (episode === undefined ? [] : [name(episode)]))),
      granted: granted && name(granted),
    })),
    remarks: sorted(remarks.map(({ kind, moment }) => `${indexOf(moment.line)} ${kind}`)),
  };
}

/** What a history that was folded for a selection must have in common with that of everything. */
function select(fold: Folded | string, selection: HistorySelection, indexOf: (line: number) => number): unknown {
  if (typeof fold === "string") return fold;
  const { omitted, ...selected } = selectHistory(fold, selection);
  const live = fold.live.filter((episode) => selection.lane === undefined || episode.lane === selection.lane);
  return { omitted, ...Object(describeFold({ ...selected, live }, indexOf)) };
}

function describeNaively({ episodes, live, refusals, remarks }: NaiveHistory): unknown {
  const name = ({ begin, key }: { begin: number; key: string }): string => `${begin} ${key}`;
  return {
    live: live.map(name),
    episodes: episodes.map((episode) => ({
      name: name(episode),
      isInherited: episode.isInherited,
      end: episode.end === null ? undefined : [episode.end.how, episode.end.at, episode.end.by, episode.end.reason],
      holders: episode.holders,
      run: episode.run_id,
      beats: episode.beats,
      lastSignAt: episode.signs.length === 0 ? null : Math.max(...episode.signs),
      gapMs: longestGap(episode.signs),
      halts: episode.halts,
      isUncertain: episode.isUncertain,
    })),
    refusals: refusals.map(({ at, evidence, blockers, granted, holder, run_id, lane }) => ({
      at,
      asker: [holder, run_id, lane],
      evidence,
      blockers: sorted(blockers.map(name)),
      granted: granted === null ? undefined : name(granted),
    })),
    remarks: sorted(remarks),
  };
}

/** The longest time by which a sign is later than all before it. */
function longestGap(signs: readonly number[]): number {
  return signs.reduce((gap, sign, i) => (i === 0 ? 0 : Math.max(gap, sign - Math.max(...signs.slice(0, i)))), 0);
}

function sorted(names: readonly string[]): string[] {
  return [...new Set(names)].sort();
}

function count({ episodes, refusals, remarks }: Folded): void {
  met.episodes += episodes.length;
  met.refusals += refusals.length;
  met.remarks += remarks.length;
  met.granted += refusals.filter(({ granted }) => granted !== undefined).length;
  met.blocked += refusals.filter(({ blockers }) => blockers.length > 0).length;
  met.missing += remarks.filter(({ kind }) => kind === "missing").length;
}

describe.each(families)("a random journal of the family $name", (family) => {
  it("has the same history on both engines as a naive fold tells", () => {
    for (let i = 0; i < perFamily; i++) {
      const name = `${seed}/${family.name}/${i}`;
      const journal = makeJournal(family, name);
      writeFileSync(path, journal);
      const { entries } = listNaively(journal);
      const indexes = new Map(entries.map(({ place }, index) => [place.line, index]));
      const expected = describeNaively(
        tellHistoryNaively(
          entries.map(({ entry }) => entry),
          nowMs,
        ),
      );
      const indexOf = (line: number): number => indexes.get(line) ?? Number.NaN;
      for (const { name: way, engine } of waysOf(i)) {
        const found = fold(engine);
        if (typeof found === "string") {
          expect(() => replay(path, { engine: engine.name }), name).toThrow(expect.objectContaining({ code: found }));
          continue;
        }
        expect(describeFold(found, indexOf), `${name} ${way}`).toEqual(expected);
        const chosen = found.episodes[i % Math.max(1, found.episodes.length)];
        const lane = chosen?.lane ?? "api";
        const holder = chosen?.holders.at(-1)?.holder ?? "agent-1";
        for (const selection of [{ lane }, { limit: 1 + (i % 5) }, { holder }, { lane, limit: 1 }]) {
          expect(
            select(fold(engine, selection), selection, indexOf),
            `${name} ${way} ${JSON.stringify(selection)}`,
          ).toEqual(select(found, selection, indexOf));
        }
        // `replay` returns leases by what they say, and the history by what they are held under.
        const tokens = new Map(
          leaseGenerations(path, { engine: engine.name }).map((row) => [identityKey({ ...row }), row.generation]),
        );
        const held = [...found.live].map((episode) => [identityKey({ ...episode }), episode.token]);
        expect(held.length, name).toBe(replay(path, { engine: engine.name }).length);
        expect(held, name).toEqual(held.map(([key]) => [key, tokens.get(String(key)) ?? null]));
        count(found);
      }
    }
  });
});

it("the native engine is among those compared", () => {
  expect(addon).toBeDefined();
});

it("the random journals met everything", () => {
  for (const [what, times] of Object.entries(met)) expect(times, what).toBeGreaterThan(0);
});
