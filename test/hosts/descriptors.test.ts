// Runs the built package in processes that have few file descriptors left, or none: each form of a read on each engine
// must answer, or fail with one error.
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { acquire, writeLines } from "../contract/journals.js";

const root = fileURLToPath(new URL("../..", import.meta.url));

/**
 * Opens descriptors until `left` are free, runs the calls and prints the result of each; then closes the descriptors.
 */
const program = `
  const fs = require("node:fs");
  const [journal, left, warm, engine] = process.argv.slice(2);
  const lj = require("lane-journal");
  const options = { engine };
  const forms = {
    replay: () => lj.replay(journal, options),
    replayAsync: () => lj.replayAsync(journal, options),
    scan: () => lj.scan(journal, options),
    scanAsync: () => lj.scanAsync(journal, options),
    readAll: () => lj.readAll(journal, options),
    tail: () => lj.tail(1, journal, options),
    until: () => lj.replay(journal, { ...options, until: { line: 1 } }),
  };
  const outcome = async (call) => {
    try { await call(); return "answers"; }
    catch (error) { return error instanceof lj.JournalError ? error.code : String(error); }
  };
  (async () => {
    if (warm === "warm") for (const call of Object.values(forms)) await call();
    if (warm === "warm") lj.explainEngine();
    const held = [];
    try { for (;;) held.push(fs.openSync("/dev/null")); } catch (error) { if (error.code !== "EMFILE") throw error; }
    for (let i = 0; i < Number(left); i++) fs.closeSync(held.pop());
    const outcomes = {};
    for (const [name, call] of Object.entries(forms)) outcomes[name] = await outcome(call);
    const written = await outcome(() => lj.openJournal(journal + ".new", { lockWaitMs: 0 }).append({ op: "HALT" }));
    for (const fd of held) fs.closeSync(fd);
    const after = await outcome(() => forms.replay());
    console.log(JSON.stringify({ outcomes, written, after }));
  })();`;

interface Outcomes {
  outcomes: { [form: string]: string };
  written: string;
  after: string;
}

function runWith(engine: string, left: number, warm: "warm" | "cold"): Outcomes {
  const journal = writeLines(acquire("a"), acquire("b"));
  const script = path.join(path.dirname(journal), "descriptors.cjs");
  writeFileSync(script, program.replace('require("lane-journal")', `require(${JSON.stringify(root)})`));
  const command = `ulimit -n 64; exec "$0" "$@"`;
  const args = ["-c", command, process.execPath, script, journal, String(left), warm, engine];
  const child = spawnSync("sh", args, { cwd: root, encoding: "utf8" });
  if (child.status !== 0) throw new Error(`${engine}, ${left} left: exit code ${child.status}\n${child.stderr}`);
  return JSON.parse(child.stdout);
}

describe.each(["native", "js"])("the %s engine", (engine) => {
  it("answers in every form with one descriptor left", () => {
    const { outcomes, after } = runWith(engine, 1, "warm");
    expect(new Set(Object.values(outcomes))).toEqual(new Set(["answers"]));
    expect(after).toBe("answers");
  });

  it("fails with ERR_JOURNAL_UNREADABLE in every form with none left, and answers once some are free", () => {
    const { outcomes, after, written } = runWith(engine, 0, "warm");
    expect(new Set(Object.values(outcomes))).toEqual(new Set(["ERR_JOURNAL_UNREADABLE"]));
    expect(written).toMatch(/^ERR_(JOURNAL_UNREADABLE|LOCK_FAILED|PATH_REFUSED)$/);
    expect(after).toBe("answers");
  });
});

describe("a process that has only loaded the package", () => {
  it.each(["auto", "js"])("fails in one way without a descriptor on engine %s, and recovers", (engine) => {
    const { outcomes, written, after } = runWith(engine, 0, "cold");
    expect(new Set([...Object.values(outcomes), written])).toEqual(new Set(["ERR_JOURNAL_UNREADABLE"]));
    expect(after).toBe("answers");
  });

  it("gets an error that the native engine is not available, and can load it later", () => {
    const { outcomes, after } = runWith("native", 0, "cold");
    expect(new Set(Object.values(outcomes))).toEqual(new Set(["ERR_ENGINE_UNAVAILABLE"]));
    expect(after).toBe("answers");
  });
});
