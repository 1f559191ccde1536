// Tests what `lj leases` and `lj attempts` print, on both engines.
import { hostname } from "node:os";
import { describe, expect, it } from "vitest";
import { loadRuler } from "../../src/cli/width.js";
import { systemProcesses } from "../../src/lock/process.js";
import { engines } from "../support/engines.js";
import { runCommand, writeJournal } from "./command.js";
import { runOnTerminal } from "./terminal.js";

/** The stamp of so many minutes ago. The half minute keeps "minutes ago" stable while the test runs. */
const ago = (minutes: number): string =>
  `${new Date(Date.now() - minutes * 60_000 - 30_000).toISOString().slice(0, 19)}Z`;

function acquire(lane: string, minutes: number, lease: object = {}): object {
  const identity = { lane, loop_ts: `T-${lane}` };
  const stamps = { acquired_at: ago(minutes), heartbeat_at: ago(minutes) };
  return { op: "ACQUIRE", ts: ago(minutes), ...identity, lease: { ...identity, ...stamps, ...lease } };
}

function write(name: string, ...entries: object[]): string {
  return writeJournal(
    name,
    entries.map((entry, index) => `${JSON.stringify({ seq: index + 1, ...entry })}\n`).join(""),
  );
}

const fleet = write(
  "fleet.jsonl",
  acquire("api", 71, { holder: "agent-7", tree: ["src/api/**"] }),
  acquire("docs", 12, { holder: "日本", tree: ["docs/**"], ttl_minutes: 60 }),
  acquire("web", 3, { holder: "agent-\u001b[31m9", heartbeat_at: "soon" }),
);

/** A lease that this process holds, so that `lj` is started by its holder. */
const { pid, host, machine, bootId, namespace, start } = systemProcesses.self();
const mark = { pid, holder: "me", host, machine_id: machine, boot_id: bootId, namespace, start };
const mine = write("mine.jsonl", acquire("a", 1, { holder: "me", pid, host_id: hostname(), process: mark }));

function parse(stdout: string): { [key: string]: unknown }[] {
  return stdout
    .split("\n")
    .slice(0, -1)
    .map((line): { [key: string]: unknown } => JSON.parse(line));
}

describe.each(engines)("lj leases on the %s engine", (engine) => {
  const leases = (journal: string, ...args: string[]) =>
    runCommand(["leases", ...args, "--journal", journal, "--engine", engine]);

  it("prints who holds what, the last sign of life, the verdict and its evidence", async () => {
    const { stdout, stderr, code } = await leases(fleet);
    expect({ stderr, code }).toEqual({ stderr: "", code: 0 });
    const expected = [
      "api agent-7 token 1 held 1 h N m last sign 1 h N m ago DEAD",
      " last seen N minutes ago, 50 minutes and a grace of 5 allowed; it can be reclaimed now",
      "docs 日本 token 2 held N m N s last sign N m N s ago LIVE",
      " last seen N minutes ago; dead from TIME on unless it is renewed",
      "web agent-\\u001b[31m9 token 3 held N m N s last sign N m N s ago DOUBTFUL",
      " last seen N minutes ago; its heartbeat_at is not a valid past time; dead from TIME on unless it is renewed",
      "",
    ];
    // The age depends on how long the test takes to start.
    const told = stdout
      .replace(/(\d{4}-\d\d-\d\d )?\d\d:\d\d:\d\d/g, "TIME")
      .replace(/(?<=(held|sign|h|m|seen) )\d+(?= (m|s|minutes)\b)/g, "N")
      .replace(/ +/g, " ");
    expect(told.split("\n")).toEqual(expected);
  });

  it("aligns the columns, also beside wide characters", async () => {
    const { stdout } = await leases(fleet);
    const rows = stdout.split("\n").filter((line) => line.includes("token"));
    const { widthOf } = await loadRuler();
    expect(new Set(rows.map((row) => widthOf(row.slice(0, row.indexOf("token")))))).toEqual(new Set([25]));
  });

  it("--json prints the documented keys, one line for each lease in map order", async () => {
    const rows = parse((await leases(fleet, "--json")).stdout);
    expect(rows.map(({ lane }) => lane)).toEqual(["api", "docs", "web"]);
    const [row] = rows;
    expect(Object.keys(row ?? {}).sort()).toEqual([
      ...["acquiredAt", "evidence", "holder", "isMine", "isReclaimable", "lane", "lastSignAt", "lease", "loop_ts"],
      ...["reason", "reclaimableAt", "state", "token"],
    ]);
    expect(row).toMatchObject({
      ...{ lane: "api", loop_ts: "T-api", holder: "agent-7", token: 1, state: "dead", evidence: "time" },
      ...{ isReclaimable: true, isMine: false, lease: { tree: ["src/api/**"] } },
    });
  });

  it("--dead lists what a reap would remove, and nothing else", async () => {
    expect(parse((await leases(fleet, "--dead", "--json")).stdout).map(({ lane }) => lane)).toEqual(["api"]);
    const none = await leases(mine, "--dead");
    expect(none).toEqual({ stdout: "", stderr: "lj: no lease can be reclaimed now\n", code: 0 });
  });

  it("--dead leaves out a dead lease that no SCAVENGE reaches, and lj leases says so", async () => {
    const entry = { ...acquire("api", 99, { holder: "agent-7" }), lane: "elsewhere" };
    const misplaced = write("misplaced.jsonl", entry);
    expect(parse((await leases(misplaced, "--dead", "--json")).stdout)).toEqual([]);
    expect((await leases(misplaced)).stdout).toContain("; no SCAVENGE reaches it");
  });

  it.each([
    { wanted: "docs", lanes: ["docs"] },
    { wanted: "src/api/main.ts", lanes: ["api"] },
    { wanted: "src", lanes: ["api"] },
    { wanted: "lib/x.ts", lanes: [] },
  ])("--for $wanted finds the lanes $lanes", async ({ wanted, lanes }) => {
    const { stdout, stderr } = await leases(fleet, "--for", wanted, "--json");
    expect(parse(stdout).map(({ lane }) => lane)).toEqual(lanes);
    expect(stderr).toBe(lanes.length > 0 ? "" : `lj: no lease is live on the lane or path "${wanted}"\n`);
  });

  it.skipIf(start === "")("recognises the lease of a process that started it, and that of --owner", async () => {
    const isMine = async (...args: string[]) =>
      parse((await leases(...([mine, "--json", ...args] as const))).stdout)[0];
    expect(await isMine()).toMatchObject({ isMine: true });
    expect(await isMine("--owner", "other")).toMatchObject({ isMine: false });
    expect(parse((await leases(fleet, "--json", "--owner", "agent-7")).stdout).map((row) => row["isMine"])).toEqual([
      true,
      false,
      false,
    ]);
    expect((await leases(mine)).stdout).toContain("a  me (you)  token 1");
  });

  it("colours the verdict on a terminal only, and not if NO_COLOR is set", async () => {
    const job = { args: ["leases", "--journal", fleet, "--engine", engine], steps: [], columns: 200 };
    const { text, code } = await runOnTerminal(job);
    expect(code).toBe(0);
    expect(text).toContain("\u001b[31mDEAD\u001b[39m");
    expect(text).toContain("agent-\\u001b[31m9");
    const plain = await runOnTerminal({ ...job, environment: { NO_COLOR: "1" } });
    expect(plain.text).toContain("DEAD");
    expect(plain.text).not.toContain("\u001b");
  });
});

