// Names the engine that works everywhere, for callers that know engines by their interface only.
import type { JournalEngine } from "./engine.js";
import { scriptEngine } from "./script.js";

export const fallbackEngine: JournalEngine = scriptEngine;
