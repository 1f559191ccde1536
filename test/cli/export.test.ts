// Tests what `lj export` prints: each entry with its place, over the archives and the journal, on both engines.
import { mkdirSync, readFileSync, statSync } from "node:fs";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { append, compactJournal, type Entry, readAll, replay } from "../../src/index.js";
import { engines } from "../support/engines.js";
import { pathOf, runCommand, writeJournal } from "./command.js";

interface Row {
  journal: string;
  generation: number;
  offset: number;
  line: number;
  entry: Entry;
}

function parse(stdout: string): Row[] {
  return stdout
    .split("\n")
    .slice(0, -1)
    .map((row): Row => JSON.parse(row));
}

const damaged = writeJournal(
  "damaged.jsonl",
  [
    '\ufeff{"op": "ACQUIRE", "lane": "a", "loop_ts": "T", "seq": 1}',
    "",
    "damaged",
    "[1]",
    '{"op": "HALT", "note": NaN, "seq": 2}',
    '{"op": "REL',
  ].join("\n"),
);

describe.each(engines)("lj export on the %s engine", (engine) => {
  const run = (...args: string[]) => runCommand(["export", ...args, "--engine", engine]);

  it("prints each entry and sentinel with its line and offset, and no torn tail", async () => {
    const { stdout, stderr, code } = await run("--id", "host-a", damaged);
    expect({ stderr, code }).toEqual({ stderr: "", code: 0 });
    const rows = parse(stdout);
    expect(rows.map(({ line, entry }) => [line, entry.op])).toEqual([
      [0, "ACQUIRE"],
      [2, "_CORRUPT"],
      [4, "HALT"],
    ]);
    const text = readFileSync(damaged);
    expect(rows.map(({ offset }) => offset)).toEqual(
      ["{", "damaged", '{"op": "HALT"'].map((each) => text.indexOf(each)),
    );
    expect(new Set(rows.map(({ journal }) => journal))).toEqual(new Set(["host-a"]));
    expect(rows[2]?.entry["note"]).toBe("NaN");
    expect(rows[0]?.generation).toBe(Math.floor(statSync(damaged).birthtimeMs));
  });

  it("prints an entry with as many nested containers as a line may have", async () => {
    const nested = `${"[".repeat(1023)}${"]".repeat(1023)}`;
    const { stdout, code } = await run(writeJournal("nested.jsonl", `{"op": "HALT", "note": ${nested}}\n`));
    expect([JSON.stringify(parse(stdout)[0]?.entry["note"]), code]).toEqual([nested, 0]);
  });

  it("names the journal by host and path unless an id is given", async () => {
    expect(parse((await run(damaged)).stdout)[0]?.journal).toBe(`${hostname()}:${damaged}`);
  });

  it.each(["csv", "NDJSON"])("does not accept the format %s", async (format) => {
    const { stderr, code } = await run("--format", format, damaged);
    expect(stderr).toContain(`--format: expected ndjson or parquet, found ${JSON.stringify(format)}`);
    expect(code).toBe(2);
  });

  it("fails for a file that is not a journal", async () => {
    const { stdout, code } = await run(writeJournal("foreign.jsonl", "no journal\nat all\n"));
    expect([stdout, code]).toEqual(["", 3]);
  });

  it("prints nothing for a missing journal, and says so", async () => {
    const { stdout, stderr, code } = await run(pathOf("missing.jsonl"));
    expect([stdout, code]).toEqual(["", 0]);
    expect(stderr).toContain("there is no journal");
  });
});

describe("lj export --archive", () => {
  const journal = join(dirname(pathOf("x")), "exported", "journal.jsonl");
  const archive = join(dirname(journal), "old");
  const old: Entry[][] = [];

  beforeAll(() => {
    mkdirSync(dirname(journal));
    for (let count = 0; count < 3; count++) {
      append({ op: "ACQUIRE", lane: `lane ${count}`, loop_ts: "T" }, journal);
      old.push(readAll(journal));
      compactJournal(journal, { archive });
    }
    append({ op: "RELEASE", lane: "lane 1", loop_ts: "T" }, journal);
  });

  it("prints the archives first, each as a generation, and the last generation folds to the live leases", async () => {
    const rows = parse((await runCommand(["export", "--archive", archive, journal])).stdout);
    const generations = [...new Set(rows.map(({ generation }) => generation))];
    expect(generations).toEqual(generations.toSorted((a, b) => a - b));
    const byGeneration = generations.map((wanted) =>
      rows.filter(({ generation }) => generation === wanted).map(({ entry }) => entry),
    );
    expect(byGeneration).toEqual([...old, readAll(journal)]);
    expect(replay(byGeneration.at(-1) ?? [])).toEqual(replay(journal));
  });

  it("prints the same rows again, and the new entries", async () => {
    const before = parse((await runCommand(["export", "--archive", archive, journal])).stdout);
    append({ op: "HALT" }, journal);
    const after = parse((await runCommand(["export", "--archive", archive, journal])).stdout);
    expect(after.slice(0, -1)).toEqual(before);
    expect(after.at(-1)?.entry.op).toBe("HALT");
  });
});
