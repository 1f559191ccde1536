// Tests histories over the archives of a journal's compactions (docs/format.md 7 and 11).
import { linkSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
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

  it("has the lines once that a compaction carried over from the old file, and those that are only alike twice", () => {
    const late = [
      at("13:02:30", about("REFUSE", "api", "", { holder: "x" })),
      at("13:02:31", about("HEARTBEAT", "api")),
    ];
    const { journal, archive } = writeGroups(
      [at("13:00:00", acquire("api", "T1")), '{"op": "ACQ'],
      [at("13:04:00", about("HEARTBEAT", "api"))],
    );
    const [old = ""] = readdirSync(archive).map((name) => path.join(archive, name));
    const [checkpoint = "", sentinel = "", ...rest] = readFileSync(journal, "utf8").split(/(?<=\n)/);
    const lines = late.map((entry, i) => `${JSON.stringify({ ...entry, seq: 10 + i })}\n`).join("");
    writeFileSync(old, lines, { flag: "a" });
    const expected = { refusals: 1, beats: 2 };
    const count = (): typeof expected => {
      const { refusals, episodes } = history(journal, { engine, archive });
      return { refusals: refusals.length, beats: episodes.reduce((sum, { beats }) => sum + beats, 0) };
    };
    expect(count()).toEqual(expected);
    writeFileSync(journal, [checkpoint, sentinel, lines, ...rest].join(""));
    expect(count()).toEqual(expected);
    writeFileSync(journal, [checkpoint, sentinel, ...rest, lines].join(""));
    expect(count()).toEqual({ refusals: 2, beats: 3 });
  });

  it("puts the files of a journal that was begun again after those of the older one, whose numbers are higher", () => {
    const { journal, archive } = writeGroups(...groups);
    const older = history(journal, { engine, archive }).files.slice(0, -1);
    rmSync(journal);
    append(at("14:00:00", acquire("web", "T9")), journal);
    compact({ journal, archive });
    for (const [i, file] of older.entries()) {
      renameSync(file, file.replace(/-\d{8}T\d{6}Z-/, `-20200101T00000${i}Z-`));
    }
    const { episodes, files } = history(journal, { engine, archive });
    expect(files).toHaveLength(4);
    expect(episodes.map(({ lane, begin }) => [lane, begin.file])).toEqual([
      ["api", 0],
      ["docs", 0],
      ["docs", 1],
      ["web", 2],
    ]);
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
