// The package's root: uses the native engine where it loads, otherwise TypeScript. api.ts documents each function.

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
  followBytes,
  nextSeq,
  leaseGenerations,
  history,
  historyAsync,
  progress,
  progressAsync,
  liveness,
  livenessAsync,
  attempts,
  attemptsAsync,
  engine,
  explainEngine,
  append,
  openJournal,
  compactJournal,
  openLeases,
} = createSurface(createChooser(loadNativeEngine));