describe.each(engines)("lj attempts on the %s engine", (engine) => {
  const attempt = (unit_id: string, minutes: number, outcome: string): object => ({
    ...{ op: "ATTEMPT", unit_id, outcome, ts: ago(minutes), schema: { family: "lane-journal", version: 1 } },
  });
  const journal = write(
    `attempts-${engine}.jsonl`,
    attempt("U-1", 100, "drained"),
    attempt("U-2", 90, "error"),
    attempt("U-1", 40, "drained"),
    attempt("\u001b[2J", 5, "shipped"),
  );
  const attempts = (...args: string[]) => runCommand(["attempts", ...args, "--journal", journal, "--engine", engine]);

  it("prints each unit and exits with 1 if one is cooling", async () => {
    const { stdout, stderr, code } = await attempts();
    expect({ stderr, code }).toEqual({ stderr: "", code: 1 });
    const told = stdout.replace(/(\d{4}-\d\d-\d\d )?\d\d:\d\d:\d\d/g, "TIME").replace(/(?<=5 h )\d+/, "N");
    expect(told.split("\n")).toEqual([
      "U-1        COOLING until TIME, 5 h N m left  (2 attempts, the last at TIME: drained)",
      "U-2        CLEAR  (1 attempt, the last at TIME: error)",
      "\\u001b[2J  CLEAR  (1 attempt, the last at TIME: shipped)",
      "",
    ]);
  });

  it("of one unit exits with 1 if it is cooling, else with 0", async () => {
    expect(await attempts("U-1")).toMatchObject({ code: 1 });
    expect(await attempts("U-2")).toMatchObject({ code: 0 });
    const none = await attempts("U-9");
    expect(none).toEqual({ stdout: "", stderr: 'lj: no attempt of "U-9": it is clear\n', code: 0 });
  });

  it("--json prints the documented keys", async () => {
    const [row] = parse((await attempts("U-1", "--json")).stdout);
    const at = Number(row?.["at"]);
    expect(row).toEqual({
      ...{ unit_id: "U-1", count: 2, outcome: "drained", ts: `${new Date(at).toISOString().slice(0, 19)}Z`, at },
      ...{ state: "cooling", until: at + 6 * 3_600_000 },
    });
  });

  it("explains that its word is a unit and not the journal", async () => {
    const { stderr, code } = await runCommand(["attempts", journal]);
    expect(stderr).toContain("attempts: expected a unit, found the file");
    expect(code).toBe(2);
  });
});
