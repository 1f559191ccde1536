// `npm run bench:retention`: four processes acquire and release lanes in one journal with `retain`; prints how long an
// acquire takes, with and without compactions in between.
//   --bytes N    compactAboveBytes, default 1,000,000
//   --seconds N  how long, default 10
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { formatTable, readWhole, runCommand, withFolder } from "../../src/bench/command.js";

const child = fileURLToPath(new URL("../lib/retention-child.js", import.meta.url));

const writers = ["a", "b", "c", "d"];

/** No journal of this command grows as long as that. */
const neverBytes = 2 ** 40;

interface Run {
  waitsMs: number[];
  compactions: number;
}

await runCommand("retention", () => {
  const { values } = parseArgs({
    options: { bytes: { type: "string", default: "1000000" }, seconds: { type: "string", default: "10" } },
  });
  const bytes = readWhole("--bytes", values.bytes, 1);
  const seconds = readWhole("--seconds", values.seconds, 1);
  return withFolder(false, async (folder) => {
    const rows = [["", "acquires/s", "p50 ms", "p99 ms", "most ms", "compactions"]];
    for (const [name, limit] of Object.entries({ "without retain": neverBytes, [`retain ${bytes}`]: bytes })) {
      rows.push([name, ...(await measure(join(folder, String(limit)), limit, seconds))]);
    }
    process.stdout.write(formatTable(rows));
    return 0;
  });
});

async function measure(folder: string, bytes: number, seconds: number): Promise<string[]> {
  const given = [join(folder, "j.jsonl"), join(folder, "old"), String(bytes), String(seconds)];
  const runs = await Promise.all(writers.map((owner) => runWriter([...given, owner])));
  const waits = runs.flatMap(({ waitsMs }) => waitsMs).toSorted((a, b) => a - b);
  const at = (share: number): string => (waits[Math.floor((waits.length - 1) * share)] ?? Number.NaN).toFixed(1);
  const compactions = runs.reduce((sum, run) => sum + run.compactions, 0);
  return [(waits.length / seconds).toFixed(0), at(0.5), at(0.99), at(1), String(compactions)];
}

async function runWriter(given: readonly string[]): Promise<Run> {
  const started = spawn(process.execPath, [child, ...given], { stdio: ["ignore", "pipe", "inherit"] });
  const [printed, [code]] = await Promise.all([text(started.stdout), once(started, "close")]);
  const run: unknown = code === 0 ? JSON.parse(printed) : null;
  if (isRun(run)) return run;
  throw new Error(`a writer ended with ${code}: expected its waits, found ${JSON.stringify(printed.slice(0, 100))}`);
}

function isRun(value: unknown): value is Run {
  return typeof value === "object" && value !== null && "waitsMs" in value && "compactions" in value;
}
