// Checks that `followBytes` continues at a position of an earlier iteration, through the files that compactions kept in
// the slot meanwhile (docs/format.md 10, "Following bytes").
import {
  appendFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { describe, expect, test } from "vitest";
import { slotFolder } from "../../../src/file/ship-slot.js";
import { append, type BytesPosition, compactJournal, followBytes } from "../../../src/index.js";
import { Random } from "../../generate/random.js";
import { chooseSeed } from "../../generate/seed.js";
import { Followed, line } from "./bytes.js";

/** A journal that was copied, with a slot. Nobody follows it now. */
async function copied(text: string): Promise<{ followed: Followed; after: BytesPosition }> {
  const followed = new Followed();
  mkdirSync(slotFolder(followed.journal));
  writeFileSync(followed.journal, text);
  followed.start();
  await followed.catchUp();
  await followed.stop();
  return { followed, after: positionOf(followed) };
}

/** The position survives JSON, as a program that stores it needs. */
function positionOf({ mirror }: Followed): BytesPosition {
  if (mirror.last === undefined) throw new Error("expected a record, found none");
  return JSON.parse(JSON.stringify(mirror.last.position));
}

describe("continuing", () => {
  test("in the same file yields what was appended meanwhile", async () => {
    const { followed, after } = await copied(line(1, "n".repeat(10_000)));
    appendFileSync(followed.journal, line(2));
    followed.start(after);
    const record = await followed.next();
    expect(record).toMatchObject({ generation: after.generation, offset: after.offset, endReached: true });
    expect(Buffer.from(record.bytes).toString()).toBe(line(2));
  });

  test("in a file to which nothing was appended yields one record without bytes", async () => {
    const { followed, after } = await copied(line(1));
    followed.start(after);
    const record = await followed.next();
    expect(record).toMatchObject({ offset: after.offset, bytes: new Uint8Array(0), endReached: true, position: after });
    expect(await followed.nextOrNothing()).toBe("nothing");
  });

  test("after an append that was taken back since has that as the base of a further generation", async () => {
    const { followed, after } = await copied(line(1));
    followed.start(after);
    await followed.next();
    truncateSync(followed.journal, 10);
    expect((await followed.next()).base).toEqual({ generation: after.generation, offset: 10 });
  });

  test("after an append was taken back begins where the file differs, however alike the rest is", async () => {
    const { followed, after } = await copied(line(1));
    followed.start(after);
    const kept = statSync(followed.journal).size;
    appendFileSync(followed.journal, line(2, "n".repeat(15_000)));
    await followed.catchUp();
    truncateSync(followed.journal, kept);
    appendFileSync(followed.journal, line(2) + line(3, "n".repeat(20_000)));
    const record = await followed.next();
    expect(record.base?.offset).toBeLessThan(kept + 100);
    await followed.catchUp();
    expect(followed.mirror.text).toBe(readFileSync(followed.journal, "utf8"));
  });

  test("goes on from a generation that the clock has not reached", async () => {
    const { followed, after } = await copied(line(1));
    const generation = Number.MAX_SAFE_INTEGER - 10;
    const records = followBytes(followed.journal, { after: { ...after, generation } });
    expect((await records.next()).value?.generation).toBe(generation);
    truncateSync(followed.journal, 10);
    expect((await records.next()).value?.generation).toBe(generation + 1);
    await records.return(undefined);
  });

  test.each([
    ["was cut back", ({ journal }: Followed) => truncateSync(journal, 10)],
    ["has another beginning", ({ journal }: Followed) => writeFileSync(journal, line(7) + line(8))],
    [
      "was replaced",
      ({ journal }: Followed) => {
        writeFileSync(`${journal}.new`, readFileSync(journal));
        renameSync(`${journal}.new`, journal);
      },
    ],
  ])("in a file that %s meanwhile yields all of it, as a further generation", async (_, change) => {
    const { followed, after } = await copied(line(1) + line(2));
    change(followed);
    followed.start(after);
    const record = await followed.next();
    expect(record).toMatchObject({ offset: 0, endReached: true });
    expect(record).not.toHaveProperty("base");
    expect(record.generation).toBeGreaterThan(after.generation);
    expect(followed.mirror.text).toBe(readFileSync(followed.journal, "utf8"));
  });
});

describe("the slot", () => {
  /** Appends and compacts so many times. Returns the content of each old file. */
  function compactTimes({ journal }: Followed, times: number): string[] {
    return Array.from({ length: times }, () => {
      append({ op: "ACQUIRE", lane: "a", loop_ts: "T" }, journal);
      const old = readFileSync(journal, "utf8");
      compactJournal(journal);
      return old;
    });
  }

  test("has the files of compactions that nobody followed, and they are read in order", async () => {
    const { followed, after } = await copied(line(1));
    const old = compactTimes(followed, 3);
    followed.start(after);
    await followed.catchUp();
    expect(followed.mirror.texts).toEqual([...old, readFileSync(followed.journal, "utf8")]);
  });

  test("is read from its oldest file without a position", async () => {
    const { followed } = await copied(line(1));
    const old = compactTimes(followed, 3);
    followed.mirror.generations.clear();
    followed.start();
    await followed.catchUp();
    expect(followed.mirror.texts).toEqual([...old, readFileSync(followed.journal, "utf8")]);
  });

  test("has files that can be removed once the beginning of the next one is stored", async () => {
    const { followed, after } = await copied(line(1));
    compactTimes(followed, 2);
    followed.start(after);
    const [first, second, third, ...more] = await followed.catchUp();
    expect(more).toEqual([]);
    expect(first?.removable).toEqual([]);
    const removable = [...(second?.removable ?? []), ...(third?.removable ?? [])];
    expect(second?.removable).toHaveLength(1);
    expect(followed.existing(removable)).toHaveLength(2);
  });

  test("names the file again if it was not removed before the iteration ended", async () => {
    const { followed, after } = await copied(line(1));
    compactTimes(followed, 2);
    followed.start(after);
    const records = await followed.catchUp();
    const removable = records.flatMap((record) => record.removable);
    await followed.stop();
    followed.start(positionOf(followed));
    expect((await followed.next()).removable).toEqual(removable);
  });

  test("names the file of a compaction that was followed", async () => {
    const { followed, after } = await copied(line(1));
    followed.start(after);
    await followed.next();
    compactTimes(followed, 1);
    const records = await followed.catchUp();
    expect(followed.existing(records.flatMap(({ removable }) => removable))).toHaveLength(1);
    expect(followed.mirror.generations.size).toBe(2);
  });

  test("is read although the journal has been removed", async () => {
    const { followed, after } = await copied(line(1));
    const [old = ""] = compactTimes(followed, 1);
    rmSync(followed.journal);
    followed.start(after);
    await followed.next();
    expect(followed.mirror.texts).toEqual([old]);
    writeFileSync(followed.journal, line(5));
    await followed.catchUp();
    expect(followed.mirror.texts).toEqual([old, line(5)]);
  });
});

test("a copy loses no byte through appends, tears, cuts and compactions, followed or not", async () => {
  const seed = chooseSeed("bytes of a journal");
  const r = new Random(seed);
  const { followed, after } = await copied(line(1));
  const { journal, mirror } = followed;
  const old: string[] = [];
  /** The length before the last change, to which that can be taken back. */
  let kept = 0;
  let isFollowing = false;
  const lengthen = (change: () => void): void => {
    kept = statSync(journal).size;
    change();
  };
  const steps: readonly (readonly [number, () => unknown])[] = [
    [8, () => lengthen(() => append({ op: "ACQUIRE", lane: `lane ${r.below(9)}`, loop_ts: "T" }, journal))],
    [2, () => lengthen(() => append({ op: "HALT", reason: "n".repeat(r.below(20_000)) }, journal))],
    [2, () => lengthen(() => appendFileSync(journal, line(9).slice(0, r.below(30))))],
    [1, () => truncateSync(journal, kept)],
    [4, () => followed.catchUp()],
    [2, () => followed.stop().then(() => (isFollowing = false))],
    [
      2,
      () => {
        old.push(readFileSync(journal, "utf8"));
        compactJournal(journal);
        kept = statSync(journal).size;
      },
    ],
  ];
  kept = statSync(journal).size;
  for (let count = 0; count < 300; count++) {
    if (!isFollowing) followed.start(count === 0 ? after : positionOf(followed));
    isFollowing = true;
    await r.pickWeighted(steps)();
  }
  if (!isFollowing) followed.start(positionOf(followed));
  await followed.catchUp();
  const copies = new Set(mirror.texts);
  expect(
    [...old, readFileSync(journal, "utf8")].filter((text) => !copies.has(text)),
    `seed ${seed}`,
  ).toEqual([]);
}, 60_000);
