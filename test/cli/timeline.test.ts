// Tests what `lj timeline` draws of the example journal and of made ones, on both engines, and which files it writes.
import { existsSync, linkSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { engines } from "../support/engines.js";
import { pathOf, runCommand, writeJournal } from "./command.js";

const incident = fileURLToPath(new URL("../../examples/incident.jsonl", import.meta.url));
const at = (time: string): string => `2026-06-01T${time}Z`;
const msOf = (time: string): number => Date.parse(at(time));

function acquire(time: string, lane: string, holder: string, loop = time): object {
  return { op: "ACQUIRE", ts: at(time), lane, loop_ts: loop, lease: { lane, loop_ts: loop, holder } };
}

function end(op: string, time: string, lane: string, loop: string): object {
  return { op, ts: at(time), lane, loop_ts: loop };
}

function write(name: string, ...entries: object[]): string {
  return writeJournal(name, entries.map((entry, i) => `${JSON.stringify({ seq: i + 1, ...entry })}\n`).join(""));
}

describe.each(engines)("on the %s engine, lj timeline", (engine) => {
  it("draws the example in 80 columns", async () => {
    const { stdout, code } = await runCommand(["timeline", incident, "--engine", engine]);
    expect({ stdout, code }).toMatchInlineSnapshot(`
      {
        "code": 0,
        "stdout": "2026-06-01 13:30:00 – 15:30:00 UTC, 2 h

      docs   |[=...]                                                  [........]     |
      api    |      [========....!.........h...................x*==.................]|
      web    |                                         !                             |
      damage |                             ?????????????                             |
              13:30            14:00             14:30             15:00

              = to the last sign of life   . silent   * odd   h HALT   [ begin
              ] released   x scavenged   ! refused   ? damage
      ",
      }
    `);
    expect(Math.max(...stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  it("--json tells what the chart is made of", async () => {
    const { stdout, code } = await runCommand(["timeline", incident, "--json", "--engine", engine]);
    expect(code).toBe(0);
    const timeline: unknown = JSON.parse(stdout);
    expect(timeline).toMatchObject({
      from: msOf("13:30:00"),
      to: msOf("15:30:00"),
      omitted: 0,
      lanes: [
        {
          lane: "docs",
          rows: 1,
          bars: [
            { how: "released", beginSeq: 1 },
            { how: "released", beginSeq: 17 },
          ],
        },
        {
          lane: "api",
          bars: [
            {
              row: 0,
              from: msOf("13:41:10"),
              lastSign: msOf("13:56:00"),
              to: msOf("14:53:00"),
              how: "scavenged",
              holders: ["agent-7"],
              by: "supervisor",
              isUncertain: true,
            },
            { how: "released", holders: ["agent-9", "agent-11"], token: 3 },
          ],
          marks: [
            { kind: "refused", seq: 9, holder: "agent-9", blockers: [{ lane: "api", beginLine: 3 }], grantedLine: 13 },
            { kind: "halted", seq: 10, handle: "4711" },
            { kind: "odd", seq: 14, remark: "lateBeat" },
            { kind: "adopted", seq: 15, holder: "agent-11" },
            { kind: "odd", seq: 15, remark: "clockBack" },
          ],
        },
        { lane: "web", bars: [], marks: [{ kind: "refused", seq: 11, blockers: [{ lane: "api" }] }] },
      ],
      damage: [{ from: msOf("14:20:00"), to: msOf("14:40:00"), firstLine: 10, lastLine: 10, lines: 1 }],
      folds: [],
    });
  });
});

describe("lj timeline", () => {
  it("folds idle time, shows two holders, and what was acquired again", async () => {
    const path = write(
      "fold.jsonl",
      acquire("08:00:00", "api", "a"),
      acquire("08:20:00", "api", "b"),
      end("RELEASE", "08:40:00", "api", "08:00:00"),
      end("SCAVENGE", "09:00:00", "api", "08:20:00"),
      acquire("16:00:00", "web", "c"),
      acquire("16:30:00", "web", "d", "16:00:00"),
      end("RELEASE", "17:00:00", "web", "16:00:00"),
    );
    const { stdout } = await runCommand(["timeline", path]);
    expect(stdout).toMatchInlineSnapshot(`
      "2026-06-01 08:00:00 – 17:00:00 UTC, 9 h

      api |[..........[##########]...........x  ~                                    |
      web |                                     ~ [................>................]|
           08:00            08:30            09:00                 16:30

           . silent   # two holders   [ begin   ] released   > acquired again
           x scavenged   ~ folded time
           ~ 6 h 56 m, 2026-06-01 09:01:48 – 15:58:12: no lease was held
      "
    `);
  });

  it("shows a part of the time and one lane", async () => {
    const args = ["timeline", incident, "--lane", "docs", "--from", at("15:00"), "--to", at("15:30"), "--json"];
    const { stdout } = await runCommand(args);
    const timeline: unknown = JSON.parse(stdout);
    expect(timeline).toMatchObject({ from: msOf("15:00:00"), lanes: [{ lane: "docs", bars: [{ beginSeq: 17 }] }] });
  });

  it("says that nothing fits", async () => {
    const path = write("one.jsonl", acquire("08:00:00", "api", "a"));
    const { stdout, stderr, code } = await runCommand(["timeline", path, "--lane", "none"]);
    expect({ stdout, code }).toEqual({ stdout: "", code: 0 });
    expect(stderr).toContain("nothing in the journal");
  });

  it("--chrome writes trace events with a thread for each row", async () => {
    const { stdout } = await runCommand(["timeline", incident, "--chrome", "-"]);
    const trace: unknown = JSON.parse(stdout);
    expect(trace).toEqual({
      displayTimeUnit: "ms",
      traceEvents: expect.arrayContaining([
        { ph: "M", pid: 1, name: "process_name", args: { name: "incident.jsonl" } },
        { ph: "M", pid: 1, tid: 2, name: "thread_name", args: { name: "api" } },
        expect.objectContaining({
          ...{ ph: "X", pid: 1, tid: 2, cat: "scavenged", name: "agent-7, scavenged" },
          ...{ ts: msOf("13:41:10") * 1000, dur: (msOf("14:53:00") - msOf("13:41:10")) * 1000 },
        }),
        expect.objectContaining({ ph: "X", tid: 2, name: "silent", ts: msOf("13:56:00") * 1000 }),
        expect.objectContaining({ ph: "i", tid: 2, cat: "refused", ts: msOf("14:03:12") * 1000 }),
        expect.objectContaining({ ph: "i", s: "g", name: "damage" }),
      ]),
    });
  });

  it("--svg writes a picture in which text is escaped", async () => {
    const hostile = `<script>alert(1)</script>"&\u202e\u0000`;
    const path = write("hostile.jsonl", acquire("08:00:00", hostile, hostile), end("RELEASE", "09:00:00", "x", "y"));
    const { stdout } = await runCommand(["timeline", path, "--svg", "-"]);
    expect(stdout).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg"/);
    expect(stdout).not.toContain("<script");
    expect(stdout).toContain("&lt;script&gt;alert(1)&lt;/script&gt;&quot;&amp;\\u202e\\u0000");
  });

  it("--html writes the page, and --limit leaves out earlier episodes", async () => {
    const { stdout, stderr } = await runCommand(["timeline", incident, "--html", "-", "--limit", "1"]);
    expect(stdout).toMatch(/^<!doctype html>/);
    expect(stdout).toContain('"omitted":3');
    expect(stderr).toContain("3 earlier episodes are left out");
  });
});

describe("a file that lj timeline writes", () => {
  const entry = acquire("08:00:00", "api", "a");

  it("replaces the old one, keeps its mode, and leaves nothing beside it", async () => {
    const path = write("write.jsonl", entry);
    const file = pathOf("old.svg");
    writeFileSync(file, "old", { mode: 0o640 });
    const before = readdirSync(dirname(file)).length;
    const { code, stdout } = await runCommand(["timeline", path, "--svg", file]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
    expect(readFileSync(file, "utf8")).toMatch(/<\/svg>\n$/);
    expect(statSync(file).mode & 0o777).toBe(0o640);
    expect(readdirSync(dirname(file)).length).toBe(before);
  });

  it.each(["itself", "a link to it", "another name of it"])("is never the journal: %s", async (kind) => {
    const path = write(`journal-${kind}.jsonl`, entry);
    const file = kind === "itself" ? path : pathOf(`link to ${kind}`);
    if (kind === "a link to it") symlinkSync(path, file);
    if (kind === "another name of it") linkSync(path, file);
    const text = readFileSync(path, "utf8");
    const { code, stderr } = await runCommand(["timeline", path, "--html", file]);
    expect({ code, text: readFileSync(path, "utf8") }).toEqual({ code: 2, text });
    expect(stderr).toContain("is the journal itself");
  });

  it("is not written at the path of a journal that does not exist yet", async () => {
    const path = pathOf("none.jsonl");
    const { code } = await runCommand(["timeline", path, "--svg", path]);
    expect(code).toBe(2);
    expect(existsSync(path)).toBe(false);
  });

  it("is one of a kind", async () => {
    const { code, stderr } = await runCommand(["timeline", incident, "--svg", "-", "--html", "-"]);
    expect(code).toBe(2);
    expect(stderr).toContain("expected one of");
  });

  it("must be a regular file", async () => {
    const { code, stderr } = await runCommand(["timeline", incident, "--svg", "/dev/null"]);
    expect(code).toBe(3);
    expect(stderr).toContain("/dev/null");
  });
});
