// Checks on every vector, on the files that users have, and on random journals that the executable prints what the
// JavaScript command prints, byte for byte, and that it hands over whatever that command refuses.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { damagedCases, foreignCases, hollowCases } from "../cases/files.js";
import { makeCheckedHistory } from "../generate/checked-history.js";
import { type Family, families, makeJournal } from "../generate/journal.js";
import { checkedLines } from "../generate/oracle-checks.js";
import { makeFolder, removeFolders } from "../generate/place.js";
import { Random } from "../generate/random.js";
import { chooseSeed } from "../generate/seed.js";
import { answerAlone, answerInScript } from "./executable.js";

const folder = makeFolder("executable");
afterAll(removeFolders);

const commandLines = [
  ["replay"],
  ["replay", "--json"],
  ["seq"],
  ["seq", "--json", "--must-exist"],
  ["verify"],
  ["verify", "--json", "--threads", "2"],
  ["tail"],
  ["tail", "3", "--json"],
  ["tail", "0"],
  ["replay", "--at", "2026-03-04T00:03Z"],
  ["replay", "--until-seq", "4", "--json"],
  ["replay", "--until-line", "5", "--no-snapshot"],
  ["replay", "--until-offset", "700"],
];

interface NamedJournal {
  name: string;
  /** undefined: there is no such file. */
  bytes: Uint8Array | undefined;
}

/**
 * Compares every command line on every journal; with `every`, the journals take turns with one of so many lines each.
 * Returns how many the executable handed over.
 */
async function compare(journals: readonly NamedJournal[], lines = commandLines, every = 1): Promise<number> {
  const asked = journals.flatMap(({ name, bytes }, number) => {
    const path = join(folder, `journal-${number}.jsonl`);
    if (bytes !== undefined) writeFileSync(path, bytes);
    const taken = lines.filter((_, line) => (number + line) % every === 0);
    return taken.map((words) => ({
      what: `${name}: lj ${words.join(" ")}`,
      words: [...words, bytes ? path : `${path}.none`],
    }));
  });
  const found = answerAlone(
    asked.map(({ words }) => words),
    folder,
  );
  for (const [number, { what, words }] of asked.entries()) {
    const outcome = found[number];
    if (outcome === undefined) continue;
    expect(outcome, what).toEqual(await answerInScript([...words, "--engine", "native"]));
  }
  return found.filter((outcome) => outcome === undefined).length;
}

/** Collects the journals anywhere in a file of vectors. */
function* journalsIn(name: string, value: unknown): Generator<NamedJournal> {
  if (typeof value !== "object" || value === null) return;
  for (const [key, member] of Object.entries(value)) {
    if (typeof member !== "string") yield* journalsIn(`${name}/${key}`, member);
    else if (key === "journal") yield { name, bytes: Buffer.from(member) };
    else if (key === "journal_b64") yield { name, bytes: Buffer.from(member, "base64") };
  }
}

describe("the executable", () => {
  it("prints the same for the journal of every vector, and answers nearly all of them itself", async () => {
    const vectors = new URL("../vectors/", import.meta.url);
    const files = readdirSync(vectors).filter((name) => name.endsWith(".json"));
    const read = (file: string): unknown => JSON.parse(readFileSync(new URL(file, vectors), "utf8"));
    const journals = files.flatMap((file) => [...journalsIn(file, read(file))]);
    expect(journals.length).toBeGreaterThan(100);
    // What is left over has no entry or an op whose name is a number.
    expect(await compare(journals)).toBeLessThan((journals.length * commandLines.length) / 20);
  });

  it("prints the same for damaged, hollow and empty files, and answers all of them itself", async () => {
    const empty = { name: "an empty file", bytes: Buffer.alloc(0) };
    expect(await compare([...damagedCases, ...hollowCases, empty])).toBe(0);
  });

  it("prints the same for journals with check values, right and wrong, and answers all of them itself", async () => {
    const seed = chooseSeed("executable-checks");
    const journals = Array.from({ length: 20 }, (_, at) => {
      const r = new Random(`${seed}/${at}`);
      const bytes = Buffer.concat([Buffer.from('{"op": "HALT"}\n'), checkedLines(Buffer.alloc(0), '{"op": "HALT"}')]);
      const history = at === 0 ? bytes : makeCheckedHistory(r);
      const place = r.below(Math.max(history.length, 1));
      if (at % 2 === 0 && history.length > 0) history[place] = (history[place] ?? 0) ^ 1;
      return {
        name: `LANE_TEST_SEED=${seed}, ${at}`,
        bytes: Buffer.concat([Buffer.from('{"op": "HALT"}\n'), history]),
      };
    });
    expect(await compare(journals, [["verify"], ["verify", "--json"]])).toBe(0);
  });

  it("hands over what is not a journal", async () => {
    expect(await compare(foreignCases)).toBe(foreignCases.length * commandLines.length);
  });

  it("prints the same for a missing journal, and hands it over if it must exist", async () => {
    const missing = { name: "no file", bytes: undefined };
    const missingLines = commandLines.filter((words) => !words.includes("--must-exist"));
    expect(await compare([missing], missingLines)).toBe(0);
    expect(await compare([missing], [["seq", "--must-exist"]])).toBe(1);
  });
});

describe("on random journals, the executable", () => {
  const seed = chooseSeed("executable");
  const total = process.env["LANE_SOAK"] === undefined ? 1_000 : 20_000;
  /** A sixth of the command lines for each journal: the processes are what takes the time. */
  const linesEvery = 6;
  const perFamily = Math.ceil(total / families.length);

  const makeBatch = (family: Family, from: number): NamedJournal[] =>
    Array.from({ length: Math.min(100, perFamily - from) }, (_, at) => {
      const journalSeed = `${seed}/${family.name}/${from + at}`;
      return { name: `LANE_TEST_SEED=${seed}, ${journalSeed}`, bytes: makeJournal(family, journalSeed) };
    });

  it.each(families)(
    "prints the same for $name ones",
    async (family) => {
      let handedOver = 0;
      for (let from = 0; from < perFamily; from += 100) {
        handedOver += await compare(makeBatch(family, from), commandLines, linesEvery);
      }
      // A file without a single entry and an op whose name is a number are left to the JavaScript command.
      expect(handedOver).toBeLessThan((perFamily * commandLines.length) / linesEvery / 4);
    },
    3_600_000,
  );
});
