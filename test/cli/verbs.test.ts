// Checks what each verb prints for a journal, on both engines.
import { describe, expect, it } from "vitest";
import { checkedLines } from "../generate/oracle-checks.js";
import { engines } from "../support/engines.js";
import { pathOf, runCommand, writeJournal } from "./command.js";

const damagedText = [
  '{"op":"ACQUIRE","lane":"é\\u007f","loop_ts":"t1","seq":1,"ts":"2026-01-01T00:00:00Z","ttl_minutes":1e-7,"tree":[]}',
  "{bad",
  "17",
  '{"op":"REFUSE","lane":"b\\u001b[31m","loop_ts":"t2","seq":"7","reason":"held\\nby x","limit":NaN}',
  '{"op":"REF',
].join("\n");
const damaged = writeJournal("damaged.jsonl", damagedText);
const none: { count: number; first: unknown[] } = { count: 0, first: [] };

describe.each(engines)("lj on the %s engine", (engine) => {
  const lj = (path: string, ...args: string[]) => runCommand([...args, "--journal", path, "--engine", engine]);

  it("replay prints what the reference prints", async () => {
    const lease = [
      '    "lane": "\\u00e9\\u007f",',
      '    "loop_ts": "t1",',
      '    "tree": [],',
      '    "ttl_minutes": 1e-07',
    ].join("\n");
    expect(await lj(damaged, "replay")).toEqual({ stdout: `[\n  {\n${lease}\n  }\n]\n`, stderr: "", code: 0 });
  });

  it("replay --json prints one line of JSON", async () => {
    const { stdout, code } = await lj(damaged, "replay", "--json");
    expect(stdout).toBe('[{"lane": "é\\u007f", "loop_ts": "t1", "tree": [], "ttl_minutes": 1e-7}]\n');
    expect(code).toBe(0);
  });

  it("a missing journal is reported on stderr and reads as empty", async () => {
    const missing = pathOf("missing.jsonl");
    const stderr = `lj: there is no journal ${missing}: it reads as empty\n`;
    const seq = '{"exists": false, "nextSeq": 1, "seq": 0}\n';
    expect(await lj(missing, "replay")).toEqual({ stdout: "[]\n", stderr, code: 0 });
    expect(await lj(missing, "replay", "--json")).toEqual({ stdout: "[]\n", stderr, code: 0 });
    expect(await lj(missing, "seq")).toEqual({ stdout: "0\n", stderr, code: 0 });
    expect(await lj(missing, "seq", "--json")).toEqual({ stdout: seq, stderr, code: 0 });
    expect(await lj(missing, "tail")).toEqual({ stdout: "", stderr, code: 0 });
    const verified = await lj(missing, "verify", "--json");
    expect(JSON.parse(verified.stdout)).toMatchObject({ exists: false, damaged: false, entries: 0 });
    expect({ stderr: verified.stderr, code: verified.code }).toEqual({ stderr, code: 0 });
    expect((await lj(missing, "verify")).stdout).toContain("no such file");
  });

  it("tail aligns its columns and escapes control characters", async () => {
    const { stdout, code } = await lj(damaged, "tail");
    expect(stdout.split("\n")).toEqual([
      "#1  2026-01-01T00:00:00Z  ACQUIRE   é\\u007f      t1",
      "#-  -                     _CORRUPT  -            -   line 1: {bad",
      "#7  -                     REFUSE    b\\u001b[31m  t2  held\\u000aby x",
      "",
    ]);
    expect(code).toBe(0);
  });

  it("tail N prints the last N entries, and all for 0 or less", async () => {
    const opsOf = async (n: string): Promise<string[]> => {
      const { stdout } = await lj(damaged, "tail", n, "--json");
      return stdout.split("\n").map((line) => /"op": "(\w+)"/.exec(line)?.[1] ?? "");
    };
    expect(await opsOf("1")).toEqual(["REFUSE", ""]);
    expect(await opsOf("2")).toEqual(["_CORRUPT", "REFUSE", ""]);
    expect(await opsOf("0")).toEqual(["ACQUIRE", "_CORRUPT", "REFUSE", ""]);
    expect(await opsOf("-3")).toEqual(["ACQUIRE", "_CORRUPT", "REFUSE", ""]);
  });

  it("tail --json prints canonical lines, NaN as a string", async () => {
    const { stdout } = await lj(damaged, "tail", "--json", "2");
    expect(stdout).toBe(
      '{"_line": 1, "_raw": "{bad", "op": "_CORRUPT"}\n' +
        '{"lane": "b\\u001b[31m", "limit": "NaN", "loop_ts": "t2", "op": "REFUSE", ' +
        '"reason": "held\\nby x", "seq": "7"}\n',
    );
  });

  it("seq prints the highest number so far", async () => {
    expect((await lj(damaged, "seq")).stdout).toBe("7\n");
    expect((await lj(damaged, "seq", "--json")).stdout).toBe('{"exists": true, "nextSeq": 8, "seq": 7}\n');
  });

  it("verify reports every finding with its place, and exits with 1 for damage", async () => {
    const { stdout, code } = await lj(damaged, "verify");
    const offsets = damagedText.split("\n").map((_, line, lines) => byteLength(lines.slice(0, line)));
    expect(stdout).toContain(`DAMAGE  corrupt 1: not one JSON text; read as a _CORRUPT sentinel\n`);
    expect(stdout).toContain(`        line 1 (2 in an editor), byte ${offsets[1]}\nwarning nonObjects 1`);
    expect(stdout).toContain(`        line 2 (3 in an editor), byte ${offsets[2]}\nwarning tornTail`);
    expect(stdout).toContain(
      `        line 4 (5 in an editor), byte ${offsets[4]}\nDAMAGED: 1 line, warnings of 2 kinds`,
    );
    expect(stdout).toContain(damaged);
    expect(code).toBe(1);
  });

  it("verify --json prints the scan without leases and generations", async () => {
    const { stdout, code } = await lj(damaged, "verify", "--json");
    const report: unknown = JSON.parse(stdout);
    expect(report).toMatchObject({
      damaged: true,
      exists: true,
      path: damaged,
      engine,
      bytes: Buffer.byteLength(damagedText),
      lines: 5,
      entries: 3,
      live: 1,
      nextSeq: 8,
      ops: { ACQUIRE: 1, REFUSE: 1, _CORRUPT: 1 },
      corrupt: { count: 1, first: [{ line: 1 }] },
      nonObjects: { count: 1, first: [{ line: 2 }] },
      tornTail: { line: 4, terminated: false },
      illFormedUtf8: none,
      repeatedKeys: none,
      oddSeq: none,
      heartbeatBack: none,
      strayEnd: none,
    });
    expect(report).not.toHaveProperty("leases");
    expect(code).toBe(1);
  });

  it("verify says how much is checked, names the stretches of wrong check values, and exits with 1", async () => {
    const first = checkedLines(Buffer.alloc(0), '{"op": "HALT"}');
    const sound = Buffer.concat([first, checkedLines(first, '{"op": "REFUSE"}')]);
    const said = await lj(writeJournal(`checked-${engine}.jsonl`, sound), "verify");
    expect(said.stdout).toContain(`checks  values 2, covering ${sound.lastIndexOf(", ")} of ${sound.length} bytes\n`);
    expect(said.code).toBe(0);
    sound.write("HULT", 8);
    const { stdout, code } = await lj(writeJournal(`wrong-${engine}.jsonl`, sound), "verify");
    const stretch = `line 0 (1 in an editor), byte 0 and line 0 (1 in an editor), byte ${first.length - 1}`;
    expect(stdout).toContain(
      `DAMAGE  badChecks 1: a check value is wrong; bytes were changed, lost or moved between\n`,
    );
    expect(stdout).toContain(`        ${stretch}\nDAMAGED: 1 stretch, no warnings; lines and bytes`);
    expect(code).toBe(1);
  });

  it("a torn tail without its LF is a warning: verify exits with 0", async () => {
    const torn = writeJournal(`torn-${engine}.jsonl`, '{"op":"HALT"}\n{"op"');
    const { stdout, code } = await lj(torn, "verify");
    expect(stdout).toContain("warning tornTail");
    expect(stdout).toContain("sound: no damage, warnings of 1 kind");
    expect(code).toBe(0);
  });

  it("a torn tail with its LF is damage: verify exits with 1", async () => {
    const torn = writeJournal(`terminated-${engine}.jsonl`, '{"op":"HALT"}\n{"op"\n');
    const { stdout, code } = await lj(torn, "verify");
    expect(stdout).toContain("DAMAGE  tornTail");
    expect(code).toBe(1);
  });

  it("verify warns about each oddity by its name and exits with 0", async () => {
    const beat = (ts: string): string => `{"op":"HEARTBEAT","lane":"a","loop_ts":"t","heartbeat_at":"${ts}"}`;
    const lines = ['{"op":"ACQUIRE","lane":"a","loop_ts":"t"}', beat("2026-02"), beat("2026-01")];
    const text = [...lines, '{"op":"HALT","seq":0.5}', '{"op":"HALT","op":"HALT"}', '{"op":"\xff"}', ""].join("\n");
    const odd = writeJournal(`odd-${engine}.jsonl`, Buffer.from(text, "latin1"));
    const { stdout, code } = await lj(odd, "verify");
    expect(stdout.match(/^warning \w+ \d+/gm)).toEqual([
      "warning illFormedUtf8 1",
      "warning repeatedKeys 1",
      "warning oddSeq 1",
      "warning heartbeatBack 1",
    ]);
    expect(stdout).toMatch(/^sound: no damage, warnings of 4 kinds; /m);
    expect(code).toBe(0);
  });

  it("verify notes each irregularity by its name and exits with 0", async () => {
    const about = (op: string, rest: object) => JSON.stringify({ op, lane: "a", loop_ts: "t", ...rest });
    const lines = [
      about("RELEASE", { seq: 2, ts: "2026-01-01T00:00:02Z" }),
      about("HEARTBEAT", { seq: 1, ts: "2026-01-01T00:00:01Z" }),
      about("ACQUIRE", { seq: 3, reason: "REFUSED: held" }),
      about("ACQUIRE", { loop_ts: "u" }),
    ];
    const { stdout, code } = await lj(writeJournal(`notes-${engine}.jsonl`, `${lines.join("\n")}\n`), "verify");
    expect(stdout.match(/^note +\w+ \d+/gm)).toEqual([
      "note    seqBack 1",
      "note    tsBack 1",
      "note    strayEnd 1",
      "note    strayBeat 1",
      "note    refusedAcquire 1",
      "note    sharedLane 2",
    ]);
    expect(stdout).toMatch(/^sound: no damage, no warnings, notes of 6 kinds; /m);
    expect(code).toBe(0);
  });

  it("verify lists 1,000 places of a kind and counts the rest", async () => {
    const many = writeJournal(`many-${engine}.jsonl`, "[]\n".repeat(1_003));
    const { stdout } = await lj(many, "verify");
    expect(stdout.match(/^ +line \d+ \(\d+ in an editor\), byte \d+$/gm)).toHaveLength(1_000);
    expect(stdout).toContain("and 3 more");
  });
});

function byteLength(lines: readonly string[]): number {
  return Buffer.byteLength(lines.map((line) => `${line}\n`).join(""));
}
