// Checks that a copy of the bytes that `followBytes` yields equals the journal, however that changes (docs/format.md
// 10, "Following bytes").
import {
  appendFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  append,
  type BytesPosition,
  compactJournal,
  followBytes,
  type JournalBytes,
  replay,
} from "../../../src/index.js";
import { Followed, line } from "./bytes.js";

const recordBytesMax = 256 * 1024;

/** A journal that contains `text` and is copied. */
async function follow(text: string): Promise<Followed> {
  const followed = new Followed();
  writeFileSync(followed.journal, text);
  followed.start();
  await followed.catchUp();
  return followed;
}

/** Replaces the journal by a new file. */
function replace({ journal }: Followed, text: string): void {
  writeFileSync(`${journal}.new`, text);
  renameSync(`${journal}.new`, journal);
}

describe("a journal that grows", () => {
  test("is one generation, and each byte is yielded once", async () => {
    const followed = await follow(line(1) + line(2));
    appendFileSync(followed.journal, line(3));
    const [record, ...more] = await followed.catchUp();
    expect(more).toEqual([]);
    expect(record).toMatchObject({ offset: (line(1) + line(2)).length, endReached: true, removable: [] });
    expect(Buffer.from(record?.bytes ?? []).toString()).toBe(line(3));
    expect(followed.mirror.generations.size).toBe(1);
    expect(await followed.nextOrNothing()).toBe("nothing");
  });

  test("yields a torn line as it is, and later the rest of it", async () => {
    const followed = await follow(line(1) + line(2).slice(0, 20));
    appendFileSync(followed.journal, `${line(2).slice(20)}\0\0`);
    await followed.catchUp();
    expect(followed.mirror.texts).toEqual([`${line(1)}${line(2)}\0\0`]);
  });

  test("is announced even if it is empty", async () => {
    const followed = new Followed();
    writeFileSync(followed.journal, "");
    followed.start();
    const record = await followed.next();
    expect(record).toMatchObject({ offset: 0, bytes: new Uint8Array(0), endReached: true });
    expect(record).not.toHaveProperty("base");
    expect(await followed.nextOrNothing()).toBe("nothing");
  });

  test.each([recordBytesMax - 1, recordBytesMax, recordBytesMax + 1, 3 * recordBytesMax])(
    "of %d bytes is yielded in records of at most 256 KiB, of which only the last reaches the end",
    async (bytes) => {
      const followed = new Followed();
      writeFileSync(followed.journal, "x".repeat(bytes));
      followed.start();
      const records = await followed.catchUp();
      expect(records.map(({ bytes: { length } }) => length)).toEqual(
        Array.from({ length: Math.ceil(bytes / recordBytesMax) }, (_, at) =>
          Math.min(recordBytesMax, bytes - at * recordBytesMax),
        ),
      );
      expect(records.map(({ endReached }) => endReached)).toEqual(records.map((_, at) => at === records.length - 1));
    },
  );

  test("is noticed by the events of its folder long before the next poll", async () => {
    const followed = new Followed();
    writeFileSync(followed.journal, line(1));
    followed.start(undefined, 100_000);
    await followed.catchUp();
    appendFileSync(followed.journal, line(2));
    await followed.catchUp();
    expect(followed.mirror.texts).toEqual([line(1) + line(2)]);
  });

  test("is followed through a symbolic link", async () => {
    const followed = new Followed();
    writeFileSync(`${followed.journal}.real`, line(1));
    symlinkSync(`${followed.journal}.real`, followed.journal);
    followed.start();
    await followed.catchUp();
    appendFileSync(followed.journal, line(2));
    await followed.catchUp();
    expect(followed.mirror.texts).toEqual([line(1) + line(2)]);
  });
});

