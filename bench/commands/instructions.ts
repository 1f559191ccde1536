// `npm run bench:instructions`: counts with valgrind the instructions of the native fold for a line of each kind. It
// folds a journal of N such lines and one of 2N; the difference, divided by N, excludes start-up.
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { readWhole, runCommand, showProgress, withFolder } from "../../src/bench/command.js";
import { Fleet } from "../../src/bench/fleet.js";
import { journalBlocks } from "../../src/bench/journal.js";
import { type LineKind, lineMakers } from "../../src/bench/lines.js";
import { profiles } from "../../src/bench/profiles.js";
import { drawFrom } from "../../src/bench/random.js";
import { formatMarkdownTable } from "../../src/bench/report.js";
import { compileFold } from "../lib/compile.js";

/** A row of the table: the functions that generate its lines in turn. */
const kinds: { [name: string]: readonly LineKind[] } = {
  HEARTBEAT: ["HEARTBEAT"],
  "ACQUIRE of a live identity": ["RENEW"],
  "ACQUIRE and RELEASE": ["ACQUIRE", "RELEASE"],
  "ACQUIRE and SCAVENGE": ["ACQUIRE", "SCAVENGE"],
  REFUSE: ["REFUSE"],
  ENFORCE: ["ENFORCE"],
  ATTEMPT: ["ATTEMPT"],
  SPAWN: ["SPAWN"],
  ADOPT: ["ADOPT"],
  "ACQUIRE never released": ["ORPHAN"],
  "HEARTBEAT of 60 bytes": ["BARE_HEARTBEAT"],
};

const wholeProfiles = ["fleet", "shapes", "escaped", "unicode", "corrupt"] as const;
const foldKinds = ["replay", "scan"] as const;

await runCommand("instructions", () => {
  const { values } = parseArgs({ options: { lines: { type: "string", default: "2000" } } });
  const lines = readWhole("--lines", values.lines, 100);
  return withFolder(false, async (folder) => {
    const program = await compileFold();
    const rows: string[][] = [];
    for (const [name, makers] of Object.entries(kinds)) {
      rows.push(rowOf(program, folder, name, lines, (n) => makeLines(makers, n)));
    }
    for (const profile of wholeProfiles) {
      const make = (n: number) =>
        Buffer.concat([...journalBlocks({ entries: n, profile })].map(({ bytes }) => bytes)).toString("latin1");
      rows.push(rowOf(program, folder, `profile \`${profile}\``, lines, make));
    }
    showProgress("");
    const headings = ["lines", "bytes a line", ...foldKinds, ...foldKinds.map((kind) => `${kind}, a byte`)];
    process.stdout.write(formatMarkdownTable([headings, ...rows]));
    return 0;
  });
});

/** Generates lines as byte strings: some leases to refer to, then `count` lines of the kinds in turn. */
function makeLines(makers: readonly LineKind[], count: number): string {
  const liveMin = 20;
  const fleet = new Fleet({ ...profiles.fleet, liveMin: 0, liveMax: Number.MAX_SAFE_INTEGER }, drawFrom(1));
  let text = "";
  for (let i = -liveMin; i < count; i++) {
    fleet.advance();
    const kind = i < 0 ? "ACQUIRE" : makers[i % makers.length];
    if (kind !== undefined) text += lineMakers[kind](fleet);
  }
  return text;
}

function rowOf(program: string, folder: string, name: string, lines: number, make: (n: number) => string): string[] {
  showProgress(`counting: ${name}`);
  const [once, twice] = [make(lines), make(2 * lines)];
  const bytesPerLine = (twice.length - once.length) / lines;
  const counts = foldKinds.map((kind) => {
    const more = countInstructions(program, folder, kind, twice) - countInstructions(program, folder, kind, once);
    return more / lines;
  });
  const perByte = counts.map((count) => (count / bytesPerLine).toFixed(2));
  return [name, bytesPerLine.toFixed(0), ...counts.map((count) => count.toFixed(0)), ...perByte];
}

function countInstructions(program: string, folder: string, kind: string, journal: string): number {
  const path = join(folder, "lines.jsonl");
  writeFileSync(path, journal, "latin1");
  const tool = ["--tool=callgrind", `--callgrind-out-file=${join(folder, "callgrind.out")}`];
  const run = spawnSync("valgrind", [...tool, program, kind, path, "silent"], { encoding: "utf8" });
  if (run.error !== undefined) throw new Error(`valgrind does not start: ${run.error.message}`);
  const found = /Collected : ([0-9]+)/.exec(run.stderr);
  if (run.status === 0 && found !== null) return Number(found[1]);
  throw new Error(`valgrind: expected a count of instructions, found ${run.stderr.slice(-300)}`);
}
