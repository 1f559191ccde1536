// Checks very many leases and very long lines: the answer must be right, in linear time and bounded memory.
import { closeSync, ftruncateSync, openSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { Lease } from "../../src/index.js";
import { leaseGenerations, readAll, replay, tail } from "../../src/index.js";
import { runChild } from "../generate/child.js";
import type { Foreign } from "../generate/foreign.js";
import { makeFolder, removeFolders } from "../generate/place.js";
import { engines } from "../support/engines.js";

const folder = makeFolder("hostile-size");
const count = 100_000;

afterAll(removeFolders);

const lane = (i: number) => `"lane": "lane-${i}", "loop_ts": "t"`;
const each = <Item>(total: number, make: (i: number) => Item): Item[] =>
  Array.from({ length: total }, (_, i) => make(i));

function checkpointLine(total: number): string {
  const leases = each(total, (i) => `{${lane(i)}, "holder": "h", "tree": ["src/**"]}`);
  const generations = each(total, (i) => `{${lane(i)}, "generation": ${i + 1}}`);
  return `{"op": "CHECKPOINT", "leases": [${leases.join(", ")}], "generations": [${generations.join(", ")}]}\n`;
}

/** A journal in which every lease is acquired, then every one released in the given order. */
function acquireThenRelease(name: string, order: (position: number) => number): string {
  const path = join(folder, `${name}.jsonl`);
  const acquires = each(2 * count, (i) => `{"op": "ACQUIRE", ${lane(i)}}\n`);
  const releases = each(2 * count, (i) => `{"op": "RELEASE", ${lane(order(i))}}\n`);
  writeFileSync(path, [...acquires, ...releases].join(""));
  return path;
}

/** The same lines, but each lease is released before the next is acquired. */
function releaseAtOnce(name: string): string {
  const path = join(folder, `${name}.jsonl`);
  const pairs = each(2 * count, (i) => `{"op": "ACQUIRE", ${lane(i)}}\n{"op": "RELEASE", ${lane(i)}}\n`);
  writeFileSync(path, pairs.join(""));
  return path;
}

/** Returns the processor time of the call in microseconds, the least of three, so that other programs do not count. */
function leastWork(run: () => unknown): number {
  const once = () => {
    const before = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(before);
    return user + system;
  };
  return Math.min(once(), once(), once());
}

/** Compares as text: comparing so many values one by one takes longer than reading them. */
function expectLanes(leases: readonly Lease[], expected: readonly string[]): void {
  expect(leases.map((lease) => lease["lane"]).join(" ") === expected.join(" ")).toBe(true);
}

describe.each(engines)("a journal of 100,000 leases under the %s engine", (engine) => {
  it("is read from one CHECKPOINT, in order and with its generations", () => {
    const path = join(folder, `checkpoint-${engine}.jsonl`);
    writeFileSync(path, checkpointLine(count));
    const leases = replay(path, { engine });
    expectLanes(
      leases,
      each(count, (i) => `lane-${i}`),
    );
    expect(leaseGenerations(path, { engine }).at(-1)).toEqual({
      loop_ts: "t",
      lane: `lane-${count - 1}`,
      generation: count,
    });
    expect(readAll(path, { engine })).toHaveLength(1);
  });

  it("is emptied by releases in either order", () => {
    const path = join(folder, `emptied-${engine}.jsonl`);
    for (const at of [(i: number) => i, (i: number) => count - 1 - i]) {
      writeFileSync(path, checkpointLine(count) + each(count, (i) => `{"op": "RELEASE", ${lane(at(i))}}\n`).join(""));
      expect(replay(path, { engine })).toEqual([]);
    }
  });

  it("keeps the order of the other leases when every second one is released and acquired again", () => {
    const path = join(folder, `second-${engine}.jsonl`);
    const odd = each(count / 2, (i) => 2 * i + 1);
    const releases = odd.map((i) => `{"op": "RELEASE", ${lane(i)}}\n`);
    const again = odd.map((i) => `{"op": "ACQUIRE", ${lane(i)}}\n`);
    writeFileSync(path, [checkpointLine(count), ...releases, ...again].join(""));
    const expected = [...each(count / 2, (i) => `lane-${2 * i}`), ...odd.map((i) => `lane-${i}`)];
    expectLanes(replay(path, { engine }), expected);
  });

  it("is released last in, first out, in time linear in the leases (D3)", () => {
    const lifo = acquireThenRelease("lifo", (i) => 2 * count - 1 - i);
    const once = releaseAtOnce("once");
    const ratio = leastWork(() => replay(lifo, { engine })) / leastWork(() => replay(once, { engine }));
    // The same lines in another order: 2 to 10 times, for the memory. Removal by search would take over 40 times.
    expect(ratio).toBeLessThan(25);
  });
});

describe("entries in memory", () => {
  it("are folded in time linear in the leases when released last in, first out (D3)", () => {
    const acquire = (lane: number): Foreign => ({ op: "ACQUIRE", lane: lane + 1 });
    const release = (lane: number): Foreign => ({ op: "RELEASE", lane: lane + 1 });
    const lifo = [...each(count, acquire), ...each(count, (i) => release(count - 1 - i))];
    const atOnce = each(count, (i) => [acquire(i), release(i)]).flat();
    expect(replay(lifo)).toEqual([]);
    expect(leastWork(() => replay(lifo)) / leastWork(() => replay(atOnce))).toBeLessThan(40);
  });
});

describe.each(engines)("a line of 1.2 GB under the %s engine", (engine) => {
  it("is a sentinel between sound lines, and is read in less than half its size of memory (C10)", () => {
    const path = join(folder, `sparse-${engine}.jsonl`);
    const sound = '{"op": "ACQUIRE", "lane": "a"}\n';
    writeFileSync(path, sound);
    const file = openSync(path, "a");
    ftruncateSync(file, 1_200_000_000);
    writeFileSync(file, `\n${sound.replace('a"}', 'b"}')}`);
    closeSync(file);
    const code = `
      import { readFileSync } from "node:fs";
      const [path, engine] = given;
      const found = lane.scan(path, { engine });
      const last = lane.tail(2, path, { engine }).map((entry) => entry.op);
      // Not getrusage's maximum, which starts with that of the parent process.
      const held = Number(/VmHWM:\\s+(\\d+) kB/.exec(readFileSync("/proc/self/status", "utf8"))[1]) * 1024;
      const bounded = held < 550_000_000 || held;
      process.stdout.write(JSON.stringify({ corrupt: found.corrupt.count, live: found.leases.length, last, bounded }));
    `;
    const { ended, stdout, stderr } = runChild(code, { given: [path, engine] });
    expect({ ended, stderr }).toEqual({ ended: 0, stderr: "" });
    expect(JSON.parse(stdout)).toEqual({ corrupt: 1, live: 2, last: ["_CORRUPT", "ACQUIRE"], bounded: true });
    expect(tail(1, path, { engine })).toEqual([{ op: "ACQUIRE", lane: "b" }]);
  });
});
