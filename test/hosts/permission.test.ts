// Runs the built package under Node's permission model with access to the journal's folder: everything a writer needs
// must work.
import { spawnSync } from "node:child_process";
import { mkdirSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../contract/journals.js";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Node 20 calls the flag experimental. */
const flag = process.allowedNodeEnvironmentFlags.has("--permission") ? "--permission" : "--experimental-permission";

const everything = `
  const lj = require(${JSON.stringify(root)});
  const journal = process.argv[2];
  const leases = lj.openLeases(journal, { owner: "agent-7" });
  const granted = leases.acquire({ lane: "docs" }).ok;
  const refused = !leases.acquire({ lane: "docs" }).ok;
  const live = lj.replay(journal).length;
  const opened = lj.openJournal(journal);
  opened.append({ op: "HALT" });
  const { entriesBefore, entriesAfter } = opened.compact();
  opened.close();
  leases.close();
  const { engine, reason } = lj.explainEngine();
  console.log(JSON.stringify({ granted, refused, live, compacted: entriesBefore > entriesAfter, engine, reason }));`;

const appendAndCompact = `
  const lj = require(${JSON.stringify(root)});
  const opened = lj.openJournal(process.argv[2]);
  const { op } = opened.append({ op: "HALT" });
  let code = "compacted";
  try { opened.compact(); } catch (error) { code = error.code; }
  console.log(JSON.stringify({ op, code, left: lj.readAll(process.argv[2]).length }));`;

const journalIn = (folder: string): string => path.join(folder, "work", "journal.jsonl");

function runIn(folder: string, mask: string, program = everything, more: string[] = []) {
  const journal = journalIn(folder);
  mkdirSync(path.dirname(journal), { recursive: true });
  const script = path.join(folder, "program.cjs");
  writeFileSync(script, program);
  const allowed = [flag, ...more, "--allow-fs-read=*", `--allow-fs-write=${path.dirname(journal)}/`];
  const args = ["-c", `umask ${mask}; exec "$0" "$@"`, process.execPath, ...allowed, script, journal];
  const { status, stdout, stderr } = spawnSync("sh", args, { encoding: "utf8" });
  return { journal, status, stderr, found: stdout === "" ? stdout : JSON.parse(stdout) };
}

describe.skipIf(process.platform === "win32")("under the permission model", () => {
  it.each(["022", "077"])("leases, appends and compactions work with umask %s on the TypeScript engine", (mask) => {
    const { journal, status, stderr, found } = runIn(temporaryFolder(), mask);
    expect({ status, stderr: status === 0 ? "" : stderr }).toEqual({ status: 0, stderr: "" });
    expect(found).toEqual({
      ...{ granted: true, refused: true, live: 1, compacted: true, engine: "js" },
      reason: expect.stringContaining("loading addons is disabled"),
    });
    expect(statSync(journal).mode & 0o777).toBe(0o666 & ~Number.parseInt(mask, 8));
  });

  it("leases, appends and compactions work on the native engine if addons are allowed", () => {
    const { status, stderr, found } = runIn(temporaryFolder(), "022", everything, ["--allow-addons"]);
    expect({ status, stderr: status === 0 ? "" : stderr }).toEqual({ status: 0, stderr: "" });
    expect(found).toMatchObject({ granted: true, refused: true, live: 1, compacted: true, engine: "native" });
  });

  it("a journal that others may read is appended to under a narrow umask, but not compacted to a narrower mode", () => {
    const folder = temporaryFolder();
    mkdirSync(path.join(folder, "work"));
    writeFileSync(journalIn(folder), '{"op": "HALT"}\n{"op": "HALT"}\n', { mode: 0o644 });
    const { status, stderr, found, journal } = runIn(folder, "077", appendAndCompact);
    expect({ status, stderr: status === 0 ? "" : stderr }).toEqual({ status: 0, stderr: "" });
    expect(found).toEqual({ op: "HALT", code: "ERR_COMPACTION_FAILED", left: 3 });
    expect(statSync(journal).mode & 0o777).toBe(0o644);
  });
});
