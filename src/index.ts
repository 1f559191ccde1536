// The package's root: native engine where it loads, TypeScript elsewhere. What each function does is in surface.ts.

import { createSurface } from "./api.js";
import { createChooser } from "./engine/choose.js";
import { loadNativeEngine } from "./engine/native.js";

export * from "./exports.js";

export const {
  replay,
  replayAsync,
  scan,
  scanAsync,
  entries,
  readAll,
  tail,
  follow,
  nextSeq,
  leaseGenerations,
  engine,
  explainEngine,
  append,
  openJournal,
  compactJournal,
  openLeases,
} = createSurface(createChooser(loadNativeEngine));
