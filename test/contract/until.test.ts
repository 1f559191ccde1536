// Checks that a read with a bound equals a read of a file with only the lines before it (docs/format.md 10, "Points in
// time").
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import {
  formatLine,
  JournalError,
  leaseGenerations,
  nextSeq,
  type ReadOptions,
  replay,
  replayAsync,
  scan,
  scanAsync,
} from "../../src/index.js";
import { renderScan } from "../generate/answers.js";
import { families, makeJournal } from "../generate/journal.js";
import { Random } from "../generate/random.js";
import { renderExactly } from "../generate/render.js";
import { chooseSeed } from "../generate/seed.js";
import { builtFile } from "../support/built.js";
import { engines } from "../support/engines.js";

const folder = mkdtempSync(join(tmpdir(), "lane-until-"));
const whole = join(folder, "whole.jsonl");
const part = join(folder, "part.jsonl");
const seed = chooseSeed("until");
const perFamily = 40;

afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Until = NonNullable<ReadOptions["until"]>;

/** Returns where each line of the file ends; the last line may have no LF. */
function lineEnds(journal: Buffer): number[] {
  const ends: number[] = [];
  for (let at = journal.indexOf(0x0a); at !== -1; at = journal.indexOf(0x0a, at + 1)) ends.push(at + 1);
  if ((ends.at(-1) ?? 0) < journal.length) ends.push(journal.length);
  return ends;
}

/** Returns the answer of a scan, and what the calls that read leases must then return for a journal. */
function renderFound(path: string, options: ReadOptions): { scan: string; live: string } {
  const { engine: _, ...found } = scan(path, options);
  const live = [found.leases, found.generations, found.nextSeq].map(renderExactly).join(" ");
  return { scan: renderScan(found), live };
}

function renderLive(path: string, options: ReadOptions): string {
  const ask = () => [replay(path, options), leaseGenerations(path, options), nextSeq(path, options)];
  try {
    return ask().map(renderExactly).join(" ");
  } catch (error) {
    if (error instanceof JournalError) return error.code;
    throw error;
  }
}

describe.each(engines)("a read of an earlier point in time (%s)", (engine) => {
  it.each(families)(`ends at any line or byte, in ${perFamily} journals of family $name`, (family) => {
    for (let i = 0; i < perFamily; i++) {
      const name = `${seed}/${family.name}/${i}`;
      const r = new Random(`${name}/until`);
      const journal = makeJournal(family, name);
      writeFileSync(whole, journal);
      const ends = lineEnds(journal);
      const lines = r.between(0, ends.length + 1);
      const mark = journal.indexOf("\ufeff") === 0 ? 3 : 0;
      const end = lines === 0 ? mark : (ends[lines - 1] ?? journal.length);
      const next = ends.find((other) => other > end) ?? end + 10;
      const offset = r.between(end, next - 1);
      writeFileSync(part, journal.subarray(0, end));
      const { scan: expected, live } = renderFound(part, { engine });
      // Whether a file is a journal depends on the whole file.
      const { isJournal } = scan(whole, { engine });
      for (const until of [{ line: lines }, { offset }] satisfies Until[]) {
        const options = { engine, until };
        expect(renderFound(whole, options).scan, `${name} ${JSON.stringify(until)}`).toBe(expected);
        expect(renderLive(whole, options), name).toBe(isJournal ? live : "ERR_NOT_A_JOURNAL");
      }
    }
  });

  const minute = (at: number): string => `2026-06-01T14:${String(at).padStart(2, "0")}:00Z`;
  const acquire = (at: number): string =>
    formatLine({ op: "ACQUIRE", lane: `lane-${at}`, loop_ts: "T", seq: at, ts: minute(at) });
  const odd = ['{"op":"HALT"}\n', "damaged\n", "\n", '{"seq":"x","ts":"yesterday"}\n'];

  function lanesAt(until: Until): unknown[] {
    return replay(whole, { engine, until }).map(({ lane }) => lane);
  }

  it("ends before the first entry with a higher number or a later time, and skips entries without either", () => {
    writeFileSync(
      whole,
      [1, 2, 3].flatMap((at) => [acquire(at), ...odd]).join("") + acquire(1).replace("lane-1", "late"),
    );
    expect(lanesAt({ seq: 0 })).toEqual([]);
    expect(lanesAt({ seq: 2 })).toEqual(["lane-1", "lane-2"]);
    expect(lanesAt({ seq: 3 })).toEqual(["lane-1", "lane-2", "lane-3", "late"]);
    expect(lanesAt({ ts: "2026-06-01T14:02:30Z" })).toEqual(["lane-1", "lane-2"]);
    expect(lanesAt({ ts: "2026-06-01T16:02:00+02:00" })).toEqual(["lane-1", "lane-2"]);
    expect(lanesAt({ ts: "2026-06-01T14:02Z" })).toEqual(["lane-1", "lane-2"]);
    expect(lanesAt({ ts: new Date(minute(1)) })).toEqual(["lane-1"]);
    expect(scan(whole, { engine, until: { seq: 1 } })).toMatchObject({ lines: 5, corrupt: { count: 1 } });
  });

  it("ends before an entry whose later time has no seconds", () => {
    const stampless = [1, 2, 3].map((at) => acquire(at).replaceAll(":00Z", "Z"));
    writeFileSync(whole, stampless.join(""));
    expect(lanesAt({ ts: "2026-06-01T14:02Z" })).toEqual(["lane-1", "lane-2"]);
    expect(lanesAt({ ts: "2026-06-01T14:02:59Z" })).toEqual(["lane-1", "lane-2"]);
    expect(lanesAt({ ts: "2026-06-01T14:03:00Z" })).toEqual(["lane-1", "lane-2", "lane-3"]);
  });

  it("is the same off the event loop, and uses no snapshot", async () => {
    writeFileSync(whole, acquire(1) + acquire(2));
    const options = { engine, until: { seq: 1 }, snapshot: true };
    expect(await replayAsync(whole, options)).toEqual(replay(whole, { engine, until: { line: 1 } }));
    expect((await scanAsync(whole, options)).lines).toBe(1);
    expect(await replayAsync(join(folder, "missing"), options)).toEqual([]);
  });

  it("also applies to lines over the limit of length", () => {
    const long = `${"x".repeat(70 * 1024 * 1024)}\n`;
    writeFileSync(whole, acquire(1) + long + acquire(2) + acquire(3));
    expect(lanesAt({ line: 1 })).toEqual(["lane-1"]);
    expect(scan(whole, { engine, until: { line: 2 } }).tornTail).toMatchObject({ line: 1, terminated: true });
    expect(lanesAt({ offset: acquire(1).length + long.length - 1 })).toEqual(["lane-1"]);
    expect(lanesAt({ seq: 2 })).toEqual(["lane-1", "lane-2"]);
  });
});

