// Checks on arbitrary bytes that both engines return the same answers, and that each entry is written as a line that
// reads back equal. The inputs are the vectors and random journals, or, with LANE_TEST_CORPUS, every file in the
// subfolders of that folder, as `npm run fuzz` leaves them.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { looseText, rewriteText } from "../../src/compact/canonical.js";
import type { Entry } from "../../src/index.js";
import { formatLine, readAll } from "../../src/index.js";
import { askEngine } from "../generate/answers.js";
import { families, makeJournal } from "../generate/journal.js";
import { makeFolder, removeFolders } from "../generate/place.js";
import { renderExactly, showDifference } from "../generate/render.js";
import { chooseSeed } from "../generate/seed.js";
import { engines } from "../support/engines.js";

const folder = makeFolder("corpus");
const path = join(folder, "journal.jsonl");
const seed = chooseSeed("corpus");

afterAll(removeFolders);

interface Input {
  name: string;
  bytes: Buffer;
}

/** The bytes at the end of an input that native/fuzz/input.h interprets as options. */
const choiceBytes = 8;

function listInputs(corpus: string | undefined): Input[] {
  if (corpus === undefined || corpus === "") return makeInputs();
  return readdirSync(corpus).flatMap((target) =>
    readdirSync(join(corpus, target)).map((name) => {
      const file = join(corpus, target, name);
      const bytes = readFileSync(file);
      return { name: file, bytes: bytes.subarray(0, Math.max(0, bytes.length - choiceBytes)) };
    }),
  );
}

function makeInputs(): Input[] {
  return families.flatMap((family) =>
    Array.from({ length: 40 }, (_, i) => {
      const journalSeed = `${seed}/${family.name}/${i}`;
      return { name: journalSeed, bytes: makeJournal(family, journalSeed) };
    }),
  );
}

const inputs = listInputs(process.env["LANE_TEST_CORPUS"]);

/** Sorts the members of objects by key, as a canonical line does. */
function sortMembers(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortMembers);
  if (typeof value !== "object" || value === null) return value;
  const keys = Object.keys(value).sort();
  const sorted = {};
  for (const key of keys) {
    const member = sortMembers(Reflect.get(value, key));
    Object.defineProperty(sorted, key, { value: member, enumerable: true, configurable: true, writable: true });
  }
  return sorted;
}

function renderSorted(entries: readonly Entry[]): string {
  return renderExactly(sortMembers(entries));
}

function isWritable(value: unknown): boolean {
  if (typeof value === "number") return Number.isFinite(value);
  if (typeof value !== "object" || value === null) return true;
  return Object.values(value).every(isWritable);
}

function expectAlike(name: string, question: string, expected: string, found: string): void {
  if (found !== expected) expect.fail(`${name}: ${question} ${showDifference(expected, found)}`);
}

function readLines(lines: readonly string[], engine: "native" | "js"): string {
  writeFileSync(path, lines.join(""));
  return renderSorted(readAll(path, { engine }));
}

/**
 * Checks that each entry is written as one line, that every engine reads it back equal, and that a second write is
 * identical.
 */
function expectWritten(name: string, entries: readonly Entry[], write: (entry: Entry) => string): string[] {
  const lines = entries.map(write);
  for (const line of lines) {
    if (line.indexOf("\n") !== line.length - 1) expect.fail(`${name}: expected one line, found ${line}`);
    expectAlike(name, "a canonical line written anew", line, `${rewriteText(line.slice(0, -1)).text}\n`);
  }
  const expected = renderSorted(entries);
  for (const engine of engines) expectAlike(name, `what ${engine} reads back`, expected, readLines(lines, engine));
  const again = readAll(path, { engine: "js" }).map(write);
  expectAlike(name, "lines written a second time", lines.join(""), again.join(""));
  return lines;
}

describe(`${inputs.length} journals of any bytes`, () => {
  it("include at least one", () => {
    expect(inputs.length).toBeGreaterThan(0);
  });

  it("get the same answers from every engine", () => {
    for (const { name, bytes } of inputs) {
      writeFileSync(path, bytes);
      const expected = askEngine(path, "js", 1, false).rendered;
      for (const engine of engines) {
        const found = askEngine(path, engine, 2, false).rendered;
        for (const [question, answer] of expected) expectAlike(name, question, answer, found.get(question) ?? "");
      }
    }
  }, 600_000);

  it("have entries whose lines read back equal and are written identically again", () => {
    for (const { name, bytes } of inputs) {
      writeFileSync(path, bytes);
      const entries = readAll(path, { engine: "js" });
      expectWritten(name, entries.filter(isWritable), formatLine);
      expectWritten(name, entries, (entry) => `${looseText(entry)}\n`);
    }
  }, 600_000);

  it("have entries that are refused if JSON cannot represent them", () => {
    for (const { bytes } of inputs) {
      writeFileSync(path, bytes);
      const refused = readAll(path, { engine: "js" }).filter((entry) => !isWritable(entry));
      for (const entry of refused)
        expect(() => formatLine(entry)).toThrow(expect.objectContaining({ code: "ERR_ENTRY_INVALID" }));
    }
  }, 600_000);
});
