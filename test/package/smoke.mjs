// `node test/package/smoke.mjs native|js` checks that this engine in dist/ reads, writes and ends with its thread, and
// exits with 0 if it does. This is a plain script so that it runs without the test runner: under qemu, in a small
// container, on Windows.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Worker } from "node:worker_threads";
import * as journal from "lane-journal";
import * as pure from "lane-journal/pure";

const expected = process.argv[2];
assert.ok(expected === "native" || expected === "js", "expected native or js as the argument");

/** Several threads are used from a few pieces of 256 KiB on, so the file is that long. */
const lanes = 500;
const entryCount = 20_000;

/** Two lines are damaged, and the last one is torn. */
function writeJournal(file) {
  const lines = Array.from({ length: entryCount }, (_, i) => {
    const lane = `lane-${i % lanes}`;
    const loop_ts = `T${Math.floor(i / lanes)}`;
    const lease = { lane, loop_ts, pid: i, note: i % 7 === 0 ? "caf\u00e9 \\ \u{1F980}" : "plain", part: i / 3 };
    return JSON.stringify({ seq: i + 1, op: i % 3 === 2 ? "RELEASE" : "ACQUIRE", lane, loop_ts, lease });
  });
  lines[100] = "no json";
  lines[200] = '{"op":';
  writeFileSync(file, `${lines.join("\n")}\n{"seq":`);
}

async function checkReading(file) {
  const wanted = pure.replay(file);
  assert.ok(wanted.length > 0);
  for (const threads of [1, 2, 4]) {
    assert.deepEqual(journal.replay(file, { threads }), wanted, `replay, ${threads} threads`);
    assert.deepEqual(await journal.replayAsync(file, { threads }), wanted, `replayAsync, ${threads} threads`);
  }
  const [mine, other] = [journal.scan(file), pure.scan(file)];
  assert.equal(mine.engine, expected);
  assert.deepEqual({ ...mine, engine: "" }, { ...other, engine: "" });
  assert.equal(mine.corrupt.count, 2);
  assert.deepEqual(journal.readAll(file), pure.readAll(file));
}

async function checkWriting(file) {
  const lease = { lane: "a", loop_ts: "T" };
  const entry = { op: "ACQUIRE", lane: "a", loop_ts: "T", lease };
  journal.append(entry, file);
  const opened = journal.openJournal(file);
  try {
    await Promise.all(Array.from({ length: 20 }, () => opened.appendAsync(entry)));
  } finally {
    opened.close();
  }
  const lines = readFileSync(file, "utf8").trimEnd().split("\n");
  assert.deepEqual(
    lines.map((line) => JSON.parse(line).seq),
    Array.from({ length: 21 }, (_, i) => i + 1),
  );
  assert.deepEqual(journal.replay(file), [lease]);
}

const workerProgram = `
  import("lane-journal").then(async ({ replayAsync }) => {
    const { parentPort, workerData } = require("node:worker_threads");
    parentPort.postMessage("started");
    for (let i = 0; i < 1000; i++) await replayAsync(workerData, { threads: 2 });
  });`;

/** Terminating a worker while the engine works for it must not affect anything else. */
async function checkTermination(file) {
  for (let i = 0; i < 5; i++) {
    const worker = new Worker(workerProgram, { eval: true, workerData: file });
    await new Promise((resolve, reject) => {
      worker.once("message", resolve);
      worker.once("error", reject);
    });
    await new Promise((resolve) => setTimeout(resolve, 5 * i));
    assert.equal(await worker.terminate(), 1);
  }
}

const folder = mkdtempSync(path.join(tmpdir(), "lane-journal-smoke-"));
try {
  const { engine, reason } = journal.explainEngine();
  assert.equal(engine, expected, reason);
  const large = path.join(folder, "large.jsonl");
  writeJournal(large);
  await checkReading(large);
  await checkWriting(path.join(folder, "written.jsonl"));
  await checkTermination(large);
  console.log(
    `smoke test passed on ${process.platform}-${process.arch}, Node ${process.version}: ${engine}; ${reason}`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
