// Replaces late.ts in the published CommonJS: the first call that needs a file loads it.

import { JournalError } from "./errors.js";
import { errorText } from "./file/system-error.js";
import type * as workspaceModule from "./file/workspace.js";
import type * as modules from "./late-modules.js";
import type * as snapshotModule from "./read/snapshot.js";

export function late(): typeof modules {
  return load(() => require("./late-modules.js"));
}

export function lateSnapshot(): typeof snapshotModule {
  return load(() => require("./late-snapshot.js"));
}

export function lateWorkspaceFile(): typeof workspaceModule {
  return load(() => require("./late-workspace.js"));
}

/**
 * A process without a free file descriptor cannot load a file either. For the caller this means that a journal cannot
 * be read or written, so it has the same error code. The next call tries again.
 */
function load<Module>(require: () => Module): Module {
  try {
    return require();
  } catch (cause) {
    const message = `a file of lane-journal that this call needs cannot be loaded: ${errorText(cause)}`;
    throw new JournalError("ERR_JOURNAL_UNREADABLE", message, { cause });
  }
}
