// Two writers open one journal under two paths, so with two lock files, beside a writer without a lock: each lane is
// granted once.
//   LANE_SOAK_ROUNDS  rounds for each engine and kind of path; default 40, with LANE_SOAK 1,000
import { execFileSync } from "node:child_process";
import { linkSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, describe, expect, onTestFinished, test } from "vitest";
import { replay, scan } from "../../src/index.js";
import { engines } from "../support/engines.js";
import { chooseCount, killAll, startChild } from "./child/start.js";

const rounds = chooseCount("LANE_SOAK_ROUNDS", 40, 1000);
const sides = ["left", "right"] as const;

afterEach(killAll);

interface Round {
  granted: boolean;
  /** The lane has exactly one lease, held by this side. */
  isHeld: boolean;
  /** How many leases the lane has once both sides have their answer. */
  live: number;
  milliseconds: number;
}

/** Makes both paths refer to one empty file. */
type Join = (first: string, second: string) => void;

function bindMount(first: string, second: string): void {
  writeFileSync(second, "");
  execFileSync("mount", ["--bind", first, second], { stdio: "pipe" });
  onTestFinished(() => void execFileSync("umount", [second]));
}

const joins: { [kind: string]: Join } = { "hard link": linkSync, "bind mount": bindMount };

function canMount(): boolean {
  const folder = mkdtempSync(path.join(tmpdir(), "lane-two-folders-"));
  try {
    execFileSync("mount", ["--bind", folder, folder], { stdio: "pipe" });
    execFileSync("umount", [folder]);
    return true;
  } catch {
    process.stderr.write("two-folders: mounting is not permitted here: only hard links are tested\n");
    return false;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const kinds = canMount() ? ["hard link", "bind mount"] : ["hard link"];

function makePlace(join: Join): { journals: readonly string[]; meeting: string } {
  const folder = mkdtempSync(path.join(tmpdir(), "lane-two-folders-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const name of [...sides, "meeting"]) mkdirSync(path.join(folder, name));
  const journals = sides.map((side) => path.join(folder, side, "journal.jsonl"));
  const [first = "", second = ""] = journals;
  writeFileSync(first, "");
  join(first, second);
  return { journals, meeting: path.join(folder, "meeting") };
}

function readRounds(output: string): Round[] {
  const lines = output.split("\n").filter((line) => line.startsWith("{"));
  return lines.map((line) => JSON.parse(line) as Round);
}

describe.each(engines)("two folders, the %s engine", (engine) => {
  test.each(kinds)(
    "by a %s: each lane is granted to one side, which keeps it",
    async (kind) => {
      const { journals, meeting } = makePlace(joins[kind] ?? linkSync);
      const [journal = ""] = journals;
      const intruder = startChild("lock-free.mjs", { journal });
      await intruder.ready;
      const children = sides.map((side, at) =>
        startChild("two-folders.mjs", { journal: journals[at], meeting, side, rounds, engine }),
      );
      const exits = await Promise.all(children.map(({ exit }) => exit));
      intruder.process.kill("SIGKILL");
      await intruder.exit;
      expect(exits).toEqual([
        { code: 0, signal: null },
        { code: 0, signal: null },
      ]);
      const [left = [], right = []] = children.map((child) => readRounds(child.output()));
      const grants = left.map((round, at) => Number(round.granted) + Number(right[at]?.granted));
      expect(grants).toEqual(Array.from({ length: rounds }, () => 1));
      for (const round of [...left, ...right]) {
        expect(round).toMatchObject({ live: 1, isHeld: round.granted });
      }
      expect(replay(journal)).toEqual([]);
      report(kind, engine, [left, right], journal);
    },
    36_000_000,
  );
});

function report(kind: string, engine: string, sidesOf: Round[][], journal: string): void {
  const won = sidesOf.map((each) => each.filter(({ granted }) => granted).length);
  const longest = Math.max(...sidesOf.flat().map(({ milliseconds }) => milliseconds));
  const { ops } = scan(journal);
  const withdrawn = (ops["ACQUIRE"] ?? 0) - rounds;
  const told = `${rounds} rounds, won ${won.join(" and ")}, ${withdrawn} grants withdrawn, longest wait ${longest} ms`;
  process.stderr.write(`two-folders: ${kind}, ${engine}: ${told}\n`);
}
