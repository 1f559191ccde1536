// Checks the irregularities that a scan notes, apart from damage (docs/format.md 3 and 10).
import { describe, expect, it } from "vitest";
import { type Entry, scan } from "../../src/index.js";
import { engines } from "../support/engines.js";
import { about, acquire, writeLines } from "./journals.js";

/** Lines of a known shape are not parsed, so each case is tested at first and after this many lines of its kind. */
const lessons = 60;

describe.each(engines)("notes of the %s engine", (engine) => {
  const linesOf = (name: "seqBack" | "tsBack" | "strayEnd" | "strayBeat" | "refusedAcquire" | "sharedLane") => {
    return (...lines: (string | Entry)[]) => {
      const { count, first } = scan(writeLines(...lines), { engine })[name];
      expect(first).toHaveLength(count);
      return first.map(({ line }) => line);
    };
  };
  const halt = (rest: object) => JSON.stringify({ op: "HALT", ...rest });

  describe("seqBack", () => {
    const seqBack = linesOf("seqBack");
    const numbered = (...numbers: unknown[]) => seqBack(...numbers.map((seq) => halt({ seq })));

    it.each<[string, unknown[], number[]]>([
      ["a number that rises by any step is not noted", [1, 2, 7, 8], []],
      ["a repeated number is noted", [1, 2, 2, 3], [2]],
      ["a fall is noted, but not the numbers that rise from there", [8, 3, 4, 9], [1]],
      ["0 and values that are not numbers are skipped", [5, null, "x", 0, 0.5, 6, "6"], [6]],
      ["numbers in other notations count", [true, "2", " 2 ", 2.9], [2, 3]],
      ["a number below 0 falls", [1, -1, 0, -1], [1, 3]],
    ])("%s", (_what, numbers, expected) => {
      expect(numbered(...numbers)).toEqual(expected);
      const learnt = Array.from({ length: lessons }, (_, at) => at - 10_000);
      expect(numbered(...learnt, ...numbers).filter((line) => line >= lessons)).toEqual(
        expected.map((line) => line + lessons),
      );
    });

    it("a later number must exceed the watermark, and the watermark may be below the highest number", () => {
      const checkpoint = JSON.stringify({ op: "CHECKPOINT", leases: [], seq_watermark: 9 });
      expect(seqBack(checkpoint, halt({ seq: 9 }), halt({ seq: 10 }))).toEqual([1]);
      expect(seqBack(halt({ seq: 12 }), checkpoint, halt({ seq: 13 }))).toEqual([]);
      expect(seqBack(halt({ seq: 3 }), checkpoint, halt({ seq: 4 }))).toEqual([2]);
      expect(seqBack(JSON.stringify({ op: "CHECKPOINT", seq: 9, seq_watermark: 9 }), halt({ seq: 10 }))).toEqual([]);
    });
  });

  describe("tsBack", () => {
    const tsBack = linesOf("tsBack");
    const stamped = (...stamps: unknown[]) => tsBack(...stamps.map((ts) => halt({ ts })));
    const day = (clock: string) => `2026-06-01${clock}`;

    it.each<[string, unknown[], number[]]>([
      ["the same second is not noted", [day("T10:00:00Z"), day("T10:00:00Z"), day("T10:00:01Z")], []],
      ["an earlier second is noted", [day("T10:00:01Z"), day("T10:00:00Z"), day("T10:00:01Z")], [1]],
      [
        "an earlier minute, hour or day is noted",
        [day("T10:01:00Z"), day("T10:00:59Z"), "2026-05-31T23:00:00Z"],
        [1, 2],
      ],
      ["stamps are compared as instants", [day("T10:00:00Z"), day("T11:30:00+02:00"), day("T09:30:00.5Z")], [1]],
      [
        "a value that is not a stamp is skipped",
        [day("T10:00:00Z"), null, 7, "soon", day("T10:00:60"), day("T09:59:59Z")],
        [5],
      ],
      ["a stamp without seconds may mean any second of its minute", [day("T10:00:40Z"), day("T10:00Z")], []],
      [
        "a stamp without seconds counts as the start of its minute for the next one",
        [day("T10:00Z"), day("T09:59:59Z")],
        [1],
      ],
      ["a day that does not exist is not a stamp", [day("T10:00:00Z"), "2026-02-30T10:00:00Z"], []],
      [
        "a stamp between two equal ones is compared with both",
        [day("T10:00:05Z"), day("T10:00:09+00:00"), day("T10:00:05Z")],
        [2],
      ],
      ["a leap second", ["2016-12-31T23:59:60Z", "2016-12-31T23:59:59Z", "2017-01-01T00:00:00Z"], [1]],
      ["years before 1970", ["0000-03-01T00:00:00Z", "0000-02-29T23:59:59Z", "1969-12-31T23:59:59Z"], [1]],
    ])("%s", (_what, stamps, expected) => {
      expect(stamped(...stamps)).toEqual(expected);
      const learnt = Array.from({ length: lessons }, () => "0000-01-01T00:00:00Z");
      expect(stamped(...learnt, ...stamps)).toEqual(expected.map((line) => line + lessons));
    });

    it("an escape in a stamp is decoded", () => {
      expect(tsBack(halt({ ts: day("T10:00:01Z") }), '{"op":"HALT","ts":"2026-06-01T10:00:0\\u0030Z"}')).toEqual([1]);
    });
  });

  describe("strayEnd and strayBeat", () => {
    const strayEnd = linesOf("strayEnd");
    const strayBeat = linesOf("strayBeat");

    it("an end without a live lease is noted, also a second end", () => {
      const ends = [about("RELEASE", "a"), acquire("a"), about("SCAVENGE", "a"), about("RELEASE", "a")];
      expect(strayEnd(...ends)).toEqual([0, 3]);
      expect(strayBeat(...ends)).toEqual([]);
    });

    it("a heartbeat or an adoption without a live lease is noted", () => {
      const beats = [about("HEARTBEAT", "a"), acquire("a"), about("HEARTBEAT", "a"), about("ADOPT", "a")];
      const after = [about("RELEASE", "a"), about("ADOPT", "a"), about("HEARTBEAT", "a", "other")];
      expect(strayBeat(...beats, ...after)).toEqual([0, 5, 6]);
    });

    it("an entry without an identity matches no lease", () => {
      const nameless = (op: string) => JSON.stringify({ op });
      expect(strayEnd(nameless("ACQUIRE"), nameless("RELEASE"))).toEqual([1]);
      expect(strayBeat(nameless("ACQUIRE"), nameless("HEARTBEAT"), nameless("ADOPT"))).toEqual([1, 2]);
    });

    it("a checkpoint determines which leases are live", () => {
      const checkpoint = JSON.stringify({ op: "CHECKPOINT", leases: [{ lane: "b", loop_ts: "T1" }] });
      expect(strayEnd(acquire("a"), checkpoint, about("RELEASE", "a"), about("RELEASE", "b"))).toEqual([2]);
      expect(strayBeat(acquire("a"), checkpoint, about("HEARTBEAT", "a"), about("HEARTBEAT", "b"))).toEqual([2]);
    });

    it("of many without a live lease, 1,000 are listed in file order", () => {
      const lanes = Array.from({ length: 700 }, (_, at) => about("HEARTBEAT", `lane-${at}`));
      const { count, first } = scan(writeLines(acquire("lane-3"), ...lanes, ...lanes), { engine }).strayBeat;
      expect(count).toBe(2 * 699);
      expect(first).toHaveLength(1_000);
      expect(first.map(({ line }) => line)).toEqual(first.map(({ line }) => line).sort((a, b) => a - b));
    });
  });

  describe("refusedAcquire", () => {
    const refused = linesOf("refusedAcquire");
    const because = (reason: unknown, leaseReason?: unknown, op = "ACQUIRE") =>
      JSON.stringify({ op, lane: "a", loop_ts: "t", lease: { lane: "a", reason: leaseReason }, reason });

    it.each<[unknown, boolean]>([
      ["REFUSED", true],
      ["REFUSED: lane is live", true],
      [" \t\nREFUSED by b", true],
      ["REFUSED_BY", false],
      ["REFUSED2", false],
      ["REFUSEDé", true],
      ["refused", false],
      ["not REFUSED", false],
      ["\u00a0REFUSED", false],
      ["", false],
      [["REFUSED"], false],
    ])("the reason %o: %o", (reason, isRefused) => {
      const learnt = Array.from({ length: lessons }, () => because("free as can be", "free"));
      expect(refused(because(reason))).toHaveLength(isRefused ? 1 : 0);
      expect(refused(...learnt, because(reason, "free"))).toHaveLength(isRefused ? 1 : 0);
      expect(refused(...learnt, because("free", reason))).toHaveLength(isRefused ? 1 : 0);
    });

    it("an escape in a reason is decoded", () => {
      expect(refused('{"op":"ACQUIRE","lane":"a","reason":"\\u0052EFUSED"}')).toEqual([0]);
    });

    it("only an ACQUIRE is noted, and its lease is live", () => {
      expect(refused(because("REFUSED", "", "RECONCILE"), because("REFUSED", "", "REFUSE"))).toEqual([]);
      expect(scan(writeLines(because("REFUSED")), { engine }).leases).toHaveLength(1);
    });
  });

  describe("sharedLane", () => {
    const shared = linesOf("sharedLane");

    it("two identities of one lane are noted at their last ACQUIRE", () => {
      expect(shared(acquire("a", "T1"), acquire("a", "T2"), acquire("b"), acquire("a", "T1"))).toEqual([1, 3]);
    });

    it("an ended lease, and a lane without a name, are not noted", () => {
      expect(shared(acquire("a", "T1"), acquire("a", "T2"), about("RELEASE", "a", "T1"))).toEqual([]);
      expect(shared(acquire("", "T1"), acquire("", "T2"))).toEqual([]);
    });

    it("the leases of a checkpoint are each noted at the checkpoint", () => {
      const leases = [
        { lane: "a", loop_ts: "T1" },
        { lane: "a", loop_ts: "T2" },
      ];
      expect(shared(halt({}), JSON.stringify({ op: "CHECKPOINT", leases }))).toEqual([1, 1]);
    });
  });
});
