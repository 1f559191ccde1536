// Checks leases that are set as values or as text and renewed, and the error for each invalid text of a snapshot
// (src/core/live.ts, src/core/snapshot.ts).
import { describe, expect, it, vi } from "vitest";
import { lineFindingKinds } from "../../src/core/findings.js";
import { Live } from "../../src/core/live.js";
import { readSnapshot } from "../../src/core/snapshot.js";

describe("a live lease", () => {
  it("that was set as text is parsed once, when it is read or settled", () => {
    const live = new Live();
    for (const key of ["a", "b", "c"]) live.setText(key, `{"key": "${key}"}`);
    live.delete("b");
    const parse = vi.spyOn(JSON, "parse");
    expect(live.get("a")).toEqual({ key: "a" });
    expect(parse).toHaveBeenCalledTimes(1);
    live.settle();
    live.settle();
    expect(parse).toHaveBeenCalledTimes(2);
    expect(live.leases()).toEqual([{ key: "a" }, { key: "c" }]);
    expect(parse).toHaveBeenCalledTimes(2);
  });

  it("has the stamp of its last heartbeat, whenever it is parsed", () => {
    const live = new Live();
    live.setText("a", '{"heartbeat_at": "0"}');
    live.set("b", { n: 1 });
    for (const stamp of ["1", "2"]) for (const key of ["a", "b", "none"]) live.beatText(key, stamp);
    expect(live.leases()).toEqual([{ heartbeat_at: "2" }, { n: 1, heartbeat_at: "2" }]);
    live.set("a", {});
    live.setText("b", "{}");
    live.settle();
    expect(live.leases()).toEqual([{}, {}]);
    expect(Object.keys(live.get("a") ?? {})).toEqual([]);
  });

  it("of a fork, or of an answer, is independent", () => {
    const live = new Live();
    live.setText("a", '{"n": 1}');
    const fork = live.fork();
    fork.set("b", {});
    fork.beatText("a", "1");
    Object.assign(live.leases()[0] ?? {}, { n: 9 });
    expect(live.leases()).toEqual([{ n: 1 }]);
    expect(fork.leases()).toEqual([{ n: 1, heartbeat_at: "1" }, {}]);
    fork.clear();
    expect([[...fork.keys()], [...live.keys()]]).toEqual([[], ["a"]]);
  });

  it("must be an object", () => {
    const live = new Live();
    const text = `[${"1,".repeat(100)}1]`;
    live.setText("a", text);
    expect(() => live.settle()).toThrow(
      new TypeError(`a lease's text: expected an object, found ${text.slice(0, 100)}`),
    );
  });
});

describe("a snapshot", () => {
  const lists = lineFindingKinds.map((kind) => `["${kind}",0]`);
  const checks = ['["checks",0,0,0,0,0,0,0]', '["gaps"]', '["recent"]', '["badChecks",0]'];
  const lines = ['["position",90,3,2,7,4]', '["order",7,null]', '["op","HALT",2]', ...lists, ...checks];
  const rest = ['["lease","T","a",0,0]', "{}", '["token","T","a",4]', '["end"]', ""];
  const good = [...lines, ...rest].join("\n");

  it("is read", () => {
    expect(readSnapshot(good)).toMatchObject({ offset: 90, lines: 3, entries: 2, seq: 7, counter: 4 });
    expect(readSnapshot(good).order).toEqual({ seq: 7, ts: Number.NaN });
  });

  it.each([
    ["90,3,2,7,4", "90,3,2,7", "five numbers of a position"],
    ["90,3,2,7,4", "90,3,2,7,4,5", "five numbers of a position"],
    ["90,3,2,7,4", "90,3,2,7,-4", "a whole number"],
    ["90,3,2,7,4", '90,3,2,"7",4', "a whole number"],
    ['["order",7,null]', '["order",7]', "two numbers of an order"],
    ['["order",7,null]', '["order",7,true]', "an integer or null"],
    ['["op","HALT",2]', '["op",3,2]', "an op once"],
    ['["corrupt",0]', '["corrupt"]', "a count of corrupt"],
    ['["corrupt",0]', '["corrupt",1,2]', "pairs of line and offset"],
    ['["corrupt",0]', '["nonObjects",0]', "corrupt"],
    ['["corrupt",0]', "3", "corrupt"],
    ['["checks",0', '["checks"', "seven numbers of check values"],
    ['["gaps"]', '["gaps",1]', "groups of 2 numbers of check values"],
    ["{}", "[]", "a lease"],
    ['"T","a",4', '"T","a",4.5', "a token"],
    ['["end"]', '["end",1]', "the end"],
    ['["end"]', '["end"]\n', "the end"],
    [`\n${rest.join("\n")}`, "", "a line"],
  ])("with %j replaced by %j is rejected: expected %s", (text, other, expected) => {
    expect(good).toContain(text);
    expect(() => readSnapshot(good.replace(text, other))).toThrow(
      new Error(`snapshot: expected ${expected}, found something else`),
    );
  });
});
