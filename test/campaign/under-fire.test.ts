// Runs 4 appenders, 2 readers and a compaction every 50 ms in separate processes: no reader may see an invalid state.
// LANE_SOAK_FIRE_SECONDS  how long; default 12, and 600 with LANE_SOAK=1
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { isObject } from "../../src/core/words.js";
import { nextSeq, replay, scan } from "../../src/index.js";
import { makeFolder, removeFolders } from "../generate/place.js";
import { builtFile } from "../support/built.js";

// The program imports the package.
builtFile("package/index.js");
const program = fileURLToPath(new URL("under-fire-child.mjs", import.meta.url));
const seconds = chooseSeconds();
const appenders = [0, 1, 2, 3];
const readers = [0, 1];

function chooseSeconds(): number {
  const asked = process.env["LANE_SOAK_FIRE_SECONDS"] || (process.env["LANE_SOAK"] === "1" ? "600" : "12");
  const count = Number(asked);
  if (Number.isSafeInteger(count) && count > 0) return count;
  throw new Error(`LANE_SOAK_FIRE_SECONDS: expected a whole number above 0, found "${asked}"`);
}

interface Player {
  process: ChildProcess;
  ready: Promise<unknown>;
  /** The last line of its output, or why it failed. */
  report: Promise<{ counts: Record<string, unknown>; failure: string | null }>;
}

const players: Player[] = [];

function play(role: string, place: { journal: string; counters: string }, who: number): Player {
  const given = [program, role, place.journal, place.counters, String(who)];
  const child = spawn(process.execPath, given, { stdio: ["pipe", "pipe", "pipe"] });
  const lines: string[] = [];
  let complaint = "";
  child.stderr.on("data", (chunk: Buffer) => (complaint += chunk.toString()));
  const reading = createInterface({ input: child.stdout });
  reading.on("line", (line) => lines.push(line));
  const ended = once(child, "close");
  const report = ended.then(([code, signal]) => {
    const counts: unknown = code === 0 ? JSON.parse(lines.at(-1) ?? "null") : {};
    const failure = code === 0 ? null : `${role} ${who} ended with ${code ?? signal}: ${complaint}`;
    return { counts: isObject(counts) ? counts : {}, failure };
  });
  const player = { process: child, ready: Promise.race([once(reading, "line"), ended]), report };
  players.push(player);
  return player;
}

afterAll(() => {
  for (const { process: child } of players) if (child.exitCode === null) child.kill("SIGKILL");
  removeFolders();
});

/** The time starts once all processes are ready, however long that takes. */
async function fire(compactor: string, forSeconds: number) {
  const folder = makeFolder("fire");
  const place = { journal: join(folder, "j.jsonl"), counters: join(folder, "counters") };
  mkdirSync(place.counters);
  const appending = appenders.map((who) => play("append", place, who));
  await Promise.all(appending.map(({ ready }) => ready));
  const compacting = play(compactor, place, 0);
  const reading = readers.map((who) => play("read", place, who));
  const all = [...appending, compacting, ...reading];
  await Promise.all(all.map(({ ready }) => ready));
  const until = Date.now() + forSeconds * 1000;
  for (const { process: child } of all) {
    // A process that has ended cannot receive the stop time; its report says why it ended.
    child.stdin?.on("error", (error) => expect(error).toMatchObject({ code: "EPIPE" }));
    child.stdin?.end(`${until}\n`);
  }
  return { journal: place.journal, all, reading };
}

async function finish({ journal, all }: Awaited<ReturnType<typeof fire>>) {
  const reports = await Promise.all(all.map(({ report }) => report));
  const sum = (name: string): number => reports.reduce((total, { counts }) => total + Number(counts[name] ?? 0), 0);
  return { journal, reports, sum, failures: reports.flatMap(({ failure }) => failure ?? []) };
}

describe("a compaction under fire (A3, A10, D5)", () => {
  it("shows no reader an invalid state and loses nothing acknowledged", async () => {
    const { journal, reports, sum, failures } = await finish(await fire("compact", seconds));
    const done = `${seconds} s, ${sum("acknowledged")} acknowledged entries, ${sum("compactions")} compactions`;
    const counts = `${done}, ${sum("reads")} reads`;
    process.stderr.write(`campaign: under fire: ${counts}, ${failures.length} invalid states or failures\n`);
    expect(failures).toEqual([]);
    const lanes = appenders.flatMap((who) => [`base-${who}`, `row-${who}-${Number(reports[who]?.counts["last"])}`]);
    expect(
      replay(journal)
        .map(({ lane }) => lane)
        .toSorted(),
    ).toEqual(lanes.toSorted());
    expect(nextSeq(journal)).toBe(sum("acknowledged") + 1);
    expect(scan(journal).corrupt.count).toBe(0);
    expect(sum("compactions")).toBeGreaterThan(0);
    expect(sum("reads")).toBeGreaterThan(0);
  }, 3_600_000);

  it("is noticed by the readers if it writes in place", async () => {
    // The limit is generous: the test ends when the first reader notices.
    const { all, reading } = await fire("compactInPlace", 240);
    const first = await Promise.race(reading.map(({ report }) => report));
    for (const { process: child } of all) child.kill("SIGKILL");
    expect(first.failure).toMatch(/^read \d ended with 1: /);
  });
});
