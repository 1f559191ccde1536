// Aborts reads, by a signal or by terminating their worker: they must end cleanly, and the next read must be complete.
import { closeSync, openSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { entries, readAll, replay, replayAsync, scan, scanAsync } from "../../src/index.js";
import { builtPackage, runChild } from "../generate/child.js";
import { makeFolder, removeFolders } from "../generate/place.js";
import { engines } from "../support/engines.js";

const folder = makeFolder("hostile-workers");
const huge = join(folder, "huge.jsonl");
const middling = join(folder, "middling.jsonl");
const lane = (i: number) =>
  `{"op": "ACQUIRE", "lane": "lane-${i % 50}", "loop_ts": "t", "seq": ${i}, "reason": "${"x".repeat(120)}"}\n`;
const block = Array.from({ length: 5000 }, (_, i) => lane(i)).join("");

beforeAll(() => {
  const file = openSync(huge, "w");
  for (let i = 0; i < 130; i++) writeSync(file, block);
  closeSync(file);
  writeFileSync(middling, block.repeat(20));
});
afterAll(removeFolders);

/** Terminates 50 workers, each some milliseconds into a read that it repeats forever. */
const terminateWorkers = `
  import { Worker } from "node:worker_threads";
  const [path, engine] = given;
  const body = \`
    const { parentPort } = require("node:worker_threads");
    import(${JSON.stringify(builtPackage.href)}).then(async (lane) => {
      parentPort.postMessage("begun");
      const reads = [lane.scanAsync, lane.replayAsync];
      for (let i = 0; ; i++) await reads[i % 2](\${JSON.stringify(path)}, { engine: \${JSON.stringify(engine)} });
    });
  \`;
  let ended = 0;
  for (let i = 0; i < 50; i++) {
    const worker = new Worker(body, { eval: true, execArgv: [] });
    await new Promise((resolve, reject) => { worker.once("message", resolve); worker.once("error", reject); });
    await new Promise((resolve) => setTimeout(resolve, i % 25));
    await worker.terminate();
    ended += 1;
  }
  process.stdout.write(ended + " ended, " + lane.replay(path, { engine }).length + " live");
`;

describe.each(engines)("aborted reads under the %s engine", (engine) => {
  it("a process can still read after 50 workers are terminated in the middle of a read", () => {
    const { ended, stdout, stderr } = runChild(terminateWorkers, { given: [middling, engine] });
    expect({ ended, stdout, stderr }).toEqual({ ended: 0, stdout: "50 ended, 50 live", stderr: "" });
  });

  it("a signal aborted beforehand stops every reader with its reason, before the file is opened", async () => {
    const reason = new Error("not wanted");
    const options = { engine, signal: AbortSignal.abort(reason) };
    for (const path of [middling, folder]) {
      await expect(scanAsync(path, options)).rejects.toBe(reason);
      await expect(replayAsync(path, options)).rejects.toBe(reason);
      for (const read of [scan, replay, readAll]) expect(() => read(path, options)).toThrow(reason);
      expect(() => entries(path, options).next()).toThrow(reason);
    }
  });

  it("a signal aborted in the middle stops scan and replay with its reason, and progress stops too", async () => {
    for (const read of [scanAsync, replayAsync, scan, replay]) {
      const stop = new AbortController();
      const reason = new Error("enough");
      const seen: number[] = [];
      const onProgress = ({ bytes }: { bytes: number }) => {
        seen.push(bytes);
        stop.abort(reason);
      };
      const reading = async () => read(huge, { engine, signal: stop.signal, onProgress });
      await expect(reading()).rejects.toBe(reason);
      expect(seen).toHaveLength(1);
      expect(seen[0]).toBeLessThan(block.length * 130);
    }
  });

  it("a signal aborted by a timer stops a read off the event loop", async () => {
    const stop = new AbortController();
    const reason = new Error("time is up");
    setTimeout(() => stop.abort(reason), 5);
    await expect(scanAsync(huge, { engine, signal: stop.signal })).rejects.toBe(reason);
  });

  it("progress rises to the size of the file, and is reported once more at the end", async () => {
    const size = block.length * 130;
    for (const read of [scanAsync, scan]) {
      const seen: number[] = [];
      await read(huge, {
        engine,
        onProgress: ({ bytes, bytesTotal }) => {
          seen.push(bytes, size - bytesTotal);
        },
      });
      const bytesRead = seen.filter((_, i) => i % 2 === 0);
      expect(bytesRead).toEqual([...bytesRead].sort((a, b) => a - b));
      expect(bytesRead.length).toBeGreaterThan(1);
      expect(bytesRead.at(-1)).toBe(size);
      expect(seen.filter((_, i) => i % 2 === 1).every((difference) => difference === 0)).toBe(true);
    }
  });

  it("many reads at once return the same answers as one", async () => {
    const reads = Array.from({ length: 8 }, (_, i) =>
      i % 2 === 0 ? replayAsync(middling, { engine }) : scanAsync(middling, { engine }),
    );
    const expected = replay(middling, { engine });
    for (const answer of await Promise.all(reads))
      expect(Array.isArray(answer) ? answer : answer.leases).toEqual(expected);
  });
});
