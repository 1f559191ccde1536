// Checks exit codes for readers that leave early, full disks and interrupts, so that no incomplete answer goes
// unnoticed.
import { once } from "node:events";
import { closeSync, existsSync, openSync, writeSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { engines } from "../support/engines.js";
import { finish, startCommand, writeJournal } from "./command.js";

const entryCount = 200_000;
const lines = Array.from({ length: entryCount }, (_, i) => `{"lane": "l${i}", "op": "ACQUIRE", "seq": ${i + 1}}\n`);
/** Several megabytes: many times what a pipe buffers. */
const large = writeJournal("large.jsonl", lines.join(""));

/** A sparse file of long lines of NULs, which takes seconds to read but no space on the disk. */
const endless = writeJournal("endless.jsonl", "");
const holeBytes = 32 * 1024 * 1024;
const endlessFile = openSync(endless, "r+");
for (let line = 1; line <= 256; line++) writeSync(endlessFile, "\n{}\n", line * holeBytes);
closeSync(endlessFile);

describe.each(engines)("streams on the %s engine", (engine) => {
  const common = ["--journal", large, "--engine", engine];

  it.each([["tail", "0"], ["tail", "0", "--json"], ["tail", "199000"], ["replay"], ["replay", "--json"]])(
    "lj %s %s exits quietly with 0 if its reader leaves",
    async (...args) => {
      const child = startCommand([...args, ...common]);
      const finished = finish(child);
      child.stdout?.once("data", () => child.stdout?.destroy());
      const { stderr, code } = await finished;
      expect({ stderr, code }).toEqual({ stderr: "", code: 0 });
    },
  );

  it("lj verify still exits with 1 for damage if its reader leaves", async () => {
    const bad = writeJournal(`bad-${engine}.jsonl`, "{\n".repeat(200_000));
    const child = startCommand(["verify", "--journal", bad, "--engine", engine]);
    const finished = finish(child);
    child.stdout?.destroy();
    expect(await finished).toMatchObject({ stderr: "", code: 1 });
  });

  it("a slow reader gets every byte", async () => {
    const child = startCommand(["tail", "0", "--json", ...common]);
    child.stdout?.pause();
    await new Promise((resolve) => setTimeout(resolve, 300));
    const finished = finish(child);
    child.stdout?.resume();
    const { stdout, code } = await finished;
    expect(code).toBe(0);
    expect(stdout === lines.join("")).toBe(true);
  });

  it("an interrupt during a long read causes exit code 130", async () => {
    const child = startCommand(["verify", "--verbose", "--journal", endless, "--engine", engine]);
    const finished = finish(child);
    // --verbose prints its lines just before the read begins.
    child.stderr?.once("data", () => child.kill("SIGINT"));
    const { stdout, stderr, code } = await finished;
    expect({ stdout, code }).toEqual({ stdout: "", code: 130 });
    expect(stderr.split("\n")).toHaveLength(3);
  });

  it("an interrupt while entries are printed causes exit code 130", async () => {
    const child = startCommand(["tail", "0", "--json", ...common]);
    await once(child.stdout ?? child, "readable");
    child.kill("SIGINT");
    expect(await finish(child)).toMatchObject({ stderr: "", code: 130 });
  });
});

it.skipIf(!existsSync("/dev/full"))(
  "an output that cannot be written causes exit code 3 and an error on stderr",
  async () => {
    const full = openSync("/dev/full", "w");
    try {
      const { stderr, code } = await finish(startCommand(["replay", "--journal", large], {}, full));
      expect(stderr).toMatch(/^lj: the output cannot be written: ENOSPC[^\n]*\n$/);
      expect(code).toBe(3);
    } finally {
      closeSync(full);
    }
  },
);
