// Runs the example on the built package as users run it: it must succeed, and its judge must find the overlaps it looks
// for.
import { spawnSync } from "node:child_process";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const examples = path.join(root, "examples");

interface Claim {
  lane: string;
  worker: string;
  from: bigint;
  to: bigint;
}

const {
  findOverlaps,
  readClaims,
}: {
  findOverlaps(claims: Claim[]): [Claim, Claim][];
  readClaims(text: string, goneAt: Map<string, bigint>, endedAt: bigint): Claim[];
} = await import(pathToFileURL(path.join(examples, "overlap.mjs")).href);

describe("the fleet", () => {
  it("of killed workers never has two workers on one lane, and leaves no lease behind", () => {
    const fleet = ["examples/fleet.mjs", "--kills", "6", "--workers", "3", "--seed", "11"];
    const { status, stdout, stderr } = spawnSync(process.execPath, fleet, { cwd: root, encoding: "utf8" });
    expect(stderr).toBe("");
    expect(stdout).toMatch(/\n6 killed, \d+ lanes reclaimed, 0 problems\n$/);
    expect(status).toBe(0);
    expect(Number(/(\d+) grants/.exec(stdout)?.[1])).toBeGreaterThanOrEqual(18);
  });
});

describe("its judge", () => {
  const claim = (lane: string, worker: string, from: number, to: number): Claim => ({
    lane,
    worker,
    from: BigInt(from),
    to: BigInt(to),
  });

  it("finds two overlapping claims of one lane even if a third starts between them", () => {
    const long = claim("a", "x", 0, 100);
    const within = claim("a", "y", 10, 20);
    const later = claim("a", "z", 50, 60);
    expect(findOverlaps([later, within, long, claim("b", "x", 0, 100)])).toEqual([
      [long, within],
      [long, later],
    ]);
    expect(findOverlaps([claim("a", "x", 0, 10), claim("a", "y", 10, 20)])).toEqual([]);
  });

  it("ends a claim when its worker left the lane or was found gone", () => {
    const text = "took a x 1\nleft a x 5\ntook a y 6\ntook b z 7\n";
    expect(readClaims(text, new Map([["y", 9n]]), 20n)).toEqual([
      claim("a", "x", 1, 5),
      claim("a", "y", 6, 9),
      claim("b", "z", 7, 20),
    ]);
  });
});
