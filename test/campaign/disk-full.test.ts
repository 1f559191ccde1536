// Runs out of space after each byte of an append, a lock and a compaction. The old journal must stay intact to the
// byte, the error must be clear, and everything must work again once there is space. The limit is set by the disk
// model, by RLIMIT_FSIZE, and by a small file system that is full.
//   LANE_SOAK=1  tests each byte with RLIMIT_FSIZE too; the default is every 7th
import { execFileSync } from "node:child_process";
import { appendFileSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, test, vi } from "vitest";
import { scriptEngine } from "../../src/engine/script.js";
import { JournalError, openJournal, readAll, replay, scan } from "../../src/index.js";
import { FaultyDisk } from "./nth-call-disk.js";
import { fillAtEachByte } from "./nth-call-rounds.js";
import { createTally, type Tally, tellTally } from "./nth-call-trial.js";
import { runUnderShim } from "./shim/preload.js";

const isSoak = process.env["LANE_SOAK"] === "1";
const timeout = isSoak ? 3_600_000 : 300_000;
const roomMost = 8192;

beforeEach(() => {
  vi.spyOn(process, "emitWarning").mockImplementation(() => undefined);
});

function expectSound(name: string, tally: Tally): void {
  process.stderr.write(tellTally(name, tally));
  expect(tally.offences).toEqual([]);
  expect(tally.refused).toBeGreaterThan(0);
  expect(tally.acknowledged).toBeGreaterThan(0);
}

test(
  "A2 A3 B2: a disk that fills up at any byte leaves the journal unchanged and no lock behind",
  () => {
    const tally = createTally();
    fillAtEachByte(
      { saboteur: new FaultyDisk(), engine: scriptEngine, tally, afterwardsEvery: isSoak ? 1 : 10 },
      roomMost,
    );
    expectSound("disk full, each byte", tally);
    expect(tally.unknown).toBe(0);
  },
  timeout,
);

test(
  "A2 A3 B2: a file size limit of the kernel at any byte does the same as a full disk",
  () => {
    const step = isSoak ? 1 : 7;
    const tally = runUnderShim({ campaign: "room", engine: "native", step });
    expectSound(`disk full, RLIMIT_FSIZE in steps of ${step}`, tally);
    expect(tally.unknown).toBe(0);
  },
  timeout,
);

/** Mounts a file system of this size; returns `undefined` if this process is not permitted to mount. */
function mountSmall(bytes: number): { folder: string; remove(): void } | undefined {
  const folder = mkdtempSync(join(tmpdir(), "lane-small-"));
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${bytes}`, "tmpfs", folder], { stdio: "ignore" });
  } catch {
    rmSync(folder, { recursive: true });
    return undefined;
  }
  const remove = (): void => {
    execFileSync("umount", [folder]);
    rmSync(folder, { recursive: true });
  };
  return { folder, remove };
}

function codeOf(run: () => unknown): string {
  try {
    run();
    return "done";
  } catch (error) {
    return error instanceof JournalError ? error.code : String(error);
  }
}

/** Fills the file system except for this many pages. */
function fill(folder: string, pagesLeft: number): string {
  const filler = join(folder, "filler");
  writeFileSync(filler, "");
  const page = Buffer.alloc(4096, 1);
  try {
    for (;;) appendFileSync(filler, page);
  } catch {
    const { size } = statSync(filler);
    rmSync(filler);
    writeFileSync(filler, Buffer.alloc(Math.max(0, size - pagesLeft * page.length), 1));
  }
  return filler;
}

test("A2: on a full file system exactly the acknowledged appends are in the journal", (context) => {
  const small = mountSmall(96 * 1024);
  if (small === undefined) return context.skip("a small file system cannot be mounted here");
  try {
    const path = join(small.folder, "journal.jsonl");
    const ballast = join(small.folder, "ballast");
    writeFileSync(ballast, Buffer.alloc(5 * 4096, 1));
    const journal = openJournal(path, { lockWaitMs: 0 });
    let acknowledged = 0;
    let code = "done";
    for (; code === "done"; acknowledged += code === "done" ? 1 : 0) {
      code = codeOf(() => journal.append({ op: "ATTEMPT", unit_id: "u".repeat(700), n: acknowledged }));
    }
    expect(["ERR_APPEND_FAILED", "ERR_LOCK_FAILED"]).toContain(code);
    expect(acknowledged).toBeGreaterThan(20);
    expect(readAll(path).map((entry) => entry["n"])).toEqual(Array.from({ length: acknowledged }, (_, n) => n));
    expect(scan(path)).toMatchObject({ corrupt: { count: 0 }, tornTail: null });
    rmSync(ballast);
    expect(journal.compact().entriesAfter).toBe(1);
    journal.append({ op: "ATTEMPT" });
    journal.close();
    process.stderr.write(`disk full, tmpfs: ${acknowledged} acknowledged, 0 lost, then ${code}\n`);
  } finally {
    small.remove();
  }
});

test("A3: a compaction on a file system with 0 to 8 pages left keeps all 40 leases", (context) => {
  const small = mountSmall(256 * 1024);
  if (small === undefined) return context.skip("a small file system cannot be mounted here");
  try {
    const path = join(small.folder, "journal.jsonl");
    const outcomes: string[] = [];
    for (let pages = 0; pages <= 8; pages++) {
      const lanes = Array.from({ length: 40 }, (_, i) => ({ lane: `${i}`, loop_ts: "t", tree: ["x".repeat(300)] }));
      const lines = lanes.map((lease) => JSON.stringify({ op: "ACQUIRE", ...lease, lease }));
      writeFileSync(path, `${lines.join("\n")}\n`);
      const filler = fill(small.folder, pages);
      const journal = openJournal(path, { lockWaitMs: 0 });
      outcomes.push(codeOf(() => journal.compact()));
      expect(replay(path), `${pages} pages`).toEqual(lanes);
      rmSync(filler);
      journal.compact();
      journal.close();
      expect(replay(path)).toEqual(lanes);
    }
    expect(outcomes[0]).toMatch(/^ERR_(LOCK|COMPACTION)_FAILED$/);
    expect(outcomes.at(-1)).toBe("done");
    process.stderr.write(`disk full, tmpfs compaction by pages left: ${outcomes.join(" ")}\n`);
  } finally {
    small.remove();
  }
});
