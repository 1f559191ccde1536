// Measures how much memory the command takes for live leases whose values would take far more memory than their text,
// and checks the error if an answer does not fit. Each command is a process of its own, on both engines.
//
//   LANE_SOAK=1  leases of 60 MB and 1,500,000 small ones; the default is a tenth of that
import { spawnSync } from "node:child_process";
import { appendFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { emptyArrays, largeLeases, orphan } from "../../bench/lib/large.js";
import { main } from "../cli/command.js";
import { makeFolder, removeFolders } from "../generate/place.js";
import { engines } from "../support/engines.js";

const isSoak = process.env["LANE_SOAK"] === "1";
const megabyte = 1024 * 1024;
const leaseBytes = (isSoak ? 60 : 9) * megabyte;
const orphans = isSoak ? 1_500_000 : 150_000;
/**
 * What a process may take in addition to the text, mainly garbage that V8 has not collected yet. This does not shrink
 * with the text. Values would take twenty times the text.
 */
const slackBytes = (isSoak ? 64 : 320) * megabyte;

const folder = makeFolder("hostile-memory");
const path = join(folder, "journal.jsonl");
const isLinux = process.platform === "linux";
if (!isLinux) process.stderr.write("hostile memory: left out, as only Linux tells the peak of a process\n");

afterAll(removeFolders);

interface Run {
  code: number | null;
  stdout: string;
  stderr: string;
  /** The peak memory, in bytes. */
  peak: number;
}

/** Prints the peak memory of the process at its end. */
const preload = `data:text/javascript,${encodeURIComponent(
  'import { readFileSync } from "node:fs";' +
    'const peak = () => /VmHWM:\\s+(\\d+)/.exec(readFileSync("/proc/self/status", "utf8"))[1];' +
    'process.on("exit", () => process.stderr.write("\\n" + peak()));',
)}`;

function run(args: readonly string[], heapMegabytes = 2048): Run {
  const node = [`--max-old-space-size=${heapMegabytes}`, "--import", preload, main, ...args];
  const { status, stdout, stderr } = spawnSync(process.execPath, node, {
    cwd: folder,
    encoding: "utf8",
    maxBuffer: 1024 * megabyte,
  });
  const lines = stderr.split("\n");
  return { code: status, stdout, stderr: lines.slice(0, -1).join("\n"), peak: Number(lines.at(-1)) * 1024 };
}

function writeJournal(count: number, line: (i: number) => string): number {
  writeFileSync(path, "");
  let waiting = "";
  for (let i = 0; i < count; i++) {
    waiting += line(i);
    if (waiting.length < megabyte && i < count - 1) continue;
    appendFileSync(path, waiting);
    waiting = "";
  }
  return statSync(path).size;
}

describe.runIf(isLinux).each(engines)("memory (%s)", (engine) => {
  const common = ["--engine", engine, "--journal", path];
  const idle = (): number => run(["version"]).peak;

  it.each(Object.entries(largeLeases))(
    "is proportional to the text of leases with a long value as %s",
    (_where, line) => {
      const value = emptyArrays(leaseBytes);
      const bytes = writeJournal(4, (i) => line(i, value));
      for (const verb of ["seq", "verify", "compact"]) {
        const { code, stderr, peak } = run([verb, ...common]);
        expect({ verb, code, stderr }).toEqual({ verb, code: 0, stderr: "" });
        expect(peak - idle(), `${verb}: bytes above an idle process`).toBeLessThan(3 * bytes + slackBytes);
      }
    },
  );

  it("is proportional to the text of many leases that are never released", () => {
    const bytes = writeJournal(orphans, orphan);
    for (const verb of ["seq", "verify", "compact"]) {
      const { code, stderr, peak } = run([verb, ...common], 4096);
      expect({ verb, code, stderr }).toEqual({ verb, code: 0, stderr: "" });
      expect(peak - idle(), `${verb}: bytes above an idle process`).toBeLessThan(3 * bytes + slackBytes);
    }
  });

  it("that an answer needs beyond the heap causes an error, not the end of the process", () => {
    const value = emptyArrays(6 * megabyte);
    writeJournal(4, (i) => largeLeases["a key that nobody knows"]?.(i, value) ?? "");
    const { code, stderr } = run(["replay", ...common], 256);
    expect(code).toBe(3);
    expect(stderr).toContain("the answer does not fit into JavaScript's heap");
  });

  it("is that of one entry at a time for a tail", () => {
    const value = emptyArrays(6 * megabyte);
    writeJournal(12, (i) => largeLeases["a key that nobody knows"]?.(i, value) ?? "");
    const { code, stdout } = run(["tail", "12", ...common], 512);
    expect(code).toBe(0);
    expect(stdout.split("\n")).toHaveLength(13);
  });
});
