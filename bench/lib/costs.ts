// Measures what a byte and a line of each journal cost, relative to the ordinary journal in the same process and
// engine.
import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { makeJournal, showProgress } from "../../src/bench/command.js";
import { formatMarkdownTable } from "../../src/bench/report.js";
import { runProcess } from "../../src/bench/run.js";
import { isObject } from "../../src/core/words.js";
import type { Engine } from "../../src/index.js";
import type { Costs } from "./cost-child.js";

/** A journal in a file. */
export interface CostlyJournal {
  name: string;
  path: string;
  bytes: number;
  lines: number;
}

/** The maximum cost of a byte, in units of an ordinary byte. */
export const ratioMax = 5;

/** Costs in units of the ordinary journal. */
export interface CostRow {
  name: string;
  bytesEach: number;
  /** The cost of a byte, by `native replay` and so on. */
  byte: { [way: string]: number };
  /** The cost of JSON.parse alone, of the answer and of each line, compared with the ordinary `replay`. */
  parse: { [way: string]: number };
  /** The cost of a byte, the highest of all ways, without JSON.parse of the answer. */
  withoutAnswer: number;
  /** The cost of a line, the highest of all ways. */
  line: number;
}

const engines: readonly Engine[] = ["native", "js"];
const ways = ["replay", "scan"] as const;
const child = fileURLToPath(new URL("./cost-child.js", import.meta.url));

/** Generates the ordinary journal of about this many bytes, with which every other one is compared. */
export async function makeOrdinary(folder: string, bytes: number): Promise<CostlyJournal> {
  const path = join(folder, "ordinary.jsonl");
  const bytesEach = 281;
  const made = await makeJournal(path, { entries: Math.ceil(bytes / bytesEach) });
  return { name: "fleet", path, bytes: made.bytes, lines: made.entries };
}

export function writeBytes(folder: string, name: string, made: { bytes: Buffer; lines: number }): CostlyJournal {
  const path = join(folder, "hostile.jsonl");
  writeFileSync(path, made.bytes);
  return { name, path, bytes: statSync(path).size, lines: made.lines };
}

/** Measures both engines, each in a process of its own. */
export async function measureCost(folder: string, ordinary: CostlyJournal, journal: CostlyJournal): Promise<CostRow> {
  const bytesEach = journal.bytes / journal.lines;
  const row: CostRow = { name: journal.name, bytesEach, byte: {}, parse: {}, withoutAnswer: 0, line: 0 };
  const times = ordinary.bytes / journal.bytes;
  for (const engine of engines) {
    showProgress(`${engine}: ${journal.name}`);
    const command = [process.execPath, child, engine, ordinary.path, journal.path];
    const { printed } = await runProcess(command, folder);
    const costs = readCosts(printed);
    for (const way of ways) {
      const ratio = costs.other[way] / costs.ordinary[way];
      row.byte[`${engine} ${way}`] = ratio * times;
      row.withoutAnswer = Math.max(
        row.withoutAnswer,
        ratio * times - (costs.other.answer / costs.ordinary[way]) * times,
      );
      row.line = Math.max(row.line, (ratio * ordinary.lines) / journal.lines);
    }
    row.parse[`${engine} answer`] = (costs.other.answer / costs.ordinary.replay) * times;
    if (engine === "js") row.parse["js lines"] = (costs.other.parse / costs.ordinary.replay) * times;
  }
  showProgress("");
  return row;
}

function readCosts(printed: string): { ordinary: Costs; other: Costs } {
  const costs: unknown = JSON.parse(printed);
  if (isObject(costs) && isCosts(costs["ordinary"]) && isCosts(costs["other"])) {
    return { ordinary: costs["ordinary"], other: costs["other"] };
  }
  throw new Error(`expected the costs of two journals, found ${printed.slice(0, 80)}`);
}

function isCosts(value: unknown): value is Costs {
  return isObject(value) && ["replay", "scan", "parse", "answer"].every((way) => typeof value[way] === "number");
}

/** Formats the table, the costliest journal first, and a summary. */
export function formatCosts(rows: readonly CostRow[]): string {
  const [first] = rows;
  const names = Object.keys(first?.byte ?? {});
  const parses = Object.keys(first?.parse ?? {});
  const headings = ["journal", "bytes a line", ...names, ...parses.map((way) => `parse: ${way}`), "a line"];
  const sorted = [...rows].sort((a, b) => mostOf(b) - mostOf(a));
  const format = (ratio: number | undefined): string => (ratio ?? Number.NaN).toFixed(1);
  const cells = sorted.map((row) => [
    row.name,
    row.bytesEach.toFixed(0),
    ...names.map((name) => format(row.byte[name])),
    ...parses.map((name) => format(row.parse[name])),
    row.line.toFixed(2),
  ]);
  const above = sorted.filter((row) => mostOf(row) > ratioMax);
  const cheap = above.filter((row) => row.line <= 1);
  const parsed = above.filter((row) => row.line > 1 && row.withoutAnswer <= ratioMax);
  return (
    `${formatMarkdownTable([headings, ...cells])}\n` +
    "Seconds of the processor for a byte, and in the last column for a line, in times the ordinary journal's.\n" +
    'The columns "parse" are JSON.parse alone, of the answer and of each line, in times the ordinary `replay`.\n' +
    `Of ${rows.length} journals ${above.length} cost more than ${ratioMax} times the ordinary a byte: ` +
    `${cheap.length} of them less than an ordinary line each, because their lines are short, ` +
    `and ${parsed.length} at most ${ratioMax} times without JSON.parse of the answer.\n`
  );
}

/** Returns the highest cost of a byte. */
function mostOf({ byte }: CostRow): number {
  return Math.max(...Object.values(byte));
}
