// Checks the answers of a pass over lines, for each kind of fold (docs/format.md 3, 5; src/core/pass.ts).
import { describe, expect, it } from "vitest";
import { copyMembers, copyValue } from "../../src/core/copy.js";
import { UNPARSEABLE } from "../../src/core/dialect.js";
import { Generations } from "../../src/core/generations.js";
import { parseText } from "../../src/core/json.js";
import { Stretch } from "../../src/core/lines.js";
import { Pass } from "../../src/core/pass.js";

describe("a fold", () => {
  it("of kind replay has neither findings nor texts, and throws for both", () => {
    expect(() => new Pass("replay").scan()).toThrow(
      new TypeError("scan: expected a fold of kind scan, found one of kind replay"),
    );
    expect(() => [...new Pass("replay").heldLeases()]).toThrow("expected a fold of kind compact, found another");
  });

  it("of kind scan has no texts, and throws", () => {
    expect(() => [...new Pass("scan").heldLeases()]).toThrow(TypeError);
  });

  it("resumes from a snapshot only if that names each identity once", () => {
    const snapshot = new Pass("scan").snapshot();
    const twice = (row: string): string => snapshot.replace('["end"]', `${row}\n${row}\n["end"]`);
    expect(() => Pass.resume(snapshot)).not.toThrow();
    expect(() => Pass.resume(twice('["lease","T","a",0,0]\n{}'))).toThrow("expected each lease's identity once");
    expect(() => Pass.resume(twice('["token","T","a",1]'))).toThrow("expected each token's identity once");
  });
});

describe("tokens", () => {
  it("are resumed into an empty map, and the counter with them", () => {
    const generations = new Generations();
    generations.resume([{ loop_ts: "T", lane: "a", generation: 3 }], 7);
    expect(generations.counter).toBe(7);
    expect(generations.rows()).toEqual([{ loop_ts: "T", lane: "a", generation: 3 }]);
  });
});

describe("the text of a lease", () => {
  const fold = (...lines: string[]): Pass => passOver(`${lines.join("\n")}\n`, "compact");
  const read = (...lines: string[]): string | undefined => [...fold(...lines).heldLeases()][0]?.text;
  const of = (op: string, rest: string): string => `{"op":"${op}","lane":"a","loop_ts":"T"${rest}}`;

  it("is that of its ACQUIRE, and undefined once it is released", () => {
    expect(read(of("ACQUIRE", ',"lease":{ "n": 1.0 }'))).toBe('{ "n": 1.0 }');
    for (const op of ["RELEASE", "SCAVENGE"]) expect(read(of("ACQUIRE", ',"lease":{}'), of(op, ""))).toBeUndefined();
    expect(read(of("HALT", ',"lease":{}'))).toBeUndefined();
    expect(read(of("HEARTBEAT", ',"ts":"t"'))).toBeUndefined();
  });

  it("consists of the entry's own fields, in their order, if it has no lease", () => {
    const own = of("RECONCILE", ',"lease":[1],"more":1,"pid":7.0, "tree" : [ "x" ]');
    expect(read(own)).toBe('{"lane":"a","tree":[ "x" ],"loop_ts":"T","pid":7.0}');
  });

  it("is undefined for an empty identity", () => {
    const acquires = ['{"op":"ACQUIRE","lease":{"n":1}}', '{"op":"ACQUIRE","lane":"","lease":{"n":1}}'];
    expect(read(...acquires)).toBeUndefined();
    expect(read('{"op":"CHECKPOINT","leases":[{"n":1}]}')).toBeUndefined();
  });

  it("stays unchanged if nothing is set", () => {
    for (const op of ["HALT", "HEARTBEAT"]) {
      expect(read(of("ACQUIRE", ',"lease": { } '), of(op, ',"holder":"h","ts":"","heartbeat_at":0'))).toBe("{ }");
    }
    expect(read(of("ACQUIRE", ',"lease":{"n":1}'), of("HALT", ',"ts":"t"'))).toBe('{"n":1}');
  });

  it("has the values of an unsettled last line, and loses them with that line", () => {
    const pass = fold(of("ACQUIRE", ',"lease":{}'));
    const beat = of("HEARTBEAT", ',"ts":"t"');
    const texts = () => Array.from(pass.heldLeases(), ({ text }) => text);
    pass.takeLast({ text: beat, wellFormed: true, terminated: false, bytes: beat.length });
    expect(texts()).toEqual(['{"heartbeat_at":"t"}']);
    pass.takeLast(undefined);
    expect(texts()).toEqual(["{}"]);
  });

  it("keeps its digits in an unsettled checkpoint", () => {
    const pass = fold();
    const checkpoint = '{"op":"CHECKPOINT","leases":[{"lane":"a","n":1.0,"t":1e400}]}';
    pass.takeLast({ text: checkpoint, wellFormed: true, terminated: false, bytes: checkpoint.length });
    expect(Array.from(pass.heldLeases(), ({ text }) => text)).toEqual(['{"lane":"a","n":1.0,"t":1e400}']);
  });

  it("has the values set since after its own", () => {
    expect(read(of("ACQUIRE", ',"lease":{ }'), of("HEARTBEAT", ',"ts":"t"'))).toBe('{"heartbeat_at":"t"}');
    const adopt = of("ADOPT", ',"pid":7.0,"holder":null,"heartbeat_at":"h","ts":"t"');
    expect(read(of("ACQUIRE", ',"lease":{ "n": 1.0 }'), adopt)).toBe('{ "n": 1.0 ,"pid":7.0,"heartbeat_at":"h"}');
    expect(read(of("ACQUIRE", ',"lease":{"n":1}'), of("HEARTBEAT", ',"pid":3'))).toBe('{"n":1}');
  });

  it("is that of a checkpoint's row, of which those without an identity are skipped", () => {
    const row = '{"lane":"a","loop_ts":"T","n":1.0}';
    expect(read(of("ACQUIRE", ',"lease":{}'), `{"op":"CHECKPOINT","leases":[3,{},${row}]}`)).toBe(row);
    expect(read(of("ACQUIRE", ',"lease":{}'), '{"op":"CHECKPOINT","leases":{}}')).toBeUndefined();
    expect(read(of("ACQUIRE", ',"lease":{}'), '{"op":"CHECKPOINT"}')).toBeUndefined();
  });
});

