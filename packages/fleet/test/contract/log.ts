// Checks the promises of a replicated log. Each log runs this suite.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ReplicatedLog, StoredRecord } from "../../src/log.js";
import type { FleetRecord } from "../../src/record.js";

export function recordOf(journal: string, offset: number, text: string, more: Partial<FleetRecord> = {}): FleetRecord {
  const mark = { file: "1:2:3", head: "h".repeat(64), tail: "t".repeat(64) };
  return {
    journal,
    generation: 1,
    root: 1,
    offset,
    bytes: new Uint8Array(Buffer.from(text)),
    endReached: true,
    mark,
    ...more,
  };
}

/** `open` returns an empty log. */
export function describeLog(name: string, open: () => Promise<ReplicatedLog>): void {
  describe(`a log (${name})`, () => {
    let log: ReplicatedLog;

    beforeEach(async () => {
      log = await open();
    });
    afterEach(async () => log.close());

    async function take(from: AsyncGenerator<StoredRecord>, count: number): Promise<StoredRecord[]> {
      const taken: StoredRecord[] = [];
      while (taken.length < count) {
        const { value, done } = await from.next();
        if (done === true) break;
        taken.push(value);
      }
      return taken;
    }

    it("returns every field of a record, and its bytes, whatever they are", async () => {
      const bytes = Uint8Array.from({ length: 256 }, (_, byte) => byte);
      const record = recordOf("a", 7, "", {
        bytes,
        generation: 9,
        endReached: false,
        base: { generation: 8, offset: 7 },
      });
      await log.append(record);
      const [stored] = await take(log.read(), 1);
      expect(stored?.record).toEqual(record);
      expect((await log.newestOf("a"))?.record).toEqual(record);
    });

    it("keeps the order of the records of a journal, and numbers all of them upwards", async () => {
      for (let at = 0; at < 50; at++) await log.append(recordOf(at % 2 === 0 ? "a" : "b", at, "x"));
      const stored = await take(log.read(), 50);
      expect(stored.map(({ record }) => record.offset)).toEqual(Array.from({ length: 50 }, (_, at) => at));
      const numbers = stored.map(({ sequence }) => sequence);
      expect(numbers).toEqual([...new Set(numbers)].toSorted((a, b) => a - b));
      expect(await log.lastSequence()).toBe(numbers.at(-1));
    });

    it("keeps the order of records that are appended without waiting", async () => {
      await Promise.all(Array.from({ length: 50 }, (_, at) => log.append(recordOf("a", at, "x"))));
      const stored = await take(log.read(), 50);
      expect(stored.map(({ record }) => record.offset)).toEqual(Array.from({ length: 50 }, (_, at) => at));
    });

    it("keeps an announcement without bytes and the bytes that follow at the same offset", async () => {
      await log.append(recordOf("a", 0, ""));
      await log.append(recordOf("a", 0, "bytes"));
      const stored = await take(log.read(), 2);
      expect(stored.map(({ record }) => record.bytes.length)).toEqual([0, 5]);
    });

    it("has no newest record of a journal that it does not know, and one of each that it does", async () => {
      expect([await log.newestOf("a"), await log.oldestOf("a"), await log.lastSequence()]).toEqual([
        undefined,
        undefined,
        0,
      ]);
      await log.append(recordOf("a", 0, "1"));
      await log.append(recordOf("ab", 0, "22"));
      await log.append(recordOf("a", 1, "333"));
      expect((await log.newestOf("a"))?.record.bytes.length).toBe(3);
      expect((await log.newestOf("ab"))?.record.bytes.length).toBe(2);
      expect((await log.oldestOf("a"))?.record.bytes.length).toBe(1);
      expect((await log.oldestOf("ab"))?.record.bytes.length).toBe(2);
    });

    it("delivers what is appended while it is read, to each reader, also after a sequence", async () => {
      await log.append(recordOf("a", 0, "1"));
      const after = await log.lastSequence();
      const [all, later] = [take(log.read(), 2), take(log.read({ after }), 1)];
      await log.append(recordOf("a", 1, "22"));
      expect((await all).map(({ record }) => record.offset)).toEqual([0, 1]);
      expect((await later).map(({ record }) => record.offset)).toEqual([1]);
    });

    it("takes a record of 256 KiB, and rejects invalid ones", async () => {
      await log.append(recordOf("a", 0, "x".repeat(256 * 1024)));
      expect((await log.newestOf("a"))?.record.bytes.length).toBe(256 * 1024);
      await expect(log.append(recordOf("a", 0, "x".repeat(256 * 1024 + 1)))).rejects.toThrow(TypeError);
      await expect(log.append(recordOf("a.b", 0, "x"))).rejects.toThrow(/the journal id "a\.b"/);
      expect(await log.lastSequence()).toBe((await log.newestOf("a"))?.sequence);
    });

    it("throws the reason of the signal, and ends readers when it is closed", async () => {
      const abort = new AbortController();
      const aborted = log.read({ signal: abort.signal }).next();
      const ended = log.read().next();
      abort.abort(new Error("enough"));
      await expect(aborted).rejects.toThrow("enough");
      await log.close();
      expect(await ended).toEqual({ done: true, value: undefined });
      await expect(log.append(recordOf("a", 0, "x"))).rejects.toThrow("closed");
      await expect(log.read().next()).rejects.toThrow("closed");
    });
  });
}