describe("an append that is taken back", () => {
  test.each([
    ["a short one", line(2, "taken back")],
    ["one that is longer than what is remembered before an offset", line(2, "n".repeat(9_000))],
    ["one of several records", line(2, "n".repeat(3 * recordBytesMax))],
  ])("(%s) begins a generation whose base is what was there before", async (_, taken) => {
    const kept = line(1, "k".repeat(6_000));
    const followed = await follow(kept);
    const [before] = followed.mirror.generations.keys();
    appendFileSync(followed.journal, taken);
    await followed.catchUp();
    truncateSync(followed.journal, kept.length);
    const record = await followed.next();
    const base = { generation: before, offset: kept.length };
    expect(record).toMatchObject({ base, offset: kept.length, bytes: new Uint8Array(0), endReached: true });
    expect(record.generation).toBeGreaterThan(before ?? Number.NaN);
    expect(followed.mirror.text).toBe(kept);
    appendFileSync(followed.journal, line(2, "another"));
    expect(await followed.catchUp()).toHaveLength(1);
    expect(followed.mirror.texts).toEqual([kept + taken, kept + line(2, "another")]);
  });

  test("and is replaced before anybody looks, keeps the bytes that both have in common", async () => {
    const followed = await follow(line(1) + line(2, "taken back"));
    truncateSync(followed.journal, line(1).length);
    appendFileSync(followed.journal, line(2, "taken away, and longer") + line(3));
    const [record] = await followed.catchUp();
    expect(record?.base?.offset).toBeGreaterThanOrEqual(line(1).length);
    expect(followed.mirror.generations.size).toBe(2);
  });

  test("together with all that is remembered leaves a generation without a base", async () => {
    const kept = line(1, "k".repeat(6_000));
    const followed = await follow(kept + line(2, "n".repeat(6_000)));
    truncateSync(followed.journal, kept.length);
    const [record, ...more] = await followed.catchUp();
    expect(record).toMatchObject({ offset: 0, endReached: true });
    expect(record).not.toHaveProperty("base");
    expect(more).toEqual([]);
  });

  test.each([
    ["cut to nothing", ""],
    ["rewritten from its start", `{"op": "CHECKPOINT", "leases": []}\n${line(1, "n".repeat(20_000))}`],
  ])("a file that is %s is a generation without a base", async (_, text) => {
    const followed = await follow(line(1, "k".repeat(10_000)));
    writeFileSync(followed.journal, text);
    const records = await followed.catchUp();
    expect(records.some(({ base }) => base !== undefined && base.offset > 0)).toBe(false);
    expect(followed.mirror.texts.at(-1)).toBe(text);
  });
});

describe("a journal that is replaced", () => {
  test("by a compaction is a further generation, after the last byte of the old file", async () => {
    const followed = new Followed();
    append({ op: "ACQUIRE", lane: "a", loop_ts: "T" }, followed.journal);
    followed.start();
    await followed.catchUp();
    append({ op: "RELEASE", lane: "a", loop_ts: "T" }, followed.journal);
    append({ op: "ACQUIRE", lane: "b", loop_ts: "T" }, followed.journal);
    const leases = replay(followed.journal);
    compactJournal(followed.journal);
    await followed.catchUp();
    const [old = "", ...more] = followed.mirror.texts;
    expect(old.split("\n")).toHaveLength(4);
    expect(more).toHaveLength(1);
    writeFileSync(`${followed.journal}.copy`, followed.mirror.text);
    expect(replay(`${followed.journal}.copy`)).toEqual(leases);
  });

  test("by another file is read from its start, even if that is empty", async () => {
    const followed = await follow(line(1) + line(2));
    replace(followed, "");
    expect(await followed.next()).toMatchObject({ offset: 0, bytes: new Uint8Array(0), endReached: true });
    appendFileSync(followed.journal, line(9));
    await followed.catchUp();
    expect(followed.mirror.texts).toEqual([line(1) + line(2), line(9)]);
    expect(followed.mirror.last).not.toHaveProperty("base");
  });

  test("is not shown before the end of the new file has been reached", async () => {
    const followed = await follow(line(1));
    const shown = followed.mirror.shown;
    replace(followed, line(1, "n".repeat(2 * recordBytesMax)));
    expect(await followed.next()).toMatchObject({ offset: 0, endReached: false });
    expect(followed.mirror.shown).toBe(shown);
    await followed.catchUp();
    expect(followed.mirror.shown).not.toBe(shown);
  });

  test("after it was removed yields nothing until there is another file", async () => {
    const followed = await follow(line(1));
    rmSync(followed.journal);
    expect(await followed.nextOrNothing()).toBe("nothing");
    writeFileSync(followed.journal, line(2));
    await followed.catchUp();
    expect(followed.mirror.texts).toEqual([line(1), line(2)]);
  });

  test("is waited for if it does not exist yet", async () => {
    const followed = new Followed();
    followed.start();
    expect(await followed.nextOrNothing()).toBe("nothing");
    writeFileSync(followed.journal, line(1));
    await followed.catchUp();
    expect(followed.mirror.texts).toEqual([line(1)]);
  });
});

