// Generates random histories of a journal and its snapshot. After every step an open journal, and a newly opened one,
// must return exactly what a fresh read without snapshots returns, on both engines (docs/format.md 10, "Snapshots").
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { loadNativeEngine } from "../../../src/engine/native.js";
import { scriptEngine } from "../../../src/engine/script.js";
import { JournalError, scan } from "../../../src/index.js";
import { OpenJournal } from "../../../src/journal/journal.js";
import { planJournal } from "../../../src/journal/plan.js";
import { snapshotPath } from "../../../src/read/snapshot.js";
import { notAJournal, orRefusal, renderScan } from "../../generate/answers.js";
import { families, makeJournal } from "../../generate/journal.js";
import { makeFolder, removeFolders } from "../../generate/place.js";
import { Random } from "../../generate/random.js";
import { renderExactly, showDifference } from "../../generate/render.js";
import { chooseJournalCount, chooseSeed } from "../../generate/seed.js";

const seed = chooseSeed("snapshot sequences");
const sequences = Math.ceil(chooseJournalCount() / 8);
const stepsMax = 12;
const folder = makeFolder("sequences");
const { engine: native } = loadNativeEngine();
const engines = native === undefined ? [scriptEngine] : [scriptEngine, native];
const notes = new Map<string, number>();

afterAll(removeFolders);

/** A journal, its snapshot, and the bytes that are still to be appended. */
class World {
  readonly #r: Random;
  readonly path = join(folder, "journal.jsonl");
  readonly #snapshot = snapshotPath(this.path);
  readonly #older = join(folder, "older");
  #ahead: Buffer;
  #journal: OpenJournal | undefined;

  constructor(r: Random, name: string) {
    this.#r = r;
    this.#ahead = makeJournal(r.pick(families), name);
    for (const path of [this.path, this.#snapshot, this.#older]) rmSync(path, { force: true });
    writeFileSync(this.path, "");
  }

  /** Performs a random step and returns its description. */
  step(): string {
    const acts = {
      grow: () => this.#grow(this.#r.between(1, this.#ahead.length || 1)),
      growLines: () => this.#grow(this.#ahead.indexOf("\n", this.#r.between(0, this.#ahead.length || 1)) + 1),
      repair: () => appendFileSync(this.path, "\n"),
      cut: () => truncateSync(this.path, this.#r.between(0, statSync(this.path).size)),
      rewrite: () => writeFileSync(this.path, makeJournal(this.#r.pick(families), `${this.#r.between(0, 1e9)}`)),
      replace: () => this.#replace(),
      compact: () => this.#compact(),
      append: () => this.#append(),
      restart: () => this.#restart(),
      flip: () =>
        this.#change((bytes) => bytes.writeUInt8(this.#r.between(0, 255), this.#r.between(0, bytes.length - 1))),
      shorten: () => existsSync(this.#snapshot) && truncateSync(this.#snapshot, this.#r.between(0, 200)),
      lose: () => rmSync(this.#snapshot, { force: true }),
      keep: () => existsSync(this.#snapshot) && copyFileSync(this.#snapshot, this.#older),
      putBack: () => existsSync(this.#older) && copyFileSync(this.#older, this.#snapshot),
    };
    const name = this.#r.pick([...Object.keys(acts), "grow", "growLines", "growLines", "restart", "append"]);
    const act = Object.entries(acts).find(([known]) => known === name)?.[1];
    act?.();
    return name;
  }

  /** Returns the expected answers and the answers found. */
  answers(): { expected: string; found: string } {
    this.#journal ??= this.#open();
    const journal = this.#journal;
    const found = [journal.scan(), orRefusal(() => journal.replay()), orRefusal(() => journal.nextSeq())] as const;
    const fresh = scan(this.path, { engine: "js" });
    return {
      expected: fresh.isJournal ? render(fresh, fresh.leases, fresh.nextSeq) : render(fresh, notAJournal, notAJournal),
      found: render(...found),
    };
  }

  #open(): OpenJournal {
    const onSnapshot = (what: string): void => {
      const kind = what
        .replace(/^snapshot \S+: /, "")
        .replace(/[0-9a-f]{64}/g, "H")
        .replace(/\d+/g, "N");
      notes.set(kind, (notes.get(kind) ?? 0) + 1);
    };
    const plan = planJournal(this.path, { snapshot: true, onSnapshot }, () => this.#r.pick(engines), {
      snapshotBytesMin: 1,
    });
    return new OpenJournal(plan);
  }

  #restart(): void {
    this.#journal?.close();
    this.#journal = undefined;
  }

  #grow(bytes: number): void {
    appendFileSync(this.path, this.#ahead.subarray(0, bytes));
    this.#ahead = this.#ahead.subarray(bytes);
  }

  #replace(): void {
    const other = join(folder, "other");
    writeFileSync(other, makeJournal(this.#r.pick(families), `${this.#r.between(0, 1e9)}`));
    renameSync(other, this.path);
  }

  #compact(): void {
    this.#journal ??= this.#open();
    try {
      this.#journal.compact();
    } catch (error) {
      // The file stays unchanged if it is not a journal, or if no line can hold one of its leases.
      if (!/nested containers|is not a journal/.test(String(error))) this.#expectWentBack(error);
    }
  }

  #append(): void {
    this.#journal ??= this.#open();
    const journal = this.#journal;
    try {
      orRefusal(() => journal.append({ op: "ACQUIRE", lane: `lane-${this.#r.between(1, 4)}`, loop_ts: "T" }));
    } catch (error) {
      this.#expectWentBack(error);
    }
  }

  /** Reopens the journal: only then does it accept a file that has lost entries that this process knows. */
  #expectWentBack(error: unknown): void {
    if (!(error instanceof JournalError) || error.code !== "ERR_JOURNAL_WENT_BACK") throw error;
    this.#restart();
  }

  #change(change: (bytes: Buffer) => void): void {
    if (!existsSync(this.#snapshot)) return;
    const bytes = readFileSync(this.#snapshot);
    if (bytes.length > 0) change(bytes);
    writeFileSync(this.#snapshot, bytes);
  }
}

function render({ engine: _, ...found }: ReturnType<typeof scan>, leases: unknown, nextSeq: unknown): string {
  const live = [found.leases, found.generations, leases, nextSeq].map(renderExactly);
  return [...live, renderScan(found)].join(" ");
}

/** Returns how a history leads to a wrong answer, or null. */
function findFault(name: string): string | null {
  const r = new Random(name);
  const world = new World(r, name);
  const done: string[] = [];
  for (let steps = r.between(2, stepsMax); steps > 0; steps--) {
    done.push(world.step());
    const { expected, found } = world.answers();
    if (expected !== found) return `${name}: ${done.join(", ")}: ${showDifference(expected, found)}`;
  }
  return null;
}

describe("an open journal with a snapshot", () => {
  it(`answers as a fresh read does after every step of ${sequences} histories`, async () => {
    for (let i = 0; i < sequences; i++) {
      const fault = findFault(`${seed}/${i}`);
      if (fault !== null) expect.fail(`LANE_TEST_SEED=${seed}, ${fault}`);
      if (i % 20 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    const told = [...notes].toSorted(([, a], [, b]) => b - a).map(([kind, count]) => `${count} ${kind}`);
    process.stderr.write(`snapshot sequences: ${told.join("; ")}\n`);
    for (const kind of ["used for", "written", "not used: there is none", "not used: expected its bytes"]) {
      expect(
        told.some((line) => line.includes(kind)),
        kind,
      ).toBe(true);
    }
  }, 600_000);
});
