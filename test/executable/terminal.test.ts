// Checks what the executable shows on a terminal, which the program `script` provides.

import { spawn } from "node:child_process";
import { closeSync, openSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { makeFolder, removeFolders } from "../generate/place.js";
import { executable } from "./executable.js";

const folder = makeFolder("executable-terminal");
afterAll(removeFolders);

/** A sparse file of long lines of NULs, which takes seconds to read but no space on the disk. */
function writeEndless(path: string): void {
  const holeBytes = 32 * 1024 * 1024;
  const fd = openSync(path, "w");
  for (let line = 1; line <= 1024; line++) writeSync(fd, "\n{}\n", line * holeBytes);
  closeSync(fd);
}

/** Runs a command line on a terminal. `onText` receives all that was shown so far, and a function that types keys. */
async function runOnTerminal(
  args: readonly string[],
  onText: (shown: string, type: (keys: string) => void) => void = () => undefined,
): Promise<{ shown: string; code: number | null }> {
  const line = [executable, ...args].map((word) => `'${word}'`).join(" ");
  const child = spawn("script", ["--quiet", "--return", "--command", line, "/dev/null"]);
  let shown = "";
  child.stdout.on("data", (text: Buffer) => {
    shown += text.toString();
    onText(shown, (keys) => child.stdin.write(keys));
  });
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { shown, code };
}

it("a long read shows a bar, which an interrupt removes", async () => {
  const journal = join(folder, "endless.jsonl");
  writeEndless(journal);
  let isTyped = false;
  const { shown, code } = await runOnTerminal(["verify", journal], (text, type) => {
    if (isTyped || !text.includes("% of")) return;
    isTyped = true;
    type("\u0003");
  });
  expect(shown).toMatch(/\r=*-* \d+ % of 34360 MB, \d+ s left\u001b\[K/);
  expect(shown.replaceAll("^C", "").endsWith("\r\u001b[K")).toBe(true);
  expect(code).toBe(130);
});

it("a short read shows no bar", async () => {
  const journal = join(folder, "short.jsonl");
  writeFileSync(journal, '{"op": "HALT", "seq": 7}\n');
  expect(await runOnTerminal(["seq", journal])).toEqual({ shown: "7\r\n", code: 0 });
});