describe("the iteration", () => {
  test("throws the reason of the signal", async () => {
    const { journal } = await follow(line(1));
    const abort = new AbortController();
    const following = followBytes(journal, { signal: abort.signal, pollMs: 100_000 });
    await following.next();
    const asked = following.next();
    setTimeout(() => abort.abort(new Error("enough")), 20);
    await expect(asked).rejects.toThrow("enough");
    expect(await following.next()).toEqual({ done: true, value: undefined });
    await expect(followBytes(journal, { signal: abort.signal }).next()).rejects.toThrow("enough");
  });

  test("fails for something that is not a regular file", async () => {
    const { folder } = new Followed();
    await expect(followBytes(folder).next()).rejects.toMatchObject({ code: "ERR_JOURNAL_UNREADABLE" });
  });

  test("checks its options", async () => {
    const stopping: AsyncGenerator = Reflect.apply(followBytes, undefined, ["j", { stopsAtEnd: 1 }]);
    await expect(stopping.next()).rejects.toThrow(/stopsAtEnd: expected a boolean, found 1/);
    await expect(followBytes("j", { pollMs: 0 }).next()).rejects.toThrow(/pollMs: expected a number from 1/);
    for (const after of [3, {}, { generation: 0, offset: 0, file: "", head: "", tail: "" }]) {
      const following: AsyncGenerator = Reflect.apply(followBytes, undefined, ["j", { after }]);
      await expect(following.next()).rejects.toThrow(/after: expected a position that followBytes returned/);
    }
    const following: AsyncGenerator = Reflect.apply(followBytes, undefined, ["j", { engine: "js" }]);
    await expect(following.next()).rejects.toThrow(/unknown key "engine"/);
  });
});

describe("stopsAtEnd", () => {
  async function readToEnd(path: string, after?: BytesPosition): Promise<JournalBytes[]> {
    const records: JournalBytes[] = [];
    const options = { stopsAtEnd: true, ...(after === undefined ? {} : { after }) };
    for await (const record of followBytes(path, options)) records.push(record);
    return records;
  }

  test("ends after the last byte, also where an iteration is continued", async () => {
    const { journal } = new Followed();
    writeFileSync(journal, "x".repeat(recordBytesMax + 1));
    const records = await readToEnd(journal);
    expect(records.map(({ bytes, endReached }) => [bytes.length, endReached])).toEqual([
      [recordBytesMax, false],
      [1, true],
    ]);
    const again = await readToEnd(journal, records.at(-1)?.position);
    expect(again.map(({ bytes, endReached }) => [bytes.length, endReached])).toEqual([[0, true]]);
  });

  test("ends after the journal itself, not after an older file in its slot", async () => {
    const { journal, folder } = new Followed();
    mkdirSync(join(folder, ".journal.jsonl.ship"));
    append({ op: "ACQUIRE", lane: "a", loop_ts: "T" }, journal);
    const old = readFileSync(journal, "utf8");
    compactJournal(journal);
    const records = await readToEnd(journal);
    expect(records.map(({ bytes }) => Buffer.from(bytes).toString())).toEqual([old, readFileSync(journal, "utf8")]);
  });

  test("ends at once if there is no journal", async () => {
    expect(await readToEnd(new Followed().journal)).toEqual([]);
  });
});
