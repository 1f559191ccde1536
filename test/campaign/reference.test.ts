// Writers that use the lock protocol and the lines of the reference share one journal with ours. Nothing may be lost,
// no lane may be granted twice, and our lines must equal theirs. The Python writers follow docs/format.md 8.
//   LANE_SOAK_REFERENCE_SECONDS  how long they write; default 15, with LANE_SOAK 60
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterEach, expect, test } from "vitest";
import { type Entry, formatLine, openLeases, readAll, replay } from "../../src/index.js";
import { Random } from "../generate/random.js";
import { chooseSeed } from "../generate/seed.js";
import { stampAgo } from "../lock/place.js";
import { type Child, chooseCount, killAll, readNow, startChild } from "./child/start.js";
import { judgeRound, readLedger } from "./kill-verdict.js";

const seconds = chooseCount("LANE_SOAK_REFERENCE_SECONDS", 15, 60);
const lanes = 5;
const killEveryMs = 1500;
const randomValues = 3000;

afterEach(killAll);

class Neighbourhood {
  readonly folder = mkdtempSync(path.join(tmpdir(), "lane-reference-"));
  readonly journal = path.join(this.folder, "journal.jsonl");
  readonly #lock = path.join(this.folder, ".lane-lease.lock");
  readonly #keeper = openLeases(this.journal, { owner: "keeper", lockWaitMs: 30_000 });
  readonly #random: Random;
  readonly theirs = new Map<string, Child>();
  readonly ours: Child[] = [];
  readonly told: string[] = [];
  kills = 0;
  #started = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  start(program: "reference.py" | "neighbour.mjs", secondsLeft: number): void {
    const name = `${program.slice(0, 1)}${this.#started++}`;
    const record = path.join(this.folder, `${name}.record`);
    const given = { journal: this.journal, lock: this.#lock, record, name, lanes, seconds: secondsLeft, retries: 5 };
    const child = startChild(program, { ...given, seed: this.#random.below(2 ** 31) });
    if (program === "reference.py") this.theirs.set(name, child);
    else this.ours.push(child);
  }

  /** Kills one of theirs while it holds the lock and makes the lock 400 s old, so that all writers want it at once. */
  async killHolder(): Promise<void> {
    for (const end = performance.now() + 1500; performance.now() < end; ) {
      const before = readNow(this.#lock) ?? "";
      const name = /^owner: (r\d+)\nacquired_at: .*\npid: \d+\n$/.exec(before)?.[1] ?? "";
      const child = this.theirs.get(name);
      if (child?.process.exitCode !== null) continue;
      child.process.kill("SIGKILL");
      this.theirs.delete(name);
      this.kills++;
      await child.exit;
      if (readNow(this.#lock) === before) {
        writeFileSync(this.#lock, before.replace(/^acquired_at: .*$/m, `acquired_at: ${stampAgo(400)}`));
      }
      this.#scavenge(name);
      return;
    }
  }

  #scavenge(holder: string): void {
    for (const lease of this.#keeper.live().filter((each) => each["holder"] === holder)) {
      const [lane, loopTs] = [String(lease["lane"]), String(lease["loop_ts"])];
      this.told.push(`try SCAVENGE ${loopTs}`);
      const answer = this.#keeper.scavenge({ lane, loopTs });
      this.told.push(answer.ok ? `ack SCAVENGE ${loopTs} ${String(answer.entry["seq"])}` : `fail ${answer.reason}`);
    }
  }

  records(): string[] {
    const names = readdirSync(this.folder).filter((name) => name.endsWith(".record"));
    return names.map((name) => readFileSync(path.join(this.folder, name), "utf8"));
  }

  end(): void {
    this.#keeper.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function count(texts: readonly string[], pattern: RegExp): number {
  return texts.join("").match(pattern)?.length ?? 0;
}

const title = `A4, B4, B6, D5: beside 2 writers of the reference ours lose nothing for ${seconds} s, nor do theirs`;

test(title, { timeout: 600_000 + seconds * 20_000 }, async () => {
  const place = new Neighbourhood(new Random(chooseSeed("reference")));
  try {
    const end = performance.now() + seconds * 1000;
    for (let each = 0; each < 2; each++) place.start("reference.py", seconds);
    for (let each = 0; each < 2; each++) place.start("neighbour.mjs", seconds);
    for (let left = seconds; left > 3; left = (end - performance.now()) / 1000) {
      await pause(killEveryMs);
      await place.killHolder();
      while (place.theirs.size < 2) place.start("reference.py", Math.max(1, left - killEveryMs / 1000));
    }
    const codes = await Promise.all([...place.theirs.values(), ...place.ours].map(({ exit }) => exit));
    const records = place.records();
    const ledger = readLedger([...records, `${place.told.join("\n")}\n`]);
    const findings = judgeRound(ledger, [readAll(place.journal)], replay(place.journal), true);
    const acknowledged = Array.from(ledger.acknowledged.keys());
    const byThem = acknowledged.filter((key) => / r\d+-/.test(key) && !key.startsWith("SCAVENGE")).length;
    console.log(
      `reference: ${byThem} acknowledged by theirs, ${acknowledged.length - byThem} by ours, ` +
        `${findings.lost.length} lost, ${findings.doubleGrants.length} double grants, ` +
        `${findings.doubled.length} doubled seq, ` +
        `${place.kills} of theirs killed in the lock, ${count(records, /^stole$/gm)} locks stolen by theirs, ` +
        `${count(records, /^busy$/gm)} times busy for theirs, ${count(records, /^robbed /gm)} of ours lost the lock`,
    );
    const none = { lost: [], phantom: [], doubled: [], doubleGrants: [] };
    expect({ ...findings, failures: ledger.failures }).toEqual({ ...none, failures: [] });
    expect(codes).toEqual(codes.map(() => ({ code: 0, signal: null })));
    expect(byThem).toBeGreaterThan(seconds / 3);
    expect(acknowledged.length - byThem).toBeGreaterThan(seconds / 3);
    expect(place.kills).toBeGreaterThan(0);
  } finally {
    await killAll();
    place.end();
  }
});

/** Returns the lines that Python's `json.dumps` produces for the values. */
function dumpLines(values: readonly unknown[]): string[] {
  const input = values.map((value) => `${JSON.stringify(value)}\n`).join("");
  const program = fileURLToPath(new URL("child/dumps.py", import.meta.url));
  const run = spawnSync("python3", [program], { input, encoding: "utf8", maxBuffer: 256 * 1024 * 1024 });
  expect({ status: run.status, stderr: run.stderr }).toEqual({ status: 0, stderr: "" });
  return run.stdout.split("\n").slice(0, -1);
}

/**
 * Returns whether docs/format.md 8 writes the line differently: it escapes three characters and lone surrogates, and
 * writes small exponents without a leading zero.
 */
function isWrittenOtherwise(line: string): boolean {
  return /[^\\](\\\\)*\\u(0085|2028|2029|d[89a-f]..)/.test(line) || /\de-\d/.test(line);
}

class Values {
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  entry(): Entry {
    const keys = Array.from({ length: this.#random.below(7) }, () => this.#text());
    return Object.fromEntries(keys.map((key) => [key, this.#value(0)]));
  }

  #value(depth: number): unknown {
    const choice = this.#random.below(depth > 3 ? 5 : 8);
    if (choice === 0) return this.#random.pick([null, true, false, "", [], {}]);
    if (choice === 1) return this.#random.between(-(2 ** 31), 2 ** 31) * this.#random.pick([1, 0, 2 ** 20]) + 0;
    if (choice === 2) return this.#number();
    if (choice < 5) return this.#text();
    if (choice === 5) return Array.from({ length: this.#random.below(4) }, () => this.#value(depth + 1));
    return Object.fromEntries(
      Array.from({ length: this.#random.below(4) }, () => [this.#text(), this.#value(depth + 1)]),
    );
  }

  /** Returns a number that is never integral and that both languages write without an exponent. */
  #number(): number {
    return (this.#random.below(2 ** 31) + 0.5) / 2 ** this.#random.below(30) / 4;
  }

  #text(): string {
    const ranges = [
      ...[
        [0x20, 0x7e],
        [0x20, 0x7e],
        [0, 0x1f],
        [0x22, 0x22],
        [0x5c, 0x5c],
        [0x7f, 0xff],
      ],
      ...[
        [0x100, 0xd7ff],
        [0xe000, 0xffff],
        [0x10000, 0x10ffff],
        [0x2028, 0x2029],
      ],
    ];
    const points = Array.from({ length: this.#random.below(9) }, () => {
      const [least = 0, most = 0] = this.#random.pick(ranges);
      return this.#random.between(least, most);
    });
    return String.fromCodePoint(...points);
  }
}

test("A4, C7: our lines equal those of Python's json.dumps, except where docs/format.md 8 differs", () => {
  const vectors: unknown = JSON.parse(
    readFileSync(fileURLToPath(new URL("../vectors/writer.json", import.meta.url)), "utf8"),
  );
  const cases: { value: Entry }[] = Reflect.get(Object(vectors), "cases");
  const source = new Values(new Random(chooseSeed("reference lines")));
  const values = [...cases.map(({ value }) => value), ...Array.from({ length: randomValues }, () => source.entry())];
  const expected = dumpLines(values);
  expect(expected).toHaveLength(values.length);
  const pairs = values.map((value, at) => ({ ours: formatLine(value), theirs: `${expected[at]}\n` }));
  const same = pairs.filter(({ ours }) => !isWrittenOtherwise(ours));
  expect(same.filter(({ ours, theirs }) => ours !== theirs)).toEqual([]);
  expect(same.length).toBeGreaterThan(randomValues / 4);
});
