// Checks what each kind of fold answers after stretches and a last line, and which lines it parsed (src/core/pass.ts).
import { describe, expect, it, vi } from "vitest";
import { Stretch } from "../../src/core/lines.js";
import { Pass } from "../../src/core/pass.js";
import type { LastLine } from "../../src/core/taker.js";

type Kind = "replay" | "scan" | "compact";

function passOver(kind: Kind, ...texts: string[]): Pass {
  const pass = new Pass(kind);
  for (const text of texts) pass.takeStretch(new Stretch(Buffer.from(text)));
  return pass;
}

function lastOf(text: string | undefined, rest: Partial<LastLine> = {}): LastLine {
  return { text, wellFormed: true, terminated: false, bytes: Buffer.byteLength(text ?? ""), ...rest };
}

describe("lines of one shape", () => {
  const beats = (count: number): string =>
    Array.from({ length: count }, (_, at) => `{"op": "HEARTBEAT", "lane": "a", "loop_ts": "T", "ts": "${at}"}\n`).join(
      "",
    );

  /** Returns how many times the stretches caused a parse. */
  function countParsed(kind: Kind, ...stretches: Buffer[]): number {
    const pass = new Pass(kind);
    const parse = vi.spyOn(JSON, "parse");
    for (const bytes of stretches) pass.takeStretch(new Stretch(bytes));
    const { length } = parse.mock.calls;
    parse.mockRestore();
    return length;
  }

  it("are parsed twice, however many they are", () => {
    const bytes = Buffer.from(beats(50));
    expect(countParsed("replay", bytes)).toBe(2);
    expect(countParsed("scan", bytes)).toBe(2);
    // A compaction parses the members one by one.
    const ofTwo = countParsed("compact", Buffer.from(beats(2)));
    expect(ofTwo).toBeGreaterThanOrEqual(2);
    expect(countParsed("compact", bytes)).toBe(ofTwo);
  });

  it("are parsed by a scan in a stretch with ill-formed UTF-8", () => {
    const bytes = Buffer.concat([Buffer.from(beats(50)), Buffer.from('{"op": "\xff"}\n', "latin1")]);
    expect(countParsed("replay", bytes)).toBe(3);
    expect(countParsed("scan", bytes)).toBe(51);
    expect(countParsed("scan", Buffer.from(`{"op": "é"}\n${beats(50)}`))).toBe(3);
  });

  it("are parsed in a text of more than 4 MiB", () => {
    const line = (length: number): string => `{"op": "HALT", "x": "${"x".repeat(length - 24)}"}\n`;
    const bytes = Buffer.from(line(2048).repeat(2048));
    expect(bytes).toHaveLength(4 * 1024 * 1024);
    expect(countParsed("replay", bytes)).toBe(2);
    expect(countParsed("replay", Buffer.concat([bytes, Buffer.from("\n")]))).toBe(2048);
  });

  it("teach no shape while trying pauses", () => {
    const others = Array.from({ length: 20 }, (_, at) => `{"n${at}": 1}\n`).join("");
    const stretches = [others, beats(9), beats(9)].map((text) => Buffer.from(text));
    // While it pauses, a heartbeat is read member by member: a fold uses four of them.
    expect(countParsed("replay", ...stretches)).toBe(20 + 4 * (9 + 9));
  });
});

describe("a line over the limit of length", () => {
  it("counts as damage, with its bytes", () => {
    const pass = passOver("scan", "{}\n");
    pass.takeOversize("x", 1000);
    pass.takeOversize("x", 100);
    expect(pass.offset).toBe(1103);
    expect(pass.scan()).toMatchObject({
      bytes: 1103,
      lines: 3,
      entries: 3,
      ops: { "": 1, _CORRUPT: 2 },
      corrupt: {
        count: 2,
        first: [
          { line: 1, offset: 3 },
          { line: 2, offset: 1003 },
        ],
      },
    });
  });

  it("is skipped by a replay", () => {
    const pass = passOver("replay");
    pass.takeOversize("x", 1000);
    expect([pass.offset, pass.nextSeq(), pass.endDamaged]).toEqual([1000, 1, true]);
  });
});

describe("the last settled line", () => {
  const known = '{"op": "HALT"}\n'.repeat(3);

  it.each([
    ["", false],
    ["{}\n", false],
    ["x\n", false],
    ["x\n{}", true],
    ["{}\nx\n{}", true],
    ["x\n{}\n", false],
    ["x\n\n", false],
    ["x\n3\n", false],
    [`${known}x\n{}`, true],
    [`${known}x\n${known}`, false],
  ])("of %j is damaged: %j", (text, isDamaged) => {
    for (const kind of ["replay", "scan", "compact"] as const) expect(passOver(kind, text).endDamaged).toBe(isDamaged);
  });
});

