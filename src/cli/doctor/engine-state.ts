// An engine asked for or none -> which one serves and why, and what the addon runs; a missing one is told, not raised.
import { loadAddon } from "../../engine/addon.js";
import type { EngineRequest } from "../../engine/choose.js";
import type { JournalEngine } from "../../engine/engine.js";
import { JournalError } from "../../errors.js";
import { loadEngine } from "../call.js";
import type { Finding } from "./finding.js";

export interface EngineState {
  /** `none` if the one that was asked for does not load. */
  name: "native" | "js" | "none";
  reason: string;
  /** Null where the native engine is not in use. */
  kernels: { simdjson: string; kernel: string; matcher: string } | null;
}

/** The TypeScript engine looks at the journal where there is no other. */
export async function examineEngine(
  option: EngineRequest | undefined,
): Promise<{ state: EngineState; engine: JournalEngine; findings: Finding[] }> {
  try {
    const { engine, reason } = await loadEngine(option);
    return {
      state: { name: engine.name, reason, kernels: kernelsOf(engine) },
      engine,
      findings: fallBackOf(engine, option),
    };
  } catch (error) {
    if (!(error instanceof JournalError)) throw error;
    const { engine } = await loadEngine("js");
    const findings: Finding[] = [{ about: "engine", attention: true, says: error.message }];
    return { state: { name: "none", reason: error.message, kernels: null }, engine, findings };
  }
}

function kernelsOf({ name }: JournalEngine): EngineState["kernels"] {
  const load = name === "native" ? loadAddon() : undefined;
  return load?.addon?.kernels() ?? null;
}

/** An addon that was asked not to load is not touched: loading it may be what goes wrong. */
function fallBackOf({ name }: JournalEngine, option: EngineRequest | undefined): Finding[] {
  const asked = option ?? process.env["LANE_JOURNAL_ENGINE"];
  if (name === "native" || asked === "js") return [];
  const load = loadAddon();
  if (load.addon !== undefined || load.state !== "broken") return [];
  return [{ about: "engine", attention: true, says: `the addon is there and cannot be used: ${load.reason}` }];
}
