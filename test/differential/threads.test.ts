// Checks on journals of several megabytes that any number of threads returns the answers of one thread, and of the
// other engine.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { Engine } from "../../src/index.js";
import { leaseGenerations, nextSeq, readAll, replay, scan, tail } from "../../src/index.js";
import { renderScan } from "../generate/answers.js";
import { families, makeJournal } from "../generate/journal.js";
import { makeFolder, removeFolders } from "../generate/place.js";
import { renderExactly, showDifference } from "../generate/render.js";
import { chooseSeed } from "../generate/seed.js";
import { engines } from "../support/engines.js";

const seed = chooseSeed("differential-threads");
const folder = makeFolder("threads");
const lineFeed = Buffer.from("\n");

afterAll(removeFolders);

/** An entry, a sentinel and a blank line, each longer than what a thread reads at once. */
const longLines: readonly Buffer[] = [
  Buffer.from(`{"op": "ACQUIRE", "lane": "long", "loop_ts": "t", "note": "${"é".repeat(1_200_000)}"}\n`),
  Buffer.concat([Buffer.alloc(1_500_000), lineFeed]),
  Buffer.concat([Buffer.alloc(1_100_000, " "), lineFeed]),
];

/** Writes random journals one after the other, the same few hundred in a changing order, until the size is reached. */
function writeLarge(name: string, chosen: readonly string[], bytesLeast: number): string {
  const pieces: Buffer[] = families
    .filter((family) => chosen.includes(family.name))
    .flatMap((family) =>
      Array.from({ length: 60 }, (_, i) => Buffer.concat([makeJournal(family, `${seed}/${name}/${i}`), lineFeed])),
    );
  if (chosen.length === families.length) pieces.push(...longLines);
  const parts: Buffer[] = [];
  for (let bytes = 0, at = 0; bytes < bytesLeast; at = (at * 31 + 7) % 1_000_003) {
    const piece = pieces[at % pieces.length] ?? lineFeed;
    parts.push(piece);
    bytes += piece.length;
  }
  const path = join(folder, `${name}.jsonl`);
  writeFileSync(path, Buffer.concat(parts));
  return path;
}

function foldAnswers(path: string, engine: Engine, threads: number): Map<string, string> {
  const { engine: answering, ...found } = scan(path, { engine, threads });
  expect(answering).toBe(engine);
  return new Map([
    ["scan", renderScan(found)],
    ["replay", renderExactly(replay(path, { engine, threads }))],
    ["leaseGenerations", renderExactly(leaseGenerations(path, { engine, threads }))],
    ["nextSeq", String(nextSeq(path, { engine, threads }))],
  ]);
}

function expectSame(expected: Map<string, string>, found: Map<string, string>, who: string): void {
  for (const [question, answer] of expected) {
    const other = found.get(question) ?? "";
    if (other !== answer) expect.fail(`LANE_TEST_SEED=${seed}: ${question} of ${who} ${showDifference(answer, other)}`);
  }
}

const everyFamily = families.map(({ name }) => name);

describe.each([
  { name: "sound", chosen: ["canonical", "same-shaped"], bytesLeast: 16_000_000 },
  { name: "odd", chosen: everyFamily, bytesLeast: 20_000_000 },
])("a large $name journal", ({ name, chosen, bytesLeast }) => {
  const path = writeLarge(name, chosen, bytesLeast);

  it("folds the same on every engine with any number of threads", () => {
    const expected = foldAnswers(path, "js", 1);
    for (const engine of engines.filter((other) => other !== "js")) {
      for (const threads of [1, 2, 3, 7])
        expectSame(expected, foldAnswers(path, engine, threads), `${engine}, ${threads} threads`);
    }
  });

  it("returns the same entries and the same tail on every engine", () => {
    const [first = "js", ...others] = engines;
    const whole = readAll(path, { engine: first });
    const expected = renderExactly(whole);
    for (const engine of others) {
      const found = renderExactly(readAll(path, { engine }));
      if (found !== expected)
        expect.fail(`LANE_TEST_SEED=${seed}: readAll of ${engine} ${showDifference(expected, found)}`);
    }
    for (const engine of engines) {
      for (const n of [1, 20, 5000])
        expect(renderExactly(tail(n, path, { engine }))).toBe(renderExactly(whole.slice(-n)));
    }
  });
});
