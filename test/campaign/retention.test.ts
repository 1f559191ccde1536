// Bounds a journal while four writers fill it and are killed: nothing acknowledged may be lost, and the archives and
// the journal together must hold every entry once (docs/format.md 7, "Retention").
//   LANE_SOAK_RETENTION_KILLS  how many processes are killed; default 24, with LANE_SOAK 1,000
import { mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterEach, expect, it } from "vitest";
import { readArchiveName } from "../../src/file/archive-name.js";
import { readAll, replay, scan } from "../../src/index.js";
import { temporaryFolder } from "../contract/journals.js";
import { Random } from "../generate/random.js";
import { chooseSeed } from "../generate/seed.js";
import { type Child, chooseCount, killAll, startChild } from "./child/start.js";

const kills = chooseCount("LANE_SOAK_RETENTION_KILLS", 24, 1_000);
const compactAboveBytes = chooseCount("LANE_SOAK_RETENTION_BYTES", 40_000, 1_000_000);
const writers = [0, 1, 2, 3];

afterEach(killAll);

interface Place {
  journal: string;
  archive: string;
  records: string;
}

/** The archives in the order of their names, each file once, and the journal at the end. */
function listFiles({ journal, archive }: Place): string[] {
  const seen = new Set([statSync(journal).ino]);
  const archives = readdirSync(archive)
    .filter((name) => readArchiveName(name) !== undefined)
    .toSorted()
    .map((name) => join(archive, name))
    .filter((path) => !seen.has(statSync(path).ino) && seen.add(statSync(path).ino));
  return [...archives, journal];
}

function readRecords({ records }: Place): string[] {
  return readdirSync(records).flatMap((name) => readFileSync(join(records, name), "utf8").split("\n").slice(0, -1));
}

it(`${kills} kills under retention lose no acknowledged entry, and leave the whole history`, {
  timeout: 600_000 + kills * 10_000,
}, async () => {
  const seed = chooseSeed("retention");
  const random = new Random(seed);
  const folder = temporaryFolder();
  const place = { journal: join(folder, "j.jsonl"), archive: join(folder, "old"), records: join(folder, "records") };
  mkdirSync(place.records);
  const { journal } = place;
  const running = new Map<number, Child & { name: string }>();
  let started = 0;
  const start = (who: number): void => {
    const name = `keeper-${who}-${started++}`;
    const given = {
      ...{ journal, name, record: join(place.records, name), previous: running.get(who)?.name ?? "" },
      ...{ seed: random.below(2 ** 31), engine: who % 2 === 0 ? "native" : "js" },
      // Half of them die at a call of the file system, the others wherever the signal meets them.
      death: random.chance(0.5)
        ? null
        : { call: random.between(20, 3_000), how: random.pick(["before", "after", "half"]) },
      retain: { compactAboveBytes, archive: place.archive },
    };
    running.set(who, { ...startChild("keeper.mjs", given), name });
  };
  for (const who of writers) start(who);
  for (let killed = 0; killed < kills; killed++) {
    const who = random.below(writers.length);
    const child = running.get(who);
    await child?.ready;
    await Promise.race([pause(random.between(50, 250)), child?.exit]);
    child?.process.kill("SIGKILL");
    await child?.exit;
    start(who);
  }
  await Promise.all(Array.from(running.values(), ({ ready }) => ready));
  await killAll();

  const files = listFiles(place);
  const records = readRecords(place);
  const acknowledged = records.filter((line) => line.startsWith("ack ")).map((line) => line.slice("ack ".length));
  const entries = files.flatMap((path) => readAll(path)).filter(({ seq }) => seq !== undefined);
  const found = new Set(entries.map(({ op, loop_ts, seq }) => `${op} ${loop_ts} ${seq}`));
  console.log(`retention: ${kills} kills, ${acknowledged.length} acknowledged, ${files.length - 1} archives`);
  expect(acknowledged.filter((line) => !found.has(line))).toEqual([]);
  expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, at) => at + 1));
  for (const [at, path] of files.slice(1).entries()) {
    expect(replay(path, { until: { line: 1 } })).toEqual(replay(files[at] ?? ""));
  }
  expect(files.length).toBeGreaterThan(2);
  expect(acknowledged.length).toBeGreaterThan(0);
  expect(records.filter((line) => line.startsWith("note ") && line.includes("not compacted"))).toEqual([]);
  expect(scan(journal).bytes).toBeLessThan(compactAboveBytes * 2);
});
