// Tests histories over the archives of a journal's compactions (docs/format.md 7 and 11).
import { linkSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import {
  append,
  type Entry,
  type History,
  history,
  leaseGenerations,
  openJournal,
  replay,
  why,
} from "../../src/index.js";
import { engines } from "../support/engines.js";
import { about, acquire, temporaryFolder } from "./journals.js";

const at = (time: string, entry: Entry): Entry => ({ ...entry, ts: `2026-06-01T${time}Z` });

interface Place {
  journal: string;
  archive: string;
}

/** A journal that is compacted after each of the groups of lines but the last. */
function writeGroups(...groups: (Entry | string)[][]): Place {
  const folder = temporaryFolder();
  const place = { journal: path.join(folder, "journal.jsonl"), archive: path.join(folder, "old") };
  for (const [index, lines] of groups.entries()) {
    if (index > 0) compact(place);
    for (const line of lines) {
      if (typeof line === "string") writeFileSync(place.journal, `${line}\n`, { flag: "a" });
      else append(line, place.journal);
    }
  }
  return place;
}

function compact({ journal, archive }: Place): void {
  const open = openJournal(journal);
  open.compact({ archive });
  open.close();
}

function tell({ episodes }: History): string[] {
  return episodes.map(({ lane, begin, end, beats, token, isUncertain }) => {
    const ended = end === undefined ? "live" : `${end.how} ${end.moment.file}`;
    return `${begin.file} ${lane} ${beats} #${token} ${ended}${isUncertain ? " ?" : ""}`;
  });
}

const kindsOf = ({ remarks }: History): string[] => remarks.map(({ kind, moment }) => `${moment.file} ${kind}`);

const groups: (Entry | string)[][] = [
  [
    at("13:00:00", acquire("api", "T1", { holder: "agent-7" })),
    at("13:01:00", acquire("docs", "T2", { holder: "agent-8" })),
    at("13:01:30", about("REFUSE", "docs", "", { holder: "agent-9", reason: "held" })),
    '{"op": "ACQ',
    at("13:02:00", about("RELEASE", "docs", "T2")),
  ],
  [at("13:03:00", about("HEARTBEAT", "api")), at("13:04:00", acquire("docs", "T3", { holder: "agent-9" }))],
  [at("13:05:00", about("HEARTBEAT", "api")), at("13:06:00", about("RELEASE", "api"))],
];

describe.each(engines)("a history with archives on the %s engine", (engine) => {
  it("is that of the files as one: archives in order, then the journal", () => {
    const { journal, archive } = writeGroups(...groups);
    const found = history(journal, { engine, archive });
    expect(tell(found)).toEqual(["0 api 2 #1 released 2 ?", "0 docs 0 #2 released 0 ?", "1 docs 0 #3 live"]);
    expect(kindsOf(found)).toEqual(["0 damage"]);
    expect(found.refusals.map(({ granted }) => granted?.begin.file)).toEqual([1]);
    expect(found.files).toHaveLength(3);
    expect(found.files.at(-1)).toBe(journal);
    expect(found.episodes[0]?.gapMs).toBe(3 * 60_000);
  });

  it("of one lane is a part of the whole", () => {
    const { journal, archive } = writeGroups(...groups);
    const whole = history(journal, { engine, archive });
    const own = history(journal, { engine, archive, lane: "api" });
    expect(own.episodes).toEqual(whole.episodes.filter(({ lane }) => lane === "api"));
  });

  it("orders archives by their numbering, whatever the clock said", () => {
    const { journal, archive } = writeGroups(...groups);
    const [first = "", second = ""] = readdirSync(archive)
      .sort()
      .map((name) => path.join(archive, name));
    const expected = history(journal, { engine, archive });
    const names = ["journal.20260301T000000Z-00000000.jsonl", "journal.20260201T000000Z-00000000.jsonl"];
    const isFirst = expected.files[0] === first;
    renameSync(isFirst ? first : second, path.join(archive, names[0] ?? ""));
    renameSync(isFirst ? second : first, path.join(archive, names[1] ?? ""));
    expect(tell(history(journal, { engine, archive }))).toEqual(tell(expected));
  });

  it("says where files do not join, and what was open across it is uncertain", () => {
    const { journal, archive } = writeGroups(
      [at("13:00:00", acquire("api", "T1"))],
      [at("13:01:00", acquire("docs", "T2"))],
      [at("13:02:00", about("HEARTBEAT", "api"))],
    );
    const [, middle = ""] = history(journal, { engine, archive }).files;
    rmSync(middle);
    const found = history(journal, { engine, archive });
    expect(kindsOf(found)).toEqual(["1 gap"]);
    expect(tell(found)).toEqual(["0 api 1 #1 live ?", "1 docs 0 #2 live ?"]);
  });

  it.each([
    ["another journal", [at("13:02:00", acquire("docs", "T2"))], ["1 docs 0 #1 live"]],
    ["an empty file", [], []],
    ["no file", undefined, []],
  ])("ends what was live if %s took the journal's place", (_, entries, expected) => {
    const { journal, archive } = writeGroups([at("13:00:00", acquire("api", "T1"))], []);
    rmSync(journal);
    if (entries !== undefined) writeFileSync(journal, "");
    for (const entry of entries ?? []) append(entry, journal);
    const found = history(journal, { engine, archive });
    expect(tell(found)).toEqual(["0 api 0 #1 missing 1 ?", ...expected]);
    expect(kindsOf(found)).toEqual(expect.arrayContaining(["1 gap", "1 missing"]));
    const live = found.episodes
      .filter(({ end }) => end === undefined)
      .map(({ lane, token }) => ({ lane, generation: token }));
    expect(leaseGenerations(journal, { engine })).toMatchObject(live);
    expect(replay(journal, { engine })).toHaveLength(live.length);
    expect(kindsOf(history(journal, { engine, archive, lane: "api" }))).toEqual(["1 gap", "1 missing"]);
    const [first] = entries ?? [];
    if (first !== undefined) expect(why(found, { who: "docs" }).damage).toHaveLength(1);
  });

  it("remarks on damage that is only a sentinel once it was compacted", () => {
    const { journal, archive } = writeGroups([at("13:00:00", acquire("api", "T1")), "[1]"], []);
    const found = history(journal, { engine, archive });
    expect(kindsOf(found)).toEqual(["1 damage"]);
    expect(tell(found)).toEqual(["0 api 0 #1 live ?"]);
  });

  it("reads a file once that has several names, and no other file of the folder", () => {
    const { journal, archive } = writeGroups(...groups);
    const expected = history(journal, { engine, archive });
    const [first = ""] = expected.files;
    linkSync(first, path.join(archive, "journal.20270101T000000Z-00000000.jsonl"));
    linkSync(journal, path.join(archive, "journal.20270101T000000Z-00000001.jsonl"));
    writeFileSync(path.join(archive, "other.20270101T000000Z-00000001.jsonl"), "{}\n");
    writeFileSync(path.join(archive, "journal.jsonl"), "{}\n");
    expect(tell(history(journal, { engine, archive }))).toEqual(tell(expected));
  });

  it("fails without the folder, and reports the bytes of all files as progress", () => {
    const { journal, archive } = writeGroups(...groups);
    expect(() => history(journal, { engine, archive: `${archive}-none` })).toThrow(
      /the archive folder .+ cannot be read/,
    );
    const seen: { bytes: number; bytesTotal: number }[] = [];
    history(journal, { engine, archive, onProgress: (done) => void seen.push({ ...done }) });
    const last = seen.at(-1);
    expect(last?.bytes).toBe(last?.bytesTotal);
    expect(seen.every(({ bytesTotal }) => bytesTotal === last?.bytesTotal)).toBe(true);
  });
});
