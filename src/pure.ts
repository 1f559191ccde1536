// `lane-journal/pure`: the same functions with the TypeScript engine only. Nothing imported here leads to the addon.

import { createSurface } from "./api.js";
import { createChooser } from "./engine/choose.js";

export * from "./exports.js";

const reason = "lane-journal/pure has the TypeScript engine only";

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
