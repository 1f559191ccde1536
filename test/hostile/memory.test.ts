// Runs the command with limited memory on live leases whose values would take far more memory than their text, and
// checks the error if an answer does not fit. Each command is a process of its own, on both engines.
//
//   LANE_SOAK=1  leases of 60 MiB and 1,500,000 small ones; the default is a thirtieth of that
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { emptyArrays, largeLeases, orphan, writeLarge } from "../../bench/lib/large.js";
import { runMeasured } from "../../bench/lib/measured.js";
import { main } from "../cli/command.js";
import { makeFolder, removeFolders } from "../generate/place.js";
import { builtFile } from "../support/built.js";
import { engines } from "../support/engines.js";
import { isLimitable, runLimited } from "./limited.js";

const isSoak = process.env["LANE_SOAK"] === "1";
const megabyte = 1024 * 1024;
const leaseBytes = (isSoak ? 60 : 2) * megabyte;
const orphans = isSoak ? 1_500_000 : 50_000;
/** What V8's heap may hold in addition to three times the text. Values would take twenty times the text. */
const heapSlackBytes = 64 * megabyte;
/**
 * What a process may take in addition to three times the text. Much of it is reserved and never used: the stacks of the
 * threads, the young heap, and the index of a line, which has room for four times its bytes. `npm run bench:memory`
 * measures what is used.
 */
const slackBytes = 288 * megabyte;

const folder = makeFolder("hostile-memory");
const path = join(folder, "journal.jsonl");

afterAll(removeFolders);

describe.runIf(isLimitable).each(engines)("memory (%s)", (engine) => {
  const common = ["--engine", engine, "--journal", path];
  const run = (args: readonly string[], heapMegabytes: number) => runMeasured([main, ...args], folder, heapMegabytes);

  /** `bytes`: the length of the text of the live leases. */
  function expectWithin(verb: string, bytes: number): void {
    const heapMegabytes = Math.floor((3 * bytes + heapSlackBytes) / megabyte);
    const limits = { heapMegabytes, dataBytes: 3 * bytes + slackBytes, cwd: folder };
    const { code, stderr } = runLimited([main, verb, ...common], limits);
    expect({ verb, code, stderr }).toEqual({ verb, code: 0, stderr: "" });
  }

  it.each(Object.entries(largeLeases))("is proportional to the text of leases with a long value as %s", (_, line) => {
    const value = emptyArrays(leaseBytes);
    const bytes = writeLarge(path, 4, (i) => line(i, value));
    for (const verb of ["seq", "verify", "compact"]) expectWithin(verb, bytes);
  });

  it("is proportional to the text of many leases that are never released", () => {
    const bytes = writeLarge(path, orphans, orphan);
    for (const verb of ["seq", "verify", "compact"]) expectWithin(verb, bytes);
  });

  it("that an answer needs beyond the heap causes an error, not the end of the process", () => {
    const value = emptyArrays(6 * megabyte);
    writeLarge(path, 4, (i) => largeLeases["a key that nobody knows"]?.(i, value) ?? "");
    const { code, stderr } = run(["replay", ...common], 256);
    expect(code).toBe(3);
    expect(stderr).toContain("the answer does not fit into JavaScript's heap");
  });

  it("that an answer needs beyond the heap causes an error that names the journal, whichever call it is", () => {
    const value = emptyArrays(2 * megabyte);
    writeLarge(path, 6, (i) => largeLeases["a key that nobody knows"]?.(i, value) ?? "");
    const calls = [
      "lane.replay(path, options)",
      "lane.replayAsync(path, options)",
      "lane.scan(path, options)",
      "lane.scanAsync(path, options)",
      "lane.readAll(path, options)",
      "lane.tail(6, path, options)",
      "lane.openJournal(path, options).tail(6)",
      "lane.openJournal(path, options).transact(() => [])",
    ];
    const program =
      `import * as lane from ${JSON.stringify(`${builtFile("package/index.mjs")}`)};` +
      "const [path, engine] = process.argv.slice(1); const options = { engine }; const errors = [];" +
      "const note = ({ code, path, message }) => errors.push({ code, path, isNamed: message.includes(path) });" +
      `${calls.map((call) => `try { await ${call}; } catch (error) { note(error); }`).join("")}` +
      "console.log(JSON.stringify(errors));";
    const node = ["--max-old-space-size=128", "--input-type=module", "-e", program, path, engine];
    const { stdout, stderr } = spawnSync(process.execPath, node, { encoding: "utf8" });
    expect(stderr).toBe("");
    expect(JSON.parse(stdout)).toEqual(calls.map(() => ({ code: "ERR_ANSWER_TOO_LARGE", path, isNamed: true })));
  });

  it("is that of one entry at a time for a tail", () => {
    const value = emptyArrays(2 * megabyte);
    writeLarge(path, 12, (i) => largeLeases["a key that nobody knows"]?.(i, value) ?? "");
    const { code, stdout } = run(["tail", "12", ...common], 170);
    expect(code).toBe(0);
    expect(stdout.split("\n")).toHaveLength(13);
  });
});
