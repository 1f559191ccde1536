// Changes a journal while it is read: each read must return a complete answer or throw ERR_JOURNAL_UNREADABLE.
import {
  appendFileSync,
  existsSync,
  readdirSync,
  readlinkSync,
  renameSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { Lease, Scan } from "../../src/index.js";
import { entries, readAll, replay, scan, scanAsync } from "../../src/index.js";
import { besideChild } from "../generate/child.js";
import { makeFolder, removeFolders } from "../generate/place.js";
import { engines } from "../support/engines.js";

const folder = makeFolder("hostile-change");
const unreadable = expect.objectContaining({ code: "ERR_JOURNAL_UNREADABLE" });

afterAll(removeFolders);

/** Line `i` acquires lane `i`, so that the live leases show which lines were read. */
function lineOf(i: number): string {
  const lane = `lane-${String(i).padStart(7, "0")}`;
  return `{"op": "ACQUIRE", "lane": "${lane}", "loop_ts": "t", "seq": ${i}, "note": "${"x".repeat(60)}"}\n`;
}

function linesOf(from: number, to: number): string {
  return Array.from({ length: to - from }, (_, i) => lineOf(from + i)).join("");
}

const lineBytes = lineOf(0).length - 1 + "0".length;
const many = 60_000;
const large = linesOf(0, many);

/** Returns how many descriptors this process has for the file. */
function countOpen(path: string): number {
  const links = readdirSync("/proc/self/fd").map((name) => readLink(`/proc/self/fd/${name}`));
  return links.filter((target) => target === path).length;
}

/** Returns `undefined` for the descriptor that listed the others, which is closed by now. */
function readLink(path: string): string | undefined {
  return existsSync(path) ? readlinkSync(path) : undefined;
}

describe.each(engines)("a journal changed between two steps of entries() under the %s engine", (engine) => {
  const path = join(folder, `steps-${engine}.jsonl`);

  it.each([
    ["nothing", 0],
    ["its first line", lineBytes],
    ["half of it", Math.floor(large.length / 2)],
  ] as const)("throws if %s is left of what was read", (_, left) => {
    writeFileSync(path, large);
    const reading = entries(path, { engine });
    for (let i = 0; i < many * 0.9; i++) expect(reading.next().done).toBe(false);
    truncateSync(path, left);
    expect(() => Array.from(reading)).toThrow(unreadable);
  });

  it("that grows by whole lines returns the old ones in order, then at most the new ones", () => {
    writeFileSync(path, large);
    const reading = entries(path, { engine });
    const first = reading.next().value;
    appendFileSync(path, linesOf(many, many + 1000));
    const all = [first, ...reading];
    expect(all.length).toBeGreaterThanOrEqual(many);
    expect(all.every((entry, i) => entry !== undefined && entry["seq"] === i)).toBe(true);
  });

  it("that is replaced is still read from the file that was opened", () => {
    writeFileSync(path, large);
    const reading = entries(path, { engine });
    const first = reading.next().value;
    writeFileSync(`${path}.new`, lineOf(1));
    renameSync(`${path}.new`, path);
    expect([first, ...reading]).toHaveLength(many);
  });

  it("is closed when the reader stops early", () => {
    writeFileSync(path, large);
    for (const entry of entries(path, { engine })) {
      expect(entry["seq"]).toBe(0);
      expect(countOpen(path)).toBe(1);
      break;
    }
    expect(countOpen(path)).toBe(0);
  });
});

describe.each(engines)("a journal that another process keeps changing under the %s engine", (engine) => {
  const path = join(folder, `live-${engine}.jsonl`);

  it("has answers that only grow, without damage, while it is appended to", async () => {
    writeFileSync(path, linesOf(0, 1000));
    const counts: number[] = [];
    await besideChild(appendForever, [path], async () => {
      for (
        const until = Date.now() + 2000;
        Date.now() < until || counts.length < 3 || Number(counts.at(-1)) <= 1000;
      ) {
        const found = counts.length % 4 === 0 ? scan(path, { engine }) : await scanAsync(path, { engine });
        expect([found.corrupt.count, found.nonObjects.count, found.entries]).toEqual([0, 0, found.leases.length]);
        expect(describeGap(found.leases)).toBe("no gap");
        counts.push(found.entries, readAll(path, { engine }).length);
      }
    });
    expect(counts).toEqual([...counts].sort((a, b) => a - b));
    expect(counts.at(-1)).toBeGreaterThan(1000);
  });

  it("returns the answer for a beginning of it, or throws, while it is cut and rewritten", async () => {
    writeFileSync(path, large);
    const outcomes = { answered: 0, raised: 0 };
    await besideChild(rewriteForever, [path], async () => {
      for (const until = Date.now() + 3000; Date.now() < until; ) {
        const found = await attempt(() =>
          outcomes.answered % 2 === 0 ? scan(path, { engine }) : scanAsync(path, { engine }),
        );
        if (found !== undefined) expectBeginning(found);
        outcomes[found === undefined ? "raised" : "answered"] += 1;
      }
    });
    expect(outcomes.answered + outcomes.raised).toBeGreaterThan(0);
    expect(replay(writeWhole(path), { engine })).toHaveLength(many);
  });
});

function writeWhole(path: string): string {
  writeFileSync(path, large);
  return path;
}

function expectBeginning({ corrupt, nonObjects, leases }: Scan): void {
  expect([corrupt.count, nonObjects.count]).toEqual([0, 0]);
  expect(describeGap(leases)).toBe("no gap");
}

/** Returns where the leases differ from those of the journal's first lines. */
function describeGap(leases: readonly Lease[]): string {
  const at = leases.findIndex((lease, i) => lease["lane"] !== `lane-${String(i).padStart(7, "0")}`);
  return at < 0 ? "no gap" : `after ${at} of ${leases.length} leases comes ${String(leases[at]?.["lane"])}`;
}

/** Returns `undefined` if the journal was reported unreadable; rethrows any other error. */
async function attempt(read: () => Scan | Promise<Scan>): Promise<Scan | undefined> {
  try {
    return await read();
  } catch (error) {
    expect(error).toEqual(unreadable);
    return undefined;
  }
}

const appendForever = `
  import { openSync, writeSync } from "node:fs";
  const file = openSync(given[0], "a");
  process.stdout.write("begun\\n");
  for (let i = 1000; i < 400_000; i++) {
    const lane = "lane-" + String(i).padStart(7, "0");
    writeSync(file, JSON.stringify({ op: "ACQUIRE", lane, loop_ts: "t", seq: i }) + "\\n");
    if (i % 64 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  }
  setInterval(() => {}, 1000);
`;

/** Repeats the same bytes in pieces that end anywhere. */
const rewriteForever = `
  import { ftruncateSync, openSync, readFileSync, writeSync } from "node:fs";
  const whole = readFileSync(given[0]);
  const piece = 777_777;
  const file = openSync(given[0], "r+");
  process.stdout.write("begun\\n");
  for (;;) {
    ftruncateSync(file, 0);
    for (let at = 0; at < whole.length; at += piece) {
      writeSync(file, whole, at, Math.min(piece, whole.length - at), at);
    }
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
`;
