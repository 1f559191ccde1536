// Checks which entries stand and which are withdrawn if others append between a decision and its own entries
// (docs/format.md 8).
import { appendFileSync, closeSync, openSync } from "node:fs";
import { describe, expect, it, onTestFinished } from "vitest";
import { formatLine, leaseGenerations, readAll, replay } from "../../src/index.js";
import { OpenJournal } from "../../src/journal/journal.js";
import { planJournal } from "../../src/journal/plan.js";
import { OpenLeases } from "../../src/leases/leases.js";
import { checkLeasesOptions } from "../../src/leases/request.js";
import type { Entry, Lease } from "../../src/types.js";
import { about, acquire } from "../contract/journals.js";
import { engines } from "../support/engines.js";
import { engineOf, openTest, type TestJournal } from "./open.js";

/** Appends as a writer without the lock does: just before the next write of the journal, and just after it. */
function intrude(test: TestJournal, before: string, after = ""): void {
  const { write } = test.disk;
  test.disk.write = (fd, bytes) => {
    if (!Buffer.from(bytes).includes('"op"')) return write(fd, bytes);
    test.disk.write = write;
    appendFileSync(test.file, before);
    const written = write(fd, bytes);
    appendFileSync(test.file, after);
    return written;
  };
}

const opsOf = (test: TestJournal) => readAll(test.file).map((entry) => `${entry["op"]} ${entry["lane"] ?? ""}`.trim());
const lanesOf = (test: TestJournal) => replay(test.file).map((lease) => lease["lane"]);

/** Returns a decision about one lane, as a user would write it. */
const take = (lane: string, loopTs: string, lease?: Lease) => (live: Lease[]) =>
  live.some((lease) => lease["lane"] === lane) ? { op: "REFUSE", lane } : acquire(lane, loopTs, lease);

describe.each(engines)("transact on the %s engine", (engine) => {
  it("stands if the entries in between do not affect it", () => {
    const test = openTest(engine);
    intrude(test, formatLine(acquire("b")));
    let asked = 0;
    const appended = test.journal.transact((live) => {
      asked++;
      return take("a", "mine")(live);
    });
    expect(asked).toBe(2);
    expect(appended).toMatchObject([{ op: "ACQUIRE", lane: "a" }]);
    expect(opsOf(test)).toEqual(["ACQUIRE b", "ACQUIRE a"]);
  });

  it("is withdrawn and decided again if the entries in between change it", () => {
    const test = openTest(engine);
    intrude(test, formatLine(acquire("a", "theirs")));
    expect(test.journal.transact(take("a", "mine"))).toMatchObject([{ op: "REFUSE", lane: "a" }]);
    expect(opsOf(test)).toEqual(["ACQUIRE a", "ACQUIRE a", "RELEASE a", "REFUSE a"]);
    expect(replay(test.file)).toMatchObject([{ loop_ts: "theirs" }]);
    expect(test.isLocked()).toBe(false);
  });

  it("is withdrawn by an entry that names who withdrew it", () => {
    const test = openTest(engine);
    intrude(test, formatLine(acquire("a", "theirs")));
    test.journal.transact(take("a", "mine", { holder: "anna" }));
    const released = readAll(test.file, { engine }).filter(({ op }) => op === "RELEASE");
    expect(released).toMatchObject([{ loop_ts: "mine", by: "anna" }]);
  });

  it("decides again with the tokens as they are after the entries in between", () => {
    const test = openTest(engine);
    intrude(test, formatLine(acquire("b")) + formatLine(acquire("c")));
    const tokens: number[] = [];
    test.journal.transact((live, generations) => {
      tokens.push(generations.length);
      return take("a", "mine")(live);
    });
    expect(tokens).toEqual([0, 2]);
    expect(test.journal.generations()).toEqual(leaseGenerations(test.file));
  });

  it("restores a lease of another holder that it had released", () => {
    const test = openTest(engine);
    test.journal.append(acquire("a", "T1"));
    const adopted = { ...about("ADOPT", "a", "T1"), holder: "heir" };
    intrude(test, formatLine(adopted));
    const releaseMine = (live: Lease[]): Entry[] =>
      live.some((lease) => lease["holder"] === "heir") ? [] : [about("RELEASE", "a", "T1")];
    expect(test.journal.transact(releaseMine)).toEqual([]);
    expect(replay(test.file)).toMatchObject([{ lane: "a", loop_ts: "T1", holder: "heir" }]);
  });

  it("does not restore a lease whose lane was granted to another holder meanwhile", () => {
    const test = openTest(engine);
    test.journal.append(acquire("a", "T1"));
    intrude(
      test,
      formatLine({ ...about("ADOPT", "a", "T1"), newHolder: "heir", newPid: 1, newHostId: "box" }),
      formatLine(acquire("a", "T2")),
    );
    const releaseMine = (live: Lease[]): Entry[] =>
      live.some((lease) => lease["holder"] === "heir" || lease["loop_ts"] === "T2")
        ? []
        : [about("RELEASE", "a", "T1")];
    test.journal.transact(releaseMine);
    expect(replay(test.file)).toMatchObject([{ lane: "a", loop_ts: "T2" }]);
  });

  it("fails with ERR_NOT_CONFIRMED if what it wrote cannot be withdrawn", () => {
    const test = openTest(engine);
    intrude(test, formatLine(acquire("a")));
    const decide = (live: Lease[]): Entry[] => (live.length === 0 ? [{ op: "CHECKPOINT", leases: [] }] : []);
    expect(() => test.journal.transact(decide)).toThrow(expect.objectContaining({ code: "ERR_NOT_CONFIRMED" }));
    expect(test.isLocked()).toBe(false);
  });

  it("is withdrawn if the second decision throws, and the error passes unchanged", () => {
    const test = openTest(engine);
    intrude(test, formatLine(acquire("b")));
    const error = new Error("of the caller's own");
    const decide = (live: Lease[]): Entry => {
      if (live.length > 0) throw error;
      return acquire("a", "mine");
    };
    expect(() => test.journal.transact(decide)).toThrow(error);
    expect(lanesOf(test)).toEqual(["b"]);
  });

  it("writes its entries again if another writer's torn line came before them", () => {
    const test = openTest(engine);
    test.journal.append(acquire("b"));
    intrude(test, '{"op": "ACQ');
    expect(test.journal.transact(take("a", "mine"))).toMatchObject([{ op: "ACQUIRE" }]);
    expect(lanesOf(test)).toEqual(["b", "a"]);
    intrude(test, '{"op": "ACQ');
    test.journal.append(acquire("c"));
    expect(lanesOf(test)).toEqual(["b", "a", "c"]);
  });

  it("is granted despite a writer without the lock that never pauses", () => {
    const test = openTest(engine);
    const { fstat } = test.disk;
    test.disk.fstat = (fd) => {
      const state = fstat(fd);
      if (state.kind === "regular file") appendFileSync(test.file, formatLine({ op: "ATTEMPT" }));
      return state;
    };
    expect(test.journal.transact(take("a", "mine"))).toMatchObject([{ op: "ACQUIRE" }]);
    Object.assign(test.disk, { fstat });
    expect(lanesOf(test)).toEqual(["a"]);
  });
});

