// Checks that a snapshot whose text or file is invalid in one way is rejected by both engines, and that the journal is
// read instead (docs/format.md 10).
import { existsSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { describe, expect, it } from "vitest";
import { loadNativeEngine } from "../../../src/engine/native.js";
import { scriptEngine } from "../../../src/engine/script.js";
import { type Disk, nodeDisk } from "../../../src/file/disk.js";
import { scan } from "../../../src/index.js";
import { OpenJournal } from "../../../src/journal/journal.js";
import { planJournal } from "../../../src/journal/plan.js";
import { snapshotPath } from "../../../src/read/snapshot.js";
import { formatLine } from "../../../src/write/line.js";
import { failure } from "../../compact/disks.js";
import { temporaryFolder } from "../../contract/journals.js";
import "../../support/engines.js";

const { engine: native = scriptEngine } = loadNativeEngine();
const engines = [native, scriptEngine];

const lines = {
  position: '["position",90,3,2,7,4]',
  order: '["order",7,1772582400000]',
  op: '["op","ACQUIRE",2]',
  corrupt: '["corrupt",1,0,5]',
  nonObjects: '["nonObjects",0]',
  illFormedUtf8: '["illFormedUtf8",0]',
  repeatedKeys: '["repeatedKeys",0]',
  oddSeq: '["oddSeq",0]',
  heartbeatBack: '["heartbeatBack",0]',
  seqBack: '["seqBack",1,1,40]',
  tsBack: '["tsBack",0]',
  strayEnd: '["strayEnd",0]',
  strayBeat: '["strayBeat",0]',
  refusedAcquire: '["refusedAcquire",0]',
  checks: '["checks",2,50,30,0,60,1,40]',
  gaps: '["gaps",41,44]',
  recent: '["recent",40,7,0,40,0,60,4294967295,9,11,1,41,44]',
  badChecks: '["badChecks",1,0,0,1,20]',
  lease: '["lease","T","a",1,40]\n{"lane":"a","loop_ts":"T"}',
  token: '["token","T","a",4]',
  end: '["end"]',
};

function snapshotOf(changes: Partial<typeof lines> = {}): Buffer {
  return Buffer.from(`${Object.values({ ...lines, ...changes }).join("\n")}\n`);
}

describe.each(engines)("the $name engine", (engine) => {
  const resume = (changes: Partial<typeof lines>) =>
    engine.resumeScan({ snapshot: snapshotOf(changes), mark: Buffer.alloc(0), threads: 1 });

  it("resumes from a snapshot, and makes an identical one", () => {
    expect(`${resume({}).snapshot()}`).toBe(`${snapshotOf()}`);
  });

  it.each<Partial<typeof lines>>([
    { position: '["position",90,3,2,7]' },
    { position: '["position",90,3,2,7,4,1]' },
    { position: '["position",90,3,2,-7,4]' },
    { position: '["position",90,3,2,7.5,4]' },
    { position: '["position",90,3,2,"7",4]' },
    { position: '["position",90,3,2,9007199254740992,4]' },
    { position: '{"position":90}' },
    { position: "7" },
    { position: "[]" },
    { position: "[" },
    { position: '["Position",90,3,2,7,4]' },
    { position: "" },
    { checks: '["checks",2,50,30,0,60,1]' },
    { checks: '["checks",2,50,30,0,60,1,40,1]' },
    { checks: '["checks",2,50,30,61,60,1,40]' },
    { checks: '["checks",2,50,30,0,91,1,40]' },
    { gaps: '["gaps",41]' },
    { gaps: '["gaps",44,41]' },
    { gaps: '["gaps",44,61]' },
    { gaps: `["gaps"${",1,2".repeat(9)}]` },
    { recent: '["recent",40,7,0,40]' },
    { recent: '["recent",61,7,0,40,0]' },
    { recent: '["recent",40,4294967296,0,40,0]' },
    { recent: '["recent",40,7,0,40,1,2]' },
    { recent: '["recent",40,7,0,40,1,2,2]' },
    { recent: `["recent"${",40,7,0,40,0".repeat(9)}]` },
    { badChecks: '["badChecks"]' },
    { badChecks: '["badChecks",1]' },
    { badChecks: '["badChecks",1,0,0,1]' },
    { badChecks: '["badChecks",2,0,0,1,20]' },
    { order: '["order",7]' },
    { order: '["order",7,8,9]' },
    { order: '["order",7.5,8]' },
    { order: '["order",7,"8"]' },
    { order: '["order",7,9007199254740992]' },
    { op: '["op",1,2]' },
    { op: '["op","ACQUIRE"]' },
    { op: '["op","ACQUIRE",2,3]' },
    { op: '["op","ACQUIRE",-2]' },
    { op: `${lines.op}\n${lines.op}` },
    { corrupt: '["corrupt"]' },
    { corrupt: '["corrupt",1,0]' },
    { corrupt: '["corrupt",1,0,"5"]' },
    { corrupt: '["corrupt","1",0,5]' },
    { corrupt: lines.nonObjects, nonObjects: lines.corrupt },
    { lease: '["lease",1,"a",1,40]\n{}' },
    { lease: '["lease","T",1,1,40]\n{}' },
    { lease: '["lease","T","a",1]\n{}' },
    { lease: '["lease","T","a",1,40,1]\n{}' },
    { lease: '["lease","T","a",-1,40]\n{}' },
    { lease: '["lease","T","a",1,"40"]\n{}' },
    { lease: '["lease","T","a"]\n{}' },
    { lease: '["lease","T","a",1,40]\n[]' },
    { lease: '["lease","T","a",1,40]\n{' },
    { lease: '["lease","T","a",1,40]' },
    { lease: `${lines.lease}\n${lines.lease}` },
    { token: '["token",1,"a",4]' },
    { token: '["token","T",1,4]' },
    { token: '["token","T","a"]' },
    { token: '["token","T","a","4"]' },
    { token: '["token","T","a",4.5]' },
    { token: '["token","T","a",9007199254740992]' },
    { token: '["token","T","a",4,5]' },
    { token: `${lines.token}\n${lines.token}` },
    { end: '["end",1]' },
    { end: '["end"]\n' },
    { end: '["END"]' },
  ])("rejects a snapshot with %o", (changes) => {
    expect(() => resume(changes)).toThrow();
  });

  it("accepts a negative token, because a checkpoint may contain one", () => {
    expect(resume({ token: '["token","T","a",-4]' }).generations()).toEqual([
      { loop_ts: "T", lane: "a", generation: -4 },
    ]);
  });

  it("accepts an order without a number and without an instant, and instants before 1970", () => {
    for (const order of ['["order",null,null]', '["order",-3,-62167219200000]']) {
      expect(`${resume({ order }).snapshot()}`).toBe(`${snapshotOf({ order })}`);
    }
  });

  it("accepts a snapshot without ops, leases and tokens", () => {
    const { op: _op, lease: _lease, token: _token, ...rest } = lines;
    const text = Buffer.from(`${Object.values(rest).join("\n")}\n`);
    expect(engine.resumeScan({ snapshot: text, mark: Buffer.alloc(0), threads: 1 }).leases()).toEqual([]);
  });
});

/** A journal of more bytes than those from which on snapshots are made. */
function makeJournal(): string {
  const journal = join(temporaryFolder(), "journal.jsonl");
  const lease = (at: number) => ({ op: "ACQUIRE", lane: `l${at % 7}`, loop_ts: "T", seq: at, filler: "x".repeat(100) });
  writeFileSync(journal, Array.from({ length: 8000 }, (_, at) => formatLine(lease(at))).join(""));
  return journal;
}

/** Scans, checks the answer, and returns what happened to the snapshot. */
function ask(journal: string, disk: Disk = nodeDisk): string[] {
  const notes: string[] = [];
  const onSnapshot = (note: string): void => void notes.push(note.replace(/^snapshot \S+: /, ""));
  const open = new OpenJournal(planJournal(journal, { snapshot: true, onSnapshot }, () => native, { disk }));
  expect(open.scan()).toEqual(scan(journal));
  open.close();
  return notes;
}

describe("the file of a snapshot", () => {
  /** Changes everything after the checksum, and updates the checksum accordingly. */
  const putBody = (journal: string, change: (body: Buffer) => Buffer): void => {
    const bytes = readFileSync(snapshotPath(journal));
    const firstEnd = bytes.indexOf("\n") + 1;
    const body = change(bytes.subarray(firstEnd + 9));
    const checksum = `${crc32(body).toString(16).padStart(8, "0")}\n`;
    writeFileSync(snapshotPath(journal), Buffer.concat([bytes.subarray(0, firstEnd), Buffer.from(checksum), body]));
  };
  const putHeader = (journal: string, change: (header: { [key: string]: unknown }) => unknown): void =>
    putBody(journal, (body) => {
      const end = body.indexOf("\n");
      const header: unknown = change(JSON.parse(`${body.subarray(0, end)}`));
      return Buffer.concat([Buffer.from(JSON.stringify(header)), body.subarray(end)]);
    });

  it.each<[string, (header: { [key: string]: unknown }) => unknown]>([
    ["no object", () => 3],
    ["without an offset", ({ offset: _, ...rest }) => rest],
    ["with a negative offset", (header) => ({ ...header, offset: -1 })],
    ["without a mark", ({ mark: _, ...rest }) => rest],
    ["with a mark longer than the text it covers", (header) => ({ ...header, offset: 10, mark: 11 })],
    ["with a mark of more than 4,096 bytes", (header) => ({ ...header, mark: 4097 })],
  ])("with a header that is %s is not used", (_what, change) => {
    const journal = makeJournal();
    ask(journal);
    putHeader(journal, change);
    expect(ask(journal)[0]).toBe("not used: expected a header with an offset and a mark");
  });

  it.each([
    ["first bytes", 10],
    ["bytes before the offset", 5000],
  ])("with other %s of the journal is not used", (what, at) => {
    const journal = makeJournal();
    ask(journal);
    putBody(journal, (body) => {
      const changed = Buffer.from(body);
      const place = body.indexOf("\n") + 1 + at;
      changed.writeUInt8(body.readUInt8(place) ^ 1, place);
      return changed;
    });
    expect(ask(journal)[0]).toBe(`not used: the journal's ${what}: expected those of the snapshot, found others`);
  });

  it("of more than a gibibyte is not read", () => {
    const journal = makeJournal();
    writeFileSync(snapshotPath(journal), "");
    truncateSync(snapshotPath(journal), 1024 ** 3 + 1);
    expect(ask(journal)[0]).toBe("not used: expected at most 1073741824 bytes, found 1073741825");
  });

  it("that is truncated while it is read is not used", () => {
    const journal = makeJournal();
    ask(journal);
    const disk: Disk = {
      ...nodeDisk,
      fstat: (fd) => {
        const state = nodeDisk.fstat(fd);
        return state.size < 100_000 ? { ...state, size: state.size + 1 } : state;
      },
    };
    expect(ask(journal, disk)[0]).toMatch(
      /^not used: expected \d+ bytes, found fewer: it was truncated while it was read$/,
    );
  });

  it("is written completely despite a signal and a partial write", () => {
    const journal = makeJournal();
    let calls = 0;
    const disk: Disk = {
      ...nodeDisk,
      write(fd, bytes) {
        if (calls++ % 2 === 0) throw failure("EINTR", "write");
        return nodeDisk.write(fd, bytes.subarray(0, 100));
      },
    };
    expect(ask(journal, disk)[1]).toMatch(/^written: /);
    expect(ask(journal)[0]).toMatch(/^used for /);
  });

  it("keeps its owner if the journal belongs to another user and chown is not permitted", () => {
    const journal = makeJournal();
    const refusing = (code: string): Disk => ({
      ...nodeDisk,
      fstat: (fd) => ({ ...nodeDisk.fstat(fd), uid: nodeDisk.fstat(fd).size > 1_000_000 ? 1234 : 4321 }),
      fchown() {
        throw failure(code, "fchown");
      },
    });
    expect(ask(journal, refusing("EIO"))[1]).toMatch(/^not written: EIO/);
    expect(existsSync(snapshotPath(journal))).toBe(false);
    expect(ask(journal, refusing("EPERM"))[1]).toMatch(/^written: /);
    expect(existsSync(snapshotPath(journal))).toBe(true);
  });

  it("is left to a later sweep if it cannot be deleted after a failure", () => {
    const journal = makeJournal();
    const disk: Disk = {
      ...nodeDisk,
      rename() {
        throw failure("EIO", "rename");
      },
      unlink() {
        throw failure("EIO", "unlink");
      },
    };
    expect(ask(journal, disk)[1]).toMatch(/^not written: EIO: injected, rename/);
  });
});
