// Puts values of millions of characters in place of short ones: each must count as docs/format.md 4 says, and reading
// must continue.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { follow, leaseGenerations, nextSeq, readAll, replay, scan, tail } from "../../src/index.js";
import { endlessNumbers, paddedNumber } from "../generate/hostile.js";
import { makeFolder, removeFolders } from "../generate/place.js";
import { engines } from "../support/engines.js";

const folder = makeFolder("hostile-endless");
const path = join(folder, "journal.jsonl");

/** V8 aborts a match after about four million steps. */
const characters = 9_000_000;

const acquire = '{"op": "ACQUIRE", "lane": "a", "loop_ts": "t", "seq": 4}\n';
const lease = { lane: "a", loop_ts: "t" };

afterAll(removeFolders);

function write(...lines: string[]): string {
  writeFileSync(path, lines.join(""));
  return path;
}

async function followOne(engine: (typeof engines)[number]): Promise<number> {
  const stop = new AbortController();
  let entries = 0;
  for await (const _ of follow(path, { engine, from: "start", signal: stop.signal })) {
    entries++;
    if (entries === 2) break;
  }
  return entries;
}

describe.each(engines)("values of extreme length under the %s engine", (engine) => {
  it.each(Object.entries(endlessNumbers))("%s as seq and seq_watermark counts as 0", async (_, make) => {
    const value = make(characters);
    write(acquire, `{"op": "HALT", "seq": ${value}, "seq_watermark": ${value}}\n`);
    expect(nextSeq(path, { engine })).toBe(5);
    expect(replay(path, { engine })).toEqual([lease]);
    expect(replay(path, { engine, until: { seq: 4 } })).toEqual([lease]);
    expect(scan(path, { engine }).oddSeq.count).toBe(1);
    expect(tail(1, path, { engine })[0]?.["op"]).toBe("HALT");
    expect(await followOne(engine)).toBe(2);
  });

  it("a number after millions of spaces and zeros counts", () => {
    write(acquire, `{"op": "HALT", "seq": ${paddedNumber(characters, 17)}}\n`);
    expect(nextSeq(path, { engine })).toBe(18);
    expect(replay(path, { engine, until: { seq: 16 } })).toEqual([lease]);
  });

  it.each(["generation", "generation_watermark"])("a %s of millions of digits does not count", (key) => {
    const digits = "1".repeat(characters);
    const row = `{"lane": "a", "loop_ts": "t", "generation": ${key === "generation" ? digits : 3}}`;
    const watermark = key === "generation" ? 3 : digits;
    write(
      `{"op": "CHECKPOINT", "leases": [], "generation_watermark": ${watermark}, "generations": [${row}]}\n`,
      acquire,
    );
    expect(leaseGenerations(path, { engine })).toEqual([{ ...lease, generation: 4 }]);
  });

  it("a stamp of millions of digits is not an instant, so that it does not end a read", () => {
    const stamp = `2026-06-01T00:00:00.${"0".repeat(characters)}Z`;
    write(acquire, `{"op": "HALT", "ts": "${stamp}", "seq": 5}\n`);
    expect(nextSeq(path, { engine, until: { ts: "2026-01-01T00:00:00Z" } })).toBe(6);
  });

  it("a line of millions of spaces is blank, and one around NaN is read", () => {
    const space = " \t\r".repeat(characters / 3);
    write(acquire, `${space}\n`, `{"op": "X", "v":${space}NaN${space}, "w": 0.${"1".repeat(characters)}}\n`);
    expect(scan(path, { engine })).toMatchObject({ lines: 3, entries: 2, corrupt: { count: 0 } });
    expect(readAll(path, { engine })[1]).toEqual({ op: "X", v: Number.NaN, w: 0.1111111111111111 });
  });

  it("strings that fill a block with escapes are read alike in every line of their shape", () => {
    const lines = Array.from(
      { length: 8 },
      (_, i) => `{"op": "X", "reason": "${"\\n".repeat(i < 4 ? 1 : 2 ** 20)}"}\n`,
    );
    write(acquire, ...lines);
    expect(scan(path, { engine })).toMatchObject({ entries: 9, corrupt: { count: 0 } });
    expect(nextSeq(path, { engine })).toBe(5);
  });
});
