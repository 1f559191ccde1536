// Chooses the engine from an option, the environment and what can be loaded, and reports the reason.
import { JournalError } from "../errors.js";
import type { Engine } from "../types.js";
import type { JournalEngine } from "./engine.js";

/**
 * The native engine, or the reason why there is none. The reason may be computed on demand, because few callers need
 * it.
 */
export type NativeEngineLoad =
  | { engine: JournalEngine; reason: string }
  | { engine: undefined; reason: string; cause: unknown };

/** A request for an engine. `auto` selects the native engine if it can be loaded. */
export type EngineRequest = Engine | "auto";

export interface EngineChoice {
  /** Undefined if the TypeScript engine was chosen, which the caller has or loads. */
  native: JournalEngine | undefined;
  /** A message for people, without a full stop. */
  reason: string;
}

/**
 * An option takes precedence over `LANE_JOURNAL_ENGINE`, which takes precedence over `auto`. Throws
 * `ERR_ENGINE_UNAVAILABLE`.
 */
export type ChooseEngine = (option?: EngineRequest) => EngineChoice;

const requests: ReadonlySet<unknown> = new Set<EngineRequest>(["native", "js", "auto"]);

export function isEngineRequest(value: unknown): value is EngineRequest {
  return requests.has(value);
}

/** Reads the environment at each call. Loads the native engine at the first call that may select it. */
export function createChooser(loadNative: () => NativeEngineLoad): ChooseEngine {
  return (option) => {
    if (option !== undefined) return choose(option, "asked for by the engine option", loadNative);
    const variable = process.env["LANE_JOURNAL_ENGINE"];
    if (variable === undefined || variable === "") return choose("auto", "the default", loadNative);
    if (isEngineRequest(variable)) return choose(variable, "asked for by LANE_JOURNAL_ENGINE", loadNative);
    const found = JSON.stringify(variable);
    const message = `LANE_JOURNAL_ENGINE: expected "native", "js" or "auto", found ${found}`;
    throw new JournalError("ERR_ENGINE_UNAVAILABLE", message);
  };
}

function choose(request: EngineRequest, why: string, loadNative: () => NativeEngineLoad): EngineChoice {
  if (request === "js") return { native: undefined, reason: why };
  const load = loadNative();
  if (load.engine !== undefined) {
    return {
      native: load.engine,
      get reason() {
        return `${why}; ${load.reason}`;
      },
    };
  }
  if (request === "auto") return { native: undefined, reason: load.reason };
  const message = `the native engine is ${why} and cannot be used: ${load.reason}`;
  throw new JournalError("ERR_ENGINE_UNAVAILABLE", message, { cause: load.cause });
}
