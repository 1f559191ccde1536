// Tests what `lj why` and `lj history` print about a made incident, on both engines.
import { describe, expect, it } from "vitest";
import { engines } from "../support/engines.js";
import { pathOf, runCommand, writeJournal } from "./command.js";

const day = "2026-06-01T";
const at = (time: string): string => `${day}${time}Z`;
const api = { lane: "api", loop_ts: at("13:41:10") };

function acquire(seq: number, time: string, lane: string, holder: string, rest: object = {}): object {
  const lease = { lane, loop_ts: at(time), holder, run_id: `RID-${holder.slice(-1)}`, tree: [`src/${lane}/**`] };
  return { op: "ACQUIRE", seq, ts: at(time), lane, loop_ts: at(time), lease, ...rest };
}

const incident = [
  acquire(1, "13:41:10", "api", "agent-7"),
  { op: "HEARTBEAT", seq: 2, ts: at("13:46:00"), ...api },
  { op: "HEARTBEAT", seq: 3, ts: at("13:56:00"), ...api },
  {
    ...{ op: "REFUSE", seq: 4, ts: at("14:03:12"), lane: "api", loop_ts: "", holder: "agent-9", run_id: "RID-9" },
    ...{ reason: "lane 'api' is already held by a live loop", reason_class: "LANE_HELD" },
  },
  { op: "HALT", seq: 5, ts: at("14:20:00"), ...api, handle: "4711", reason: "spinning 24 m" },
  '{"op": "HEARTBEAT", "lane": "ap',
  { op: "SCAVENGE", seq: 6, ts: at("14:53:00"), ...api, by: "supervisor", reason: "STALLED" },
  acquire(7, "14:53:05", "api", "agent-9"),
  { op: "HEARTBEAT", seq: 8, ts: at("14:55:00"), ...api },
  { op: "ADOPT", seq: 9, ts: at("14:54:25"), lane: "api", loop_ts: at("14:53:05"), holder: "agent-11" },
  { op: "RELEASE", seq: 10, ts: at("16:00:00"), lane: "api", loop_ts: at("14:53:05"), by: "agent-11" },
  acquire(11, "16:01:00", "docs", "agent-\u001b[31m1"),
  { op: "RELEASE", seq: 12, ts: "2026-06-02T00:00:30Z", lane: "docs", loop_ts: at("16:01:00"), reason: "explicit" },
];
const path = writeJournal(
  "incident.jsonl",
  incident.map((line) => `${typeof line === "string" ? line : JSON.stringify(line)}\n`).join(""),
);