describe("a text that is parsed", () => {
  it.each(["[".repeat(1025), `["${"[".repeat(1100)}`, `${"[".repeat(1025)}"`])(
    "is unparseable if it is too deep or incomplete (%#)",
    (text) => {
      expect(parseText(text)).toBe(UNPARSEABLE);
    },
  );

  it("may have at most 1,024 open containers, without brackets in strings", () => {
    const nest = (depth: number): string => `${"[".repeat(depth)}${"]".repeat(depth)}`;
    expect(parseText(nest(1024))).not.toBe(UNPARSEABLE);
    expect(parseText(nest(1025))).toBe(UNPARSEABLE);
    expect(parseText(`{"a":"${"[".repeat(2000)}"}`)).toEqual({ a: "[".repeat(2000) });
    expect(parseText(`[${"[],".repeat(2000)}1]`)).toHaveLength(2001);
    expect(parseText(`{"a":${'{"a":'.repeat(1023)}1${"}".repeat(1024)}`)).not.toBe(UNPARSEABLE);
    expect(parseText(`{"a":${'{"a":'.repeat(1024)}1${"}".repeat(1025)}`)).toBe(UNPARSEABLE);
  });
});

describe("a copy", () => {
  it("shares no array and no plain object, and keeps everything else unchanged", () => {
    const date = new Date(0);
    const value = { a: [{ b: 1 }], date, none: null, text: "x" };
    const copy = copyMembers(value);
    expect(copy).toEqual(value);
    expect(copy["a"]).not.toBe(value.a);
    expect(copy["date"]).toBe(date);
    expect([copyValue(null), copyValue(3), copyValue("x")]).toEqual([null, 3, "x"]);
    value.a.push({ b: 2 });
    for (const member of value.a) member.b = 3;
    expect(copy["a"]).toEqual([{ b: 1 }]);
  });

  it("keeps an own `__proto__` an ordinary key", () => {
    const copy = copyMembers(JSON.parse('{"__proto__":{"a":[1]}}'));
    expect(JSON.stringify(copy)).toBe('{"__proto__":{"a":[1]}}');
  });
});

function passOver(text: string, kind: "scan" | "compact" = "scan"): Pass {
  const pass = new Pass(kind);
  pass.takeStretch(new Stretch(Buffer.from(text)));
  return pass;
}

describe("a report", () => {
  it("has the number of live leases instead of the leases, and otherwise equals the scan", () => {
    const pass = passOver('{"op": "ACQUIRE", "lane": "a"}\n{"op": "ACQUIRE", "lane": "b", "lease": {}}\n');
    const { leases, generations: _, ...rest } = pass.scan();
    expect(pass.reportOnly()).toEqual({ live: leases.length, ...rest });
    expect(leases).toHaveLength(2);
  });

  it("does not parse a long lease, which is renewed as text and parsed when it is read", () => {
    const long = `{"v": [${"[],".repeat(30_000)}[]], "heartbeat_at": "2"}`;
    const lines = [
      `{"op": "ACQUIRE", "lane": "a", "lease": ${long}}`,
      '{"op": "HEARTBEAT", "lane": "a", "ts": "1"}',
      '{"op": "ADOPT", "lane": "a", "holder": "h", "ts": "3"}',
    ];
    const pass = passOver(lines.map((line) => `${line}\n`).join(""));
    expect(pass.reportOnly()).toMatchObject({ live: 1, heartbeatBack: { count: 1 } });
    const [lease] = pass.leases();
    expect(Object.keys(lease ?? {})).toEqual(["v", "heartbeat_at", "holder"]);
    expect(lease).toMatchObject({ heartbeat_at: "3", holder: "h" });
  });
});
