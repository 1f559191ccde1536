// Checks that `lj lock` of the executable prints about every kind of lock what the JavaScript command prints.

import { spawnSync } from "node:child_process";
import { chownSync, mkdirSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { uptime } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { acquireLock } from "../../src/lock/lock.js";
import { type LockFields, releasedLine } from "../../src/lock/text.js";
import { main } from "../cli/command.js";
import { makePlace, missingPid, ownText, type Place, referenceText, stampAgo, writeLock } from "../lock/place.js";
import { answerAlone, answerInScript, executable, type Outcome, runProgram } from "./executable.js";

afterEach(() => {
  vi.unstubAllEnvs();
});

const agePattern = /\b(\d+)( s ago)|("ageSeconds": )(\d+)/;

function ageIn({ stdout }: Outcome): number {
  const [, ago, , , seconds] = agePattern.exec(stdout) ?? [];
  return Number(ago ?? seconds ?? 0);
}

function withoutAge(outcome: Outcome): Outcome {
  return { ...outcome, stdout: outcome.stdout.replace(agePattern, "$2$3") };
}

async function answerOfCommand(args: readonly string[]): Promise<Outcome> {
  const outcome = await answerInScript([...args, "--engine", "native"]);
  if (outcome === undefined) throw new Error(`lj ${args.join(" ")}: expected an answer, found a failure`);
  return outcome;
}

/** The executable runs between two calls of the command, so its age is one of theirs or between them. */
async function expectSame({ folder, journal }: Place): Promise<void> {
  for (const args of [
    ["lock", journal],
    ["lock", "--json", journal],
  ]) {
    const before = await answerOfCommand(args);
    const found = answerAlone([args], folder)[0];
    const after = await answerOfCommand(args);
    if (found === undefined) throw new Error(`lj ${args.join(" ")}: expected an answer of the executable itself`);
    expect(withoutAge(found)).toEqual(withoutAge(before));
    expect(ageIn(found)).toBeGreaterThanOrEqual(ageIn(before));
    expect(ageIn(found)).toBeLessThanOrEqual(ageIn(after));
  }
}

/** Compares two processes, which describe a lock whose age does not show. */
function expectHandedOver({ folder, journal }: Place): void {
  const args = ["lock", journal];
  expect(answerAlone([args], folder)).toEqual([undefined]);
  const expected = runProgram([process.execPath, main, ...args]);
  expect(withoutAge(runProgram([executable, ...args]))).toEqual(withoutAge(expected));
}

type Texts = readonly [name: string, text: string][];

const own = (fields: Partial<LockFields> = {}): string => ownText(fields);

/** The executable reads these itself. */
const texts: Texts = [
  ["a living process", own()],
  ["a dead process", own({ pid: missingPid })],
  ["a later process with the same pid", own({ start: "1" })],
  ["a process before the last boot", own({ bootId: "another" })],
  ["a process of another host", own({ bootId: "another", host: "elsewhere" })],
  ["a process in another namespace", own({ namespace: "pid:[1] time:[2]" })],
  ["a process without a start", own({ start: "" })],
  ["a pid that no process has", own({ pid: 0 })],
  ["a holder that released it", own() + releasedLine],
  ["an old stamp and an uptime", own({ acquiredAt: stampAgo(4000), uptime: (uptime() - 50).toFixed(2) })],
  ["a file linked again after its stamp", own({ acquiredAt: stampAgo(20), uptime: (uptime() - 20).toFixed(2) })],
  ["an old stamp without an uptime", own({ acquiredAt: stampAgo(4000), uptime: "" })],
  ["a stamp without seconds", own({ acquiredAt: "2026-06-01T14:03Z", bootId: "", uptime: "" })],
  ["a stamp in the future", own({ acquiredAt: "2100-01-01T00:00:00Z", bootId: "" })],
  ["a text that is no stamp", own({ acquiredAt: "soon\u202e", bootId: "" })],
  ["an uptime in the future", own({ uptime: "99999999999.5" })],
  ["a label of other characters", own({ owner: "m\u00e9morable \u001b[2J \ud83d\ude00:17" })],
  ["white space around the values", own({ owner: "\u00a0\u3000 agent \ufeff", host: "\t\u2003" })],
  ["a repeated line", `${own()}owner: other\npid: 1\n`],
  ["the reference, new", referenceText("agent-1", 5)],
  ["the reference, old", referenceText("agent-1", 4000)],
  ["an empty file", ""],
  ["half a file", own().slice(0, 60)],
  ["a line without a colon", `owner\n${own()}`],
  ["something that is no lock", "hello\nworld\n"],
  ["too long a file", own() + "x".repeat(20_000) + "\nreleased: yes\n"],
];

describe("the executable and the command describe alike a lock that holds", () => {
  it.each(texts)("%s", async (_, text) => {
    const place = makePlace();
    writeFileSync(place.journal, "");
    writeLock(place, text);
    await expectSame(place);
  });

  it("a file of which only its time of change is known", async () => {
    const place = makePlace();
    writeFileSync(place.lock, "");
    utimesSync(place.lock, 1_000_000, 1_000_000.25);
    await expectSame(place);
  });
});

describe("the executable and the command describe alike a lock that is", () => {
  it("acquired by this process", async () => {
    const place = makePlace();
    const held = acquireLock(place.journal, { label: "agent" });
    await expectSame(place);
    held.release();
    await expectSame(place);
  });

  it("named by the environment", async () => {
    const place = makePlace();
    const other = { ...place, lock: join(place.folder, "other.lock") };
    writeLock(other, own());
    for (const named of [other.lock, `${place.folder}/.//none.lock`]) {
      vi.stubEnv("DISPATCH_LANE_LEASE_LOCK_PATH", named);
      await expectSame(place);
    }
  });
});

describe("the executable hands over a lock that is", () => {
  it("of a symbolic link", () => {
    const place = makePlace();
    mkdirSync(join(place.folder, "target"));
    writeFileSync(join(place.folder, "target", "journal.jsonl"), "");
    symlinkSync("target/journal.jsonl", place.journal);
    expectHandedOver(place);
    writeLock({ ...place, lock: join(place.folder, "target", ".lane-lease.lock") }, own());
    expectHandedOver(place);
  });

  it.runIf(process.getuid?.() === 0)("of another user", () => {
    const place = makePlace();
    writeLock(place, own({ pid: missingPid }));
    chownSync(place.lock, 12_345, 12_345);
    expectHandedOver(place);
  });

  it("not a regular file, or not UTF-8", () => {
    const [folder, odd, pipe] = [makePlace(), makePlace(), makePlace()];
    mkdirSync(folder.lock);
    writeFileSync(odd.lock, Buffer.from([0xff, 0x0a]));
    expect(spawnSync("mkfifo", [pipe.lock]).status).toBe(0);
    for (const place of [folder, odd, pipe]) expectHandedOver(place);
  });
});
