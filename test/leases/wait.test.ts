// Checks that acquireWhenFree waits for a lane, journals little, and stops when it is told to (docs/format.md 8,
// "Waiting").
import { writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { type LeasesOptions, openJournal, openLeases, readAll, replay } from "../../src/index.js";
import { temporaryFolder } from "../contract/journals.js";
import { engines } from "../support/engines.js";
import { granted, refused } from "./open.js";

const stamp = "2026-06-01T14:00:00Z";

describe.each(engines)("acquireWhenFree, %s", (engine) => {
  function open() {
    const file = path.join(temporaryFolder(), "journal.jsonl");
    const shell = (owner: string, options: Partial<LeasesOptions> = {}) => {
      const leases = openLeases(file, { owner, engine, ...options });
      onTestFinished(() => leases.close());
      return leases;
    };
    const ops = (): unknown[] => readAll(file).map(({ op, holder, lease }) => `${op} ${lease?.holder ?? holder ?? ""}`);
    return { file, shell, ops };
  }

  it("resolves at once with the grant of a free lane, as acquire returns it", async () => {
    const { shell, ops } = open();
    const answer = granted(await shell("anna").acquireWhenFree({ lane: "api", loopTs: "T1" }));
    expect(answer).toMatchObject({ ok: true, lane: "api", loopTs: "T1", generation: 1 });
    expect(ops()).toEqual(["ACQUIRE anna"]);
  });

  it("resolves once the lane is released, and journals one refusal however long it waited", async () => {
    const { shell, ops } = open();
    const anna = shell("anna");
    const held = granted(anna.acquire({ lane: "api" }));
    const waiting = shell("bert").acquireWhenFree({ lane: "api", loopTs: "T2" }, { pollMs: 20 });
    for (let beat = 0; beat < 5; beat++) {
      await new Promise((resolve) => setTimeout(resolve, 30));
      anna.heartbeat(held);
    }
    anna.release(held);
    expect(granted(await waiting)).toMatchObject({ generation: 2, loopTs: "T2", lease: { holder: "bert" } });
    const expected = ["ACQUIRE anna", "REFUSE bert", ...Array(5).fill("HEARTBEAT "), "RELEASE ", "ACQUIRE bert"];
    expect(ops()).toEqual(expected);
  });

  it("grants the lane to one waiter after another", async () => {
    const { shell, file } = open();
    const anna = shell("anna");
    anna.acquire({ lane: "api", loopTs: "T" });
    let inside = 0;
    const names = ["bert", "carl", "dora", "emil"];
    const waiting = names.map(async (owner) => {
      const own = shell(owner);
      const lease = granted(await own.acquireWhenFree({ lane: "api" }, { pollMs: 20 }));
      expect(++inside).toBe(1);
      await new Promise((resolve) => setTimeout(resolve, 5));
      inside--;
      own.release(lease);
      return lease.generation;
    });
    anna.release({ lane: "api" });
    const tokens = await Promise.all(waiting);
    expect(tokens.toSorted()).toEqual([2, 3, 4, 5]);
    expect(replay(file)).toEqual([]);
  });

  it("resolves with the last refusal when the time is over, and journals it", async () => {
    const { shell, ops } = open();
    shell("anna").acquire({ lane: "api" });
    const answer = refused(await shell("bert").acquireWhenFree({ lane: "api" }, { waitMs: 60 }));
    expect(answer).toMatchObject({ reasonClass: "LANE_HELD", entry: { op: "REFUSE", seq: 3 } });
    expect(ops()).toEqual(["ACQUIRE anna", "REFUSE bert", "REFUSE bert"]);
    expect(refused(await shell("carl").acquireWhenFree({ lane: "api" }, { waitMs: 0 })).entry["seq"]).toBe(4);
  });

  it("rejects with the signal's reason, and takes no lease afterwards", async () => {
    const { shell, file } = open();
    const anna = shell("anna");
    const held = granted(anna.acquire({ lane: "api" }));
    const stop = new AbortController();
    const waiting = shell("bert").acquireWhenFree({ lane: "api" }, { signal: stop.signal, pollMs: 10 });
    const reason = new Error("no longer needed");
    setTimeout(() => stop.abort(reason), 30);
    await expect(waiting).rejects.toBe(reason);
    anna.release(held);
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(replay(file)).toEqual([]);
    await expect(shell("bert").acquireWhenFree({ lane: "api" }, { signal: stop.signal })).rejects.toBe(reason);
  });

  it("gets the lane of a holder that has died, without any change of the journal", async () => {
    const { shell } = open();
    let now = new Date(stamp);
    shell("anna", { now: () => now, pid: 1, hostId: "elsewhere" }).acquire({ lane: "api", ttlMinutes: 1 });
    const bert = shell("bert", { now: () => now, reclaimDead: true });
    const waiting = bert.acquireWhenFree({ lane: "api" }, { pollMs: 10 });
    await new Promise((resolve) => setTimeout(resolve, 30));
    now = new Date(now.getTime() + 7 * 60_000);
    expect(granted(await waiting).entry["prev_holder"]).toBe("anna");
  });

  it("waits for a busy lock too, and throws its error when the time is over", async () => {
    const { shell, file } = open();
    const journal = openJournal(file, { engine });
    onTestFinished(() => journal.close());
    const lock = path.join(path.dirname(file), ".lane-lease.lock");
    const now = new Date().toISOString().replace(/\.\d+Z/, "Z");
    writeFileSync(lock, `owner: other\nacquired_at: ${now}\npid: ${process.pid}\n`);
    const waiting = shell("bert").acquireWhenFree({ lane: "api" }, { waitMs: 80 });
    await expect(waiting).rejects.toMatchObject({ code: "ERR_LOCK_BUSY" });
    expect(readAll(file)).toEqual([]);
  });

  it("rejects once the shell is closed", async () => {
    const { shell } = open();
    shell("anna").acquire({ lane: "api" });
    const bert = shell("bert");
    const waiting = bert.acquireWhenFree({ lane: "api" }, { pollMs: 10 });
    setTimeout(() => bert.close(), 30);
    await expect(waiting).rejects.toMatchObject({ code: "ERR_CLOSED" });
  });

  it("rejects wrong arguments with a TypeError", async () => {
    const { shell } = open();
    const bert = shell("bert");
    const wrong: object[] = [{ waitMs: -1 }, { waitMs: "5" }, { pollMs: 0 }, { signal: 5 }, { waitsMs: 5 }];
    for (const options of wrong) {
      await expect(bert.acquireWhenFree({ lane: "api" }, options)).rejects.toBeInstanceOf(TypeError);
    }
    await expect(bert.acquireWhenFree({ lane: "" })).rejects.toBeInstanceOf(TypeError);
  });
});
