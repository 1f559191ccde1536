// Replaces the package's root in a bundle: only the TypeScript engine, because a bundle cannot contain the addon, and
// an addon that is found beside the bundle may belong to another version.

import { createSurface } from "./api.js";
import { createChooser } from "./engine/choose.js";

export * from "./exports.js";

const reason =
  "lane-journal is part of a bundle, which cannot hold the addon: leave the package external (docs/embedding.md)";

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
} = createSurface(createChooser(() => ({ engine: undefined, reason, cause: undefined })));
