// Checks that src/bench/journal.ts generates the journals that bench/README.md describes: reproducible, in the
// documented mix, canonical.
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { type JournalPlan, journalBlocks, writeJournal } from "../../src/bench/journal.js";
import { replayPlainly } from "../../src/bench/plain.js";
import { isProfileName, type ProfileName, profiles } from "../../src/bench/profiles.js";
import { type Entry, formatLine, replay, scan } from "../../src/index.js";

const folder = mkdtempSync(join(tmpdir(), "lane-journal-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function bytesOf(plan: JournalPlan): Buffer {
  return Buffer.concat([...journalBlocks(plan)].map(({ bytes }) => bytes));
}

function linesOf(plan: JournalPlan): string[] {
  return bytesOf(plan).toString("utf8").split("\n").slice(0, -1);
}

function entriesOf(plan: JournalPlan): Entry[] {
  return linesOf(plan).map((line) => JSON.parse(line));
}

function fileOf(plan: JournalPlan): string {
  const path = join(folder, `${plan.profile ?? "fleet"}-${plan.entries}-${plan.seed ?? 1}.jsonl`);
  if (!existsSync(path)) writeJournal(path, plan);
  return path;
}

const names = Object.keys(profiles).filter(isProfileName);
const entriesFor: { [name in ProfileName]?: number } = { huge: 12, live: 101_000 };
const planFor = (profile: ProfileName): JournalPlan => ({ entries: entriesFor[profile] ?? 20_000, seed: 7, profile });

describe("every profile", () => {
  it.each(names)("%s has the same bytes for the same seed and different bytes for another seed", (profile) => {
    const plan = { ...planFor(profile), entries: profile === "huge" ? 4 : 3000 };
    const digest = (seed: number) =>
      createHash("sha256")
        .update(bytesOf({ ...plan, seed }))
        .digest("hex");
    const first = digest(3);
    expect(digest(3)).toBe(first);
    expect(digest(4)).not.toBe(first);
  });

  it.each(names)("%s has the requested number of lines, in blocks that count them and end with a line", (profile) => {
    const plan = planFor(profile);
    let entries = 0;
    for (const block of journalBlocks(plan)) {
      expect(block.bytes.at(-1)).toBe(0x0a);
      expect(block.bytes.toString("latin1").split("\n").length - 1).toBe(block.entries);
      entries += block.entries;
    }
    expect(entries).toBe(plan.entries);
  });

  it.each(names.filter((name) => name !== "shapes" && name !== "corrupt"))("%s has canonical lines only", (profile) => {
    const lines = linesOf({ ...planFor(profile), entries: profile === "huge" ? 3 : 3000 });
    expect(lines.filter((line) => formatLine(JSON.parse(line)) !== `${line}\n`)).toEqual([]);
  });
});

describe("the fleet", () => {
  const entries = entriesOf({ entries: 200_000 });

  it("has the documented mix within one in a hundred lines", () => {
    const shares = new Map<unknown, number>();
    for (const { op } of entries) shares.set(op, (shares.get(op) ?? 0) + 100 / entries.length);
    const share = (...ops: string[]) => ops.reduce((sum, op) => sum + (shares.get(op) ?? 0), 0);
    const found = {
      heartbeat: share("HEARTBEAT"),
      acquire: share("ACQUIRE"),
      freed: share("RELEASE", "SCAVENGE"),
      refuse: share("REFUSE"),
      enforce: share("ENFORCE"),
      rest: share("ATTEMPT", "SPAWN", "ADOPT"),
    };
    const expected = { heartbeat: 67, acquire: 7, freed: 6, refuse: 8, enforce: 7, rest: 5 };
    for (const [kind, percent] of Object.entries(expected)) {
      expect(Math.abs((Object.entries(found).find(([name]) => name === kind)?.[1] ?? 0) - percent)).toBeLessThan(1);
    }
    expect(Object.values(found).reduce((sum, percent) => sum + percent)).toBeCloseTo(100);
  });

  it("has lines of 271 to 291 bytes on average", () => {
    const plan = { entries: 200_000, seed: 2 };
    expect(Math.abs(bytesOf(plan).length / plan.entries - 281)).toBeLessThan(10);
  });

  it("numbers its lines from 1, with stamps that never decrease", () => {
    expect(entries.filter(({ seq }, i) => seq !== i + 1)).toEqual([]);
    const stamps = entries.map(({ ts }) => String(ts));
    expect(stamps.filter((stamp, i) => i > 0 && stamp < (stamps[i - 1] ?? ""))).toEqual([]);
  });

  it("acquires only free lanes, each with a new loop_ts, and releases only live leases", () => {
    const loopOf = new Map<unknown, unknown>();
    const used = new Set<unknown>();
    const wrong: Entry[] = [];
    for (const entry of entries) {
      const { op, lane, loop_ts: loopTs } = entry;
      if (op === "ACQUIRE" && !loopOf.has(lane)) {
        if (used.has(loopTs)) wrong.push(entry);
        used.add(loopTs);
        loopOf.set(lane, loopTs);
      } else if (op !== "REFUSE" && op !== "SPAWN") {
        if (loopOf.get(lane) !== loopTs) wrong.push(entry);
        if (op === "RELEASE" || op === "SCAVENGE") loopOf.delete(lane);
      } else if (op === "REFUSE" && !loopOf.has(lane)) wrong.push(entry);
    }
    expect(wrong).toEqual([]);
    expect(loopOf.size).toBeGreaterThanOrEqual(20);
    expect(loopOf.size).toBeLessThanOrEqual(80);
    expect(new Set(entries.map(({ lane }) => lane)).size).toBe(100);
  });

  it("is the same on every machine", () => {
    const digest = createHash("sha256")
      .update(bytesOf({ entries: 10_000, seed: 1 }))
      .digest("hex");
    expect(digest).toBe("1461d14f0997e64e57e410db37ad42d14bdafb73484076b8cbcf8dbe9b9b0a33");
  });

  it("has text beyond ASCII in about half of its ENFORCE lines and in no other", () => {
    const lines = linesOf({ entries: 50_000 });
    const isEnforce = (line: string) => line.includes('"op": "ENFORCE"');
    const beyond = lines.filter((line) => Buffer.byteLength(line) !== line.length);
    expect(beyond.every(isEnforce)).toBe(true);
    expect(Math.abs(beyond.length / lines.filter(isEnforce).length - 0.5)).toBeLessThan(0.05);
  });

  it("is replayed by the plain loop with the same result as by the engine", () => {
    const path = fileOf({ entries: 20_000, seed: 5 });
    const leases = replay(path, { engine: "js" });
    expect(leases.length).toBeGreaterThanOrEqual(20);
    expect(replayPlainly(path)).toEqual(leases);
  });
});

describe("the worst cases", () => {
  it("orphans: 99 in 100 lines are an ACQUIRE of about 500 bytes, and all of them stay live", () => {
    const plan = planFor("orphans");
    const acquires = linesOf(plan).filter((line) => line.includes('"op": "ACQUIRE"'));
    expect(Math.abs(acquires.length / plan.entries - 0.99)).toBeLessThan(0.01);
    expect(Math.abs(acquires.join("").length / acquires.length - 500)).toBeLessThan(25);
    expect(replay(fileOf(plan), { engine: "js" })).toHaveLength(acquires.length);
  });

  it("escaped: every line has an escape", () => {
    expect(linesOf(planFor("escaped")).every((line) => /\\["\\bfnrtu]/.test(line))).toBe(true);
  });

  it("unicode: lanes, hosts and holders have no ASCII character", () => {
    const named = entriesOf(planFor("unicode")).map(
      (entry) => `${entry["lane"]}${entry["host_id"]}${entry["holder"] ?? ""}`,
    );
    expect(named.filter((text) => !/^\P{ASCII}+$/u.test(text))).toEqual([]);
  });

  it("lanes: nearly every ACQUIRE has a new lane, and at most 1,000 leases are live", () => {
    const plan = planFor("lanes");
    const acquired = entriesOf(plan).flatMap(({ op, lane }) => (op === "ACQUIRE" ? [lane] : []));
    expect(acquired.length / plan.entries).toBeGreaterThan(0.33);
    expect(new Set(acquired).size / acquired.length).toBeGreaterThan(0.98);
    expect(replay(fileOf(plan), { engine: "js" }).length).toBeLessThanOrEqual(1000);
  });

  it("live: about 100,000 leases stay live", () => {
    const live = replay(fileOf(planFor("live")), { engine: "js" }).length;
    expect(live).toBeGreaterThanOrEqual(100_000);
    expect(live).toBeLessThanOrEqual(100_100);
  });

  it("shapes: no two lines have the same keys in the same order, and the leases are those of the fleet", () => {
    const plan = { entries: 5000, seed: 7, profile: "shapes" } as const;
    const shapes = entriesOf(plan).map((entry) => Object.keys(entry).join());
    expect(new Set(shapes).size).toBe(plan.entries);
    expect(scan(fileOf(plan), { engine: "js" })).toMatchObject({ entries: plan.entries, corrupt: { count: 0 } });
  });

  it("tiny: lines are under 60 bytes on average, and leases are acquired and released", () => {
    const plan = planFor("tiny");
    expect(bytesOf(plan).length / plan.entries).toBeLessThan(60);
    const { ops, leases } = scan(fileOf(plan), { engine: "js" });
    expect(Object.keys(ops).toSorted()).toEqual(["ACQUIRE", "HEARTBEAT", "RELEASE"]);
    expect(leases.length).toBeGreaterThanOrEqual(20);
  });

  it("huge: every line is longer than a megabyte and far from the limit of 64 MiB", () => {
    const lengths = linesOf(planFor("huge")).map((line) => line.length);
    expect(Math.min(...lengths)).toBeGreaterThan(1_000_000);
    expect(Math.max(...lengths)).toBeLessThan(1_100_000);
  });

  it("corrupt: about half the lines are damaged, but not the last, and there are no other findings", () => {
    const plan = planFor("corrupt");
    const found = scan(fileOf(plan), { engine: "js" });
    expect(Math.abs(found.corrupt.count / plan.entries - 0.5)).toBeLessThan(0.02);
    expect(found).toMatchObject({
      lines: plan.entries,
      entries: plan.entries,
      tornTail: null,
      nonObjects: { count: 0 },
    });
  });
});

describe("writeJournal", () => {
  it("writes what journalBlocks yields and reports its progress up to the end", () => {
    const path = join(folder, "written.jsonl");
    const seen: { bytes: number; entries: number }[] = [];
    const plan = { entries: 9000, seed: 11 };
    const written = writeJournal(path, { ...plan, onProgress: (done) => seen.push(done) });
    const expected = bytesOf(plan);
    expect(readFileSync(path).equals(expected)).toBe(true);
    expect(written).toEqual({ bytes: expected.length, entries: 9000 });
    expect(seen.length).toBeGreaterThan(1);
    expect(seen.at(-1)).toEqual(written);
  });

  it("does not overwrite a file", () => {
    const path = join(folder, "precious.jsonl");
    writeFileSync(path, "precious\n");
    expect(() => writeJournal(path, { entries: 1 })).toThrow(/EEXIST/);
    expect(readFileSync(path, "utf8")).toBe("precious\n");
  });

  it.each([-1, 1.5, Number.NaN])("rejects %s entries", (entries) => {
    expect(() => [...journalBlocks({ entries })]).toThrow("entries: expected a whole number");
  });
});
