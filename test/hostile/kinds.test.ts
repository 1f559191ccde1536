// Judges journals of every kind of hostile line that the benchmarks measure (docs/faults.md, "Hostile lines"): both
// engines agree with a naive opinion, and read them within a memory limit.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { hostileBytes, listHostile } from "../../bench/lib/hostile.js";
import { makeFolder, removeFolders } from "../generate/place.js";
import { judgeJournal } from "../generate/verdict.js";
import { builtFile } from "../support/built.js";
import { engines } from "../support/engines.js";
import { isLimitable, runLimited } from "./limited.js";

const folder = makeFolder("hostile-kinds");
const path = join(folder, "journal.jsonl");

afterAll(removeFolders);

/** Few lines, because the naive opinion is slow; their values are long enough for every way to read a value. */
const linesEach = 2;
const shortBytes = 100;

/** The naive opinion has no limit of depth. test/hostile/lines.test.ts tests that of the engines. */
const isJudged = ({ name }: { name: string }): boolean => name !== "too deep";

it("every kind of hostile value in every field is read alike by both engines and the naive opinion", () => {
  const judged = listHostile({ all: true, valueBytes: shortBytes }).filter(isJudged);
  const complaints = judged.flatMap((journal) => {
    const bytes = Buffer.concat([
      ...Array.from({ length: linesEach }, (_, n) => Buffer.from(`${journal.line(n)}\n`, "latin1")),
      hostileBytes(journal, 0).bytes,
    ]);
    writeFileSync(path, bytes);
    const { complaint } = judgeJournal(path, bytes, engines, journal.name);
    return complaint === null ? [] : [`${journal.name}: ${complaint}`];
  });
  expect(complaints).toEqual([]);
});

/** Reads a journal of each kind in turn. */
const program = `
  import { rmSync, writeFileSync } from "node:fs";
  import * as lane from ${JSON.stringify(builtFile("package/index.mjs").href)};
  import { hostileBytes, listHostile } from ${JSON.stringify(builtFile("bench/lib/hostile.js").href)};
  const [path, engine, bytes] = process.argv.slice(1);
  const options = { engine, threads: 1 };
  let read = 0;
  for (const journal of listHostile({ all: false })) {
    writeFileSync(path, hostileBytes(journal, Number(bytes)).bytes);
    if (lane.scan(path, options).isJournal) lane.replay(path, options);
    lane.tail(1, path, options);
    rmSync(path);
    read++;
  }
  console.log(read);
`;

describe.runIf(isLimitable).each(engines)("the %s engine", (engine) => {
  it("reads every kind of hostile journal of 100,000 bytes within 128 MB", () => {
    const node = ["--input-type=module", "--eval", program, path, engine, "100000"];
    const found = runLimited(node, { heapMegabytes: 48, dataBytes: 128 * 1024 * 1024, cwd: folder });
    expect(found).toEqual({ code: 0, stdout: `${listHostile({ all: false }).length}\n`, stderr: "" });
  });
});
