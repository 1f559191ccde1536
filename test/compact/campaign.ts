// Finds the first random history that a compaction changes, in memory and through files; returns null if there is none.
// LANE_SOAK_HISTORIES  histories in memory; default 100,000, and a fiftieth of them through files
// LANE_TEST_SEED       any text; default: a new one each time
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { parseText } from "../../src/core/json.js";
import { isObject } from "../../src/core/words.js";
import type { Engine, Entry } from "../../src/index.js";
import { compact, leaseGenerations, replay } from "../../src/index.js";
import type { Straying } from "../generate/entries.js";
import { makeMembers, World } from "../generate/entries.js";
import { families, makeJournal } from "../generate/journal.js";
import { makeFolder } from "../generate/place.js";
import { Random } from "../generate/random.js";
import { shrinkJournal } from "../generate/shrink.js";
import { judgeCompaction } from "./verdict.js";

export function chooseHistoryCount(): number {
  const asked = process.env["LANE_SOAK_HISTORIES"] || "100000";
  const count = Number(asked);
  if (Number.isSafeInteger(count) && count > 0) return count;
  throw new Error(`LANE_SOAK_HISTORIES: expected a whole number above 0, found "${asked}"`);
}

const strayings: readonly Straying[] = [
  { oddValue: 0, missingKey: 0, otherIdentity: 0 },
  { oddValue: 0.02, missingKey: 0.03, otherIdentity: 0.3 },
  { oddValue: 0.15, missingKey: 0.1, otherIdentity: 0.2 },
];

/** How many histories each sequence of entries yields, cut at different places. */
const cutsPerSequence = 8;

/**
 * Checks histories E with continuations T in memory: `replay(compact(E) + T)` equals `replay(E + T)`, and nothing
 * decreases.
 */
export function judgeInMemory(seed: string, count: number): string | null {
  for (let i = 0; i < count; i += cutsPerSequence) {
    const r = new Random(`${seed}/memory/${i}`);
    const entries = makeEntries(new World(r, r.pick(strayings)), 2 * cutsPerSequence);
    for (let cut = 1 + r.below(2); cut <= entries.length; cut += 2) {
      const complaint = judgeEntries(entries.slice(0, cut), entries.slice(cut));
      const shown = `${JSON.stringify(entries)} cut after ${cut}`;
      if (complaint !== null) return `LANE_TEST_SEED=${seed}, history ${i}: ${complaint}\n${shown}`;
    }
  }
  return null;
}

function makeEntries(world: World, count: number): Entry[] {
  return Array.from({ length: count }, () => {
    const members = makeMembers(world).map(([key, valueText]) => `"${key}": ${valueText}`);
    const entry = parseText(`{${members.join(", ")}}`);
    // An odd value may not be JSON; then only the op matters.
    return isObject(entry) ? entry : { op: "REFUSE" };
  });
}

function judgeEntries(before: Entry[], later: Entry[]): string | null {
  const compacted = compact(before);
  if (!isDeepStrictEqual(replay([...compacted, ...later]), replay([...before, ...later]))) return "the leases differ";
  if (highest(compacted) !== highest(before)) return "the numbering differs";
  const was = tokens(before);
  const issued = Math.max(0, ...was.values());
  for (const [identity, generation] of tokens(compacted)) {
    if (was.get(identity) !== generation && generation <= issued)
      return `the token ${generation} was handed out before`;
  }
  const fresh = { op: "ACQUIRE", lane: "fresh lane", loop_ts: "fresh loop" };
  // If no token is left the lease has none (docs/format.md 10), which counts as above all.
  const plain = tokens([...before, ...later, fresh]).get(freshName) ?? Number.POSITIVE_INFINITY;
  const renewed = tokens([...compacted, ...later, fresh]).get(freshName) ?? Number.POSITIVE_INFINITY;
  return renewed < plain ? `the next token: expected at least ${plain}, found ${renewed}` : null;
}

const freshName = JSON.stringify(["fresh loop", "fresh lane"]);

function tokens(entries: Entry[]): Map<string, number> {
  return new Map(leaseGenerations(entries).map((row) => [JSON.stringify([row.loop_ts, row.lane]), row.generation]));
}

function highest(entries: Entry[]): unknown {
  return compact(entries)[0]?.["seq_watermark"];
}

/** In memory if possible, because durability does not matter here. */
function makeFastFolder(): string {
  if (!existsSync("/dev/shm")) return makeFolder("compaction");
  const folder = mkdtempSync("/dev/shm/lane-compaction-");
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Checks the same through files, with odd and damaged journals; all `engines` must write the same bytes. */
export function judgeThroughFiles(seed: string, count: number, engines: readonly Engine[]): string | null {
  const folder = makeFastFolder();
  const paths = { old: join(folder, "old.jsonl"), compacted: join(folder, "compacted.jsonl") };
  for (let i = 0; i < count; i++) {
    const r = new Random(`${seed}/files/${i}`);
    const before = makeJournal(r.pick(families), `${r.seed}/before`);
    const later = makeJournal(r.pick(families), `${r.seed}/later`);
    const judge = (journal: Buffer): string | null => {
      try {
        return judgeCompaction(journal, later, engines, paths);
      } catch (error) {
        return error instanceof Error ? String(error.stack) : String(error);
      }
    };
    if (judge(before) === null) continue;
    const small = shrinkJournal(before, (smaller) => judge(smaller) !== null);
    const shown = `${small.toString("base64")}\nlater (base64): ${later.toString("base64")}`;
    return `LANE_TEST_SEED=${seed}, history ${i}: ${judge(small)}\njournal (base64): ${shown}`;
  }
  return null;
}
