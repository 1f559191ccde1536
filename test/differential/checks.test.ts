// Lets random journals with check values grow, then damages them. The engines must agree with a naive second opinion,
// must report nothing for a sound journal, and every damage that a later value covers (docs/format.md 13).
//   LANE_SOAK_CHECKED  how many histories; default 400, with LANE_SOAK 10,000
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { type Engine, type Scan, scan } from "../../src/index.js";
import { makeCheckedHistory } from "../generate/checked-history.js";
import { judgeChecksNaively } from "../generate/oracle-checks.js";
import { chooseReading, cutAnywhere, engineFor, readGrowing } from "../generate/pieces.js";
import { makeFolder, removeFolders } from "../generate/place.js";
import { Random } from "../generate/random.js";
import { chooseSeed } from "../generate/seed.js";
import { engines } from "../support/engines.js";

const seed = chooseSeed("checks");
const count = Number(process.env["LANE_SOAK_CHECKED"] || (process.env["LANE_SOAK"] ? 10_000 : 400));
const folder = makeFolder("checks");
const path = join(folder, "journal.jsonl");

afterAll(removeFolders);

type Checked = Pick<Scan, "badChecks" | "checked">;

/** Scans the journal at once, or in steps and pieces of any size. */
function judge(engine: Engine, journal: Buffer, r: Random): Checked {
  if (r.chance(0.5)) {
    writeFileSync(path, journal);
    const { badChecks, checked } = scan(path, { engine });
    return { badChecks, checked };
  }
  const reading = { ...chooseReading(r), kind: "scan" } as const;
  const fold = engineFor(engine, reading).openFold(reading);
  readGrowing(path, cutAnywhere(r, journal), fold, reading);
  const { badChecks, checked } = fold.report();
  return { badChecks, checked };
}

interface Damage {
  bytes: Buffer;
  /** The offset of the first byte that differs. */
  at: number;
}

function damage(journal: Buffer, r: Random): Damage {
  const at = r.below(journal.length);
  const [before, after] = [journal.subarray(0, at), journal.subarray(at + 1)];
  const flipped = Buffer.from(journal);
  flipped[at] = (flipped[at] ?? 0) ^ (1 << r.below(8));
  const bytes = r.pick([
    flipped,
    Buffer.concat([before, after]),
    Buffer.concat([before, journal.subarray(at, at + 7), journal.subarray(at)]),
    Buffer.concat([before, journal.subarray(at + 1 + r.below(300))]),
  ]);
  const first = bytes.findIndex((byte, place) => byte !== journal[place]);
  return { bytes, at: first === -1 ? bytes.length : first };
}

describe.each(engines)("random journals with check values under the %s engine", (engine) => {
  it("are judged as by a naive reader, and none of their values is wrong", () => {
    for (let i = 0; i < count; i++) {
      const name = `${seed}/${i}`;
      const journal = makeCheckedHistory(new Random(name));
      const { pending: _, ...expected } = judgeChecksNaively(journal);
      expect(expected.badChecks, name).toEqual({ count: 0, first: [] });
      expect(judge(engine, journal, new Random(`${name}/reading`)), name).toEqual(expected);
    }
  }, 600_000);

  it("are judged as by a naive reader once they are damaged, and the damage lies in the first stretch", () => {
    let found = 0;
    for (let i = 0; i < count; i++) {
      const name = `${seed}/${i}`;
      const journal = makeCheckedHistory(new Random(name));
      if (journal.length === 0) continue;
      const { bytes, at } = damage(journal, new Random(`${name}/damage`));
      const { pending: _, ...expected } = judgeChecksNaively(bytes);
      expect(judge(engine, bytes, new Random(`${name}/reading`)), name).toEqual(expected);
      const [first] = expected.badChecks.first;
      if (first === undefined) continue;
      found++;
      expect(first.from.offset, name).toBeLessThanOrEqual(at);
      expect(first.to.offset, name).toBeGreaterThanOrEqual(at);
    }
    expect(found).toBeGreaterThan(count / 8);
  }, 600_000);
});
