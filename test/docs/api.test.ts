// Checks that docs/api.md is current and complete, and that each export has a comment.
import { describe, expect, it } from "vitest";
import * as journal from "../../src/index.js";
import { describeExports, formatApi } from "./api.js";
import { sections } from "./sections.js";

const described = describeExports();
const told = sections.flatMap(({ names }) => names);

describe("docs/api.md", () => {
  it("describes every export of the package once", () => {
    expect(told.toSorted()).toEqual([...described.keys()].toSorted());
    expect([...described.keys()]).toEqual(expect.arrayContaining(Object.keys(journal)));
  });

  it("matches the source (npm run docs:api writes it)", async () => {
    await expect(formatApi(sections, described)).toMatchFileSnapshot("../../docs/api.md");
  });
});

describe("the doc comments", () => {
  it("cover every export", () => {
    const silent = [...described.values()].filter(({ comment }) => comment === "");
    expect(silent.map(({ name }) => name)).toEqual([]);
  });

  it("cover every member that its name, type and interface do not explain", () => {
    const bare = [...described.values()].flatMap(({ name, bareMembers }) =>
      bareMembers.map((bare) => `${name}.${bare}`),
    );
    expect(bare).toEqual([]);
  });
});
