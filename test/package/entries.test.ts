// Checks that the entry points export the same names: those of `createSurface`, and those that they share. Each lists
// the names of the surface itself, because an ES module can export a name only by writing it.
import { describe, expect, it } from "vitest";
import { createSurface } from "../../src/api.js";
import * as bundled from "../../src/bundled.js";
import { createChooser } from "../../src/engine/choose.js";
import * as shared from "../../src/exports.js";
import * as index from "../../src/index.js";
import * as pure from "../../src/pure.js";

const surface = createSurface(createChooser(() => ({ engine: undefined, reason: "none", cause: undefined })));
const names = [...Object.keys(surface), ...Object.keys(shared)].toSorted();

describe("the exports", () => {
  it.each(Object.entries({ index, pure, bundled }))("of %s are the surface and the shared names", (_name, entry) => {
    expect(Object.keys(entry).toSorted()).toEqual(names);
  });
});
