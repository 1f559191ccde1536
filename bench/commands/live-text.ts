// `npm run bench:memory`: the peak memory and the processor time of `lj seq`, `verify` and `compact`, which need no
// values of the leases, on journals whose live leases are large or many. Each measurement is a process of its own.
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { formatTable, readWhole, runCommand, showProgress, UsageError, withFolder } from "../../src/bench/command.js";
import type { Engine } from "../../src/index.js";
import { emptyArrays, largeLeases, orphan, writeLarge } from "../lib/large.js";
import { type MeasuredRun, runMeasured } from "../lib/measured.js";

const lj = fileURLToPath(new URL("../../package/lj.js", import.meta.url));
const megabyte = 1_000_000;
const heapMegabytes = 4096;

/** What is allowed: three times the journal and 64 MiB above an idle process, and three times as long as `verify`. */
const timesText = 3;
const slackBytes = 64 * 1024 * 1024;
const timesVerify = 3;

const journals: { [name: string]: (path: string) => number } = {
  "four leases of 60 MiB": (path) => {
    const value = emptyArrays(60 * 1024 * 1024);
    return writeLarge(path, 4, (i) => largeLeases["a key that nobody knows"]?.(i, value) ?? "");
  },
  "150,000 leases": (path) => writeLarge(path, 150_000, orphan),
  "1,500,000 leases": (path) => writeLarge(path, 1_500_000, orphan),
};

const headings = ["journal", "MB", "engine", "verb", "peak MB", "allowed", "s", "allowed"];

await runCommand("memory", async () => {
  const { values } = parseArgs({
    options: { journal: { type: "string", multiple: true }, engine: { type: "string", multiple: true } },
  });
  if (process.platform !== "linux") throw new UsageError("expected Linux, where a process can tell its own peak");
  const numbers = values.journal?.map((typed) => readWhole("--journal", typed, 1));
  const chosen = Object.entries(journals).filter((_, i) => numbers?.includes(i + 1) ?? true);
  const engines = (["native", "js"] as const).filter((engine) => values.engine?.includes(engine) ?? true);
  return withFolder(false, async (folder) => {
    const idle = runMeasured([lj, "version"], folder, heapMegabytes).peak;
    const rows = chosen.flatMap(([name, write]) => measureJournal(folder, name, write, engines, idle));
    showProgress("");
    process.stdout.write(formatTable([headings, ...rows]));
    return 0;
  });
});

function measureJournal(
  folder: string,
  name: string,
  write: (path: string) => number,
  engines: readonly Engine[],
  idle: number,
): string[][] {
  const original = join(folder, "original.jsonl");
  const path = join(folder, "journal.jsonl");
  const bytes = write(original);
  const allowed = idle + timesText * bytes + slackBytes;
  return engines.flatMap((engine) => {
    let verify = Number.NaN;
    return ["seq", "verify", "compact"].map((verb) => {
      showProgress(`${name}: ${verb} (${engine})`);
      copyFileSync(original, path);
      const { peak, seconds } = expectGood(
        runMeasured([lj, verb, "--engine", engine, "--journal", path], folder, heapMegabytes),
      );
      if (verb === "verify") verify = seconds;
      const limit = verb === "compact" ? (timesVerify * verify).toFixed(1) : "";
      const megabytes = [peak, allowed].map((each) => (each / megabyte).toFixed(0));
      return [name, (bytes / megabyte).toFixed(0), engine, verb, ...megabytes, seconds.toFixed(1), limit];
    });
  });
}

function expectGood(run: MeasuredRun): MeasuredRun {
  if (run.code === 0) return run;
  throw new Error(`expected the process to end with 0, found ${run.code}: ${run.stderr}`);
}
