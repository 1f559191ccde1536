// Tests `lj top` in a pseudo terminal: what it shows, and that it leaves the terminal as it was.
import { copyFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { engines } from "../support/engines.js";
import { pathOf, runCommand, writeJournal } from "./command.js";
import { runOnTerminal, type Step } from "./terminal.js";

const ago = (seconds: number): string => `${new Date(Date.now() - seconds * 1000).toISOString().slice(0, 19)}Z`;
const lineOf = (entry: object): string => `${JSON.stringify(entry)}\n`;

function acquire(lane: string, seconds: number, holder: string): object {
  const identity = { lane, loop_ts: `T-${lane}` };
  const lease = { ...identity, holder, acquired_at: ago(seconds), heartbeat_at: ago(seconds) };
  return { op: "ACQUIRE", ts: ago(seconds), ...identity, lease };
}

const minute = 60;
/** Written for each test, because a launch is shown for two minutes only. */
const writeFleet = (): string =>
  writeJournal(
    "top.jsonl",
    [
      acquire("stuck", 200 * minute, "agent-1"),
      acquire("busy", 10, "agent-2"),
      acquire("idle", 100 * minute, "agent-3"),
      { op: "HEARTBEAT", ts: ago(5), heartbeat_at: ago(5), lane: "idle", loop_ts: "T-idle" },
      acquire("old", 50 * minute, "agent-4"),
      { op: "RELEASE", ts: ago(40 * minute), lane: "old", loop_ts: "T-old" },
      { op: "SPAWN", ts: ago(8), lane: "new", loop_ts: "x", holder: "agent-5" },
      { op: "SPAWN", ts: ago(300), lane: "gone", loop_ts: "x", holder: "agent-6" },
      acquire("evil\u001b[2J", 3, "\u001b[31magent"),
      { op: "ENFORCE", ts: ago(3), lane: "Edit", tool: "Edit" },
    ]
      .map(lineOf)
      .join(""),
  );

const enter = "\u001b[?1049h\u001b[?25l";
const leave = "\u001b[?25h\u001b[?1049l";
const frameEnd = "\u001b[J";

/** The texts of the last frame, without colours. */
function frameOf(text: string): string[] {
  const frame = text.split("\u001b[H").at(-1)?.split(frameEnd)[0] ?? "";
  return frame.split(/\r+\n/).map((line) => line.replace(/\u001b\[[\d;]*[mK]/g, ""));
}

describe.each(engines)("lj top on the %s engine", (engine) => {
  const top = (steps: Step[], rest: { columns?: number; rows?: number; journal?: string } = {}) => {
    const { journal = writeFleet(), ...size } = rest;
    const args = ["top", "--journal", journal, "--engine", engine];
    return runOnTerminal({ args, steps, appendTo: journal, frameEnd, ...size });
  };

  it("shows liveness per lease, launches and free lanes in 80 columns, what needs attention first", async () => {
    const { shown, code } = await top([{ until: "free\u001b", type: "q" }]);
    expect(code).toBe(0);
    const frame = frameOf(shown[0] ?? "");
    expect(frame.filter((line) => line.length > 80)).toEqual([]);
    expect(frame[0]).toMatch(/\d\d:\d\d:\d\dZ {3}q quits$/);
    expect(frame[1]).toBe("4 leases, 1 to reclaim, 1 spawning, 2 free");
    const rows = frame.slice(4).map((line) => line.split(/ {2,}/).slice(0, 3));
    expect(rows).toEqual([
      ["stuck", "STALLED", "agent-1"],
      ["idle", "SPINNING", "agent-3"],
      ["busy", "ADVANCING", "agent-2"],
      ["evil\\u001b[2J", "ADVANCING", "\\u001b[31magent"],
      ["new", "SPAWNING", "agent-5"],
      ["gone", "FREE"],
      ["old", "FREE", "(agent-4)"],
    ]);
  });

  it("shows what is appended, at once", async () => {
    const journal = pathOf(`growing-${engine}.jsonl`);
    copyFileSync(writeFleet(), journal);
    const append = lineOf(acquire("fresh", 0, "agent-99"));
    const { shown } = await top(
      [
        { until: "free\u001b", append },
        { until: "agent-99", type: "q" },
      ],
      { journal },
    );
    expect(frameOf(shown[1] ?? "")[1]).toContain("5 leases");
  });

  it.each<{ how: string; step: Omit<Step, "until">; code: number }>([
    { how: "q", step: { type: "q" }, code: 0 },
    { how: "Ctrl-C", step: { type: "\u0003" }, code: 130 },
    { how: "SIGINT", step: { signal: "SIGINT" }, code: 130 },
    { how: "SIGTERM", step: { signal: "SIGTERM" }, code: -15 },
    { how: "SIGHUP", step: { signal: "SIGHUP" }, code: -1 },
  ])("leaves the terminal as it was on $how", async ({ step, code }) => {
    const run = await top([{ until: "free\u001b", ...step }]);
    expect({ code: run.code, isRestored: run.isRestored }).toEqual({ code, isRestored: true });
    expect(run.text.split(enter)).toHaveLength(2);
    expect(run.text.endsWith(leave)).toBe(true);
  });

  it.each<{ how: string; step: Omit<Step, "until"> }>([
    { how: "Ctrl-Z", step: { type: "\u001a" } },
    { how: "SIGTSTP", step: { signal: "SIGTSTP" } },
  ])("gives the terminal back while it is stopped by $how, and draws again when it is continued", async ({ step }) => {
    const { shown, isRestored } = await top([
      { until: "free\u001b", ...step },
      { until: "[stopped" },
      { until: "free\u001b", type: "q" },
    ]);
    expect(shown[1]).toContain("[stopped, restored]");
    expect(shown[1]?.indexOf(leave)).toBeLessThan(shown[1]?.indexOf("[stopped") ?? 0);
    expect(shown[2]).toContain(enter);
    expect(isRestored).toBe(true);
  });

  it("leaves the terminal as it was if the journal turns out to be none, and says so", async () => {
    const journal = writeJournal(`array-${engine}.jsonl`, "[1]\n[2]\n");
    const run = await top([], { journal });
    expect({ code: run.code, isRestored: run.isRestored }).toEqual({ code: 3, isRestored: true });
    expect(run.text.split(leave)[1]).toContain("not a journal");
  });

  it("fits a small terminal, and follows when it is resized", async () => {
    const steps: Step[] = [
      { until: "more\u001b", resize: { columns: 100, rows: 30 } },
      { until: "(agent-4)", type: "q" },
    ];
    const { shown } = await top(steps, { columns: 40, rows: 8 });
    const small = frameOf(shown[0] ?? "");
    expect(small.length).toBeLessThanOrEqual(8);
    expect(small.at(-1)).toBe("and 4 more");
    expect(small.filter((line) => line.length > 40)).toEqual([]);
    expect(frameOf(shown[1] ?? "").length).toBeGreaterThan(8);
  });

  it("waits for a journal that does not exist yet", async () => {
    const journal = pathOf(`later-${engine}.jsonl`);
    const append = lineOf(acquire("first", 0, "agent-1"));
    const { code } = await top(
      [
        { until: "0 free", append },
        { until: "agent-1", type: "q" },
      ],
      { journal },
    );
    expect(code).toBe(0);
  });

  it("--json prints the lanes once, without a terminal", async () => {
    const args = ["top", "--json", "--journal", writeFleet(), "--engine", engine];
    const { stdout, stderr, code } = await runCommand(args);
    expect({ stderr, code }).toEqual({ stderr: "", code: 0 });
    const lines = stdout.split("\n").slice(0, -1);
    const rows = lines.map((line): { kind: string; lane: string; verdict?: string } => JSON.parse(line));
    expect(rows.map(({ kind, lane, verdict }) => [kind, lane, verdict])).toEqual([
      ["lease", "stuck", "STALLED"],
      ["lease", "busy", "ADVANCING"],
      ["lease", "idle", "SPINNING"],
      ["lease", "evil\u001b[2J", "ADVANCING"],
      ["spawning", "new", undefined],
      ["free", "gone", undefined],
      ["free", "old", undefined],
    ]);
  });

  it("exits with 2 if standard output is not a terminal", async () => {
    const { stdout, stderr, code } = await runCommand(["top", "--journal", writeFleet(), "--engine", engine]);
    expect({ stdout, code }).toEqual({ stdout: "", code: 2 });
    expect(stderr).toContain("top: expected a terminal on standard output, found none");
  });
});