describe("the bound", () => {
  const ask = (until: unknown) => () => Reflect.apply(replay, undefined, [whole, { until }]);

  it.each([
    [{}, /until: expected one of seq, line, offset and ts/],
    [{ seq: 1, line: 1 }, /until: expected one of/],
    [{ day: 1 }, /until/],
    ["yesterday", /until: expected one of/],
    [{ seq: -1 }, /until.seq: expected a whole number/],
    [{ line: 1.5 }, /until.line: expected a whole number/],
    [{ ts: "yesterday" }, /until.ts: expected a Date or a time stamp/],
    [{ ts: 5 }, /until.ts/],
  ])("%j causes a TypeError", (until, message) => {
    expect(ask(until)).toThrow(TypeError);
    expect(ask(until)).toThrow(message);
  });

  it("can be given to the command by --at and --until-*", () => {
    writeFileSync(
      whole,
      [1, 2, 3]
        .map((at) =>
          formatLine({ op: "ACQUIRE", lane: `l${at}`, loop_ts: "T", seq: at, ts: `2026-06-01T14:0${at}:00Z` }),
        )
        .join(""),
    );
    const command = fileURLToPath(builtFile("package/lj.js"));
    const lanes = (...flags: string[]): unknown => {
      const given = [command, "replay", "--json", "--journal", whole, ...flags];
      const { status, stdout, stderr } = spawnSync(process.execPath, given, { encoding: "utf8" });
      return status === 0 ? JSON.parse(stdout).map(({ lane }: { lane: string }) => lane) : `${status} ${stderr}`;
    };
    expect(lanes("--at", "2026-06-01T14:02:00Z")).toEqual(["l1", "l2"]);
    expect(lanes("--until-seq", "1")).toEqual(["l1"]);
    expect(lanes("--until-line", "2")).toEqual(["l1", "l2"]);
    expect(lanes("--until-offset", "5")).toEqual([]);
    expect(lanes("--at", "whenever")).toMatch(/^2 lj: --at: expected a time such as/);
    expect(lanes("--until-line", "2", "--until-seq", "1")).toMatch(/^2 lj: expected one of/);
  });
});
