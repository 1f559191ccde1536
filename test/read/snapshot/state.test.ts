// Reads random journals in stages, each with a new fold that resumes from the snapshot of the last one. Every answer
// must equal that of a fresh read, whichever engine made the snapshot and whichever resumes.
import { appendFileSync, closeSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { Pass } from "../../../src/core/pass.js";
import { loadNativeEngine } from "../../../src/engine/native.js";
import { scriptEngine } from "../../../src/engine/script.js";
import { scan } from "../../../src/index.js";
import { renderScan } from "../../generate/answers.js";
import { families, makeJournal } from "../../generate/journal.js";
import { cutAnywhere } from "../../generate/pieces.js";
import { makeFolder, removeFolders } from "../../generate/place.js";
import { Random } from "../../generate/random.js";
import { renderExactly, showDifference } from "../../generate/render.js";
import { chooseJournalCount, chooseSeed } from "../../generate/seed.js";

const seed = chooseSeed("snapshot");
const perFamily = Math.ceil(chooseJournalCount() / 8 / families.length);
const growing = join(makeFolder("snapshot"), "growing.jsonl");
const { engine: native } = loadNativeEngine();
const engines = native === undefined ? [scriptEngine] : [scriptEngine, native];

afterAll(removeFolders);

/** Returns why the answers differ at some stage, or null. */
function findFault(journal: Buffer, journalSeed: string): string | null {
  const r = new Random(`${journalSeed}/snapshot`);
  let snapshot: Buffer | undefined;
  let mark: Buffer = Buffer.alloc(0);
  writeFileSync(growing, "");
  for (const stage of cutAnywhere(r, journal)) {
    appendFileSync(growing, stage);
    const engine = r.pick(engines);
    const fold =
      snapshot === undefined
        ? engine.openFold({ kind: "scan", threads: 1 })
        : engine.resumeScan({ snapshot, mark, threads: 1 });
    const fd = openSync(growing, "r");
    while (!fold.step(fd, 1 << 20));
    closeSync(fd);
    snapshot = fold.snapshot();
    mark = fold.mark();
    const settled = readFileSync(growing).subarray(0, fold.offset);
    if (!settled.subarray(settled.length - mark.length).equals(mark)) return `${journalSeed}: ${mark}`;
    const found = fold.scan();
    const fresh = scan(growing, { engine: "js" });
    const answers = [found, fresh].map(({ engine: _, ...rest }) =>
      [rest.leases, rest.generations].map(renderExactly).join(" ").concat(renderScan(rest)),
    );
    const [one = "", other = ""] = answers;
    if (one !== other) return `${journalSeed}, ${engine.name}: ${showDifference(other, one)}\n${snapshot}`;
  }
  return null;
}

describe("a fold that resumes from a snapshot", () => {
  it.each(families)(`answers as a fresh fold does for ${perFamily} journals of family $name`, (family) => {
    for (let i = 0; i < perFamily; i++) {
      const journalSeed = `${seed}/${family.name}/${i}`;
      expect(findFault(makeJournal(family, journalSeed), journalSeed)).toBeNull();
    }
  });

  it("does not grow from snapshot to snapshot", () => {
    const beat = (at: number): string =>
      `{"op":"HEARTBEAT","lane":"a","loop_ts":"T","ts":"2026-01-01T00:00:0${at}Z"}\n`;
    for (const engine of engines) {
      writeFileSync(growing, '{"op":"ACQUIRE","lane":"a","loop_ts":"T","lease":{"lane":"a","loop_ts":"T","pid":1}}\n');
      const fd = openSync(growing, "r");
      const sizes: number[] = [];
      let fold = engine.openFold({ kind: "scan", threads: 1 });
      for (let at = 1; at < 10; at++) {
        appendFileSync(growing, beat(at));
        fold.step(fd, 1 << 20);
        sizes.push(fold.snapshot().length);
        fold = engine.resumeScan({ snapshot: fold.snapshot(), mark: fold.mark(), threads: 1 });
      }
      closeSync(fd);
      // Only a number may have one digit more.
      expect(Math.max(...sizes) - Math.min(...sizes.slice(1))).toBeLessThan(5);
    }
  });
});

describe("a text that is not a snapshot", () => {
  const good = Buffer.from(
    [
      '["position",90,3,2,7,4]',
      '["order",7,null]',
      '["op","ACQUIRE",2]',
      ...["corrupt", "nonObjects", "illFormedUtf8", "repeatedKeys", "oddSeq"].map((kind) => `["${kind}",0]`),
      '["heartbeatBack",1,2,60]',
      ...["seqBack", "tsBack", "strayEnd", "strayBeat", "refusedAcquire"].map((kind) => `["${kind}",0]`),
      '["checks",1,20,9,0,50,1,30]',
      '["gaps",31,34]',
      '["recent",50,7,2,11,1,31,34]',
      '["badChecks",1,0,0,1,20]',
      '["lease","T","a",1,30]',
      '{"lane":"a","loop_ts":"T","n":-0,"x":NaN}',
      '["token","T","a",4]',
      '["end"]',
      "",
    ].join("\n"),
  );

  const none = Buffer.alloc(0);

  it.each(engines)("is rejected if it is incomplete ($name)", (engine) => {
    expect(engine.resumeScan({ snapshot: good, mark: none, threads: 1 }).snapshot().toString()).toBe(good.toString());
    for (let end = 0; end < good.length; end++) {
      expect(() => engine.resumeScan({ snapshot: good.subarray(0, end), mark: none, threads: 1 })).toThrow();
    }
    expect(() =>
      engine.resumeScan({ snapshot: Buffer.concat([good, Buffer.from('["end"]\n')]), mark: none, threads: 1 }),
    ).toThrow();
  });

  it("is rejected or read alike by both engines, whatever byte is changed", () => {
    for (let at = 0; at < good.length; at++) {
      for (const byte of Buffer.from('0" ]}\n\u0000z', "latin1")) {
        const bad = Buffer.from(good);
        bad[at] = byte;
        const answers = engines.map((engine) => {
          try {
            return renderExactly(engine.resumeScan({ snapshot: bad, mark: none, threads: 1 }).leases());
          } catch {
            return "refused";
          }
        });
        expect(new Set(answers).size, `${bad}`).toBe(1);
      }
    }
  });

  it("is made only by a scan", () => {
    expect(() => new Pass("replay").snapshot()).toThrow(TypeError);
    for (const engine of engines)
      expect(() => engine.openFold({ kind: "replay", threads: 1 }).snapshot()).toThrow(/kind scan/);
  });
});
