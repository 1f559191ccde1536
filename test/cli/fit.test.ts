// Runs `lj` on a terminal of 40 columns and in a pipe, and checks how long its rows are (docs/cli.md).
import { spawnSync } from "node:child_process";
import { expect, it } from "vitest";
import { createCutter } from "../../src/cli/fit.js";
import { main, runCommand, writeJournal } from "./command.js";

/** Runs Node on a new terminal, and prints what that shows. */
const terminal = `
import fcntl, os, pty, struct, sys, termios
child, screen = pty.fork()
if child == 0:
    fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 24, int(sys.argv[1]), 0, 0))
    os.execv(sys.argv[2], sys.argv[2:])
while True:
    try:
        shown = os.read(screen, 65536)
    except OSError:
        shown = b""
    if not shown:
        break
    os.write(1, shown)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
`;

const reason = "a reason that is longer than a terminal of forty columns can show";
const journal = writeJournal(
  "wide.jsonl",
  `${JSON.stringify({ op: "REFUSE", lane: "日本", holder: "agent-9", reason, seq: 1, ts: "2026-06-01T14:00:00Z" })}\n`,
);

function linesOnTerminal(columns: number, ...args: string[]): string[] {
  const given = ["-c", terminal, String(columns), process.execPath, main, ...args];
  const { stdout, stderr, status } = spawnSync("python3", given, { encoding: "utf8" });
  expect([stderr, status]).toEqual(["", 0]);
  return stdout.split("\r\n").slice(0, -1);
}

it("rows on a terminal are cut to its width, with an ellipsis", () => {
  const [row = "", ...more] = linesOnTerminal(40, "tail", journal);
  expect(more).toEqual([]);
  expect(row).toMatch(/^#1 .*…$/);
  // Two characters take two columns each.
  expect(row).toHaveLength(38);
  for (const line of linesOnTerminal(40, "history", "--journal", journal)) expect(line.length).toBeLessThanOrEqual(40);
});

it("rows in a pipe stay whole, and so do those of a terminal of unknown width", async () => {
  expect((await runCommand(["tail", journal])).stdout).toContain(reason);
  const [row = ""] = linesOnTerminal(0, "tail", journal);
  expect(row).toContain(reason);
});

it("a row of exactly the width is not cut", async () => {
  const cut = await createCutter({ isTTY: true, columns: 5 });
  expect([cut("12345\n"), cut("123456\n"), cut("\n")]).toEqual(["12345\n", "1234…\n", "\n"]);
});
