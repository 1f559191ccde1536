// `npm run bench:executable`: compares whole processes of the executable `lj` on a long journal with `wc -l` of that
// journal and with `cat` of ten entries. Exits with 1 if a bound is missed.
//   --copies N   the journal's size in units of 100 MB, default 11
//   --rounds N   default 21
//   --threads N  default: one per processor
import { copyFileSync, existsSync, readFileSync, statSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { formatTable, makeJournal, median, readWhole, runCommand, withFolder } from "../../src/bench/command.js";
import { appendCopies, copiedEntries } from "../lib/copies.js";
import { executable, type ProcessWay, perRound, timeInRounds } from "../lib/rounds.js";

const shortEntries = 10;

const cat = "cat, ten entries";
const wc = "wc -l";

interface BoundedWay extends ProcessWay {
  /** At most this many times the time of `wc -l`. */
  timesWc?: number;
  /** At most this many milliseconds more than `cat` of ten entries. */
  overCat?: number;
}

await runCommand("executable", () => {
  const { values } = parseArgs({
    options: {
      copies: { type: "string", default: "11" },
      rounds: { type: "string", default: "21" },
      threads: { type: "string", default: String(availableParallelism()) },
    },
  });
  const copies = readWhole("--copies", values.copies, 1);
  const rounds = readWhole("--rounds", values.rounds, 3);
  const threads = readWhole("--threads", values.threads, 1);
  if (!existsSync(executable)) throw new Error(`expected the executable ${executable}, found none`);
  return withFolder(false, async (folder) => {
    const short = join(folder, "short.jsonl");
    const one = join(folder, "one.jsonl");
    const long = join(folder, "long.jsonl");
    await makeJournal(short, { entries: shortEntries });
    await makeJournal(one, { entries: copiedEntries });
    copyFileSync(one, long);
    await appendCopies(long, readFileSync(one), 1, copies);
    const ways = listWays(short, long, threads);
    const times = await timeInRounds(ways, rounds);
    process.stdout.write(`journal of ${(statSync(long).size / 1e9).toFixed(2)} GB, ${threads} threads\n\n`);
    return report(ways, times);
  });
});

/** The first process that may write a snapshot does so, in the round that is not measured. */
function listWays(short: string, long: string, threads: number): BoundedWay[] {
  const ways: BoundedWay[] = [
    { name: cat, program: "cat", args: [short] },
    { name: wc, program: "wc", args: ["-l", long] },
    { name: "dd of=/dev/null", program: "dd", args: [`if=${long}`, "of=/dev/null", "bs=1M", "status=none"] },
  ];
  const lj = (name: string, args: string[], bounds: Pick<BoundedWay, "timesWc" | "overCat">): void => {
    ways.push({ name, program: executable, args, ...bounds });
  };
  const whole = ["--no-snapshot", "--threads", String(threads), "--journal", long];
  lj("lj replay, ten entries", ["replay", "--journal", short], { overCat: 4 });
  lj("lj replay, a snapshot", ["replay", "--journal", long], { overCat: 6 });
  lj("lj seq, a snapshot", ["seq", "--journal", long], {});
  lj("lj replay --no-snapshot", ["replay", ...whole], { timesWc: 1.25 });
  lj("lj verify", ["verify", "--threads", String(threads), "--journal", long], { timesWc: 1.4 });
  return ways;
}

function report(ways: readonly BoundedWay[], times: ReadonlyMap<string, readonly number[]>): number {
  const of = (name: string): readonly number[] => times.get(name) ?? [];
  let missed = 0;
  const rows = ways.map(({ name, timesWc, overCat }) => {
    const ratio = median(perRound(of(name), of(wc), (found, base) => found / base));
    const over = median(perRound(of(name), of(cat), (found, base) => found - base));
    const isKept = ratio <= (timesWc ?? Number.POSITIVE_INFINITY) && over <= (overCat ?? Number.POSITIVE_INFINITY);
    if (!isKept) missed++;
    const wanted = timesWc === undefined ? (overCat === undefined ? "" : `${overCat} ms over`) : `${timesWc} times`;
    return [name, median(of(name)).toFixed(1), ratio.toFixed(2), over.toFixed(1), wanted, isKept ? "" : "missed"];
  });
  const head = ["whole process", "ms", `x ${wc}`, "ms over cat of ten entries", "at most", ""];
  process.stdout.write(formatTable([head, ...rows]));
  return missed === 0 ? 0 : 1;
}
