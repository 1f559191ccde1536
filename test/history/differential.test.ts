// Compares the history of random journals on both engines with a naive one, and with what replay says is live.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { checkOptions } from "../../src/arguments.js";
import { drive } from "../../src/core/drive.js";
import { identityKey } from "../../src/core/identity.js";
import { loadNativeEngine } from "../../src/engine/native.js";
import { scriptEngine } from "../../src/engine/script.js";
import type { HistoryFold } from "../../src/history/fold.js";
import { foldHistory } from "../../src/history/read.js";
import type { Episode } from "../../src/history/types.js";
import { type Engine, JournalError, leaseGenerations, replay } from "../../src/index.js";
import { families, makeJournal } from "../generate/journal.js";
import { listNaively } from "../generate/oracle.js";
import { keyOf } from "../generate/oracle-fold.js";
import { type NaiveHistory, tellHistoryNaively } from "../generate/oracle-history.js";
import { makeFolder, removeFolders } from "../generate/place.js";
import { chooseJournalCount, chooseSeed } from "../generate/seed.js";
import { engines } from "../support/engines.js";

const seed = chooseSeed("history");
const perFamily = Math.ceil(chooseJournalCount() / 4 / families.length);
const path = join(makeFolder("history"), "journal.jsonl");
/** Some stamps of the random journals are later. */
const nowMs = Date.parse("2026-06-01T14:30:00Z");
const native = loadNativeEngine().engine;
const met = { episodes: 0, refusals: 0, remarks: 0, granted: 0, blocked: 0, missing: 0 };

afterAll(removeFolders);

function fold(engine: Engine): HistoryFold | string {
  const chosen = engine === "native" && native !== undefined ? native : scriptEngine;
  try {
    return drive(foldHistory({ path, engine: chosen, options: checkOptions(undefined) }, { nowMs }));
  } catch (error) {
    if (error instanceof JournalError) return error.code;
    throw error;
  }
}

/** Names episodes by the index of the entry that began them, and by their identity. */
function describeFold({ episodes, live, refusals, remarks }: HistoryFold, indexOf: (line: number) => number): unknown {
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

function count({ episodes, refusals, remarks }: HistoryFold): void {
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
      for (const engine of engines) {
        const found = fold(engine);
        if (typeof found === "string") {
          expect(() => replay(path, { engine }), name).toThrow(expect.objectContaining({ code: found }));
          continue;
        }
        expect(
          describeFold(found, (line) => indexes.get(line) ?? Number.NaN),
          `${name} ${engine}`,
        ).toEqual(expected);
        // `replay` returns leases by what they say, and the history by what they are held under.
        const tokens = new Map(
          leaseGenerations(path, { engine }).map((row) => [identityKey({ ...row }), row.generation]),
        );
        const held = [...found.live].map((episode) => [identityKey({ ...episode }), episode.token]);
        expect(held.length, name).toBe(replay(path, { engine }).length);
        expect(held, name).toEqual(held.map(([key]) => [key, tokens.get(String(key)) ?? null]));
        count(found);
      }
    }
  });
});

it("the random journals met everything", () => {
  for (const [what, times] of Object.entries(met)) expect(times, what).toBeGreaterThan(0);
});
