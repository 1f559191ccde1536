// `npm run bench:leases`: measures how many acquires, heartbeats and releases a second the lease shell makes, compared
// with a bare write and fsync, and with better-sqlite3 (WAL, synchronous FULL) if it is installed.
//   --rounds N  default 7
//   --steps N   decisions of each kind in a round, default 60
import { closeSync, fsyncSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import {
  formatTable,
  median,
  nextTurn,
  readWhole,
  runCommand,
  showProgress,
  withFolder,
} from "../../src/bench/command.js";
import { openLeases } from "../../src/index.js";
import { openLeaseTable, sqlitePackage } from "../lib/lease-table.js";

/** How many decisions of each kind each way makes before anything is measured. */
const warmupSteps = 300;

const kinds = ["acquire", "heartbeat", "release"] as const;
type Kind = (typeof kinds)[number];

/** Each function decides durably, and throws if the decision is not the expected one. */
interface Way {
  name: string;
  decide: { [kind in Kind]: (lane: string) => void };
  /** The milliseconds of a decision, as the median of each round. */
  rounds: { [kind in Kind]: number[] };
}

await runCommand("leases", () => {
  const { values } = parseArgs({
    options: { rounds: { type: "string", default: "7" }, steps: { type: "string", default: "60" } },
  });
  const rounds = readWhole("--rounds", values.rounds, 3);
  const steps = readWhole("--steps", values.steps, 5);
  return withFolder(false, async (folder) => {
    const { ways, close } = openWays(folder);
    try {
      await measure(ways, rounds, steps);
    } finally {
      close();
    }
    report(ways);
    return 0;
  });
});

function openWays(folder: string): { ways: Way[]; close: () => void } {
  const fd = openSync(join(folder, "bare"), "a");
  const line = Buffer.alloc(200, "x");
  const bare = (): void => {
    writeSync(fd, line);
    fsyncSync(fd);
  };
  const leases = openLeases(join(folder, "journal.jsonl"), { owner: "bench" });
  const ways = [
    makeWay("bare writeSync + fsyncSync", { acquire: bare, heartbeat: bare, release: bare }),
    makeWay("lease shell", {
      acquire: (lane) => expectDone(leases.acquire({ lane }).ok),
      heartbeat: (lane) => expectDone(leases.heartbeat({ lane }).ok),
      release: (lane) => expectDone(leases.release({ lane }).ok),
    }),
  ];
  const table = openLeaseTable(join(folder, "leases.sqlite"), "bench");
  if (table !== undefined) {
    ways.push(
      makeWay("better-sqlite3", {
        acquire: (lane) => expectDone(table.acquire(lane) !== undefined),
        heartbeat: (lane) => expectDone(table.heartbeat(lane)),
        release: (lane) => expectDone(table.release(lane)),
      }),
    );
  }
  const close = (): void => {
    table?.close();
    leases.close();
    closeSync(fd);
  };
  return { ways, close };
}

function makeWay(name: string, decide: Way["decide"]): Way {
  return { name, decide, rounds: { acquire: [], heartbeat: [], release: [] } };
}

function expectDone(isDone: boolean): void {
  if (!isDone) throw new Error("expected every decision to be granted");
}

/** Each round begins with another way, so that a busy disk slows all of them. */
async function measure(ways: readonly Way[], rounds: number, steps: number): Promise<void> {
  for (const way of ways) repeat(way, warmupSteps);
  for (let round = 0; round < rounds; round++) {
    showProgress(`round ${round + 1} of ${rounds}`);
    await nextTurn();
    for (let i = 0; i < ways.length; i++) {
      const way = ways[(i + round) % ways.length];
      if (way === undefined) continue;
      const times = repeat(way, steps);
      for (const kind of kinds) way.rounds[kind].push(median(times[kind]));
    }
  }
  showProgress("");
}

function repeat({ decide }: Way, steps: number): Way["rounds"] {
  const times: Way["rounds"] = { acquire: [], heartbeat: [], release: [] };
  for (let step = 0; step < steps; step++) {
    for (const kind of kinds) {
      const began = performance.now();
      decide[kind](`lane-${step % 8}`);
      times[kind].push(performance.now() - began);
    }
  }
  return times;
}

function report(ways: readonly Way[]): void {
  const [bare] = ways;
  const rows = ways.map(({ name, rounds }) => {
    const rates = kinds.map((kind) => (1000 / median(rounds[kind])).toFixed(0));
    const ratios = kinds.flatMap((kind) => rounds[kind].map((ms, at) => ms / (bare?.rounds[kind][at] ?? Number.NaN)));
    return [name, ...rates, median(ratios).toFixed(2)];
  });
  process.stdout.write(formatTable([["way", ...kinds.map((kind) => `${kind}/s`), "time : bare"], ...rows]));
  if (ways.length > 2) return;
  process.stdout.write(`not measured: better-sqlite3: not installed (npm install --no-save ${sqlitePackage})\n`);
}