describe.each(engines)("on the %s engine", (engine) => {
  const lj = (...args: string[]) => runCommand([...args, "--journal", path, "--engine", engine]);

  it("lj why explains the last refusal of a holder", async () => {
    const stdout = [
      "#4  2026-06-01 14:03:12  agent-9 (RID-9) wanted api: REFUSED",
      "    said     lane 'api' is already held by a live loop  [LANE_HELD]",
      "    held by  agent-7, token 1, since 13:41:10 (#1)   [same lane]",
      "             last sign of life 13:56:00, 7 m 12 s earlier",
      '    freed    14:53:00 (#6), 49 m 48 s later: scavenged by supervisor, "STALLED"',
      "    then     agent-9 got api 14:53:05 (#7), after 49 m 53 s",
      "    caution  line 5 (6 in an editor) is damaged in between; `lj verify` shows where",
      "",
    ].join("\n");
    const outcome = { stdout, stderr: "", code: 0 };
    expect(await lj("why", "agent-9")).toEqual(outcome);
    expect(await lj("why", "RID-9")).toEqual(outcome);
    expect(await lj("why", "api", "--at", `${day}14:03Z`)).toEqual(outcome);
    expect(await lj("why", "#4")).toEqual(outcome);
  });

  it("lj why asks for a name, a run or the open refusals, and answers each", async () => {
    const missing = "lj: why: expected WHO, --root or --open, found none of them\n(see lj --help)\n";
    expect(await lj("why", "--calls")).toEqual({ stdout: "", stderr: missing, code: 2 });
    const none = "lj: no refusal and no episode fits\n";
    expect(await lj("why", "--open")).toEqual({ stdout: "", stderr: none, code: 1 });
    const { stdout, code } = await lj("why", "--root", "RID-9");
    expect(stdout).toMatch(/^#4 {2}2026-06-01 14:03:12 {2}agent-9 \(RID-9\) wanted api: REFUSED\n/);
    expect(code).toBe(0);
  });

  it("lj why tells who holds or held the lane if nobody was refused", async () => {
    const { stdout, code } = await lj("why", "docs");
    expect(stdout.split("\n").slice(0, 2)).toEqual([
      "#11  2026-06-01 16:01:00  agent-\\u001b[31m1 (RID-1) on docs: ended",
      "    token    3",
    ]);
    expect(stdout).toContain('    freed    2026-06-02 00:00:30 (#12): released, "explicit"\n');
    expect(code).toBe(0);
  });

  it("lj why exits with 1 if the journal has no answer, also before the time given", async () => {
    const nothing = (who: string, until: string) => ({
      stdout: "",
      stderr: `lj: no refusal and no episode names "${who}"${until}\n`,
      code: 1,
    });
    expect(await lj("why", "nobody")).toEqual(nothing("nobody", ""));
    const before = `${day}13:00:00Z`;
    expect(await lj("why", "agent-9", "--at", before)).toEqual(nothing("agent-9", ` until ${before}`));
  });

  it("lj history prints the episodes of a lane and what happened during them", async () => {
    const { stdout, code } = await lj("history", "api");
    expect(stdout.split("\n")).toEqual([
      "api",
      "  2026-06-01",
      "  13:41:10–14:53:00  1 h 11 m  agent-7             token 1  2 beats, gap ≤ 10 m      ".concat(
        'scavenged by supervisor, "STALLED", silent 57 m, damage in between',
      ),
      "           14:03:12  refused: agent-9 (waited 49 m 53 s)",
      "           14:20:00  HALT 4711: spinning 24 m",
      "  14:53:05–16:00:00  1 h 6 m   agent-9 → agent-11  token 2  0 beats, gap ≤ 1 m 20 s  ".concat(
        "released by agent-11, silent 1 h 5 m",
      ),
      "         ! 14:55:00  #8: HEARTBEAT after its end: agent-7 may still be writing",
      "         ! 14:54:25  #9: the clock went back 35 s",
      "(the whole journal)",
      "         ! --:--:--  line 5 (6 in an editor) is damaged; `lj verify` shows it",
      "",
    ]);
    expect(code).toBe(0);
  });

  it("lj history selects by holder, run and time, and says what a limit leaves out", async () => {
    const rows = async (...args: string[]): Promise<string[]> => {
      const { stdout } = await lj("history", "--json", ...args);
      const parsed = stdout
        .split("\n")
        .slice(0, -1)
        .map((line): { kind: string; lane: string } => JSON.parse(line));
      return parsed.map(({ kind, lane }) => `${kind} ${lane}`);
    };
    expect(await rows("--holder", "agent-11")).toEqual(["remark ", "episode api", "remark api"]);
    expect(await rows("--run", "RID-7")).toEqual(["episode api", "remark ", "remark api"]);
    expect(await rows("docs", "--from", `${day}15:00Z`)).toEqual(["remark ", "episode docs"]);
    expect(await rows("api", "--to", `${day}14:10Z`)).toEqual(["episode api", "refusal api", "remark "]);
    const limited = await lj("history", "--limit", "1");
    expect(limited.stdout).toMatch(/^docs\n/);
    expect(limited.stderr).toBe("lj: 2 earlier episodes are left out (--limit)\n");
  });

  it("lj history --json prints the documented keys, one line each, in file order", async () => {
    const { stdout } = await lj("history", "api", "--json");
    const [first, second] = stdout.split("\n").map((line): unknown => (line === "" ? {} : JSON.parse(line)));
    const moment = { at: Date.parse(at("13:41:10")), line: 0, offset: 0, seq: 1, ts: at("13:41:10") };
    expect(first).toMatchObject({
      kind: "episode",
      lane: "api",
      token: 1,
      begin: moment,
      isInherited: false,
      end: { how: "scavenged", by: "supervisor", reason: "STALLED", moment: { seq: 6 } },
      holders: [{ holder: "agent-7", from: moment }],
      beats: 2,
      gapMs: 600_000,
      halts: [{ handle: "4711", reason: "spinning 24 m" }],
      isUncertain: true,
    });
    expect(second).toMatchObject({
      kind: "refusal",
      evidence: "lane",
      blockers: [{ token: 1 }],
      granted: { token: 2 },
    });
  });

  it("lj history explains that its word is a lane and not the journal", async () => {
    const { stderr, code } = await runCommand(["history", path, "--engine", engine]);
    expect(stderr).toContain("history: expected a lane, found the file");
    expect(code).toBe(2);
  });

  it("lj history of a missing journal is empty, and of a file that is not a journal an error", async () => {
    const missing = await runCommand(["history", "--journal", pathOf("none.jsonl"), "--engine", engine]);
    expect({ ...missing, stderr: missing.stderr.split("\n").length }).toEqual({ stdout: "", stderr: 3, code: 0 });
    const array = writeJournal("array.jsonl", "[1]\n[2]\n");
    const { code, stderr } = await runCommand(["history", "--journal", array, "--engine", engine]);
    expect({ code, stderr }).toEqual({ code: 3, stderr: expect.stringContaining("not a journal") });
  });
});
