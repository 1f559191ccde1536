// Compares grants and refusals by lane and by tree with a naive oracle (docs/format.md 8, "The decision").
import { describe, expect, it } from "vitest";
import { decideByLane, decideByTree, type LeaseRequest, openLeases } from "../../src/index.js";
import { decideByDefault } from "../../src/leases/decide.js";
import { temporaryFolder } from "../contract/journals.js";
import { foreign } from "../generate/foreign.js";
import { Random } from "../generate/random.js";
import { chooseSeed } from "../generate/seed.js";
import { engines } from "../support/engines.js";
import { granted, refused } from "./open.js";

const wanted = (tree?: readonly string[], lane = "mine"): LeaseRequest & { loopTs: string } => ({
  lane,
  loopTs: "T2",
  tree,
});
const held = (tree: unknown, lane = "theirs") => [
  foreign({ lane, loop_ts: "T1", holder: "anna", acquired_at: "then", tree }),
];

const collides = (one: readonly string[], other: readonly string[]): boolean =>
  !decideByDefault(wanted(one), held(other)).ok;

describe("two trees", () => {
  it.each([
    ["the same", ["docs/**"], ["docs/**"]],
    ["one is within the other", ["docs/guide/**"], ["docs/**"]],
    ["one is a prefix of the name of the other", ["docs"], ["docs-old/a.md"]],
    ["in any case", ["Docs/**"], ["dOCS/a"]],
    ["with any slashes", ["docs\\guide\\**"], ["docs/guide/a.md"]],
    ["with any spaces around them", ["  docs/** "], ["docs/a"]],
    ["by any pair among many", ["a/**", "b/c/**"], ["d/**", "b/**"]],
    ["a star at the start names everything", ["**/*.md"], ["src/a.ts"]],
    ["an empty path names everything", [""], ["src/a.ts"]],
    ["a path of spaces names everything", [" \t "], ["src/a.ts"]],
    ["only the parts before the first star count", ["src/*/a.ts"], ["src/b/c.ts"]],
    ["a sharp s is two letters", ["stra\u00dfe/**"], ["STRASSE/a"]],
    ["a final sigma equals any other sigma", ["\u039f\u0394\u039f\u03a3*"], ["\u03bf\u03b4\u03bf\u03c3\u03b1"]],
  ])("collide: %s", (_, one, other) => {
    expect(collides(one, other)).toBe(true);
    expect(collides(other, one)).toBe(true);
  });

  it.each([
    [["docs/**"], ["src/**"]],
    [["docs/a*"], ["docs/b*"]],
    [["docs/a/**"], ["docs/ab/**"]],
    [["./docs/**"], ["docs/**"]],
  ])("%j and %j do not collide", (one, other) => {
    expect(collides(one, other)).toBe(false);
    expect(collides(other, one)).toBe(false);
  });

  it.each([undefined, null, [], "", 0, false, {}])("a live lease with the tree %j has none", (tree) => {
    expect(decideByDefault(wanted(["docs"]), held(tree))).toEqual({ ok: true });
    expect(decideByTree(wanted(["docs"]), held(tree))).toMatchObject({ ok: false, reasonClass: "TREE_UNKNOWN" });
  });

  it.each(["src/**", 7, true, { a: 1 }, [7], [null], [["src"]], ["src/**", 7]])(
    "a live lease with the odd tree %j is treated as naming every file",
    (tree) => {
      expect(decideByDefault(wanted(["docs"]), held(tree))).toMatchObject({ ok: false, reasonClass: "TREE_HELD" });
      expect(decideByDefault(wanted([]), held(tree))).toEqual({ ok: true });
    },
  );

  it("collide as a naive oracle determines, for random trees", () => {
    const seed = chooseSeed("trees");
    const r = new Random(seed);
    const parts = ["a", "A", "b", "ab", "/", "\\", "*", " ", "."];
    const makeTree = (): string[] =>
      Array.from({ length: r.between(1, 3) }, () =>
        Array.from({ length: r.between(0, 5) }, () => r.pick(parts)).join(""),
      );
    const prefix = (path: string): string => path.split("\\").join("/").trim().toLowerCase().split("*").at(0) ?? "";
    const oracle = (one: string[], other: string[]): boolean =>
      one.some((a) => other.some((b) => prefix(a).indexOf(prefix(b)) === 0 || prefix(b).indexOf(prefix(a)) === 0));
    for (let i = 0; i < 3000; i++) {
      const [one, other] = [makeTree(), makeTree()];
      expect(collides(one, other), `${seed} ${i} ${JSON.stringify([one, other])}`).toBe(oracle(one, other));
    }
  });
});

describe("the deciders", () => {
  it("name the first lease in the way in the reason, and all of them in heldBy", () => {
    const live = [...held(["docs/**"]), { ...held(["docs/a"])[0], lane: "more" }, ...held(["src"], "other")];
    expect(decideByTree(wanted(["docs/a/b"]), live)).toEqual({
      ok: false,
      reasonClass: "TREE_HELD",
      reason:
        'the tree ["docs/a/b"] collides with the tree ["docs/**"]: ' +
        'lane "theirs" is held by "anna" since "then" (and 1 more)',
      heldBy: live.slice(0, 2),
    });
    expect(decideByLane(wanted(["docs/a/b"]), live)).toEqual({ ok: true });
    expect(decideByLane(wanted([], "theirs"), live)).toMatchObject({ reasonClass: "LANE_HELD", heldBy: [live[0]] });
  });

  it("by tree refuse a request without a tree if any lease is live", () => {
    expect(decideByTree(wanted(), [])).toEqual({ ok: true });
    expect(decideByTree(wanted(), held(["src"]))).toMatchObject({ ok: false, reasonClass: "TREE_UNKNOWN" });
    expect(decideByTree(wanted(["docs"]), held(["src"]))).toEqual({ ok: true });
    expect(decideByDefault(wanted(), held(["src"]))).toEqual({ ok: true });
    expect(decideByTree(wanted(["docs"], "theirs"), held(["src"]))).toMatchObject({ reasonClass: "LANE_HELD" });
  });
});

describe.each(engines)("a shell (%s)", (engine) => {
  it("refuses by tree unless its decision considers only the lane", () => {
    const file = `${temporaryFolder()}/journal.jsonl`;
    const shells = [undefined, decideByLane, decideByTree].map((decide) =>
      openLeases(file, { owner: "anna", engine, ...(decide && { decide }) }),
    );
    const [standard, byLane, byTree] = shells;
    if (!(standard && byLane && byTree)) throw new Error("expected three shells");
    granted(standard.acquire({ lane: "docs", tree: ["docs/**"] }));
    expect(refused(standard.acquire({ lane: "guide", tree: ["docs/**"] }))).toMatchObject({ reasonClass: "TREE_HELD" });
    expect(refused(byTree.acquire({ lane: "guide" }))).toMatchObject({ reasonClass: "TREE_UNKNOWN" });
    granted(byTree.acquire({ lane: "src", tree: ["src/**"] }));
    granted(standard.acquire({ lane: "no tree" }));
    granted(byLane.acquire({ lane: "guide", tree: ["docs/**"] }));
    for (const shell of shells) shell?.close();
  });
});