describe.each(engines)("a decision of the lease shell on the %s engine", (engine) => {
  it("stands although a second passes before it is confirmed", () => {
    const test = openTest(engine);
    let seconds = 0;
    const now = () => new Date(Date.UTC(2026, 0, 1) + seconds++ * 1000);
    const leases = new OpenLeases(test.journal, checkLeasesOptions({ owner: "anna", now }));
    const between = formatLine({ op: "ATTEMPT" });
    const target = { lane: "a", loopTs: "T1" };
    for (const decide of [
      () => leases.acquire(target),
      () => leases.heartbeat(target),
      () => leases.adopt({ ...target, newHolder: "heir", newPid: 1, newHostId: "box" }),
      () => leases.scavenge(target),
    ]) {
      intrude(test, between);
      expect(decide()).toMatchObject({ ok: true });
    }
    expect(opsOf(test).filter((op) => op !== "ATTEMPT")).toEqual(["ACQUIRE a", "HEARTBEAT a", "ADOPT a", "SCAVENGE a"]);
  });
});

describe("an append that is not a decision", () => {
  it("stands wherever it is in the order, and is written once", () => {
    const test = openTest();
    intrude(test, formatLine(acquire("a", "theirs")));
    test.journal.append(acquire("a", "mine"));
    expect(opsOf(test)).toEqual(["ACQUIRE a", "ACQUIRE a"]);
  });
});

const { tryFlock } = engineOf(engines.includes("native") ? "native" : "js");

describe.skipIf(tryFlock === undefined)("the flock of the journal's inode", () => {
  /** Returns whether it is free, as seen by a separate descriptor. */
  function isFree(test: TestJournal): boolean {
    const fd = openSync(test.file, "r");
    try {
      return tryFlock?.(fd) ?? true;
    } finally {
      closeSync(fd);
    }
  }

  it("is held while the native engine decides, and not after", () => {
    const test = openTest("native");
    const journal = new OpenJournal(planJournal(test.file, {}, () => engineOf("native")));
    journal.append({ op: "ATTEMPT" });
    const seen: boolean[] = [];
    journal.transact(() => {
      seen.push(isFree(test));
      return [];
    });
    expect([...seen, isFree(test)]).toEqual([false, true]);
  });

  it("does not prevent decisions while another descriptor keeps it", () => {
    const test = openTest("native");
    const journal = new OpenJournal(planJournal(test.file, {}, () => engineOf("native")));
    journal.append({ op: "ATTEMPT" });
    const fd = openSync(test.file, "r");
    onTestFinished(() => closeSync(fd));
    expect(tryFlock?.(fd)).toBe(true);
    for (const lane of ["a", "b", "c"]) journal.transact(take(lane, "mine"));
    expect(lanesOf(test)).toEqual(["a", "b", "c"]);
  });
});
