// Lines in, the answers of a pass out, for each kind of fold what it knows (docs/format.md 3, 5; src/core/pass.ts).
import { describe, expect, it } from "vitest";
import { copyMembers, copyValue } from "../../src/core/copy.js";
import { UNPARSEABLE } from "../../src/core/dialect.js";
import { Generations } from "../../src/core/generations.js";
import { identityKey, noIdentity } from "../../src/core/identity.js";
import { parseText } from "../../src/core/json.js";
import { LeaseTexts } from "../../src/core/lease-texts.js";
import { Pass } from "../../src/core/pass.js";
import type { Entry } from "../../src/types.js";

describe("a fold", () => {
  it("of kind replay has neither findings nor texts, and says so", () => {
    expect(() => new Pass("replay").scan()).toThrow(
      new TypeError("scan: expected a fold of kind scan, found one of kind replay"),
    );
    expect(() => [...new Pass("replay").heldLeases()]).toThrow("expected a fold of kind compact, found another");
  });

  it("of kind scan has no texts", () => {
    expect(() => [...new Pass("scan").heldLeases()]).toThrow(TypeError);
  });

  it("goes on from a snapshot only if that names each identity once", () => {
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
  const fold = (...lines: string[]): LeaseTexts => {
    const texts = new LeaseTexts();
    for (const line of lines) {
      const entry: Entry = JSON.parse(line);
      texts.fold(entry, line);
    }
    return texts;
  };
  const read = (...lines: string[]): string | undefined => fold(...lines).get(identityKey({ loop_ts: "T", lane: "a" }));
  const of = (op: string, rest: string): string => `{"op":"${op}","lane":"a","loop_ts":"T"${rest}}`;

  it("is what its ACQUIRE wrote, and nothing once it is released", () => {
    expect(read(of("ACQUIRE", ',"lease":{ "n": 1.0 }'))).toBe('{ "n": 1.0 }');
    for (const op of ["RELEASE", "SCAVENGE"]) expect(read(of("ACQUIRE", ',"lease":{}'), of(op, ""))).toBeUndefined();
    expect(read(of("HALT", ',"lease":{}'))).toBeUndefined();
    expect(read(of("HEARTBEAT", ',"ts":"t"'))).toBeUndefined();
  });

  it("is made of the entry's own fields, in their order, where it has no lease", () => {
    const own = of("RECONCILE", ',"lease":[1],"more":1,"pid":7.0, "tree" : [ "x" ]');
    expect(read(own)).toBe('{"lane":"a","tree":[ "x" ],"loop_ts":"T","pid":7.0}');
  });

  it("is held under no empty identity", () => {
    const texts = fold(
      '{"op":"ACQUIRE","lease":{"n":1}}',
      '{"op":"CHECKPOINT","leases":[{"n":1}]}',
      '{"op":"ACQUIRE","lane":"","lease":{"n":1}}',
    );
    expect(texts.get(noIdentity)).toBeUndefined();
    expect(fold('{"op":"CHECKPOINT","leases":[{"n":1}]}').get(noIdentity)).toBeUndefined();
  });

  it("stays as it is where nothing is set", () => {
    for (const op of ["HALT", "HEARTBEAT"]) {
      expect(read(of("ACQUIRE", ',"lease": { } '), of(op, ',"holder":"h","ts":"","heartbeat_at":0'))).toBe("{ }");
    }
    expect(read(of("ACQUIRE", ',"lease":{"n":1}'), of("HALT", ',"ts":"t"'))).toBe('{"n":1}');
  });

  it("of a fork is its own", () => {
    const key = identityKey({ loop_ts: "T", lane: "a" });
    const texts = fold(of("ACQUIRE", ',"lease":{}'));
    const fork = texts.fork();
    const beat = of("HEARTBEAT", ',"ts":"t"');
    fork.fold(JSON.parse(beat), beat);
    expect([texts.get(key), fork.get(key)]).toEqual(["{}", '{"heartbeat_at":"t"}']);
  });

  it("has what was set since behind what was there", () => {
    expect(read(of("ACQUIRE", ',"lease":{ }'), of("HEARTBEAT", ',"ts":"t"'))).toBe('{"heartbeat_at":"t"}');
    const adopt = of("ADOPT", ',"pid":7.0,"holder":null,"heartbeat_at":"h","ts":"t"');
    expect(read(of("ACQUIRE", ',"lease":{ "n": 1.0 }'), adopt)).toBe('{ "n": 1.0 ,"pid":7.0,"heartbeat_at":"h"}');
    expect(read(of("ACQUIRE", ',"lease":{"n":1}'), of("HEARTBEAT", ',"pid":3'))).toBe('{"n":1}');
  });

  it("comes from a checkpoint's rows, of which those without an identity are skipped", () => {
    const row = '{"lane":"a","loop_ts":"T","n":1.0}';
    expect(read(of("ACQUIRE", ',"lease":{}'), `{"op":"CHECKPOINT","leases":[3,{},${row}]}`)).toBe(row);
    expect(read(of("ACQUIRE", ',"lease":{}'), '{"op":"CHECKPOINT","leases":{}}')).toBeUndefined();
    expect(read(of("ACQUIRE", ',"lease":{}'), '{"op":"CHECKPOINT"}')).toBeUndefined();
  });
});

describe("a text that is parsed", () => {
  it.each(["[".repeat(1025), `["${"[".repeat(1100)}`, `${"[".repeat(1025)}"`])(
    "is unparseable where it is too deep or has no end (%#)",
    (text) => {
      expect(parseText(text)).toBe(UNPARSEABLE);
    },
  );

  it("may have 1,024 containers open and no more, brackets in strings not counted", () => {
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
  it("shares no array and no plain object, and keeps anything else as it is", () => {
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
