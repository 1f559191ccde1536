// Checks what every engine makes of files that users have at the path of the journal, through every call and verb.
import { existsSync, readdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  append,
  compactJournal,
  type Entry,
  entries,
  follow,
  JournalError,
  leaseGenerations,
  nextSeq,
  openJournal,
  openLeases,
  readAll,
  replay,
  replayAsync,
  scan,
  tail,
} from "../../src/index.js";
import { createAppender } from "../../src/write/append.js";
import { runCommand } from "../cli/command.js";
import { engineNamed } from "../compact/compacting.js";
import { writeJournal } from "../contract/journals.js";
import { engines } from "../support/engines.js";
import { damagedCases, type ForeignCase, foreignCases, hollowCases } from "./files.js";

const request: Entry = { op: "ACQUIRE", lane: "new", loop_ts: "T9", lease: { lane: "new", loop_ts: "T9" } };

async function codeOf(call: () => unknown): Promise<string> {
  try {
    await call();
  } catch (error) {
    return error instanceof JournalError ? error.code : String(error);
  }
  return "no error";
}

describe.each(engines)("the %s engine", (engine) => {
  const calls: readonly (readonly [name: string, call: (path: string) => unknown])[] = [
    ["replay", (path) => replay(path, { engine })],
    ["replay up to a bound", (path) => replay(path, { engine, until: { line: 1 } })],
    ["replay up to a bound before the first line", (path) => replay(path, { engine, until: { offset: 0 } })],
    ["replayAsync", (path) => replayAsync(path, { engine })],
    ["leaseGenerations", (path) => leaseGenerations(path, { engine })],
    ["nextSeq", (path) => nextSeq(path, { engine })],
    ["append", (path) => createAppender(() => engineNamed(engine))(request, path)],
    ["append of a numbered entry", (path) => createAppender(() => engineNamed(engine))({ ...request, seq: 9 }, path)],
    ["compactJournal", (path) => compactJournal(path, { engine })],
    ["replay of an open journal", (path) => openJournal(path, { engine }).replay()],
    ["generations of an open journal", (path) => openJournal(path, { engine }).generations()],
    ["nextSeq of an open journal", (path) => openJournal(path, { engine }).nextSeq()],
    ["append of an open journal", (path) => openJournal(path, { engine }).append(request)],
    ["appendAsync of an open journal", (path) => openJournal(path, { engine }).appendAsync(request)],
    ["transact of an open journal", (path) => openJournal(path, { engine }).transact(() => request)],
    ["compact of an open journal", (path) => openJournal(path, { engine }).compact()],
    ["acquire", (path) => openLeases(path, { engine, owner: "anna" }).acquire({ lane: "new" })],
    ["live", (path) => openLeases(path, { engine, owner: "anna" }).live()],
    ["health", (path) => openLeases(path, { engine, owner: "anna" }).health()],
    ["follow", (path) => follow(path, { engine }).next()],
  ];

  it.each(foreignCases)(
    "refuses $name in every call that reads leases or writes, and leaves it alone",
    async (file) => {
      const path = writeJournal(file.bytes);
      const codes: { [name: string]: string } = {};
      for (const [name, call] of calls) codes[name] = await codeOf(() => call(path));
      expect(codes).toEqual(Object.fromEntries(calls.map(([name]) => [name, "ERR_NOT_A_JOURNAL"])));
      expect(readFileSync(path).equals(file.bytes)).toBe(true);
      expect(readdirSync(dirname(path))).toEqual(["journal.jsonl"]);
    },
  );

  it.each(foreignCases)("says what $name looks like", ({ bytes, looksLike }) => {
    const path = writeJournal(bytes);
    expect(() => replay(path, { engine })).toThrow(expect.objectContaining({ path }));
    expect(() => replay(path, { engine })).toThrow(looksLike);
  });

  it.each(foreignCases)("reports in a scan that $name is not a journal", ({ bytes }) => {
    const path = writeJournal(bytes);
    expect(scan(path, { engine })).toMatchObject({ isJournal: false, leases: [] });
    expect(openJournal(path, { engine }).scan()).toMatchObject({ isJournal: false });
  });

  it.each(foreignCases)("still reads the entries of $name, all of which are sentinels", ({ bytes }) => {
    const path = writeJournal(bytes);
    const found = readAll(path, { engine });
    expect(found.every(({ op }) => op === "_CORRUPT")).toBe(true);
    expect([...entries(path, { engine })]).toEqual(found);
    expect(tail(5, path, { engine })).toEqual(found.slice(-5));
  });

  it.each(hollowCases)("reads $name as an empty journal", ({ bytes }) => {
    const path = writeJournal(bytes);
    expect(replay(path, { engine })).toEqual([]);
    expect(scan(path, { engine })).toMatchObject({ isJournal: true, corrupt: { count: 0 } });
    const journal = openJournal(path, { engine });
    journal.compact();
    expect(readFileSync(path).toString()).toBe("");
    writeFileSync(path, bytes);
    journal.append(request);
    expect(journal.replay()).toEqual([request["lease"]]);
  });

  it.each(damagedCases)("keeps the leases beside $name", ({ bytes, lanes, sentinels, tornTail }) => {
    const path = writeJournal(bytes);
    const found = scan(path, { engine });
    expect(found.leases.map(({ lane }) => lane)).toEqual(lanes);
    expect(found).toMatchObject({ isJournal: true, corrupt: { count: sentinels } });
    if (tornTail === null) expect(found.tornTail).toBeNull();
    else expect(found.tornTail).toMatchObject(tornTail);
    expect(replay(path, { engine })).toEqual(found.leases);
    openJournal(path, { engine }).append(request);
    expect(readFileSync(path).subarray(0, bytes.length).equals(bytes)).toBe(true);
    expect(readAll(path, { engine }).at(-1)).toMatchObject(request);
    expect(replay(path, { engine }).map(({ lane }) => lane)).toEqual([...lanes, "new"]);
  });

  it.each(damagedCases)("keeps every unreadable line in a compaction beside $name", ({ bytes, ...expected }) => {
    const path = writeJournal(bytes);
    const leases = replay(path, { engine });
    compactJournal(path, { engine });
    const found = scan(path, { engine });
    const damaged = expected.sentinels + (expected.tornTail?.damaged === true ? 1 : 0);
    expect(found).toMatchObject({ leases, tornTail: null, corrupt: { count: 0 } });
    expect(found.ops["_CORRUPT"] ?? 0).toBe(damaged);
  });

  it("keeps lines that are not objects in a compaction, in their places", () => {
    const stored = '{"_line": 0, "_raw": "old", "op": "_CORRUPT"}';
    const path = writeJournal(`[1, 2]\n${JSON.stringify(request)}\nbad\n 17 \n"last"`);
    compactJournal(path, { engine });
    const kept = () => readAll(path, { engine }).filter(({ op }) => op === "_CORRUPT");
    const unread = ["[1, 2]", "bad", "17", '"last"'];
    expect(kept().map(({ _raw }) => _raw)).toEqual(unread);
    expect(kept().map(({ _line }) => _line)).toEqual([0, 2, 3, 4]);
    writeFileSync(path, `${stored}\n[1, 2]\n${JSON.stringify(request)}\nbad\n 17 \n${stored}\n"last"`);
    compactJournal(path, { engine });
    expect(kept().map(({ _raw }) => _raw)).toEqual(["old", "[1, 2]", "bad", "17", "old", '"last"']);
    expect(replay(path, { engine })).toEqual([request["lease"]]);
  });

  it("keeps more lines that are not entries in a compaction than a scan lists", () => {
    const path = writeJournal(`${JSON.stringify(request)}\n${"17\nbad\n".repeat(1100)}18`);
    compactJournal(path, { engine });
    const raws = readAll(path, { engine }).map(({ _raw }) => _raw);
    expect(raws.slice(1)).toEqual([...Array.from({ length: 1100 }, () => ["17", "bad"]).flat(), "18"]);
  });

  it("counts a stored sentinel as an entry", () => {
    const path = writeJournal('{"op": "_CORRUPT", "_raw": "x", "_line": 0}\nbad\nworse\n');
    expect(replay(path, { engine })).toEqual([]);
    expect(scan(path, { engine }).isJournal).toBe(true);
  });

  it("looks beyond `until` for an entry before it refuses a file", () => {
    const path = writeJournal(`bad\n17\n${JSON.stringify(request)}\n`);
    expect(replay(path, { engine, until: { line: 2 } })).toEqual([]);
    expect(replay(path, { engine, until: { line: 0 } })).toEqual([]);
    expect(scan(path, { engine, until: { line: 2 } }).isJournal).toBe(false);
  });

  it.each(["replaced", "rewritten"])(
    "detects in an open journal that its file was %s by another process",
    async (how) => {
      const [first, second]: readonly ForeignCase[] = foreignCases;
      const other = how === "replaced" ? first : second;
      const path = writeJournal(`${JSON.stringify(request)}\n`);
      const journal = openJournal(path, { engine });
      journal.append({ op: "HALT" });
      if (how === "replaced") truncateSync(path, 0);
      writeFileSync(path, other?.bytes ?? "");
      expect(await codeOf(() => journal.replay())).toBe("ERR_NOT_A_JOURNAL");
      expect(await codeOf(() => journal.append(request))).toBe("ERR_NOT_A_JOURNAL");
      writeFileSync(path, `${JSON.stringify(request)}\n`);
      expect(journal.replay()).toHaveLength(1);
    },
  );

  // One file that looks damaged and one that does not; running every verb on all of them would start too many
  // processes.
  const shown = ["a compressed journal", "a JSON array"];

  it.each(foreignCases.filter(({ name }) => shown.includes(name)))(
    "runs no verb but verify on $name",
    async ({ bytes, looksLike }) => {
      const path = writeJournal(bytes);
      const given = ["--engine", engine, "--journal", path];
      for (const verb of ["replay", "seq", "tail", "compact"]) {
        const { code, stdout, stderr } = await runCommand([verb, ...given]);
        expect([verb, code, stdout]).toEqual([verb, 3, ""]);
        expect(stderr).toContain("is not a journal");
      }
      const verified = await runCommand(["verify", ...given]);
      expect(verified).toMatchObject({ code: 1, stderr: "" });
      expect(verified.stdout).toContain("DAMAGED: not a journal");
      const inJson: unknown = JSON.parse((await runCommand(["verify", "--json", ...given])).stdout);
      expect(inJson).toMatchObject({ isJournal: false, damaged: true });
      const doctor = await runCommand(["doctor", ...given]);
      expect(doctor.code).toBe(3);
      expect(doctor.stdout).toMatch(/ATTENTION +journal: .* is not a journal/);
      expect(verified.stdout + doctor.stdout).toContain(JSON.stringify(looksLike).slice(1, 12));
      expect(readFileSync(path).equals(bytes)).toBe(true);
    },
    120_000,
  );

  it.each(damagedCases.slice(0, 2))(
    "judges $name in verify",
    async ({ bytes, tornTail }) => {
      const path = writeJournal(bytes);
      const { code } = await runCommand(["verify", "--engine", engine, "--journal", path]);
      expect(code).toBe(tornTail?.damaged === true ? 1 : 0);
    },
    60_000,
  );
});

it("saves no snapshot of a file that is not a journal", () => {
  const path = writeJournal("17\n".repeat(400_000));
  expect(() => replay(path, { snapshot: true })).toThrow("is not a journal");
  expect(existsSync(join(dirname(path), ".journal.jsonl.snapshot"))).toBe(false);
});

it("refuses to append to a file that is not a journal by default", async () => {
  expect(await codeOf(() => append(request, writeJournal("17\n")))).toBe("ERR_NOT_A_JOURNAL");
});
