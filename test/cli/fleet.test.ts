// Tests what `lj fleet` prints: the live leases of several journals, and what is wrong with a journal, on both engines.
import { mkdirSync, statSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { replay } from "../../src/index.js";
import { engines } from "../support/engines.js";
import { pathOf, runCommand, writeJournal } from "./command.js";

const now = `${new Date().toISOString().slice(0, 19)}Z`;

function acquire(lane: string, holder: string, host: string | null): string {
  const lease = { lane, loop_ts: "T", holder, host_id: host, acquired_at: now, heartbeat_at: now };
  return `${JSON.stringify({ op: "ACQUIRE", seq: 1, ts: now, lane, loop_ts: "T", lease })}\n`;
}

const a = writeJournal("host-a.jsonl", acquire("api", "agent-7", "host-a") + acquire("web", "agent-8", "host-a"));
const b = writeJournal("host-b.jsonl", `${acquire("docs", "agent-9", null)}damaged\n${acquire("db", "agent-2", "b")}`);
const foreign = writeJournal("foreign.jsonl", "no journal\nat all\n");
const folder = pathOf("folder");
mkdirSync(folder);

interface Member {
  journal: string;
  generation: number | null;
  lagMs: number | null;
  gap: string | null;
  note: string | null;
  leases: { host: string; lane: string; token: number; lease: object }[];
}

function parse(stdout: string): Member[] {
  return stdout
    .split("\n")
    .slice(0, -1)
    .map((line): Member => JSON.parse(line));
}

describe.each(engines)("lj fleet on the %s engine", (engine) => {
  const fleet = (...args: string[]) => runCommand(["fleet", ...args, "--engine", engine]);

  it("--json prints the leases of each journal with their hosts, in the order of the journals", async () => {
    const { stdout, stderr, code } = await fleet("--json", "--journal", b, "--journal", a);
    expect({ stderr, code }).toEqual({ stderr: "", code: 0 });
    const members = parse(stdout);
    expect(members.map(({ journal }) => journal)).toEqual([b, a]);
    for (const { journal, generation, lagMs, gap, leases } of members) {
      expect([lagMs, gap]).toEqual([0, null]);
      expect(generation).toBe(Math.floor(statSync(journal).birthtimeMs));
      expect(leases.map(({ lease }) => lease)).toEqual(replay(journal, { engine }));
    }
    const hosts = members.flatMap(({ leases }) => leases.map(({ host, lane, token }) => [lane, host, token]));
    expect(hosts).toEqual([
      ["docs", "", 1],
      ["db", "b", 2],
      ["api", "host-a", 1],
      ["web", "host-a", 2],
    ]);
    expect(members.map(({ note }) => note)).toEqual(["1 damaged line; lj verify lists them", null]);
  });

  it("prints a heading for each journal and a row for each lease", async () => {
    const { stdout, code } = await fleet(a, b, a);
    expect(code).toBe(0);
    const rows = stdout.split("\n").filter((line) => !line.startsWith("    ") && line !== "");
    expect(rows.map((row) => row.replace(/ +/g, " ").replace(/(held|sign) .*?(?= on)/, "..."))).toEqual([
      `${a}: 2 leases`,
      "api agent-7 token 1 ... on host-a LIVE",
      "web agent-8 token 2 ... on host-a LIVE",
      `${b}: 2 leases; 1 damaged line; lj verify lists them`,
      "docs agent-9 token 1 ... on an unknown host LIVE",
      "db agent-2 token 2 ... on b LIVE",
    ]);
  });

  it("names a journal that cannot be read, never as one without leases, and prints the others", async () => {
    const { stdout, code } = await fleet("--json", foreign, folder, a);
    expect(code).toBe(1);
    const [first, second, third] = parse(stdout);
    for (const member of [first, second]) {
      expect(member).toMatchObject({ generation: null, lagMs: null, leases: [], note: null });
    }
    expect(first?.gap).toContain(foreign);
    expect(second?.gap).toContain(`${folder}: expected a regular file, found a folder`);
    expect(third?.leases).toHaveLength(2);
    const text = await fleet(folder, a);
    expect([text.code, text.stdout]).toEqual([1, expect.stringContaining(`${folder}: LEASES UNKNOWN: `)]);
  });

  it("says of a missing journal that it reads as empty, and fails with --must-exist", async () => {
    const missing = pathOf("missing.jsonl");
    const { stdout, code } = await fleet("--json", missing);
    const note = "there is no such file: it reads as empty";
    expect([parse(stdout), code]).toEqual([
      [{ journal: missing, generation: null, lagMs: 0, gap: null, note, leases: [] }],
      0,
    ]);
    expect((await fleet("--must-exist", a, missing)).code).toBe(3);
  });
});

it("lj fleet without a journal reads the default one", async () => {
  const { stdout } = await runCommand(["fleet", "--json"], { DISPATCH_LANE_JOURNAL_PATH: a });
  expect(parse(stdout).map(({ journal }) => journal)).toEqual([a]);
});
