// `lj tail --follow` on a journal that grows and is compacted -> its lines as they come, until it is interrupted.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { append, compactJournal } from "../../src/index.js";
import { builtFile } from "../built.js";

const command = fileURLToPath(builtFile("package/lj.js"));

test.each(["-f", "--follow"])(
  "lj tail 1 %s --json prints the last entry and every later one",
  async (flag) => {
    const folder = mkdtempSync(join(tmpdir(), "lane-follow-"));
    try {
      const journal = join(folder, "journal.jsonl");
      for (let count = 0; count < 3; count++) append({ op: "HALT" }, journal);
      const child = spawn(process.execPath, [command, "tail", "1", flag, "--json", "--journal", journal]);
      let text = "";
      child.stdout.on("data", (piece) => {
        text += String(piece);
      });
      const seen = (lines: number): Promise<void> => until(() => text.split("\n").length > lines);
      await seen(1);
      append({ op: "HALT" }, journal);
      compactJournal(journal);
      append({ op: "HALT" }, journal);
      await seen(3);
      const ended = new Promise((resolve) => child.on("close", resolve));
      child.kill("SIGINT");
      expect(await ended).toBe(130);
      const numbers = text
        .trim()
        .split("\n")
        .map((line): unknown => JSON.parse(line).seq);
      expect(numbers).toEqual([3, 4, 5]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
  30_000,
);

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 10));
}