describe("the line after the last settled one", () => {
  const acquire = '{"op":"ACQUIRE","lane":"a","loop_ts":"T","seq":4,"lease":{"n":1.0,"é":"é"}}';

  it("is in the answers, but they do not settle it", () => {
    const pass = passOver("scan", '{"op":"HALT","seq":2}\n');
    expect(pass.hasOpenLine).toBe(false);
    pass.takeLast(lastOf(acquire));
    expect([pass.hasOpenLine, pass.offset, pass.nextSeq(), pass.generationCounter()]).toEqual([true, 22, 5, 1]);
    for (let time = 0; time < 2; time++) {
      expect(pass.scan()).toMatchObject({
        bytes: 22 + Buffer.byteLength(acquire),
        lines: 2,
        entries: 2,
        tornTail: null,
      });
    }
    expect(pass.leases()).toEqual([{ n: 1, é: "é" }]);
    expect(pass.generations()).toEqual([{ loop_ts: "T", lane: "a", generation: 1 }]);
    pass.takeLast(undefined);
    expect([pass.hasOpenLine, pass.nextSeq(), pass.leases(), pass.generations()]).toEqual([false, 3, [], []]);
    expect(pass.scan()).toMatchObject({ bytes: 22, lines: 1, entries: 1, ops: { HALT: 1 } });
  });

  it("is forgotten once a stretch has it", () => {
    const pass = passOver("replay");
    pass.takeLast(lastOf('{"seq":7}'));
    pass.takeStretch(new Stretch(Buffer.from('{"seq":3}\n')));
    expect([pass.hasOpenLine, pass.nextSeq()]).toEqual([false, 4]);
  });

  it("has its oddities found in every scan", () => {
    const pass = passOver("scan", "[]\n");
    pass.takeLast(lastOf('{"seq":"x","seq":"y"}', { wellFormed: false }));
    const place = { line: 1, offset: 3 };
    for (let time = 0; time < 2; time++) {
      expect(pass.scan()).toMatchObject({
        nonObjects: { count: 1, first: [{ line: 0, offset: 0 }] },
        illFormedUtf8: { count: 1, first: [place] },
        repeatedKeys: { count: 1, first: [place] },
        oddSeq: { count: 1, first: [place] },
      });
    }
  });

  it.each<[string | undefined, boolean]>([
    ["{", false],
    ["{", true],
    [undefined, true],
  ])("is a torn tail if it is %j, terminated: %j", (text, terminated) => {
    const pass = passOver("scan", "{}\n");
    pass.takeLast(lastOf(text, { terminated, bytes: 77 }));
    expect(pass.scan()).toMatchObject({
      bytes: 80,
      lines: 2,
      entries: 1,
      tornTail: { line: 1, offset: 3, terminated },
    });
    expect(pass.scan().corrupt.count).toBe(0);
  });

  it("has a text in a compaction", () => {
    const pass = passOver("compact", `${acquire}\n{"op":"CHECKPOINT","leases":[{"lane":"é"}]}\n`);
    const held = [{ loop_ts: "", lane: "é", generation: undefined, text: '{"lane":"é"}' }];
    expect([...pass.heldLeases()]).toEqual(held);
    pass.takeLast(lastOf(acquire));
    const more = { loop_ts: "T", lane: "a", generation: 2, text: '{"n":1.0,"é":"é"}' };
    for (let time = 0; time < 2; time++) expect([...pass.heldLeases()]).toEqual([...held, more]);
    pass.takeLast(undefined);
    expect([...pass.heldLeases()]).toEqual(held);
  });

  it("sets values in a compaction, which are not kept", () => {
    const pass = passOver("compact", `${acquire}\n`);
    const text = (): string | undefined => [...pass.heldLeases()][0]?.text;
    pass.takeLast(lastOf('{"op":"HEARTBEAT","lane":"a","loop_ts":"T","ts":"t"}'));
    expect(text()).toBe('{"n":1.0,"é":"é","heartbeat_at":"t"}');
    pass.takeLast(undefined);
    expect(text()).toBe('{"n":1.0,"é":"é"}');
  });
});

describe("a snapshot", () => {
  it("contains only settled lines, and cannot be made by a replay", () => {
    expect(() => new Pass("replay").snapshot()).toThrow(
      new TypeError("snapshot: expected a fold of kind scan, found one of kind replay"),
    );
    const pass = passOver("scan", '{"op":"ACQUIRE","lane":"a","loop_ts":"T","lease":{"n":-0}}\n');
    pass.takeLast(lastOf('{"seq":9}'));
    const snapshot = pass.snapshot();
    expect(snapshot.split("\n").slice(-5, -2)).toEqual(['["lease","T","a",0,0]', '{"n":-0}', '["token","T","a",1]']);
    const resumed = Pass.resume(snapshot);
    expect(resumed.scan()).toEqual(
      passOver("scan", '{"op":"ACQUIRE","lane":"a","loop_ts":"T","lease":{"n":-0}}\n').scan(),
    );
    expect(resumed.snapshot()).toBe(snapshot);
  });
});

it("counts a byte order mark before the first line", () => {
  const pass = new Pass("scan");
  pass.skipByteOrderMark();
  pass.takeStretch(new Stretch(Buffer.from("3\n")));
  expect(pass.scan()).toMatchObject({ bytes: 5, nonObjects: { first: [{ line: 0, offset: 3 }] } });
});
