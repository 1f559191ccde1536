// docs/api.md against the source: current, complete, and with a comment for each export.
import { describe, expect, it } from "vitest";
import * as journal from "../../src/index.js";
import { describeExports, formatApi } from "./api.js";
import { sections } from "./sections.js";

const described = describeExports();
const told = sections.flatMap(({ names }) => names);

describe("docs/api.md", () => {
  it("tells of every export of the package, once", () => {
    expect(told.toSorted()).toEqual([...described.keys()].toSorted());
    expect([...described.keys()]).toEqual(expect.arrayContaining(Object.keys(journal)));
  });

  it("is what the source says (npm run docs:api writes it)", async () => {
    await expect(formatApi(sections, described)).toMatchFileSnapshot("../../docs/api.md");
  });
});

describe("the doc comments", () => {
  it("say something of every export", () => {
    const silent = [...described.values()].filter(({ comment }) => comment === "");
    expect(silent.map(({ name }) => name)).toEqual([]);
  });

  it("say something of every member whose name, type and interface do not tell it", () => {
    const bare = [...described.values()].flatMap(({ name, bareMembers }) =>
      bareMembers.map((bare) => `${name}.${bare}`),
    );
    expect(bare).toEqual([]);
  });
});
