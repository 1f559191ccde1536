// Measures how much memory the command takes for live leases whose values would take far more memory than their text,
// and checks the error if an answer does not fit. Each command is a process of its own, on both engines.
//
//   LANE_SOAK=1  leases of 60 MiB and 1,500,000 small ones; the default is a fifteenth of that
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { emptyArrays, largeLeases, orphan, writeLarge } from "../../bench/lib/large.js";
import { runMeasured } from "../../bench/lib/measured.js";
import { main } from "../cli/command.js";
import { makeFolder, removeFolders } from "../generate/place.js";
import { builtFile } from "../support/built.js";
import { engines } from "../support/engines.js";

const isSoak = process.env["LANE_SOAK"] === "1";
const megabyte = 1024 * 1024;
const leaseBytes = (isSoak ? 60 : 4) * megabyte;
const orphans = isSoak ? 1_500_000 : 100_000;
/**
 * The memory that a process may take in addition to three times the text. For a short journal, most of it is garbage
 * that V8 has not collected yet. Values would take twenty times the text.
 */
const slackBytes = (isSoak ? 64 : 224) * megabyte;

const folder = makeFolder("hostile-memory");
const path = join(folder, "journal.jsonl");
const isLinux = process.platform === "linux";
if (!isLinux) process.stderr.write("hostile memory: skipped, because only Linux reports the peak of a process\n");

afterAll(removeFolders);

const run = (args: readonly string[], heapMegabytes = 2048) => runMeasured([main, ...args], folder, heapMegabytes);

describe.runIf(isLinux).each(engines)("memory (%s)", (engine) => {
  const common = ["--engine", engine, "--journal", path];
  const idle = isLinux ? run(["version"]).peak : 0;

  function expectWithin(verb: string, bytes: number, heapMegabytes?: number): void {
    const { code, stderr, peak } = run([verb, ...common], heapMegabytes);
    expect({ verb, code, stderr }).toEqual({ verb, code: 0, stderr: "" });
    expect(peak - idle, `${verb}: bytes above an idle process`).toBeLessThan(3 * bytes + slackBytes);
  }

  it.each(Object.entries(largeLeases))("is proportional to the text of leases with a long value as %s", (_, line) => {
    const value = emptyArrays(leaseBytes);
    const bytes = writeLarge(path, 4, (i) => line(i, value));
    for (const verb of ["seq", "verify", "compact"]) expectWithin(verb, bytes);
  });

  it("is proportional to the text of many leases that are never released", () => {
    const bytes = writeLarge(path, orphans, orphan);
    for (const verb of ["seq", "verify", "compact"]) expectWithin(verb, bytes, 4096);
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
