// The border between what loads at start and what loads at first use. Here both are plain imports; bundle.mjs builds
// the published CommonJS with late-require.ts in place of this file, and that one loads the same modules at first use.

import * as workspaceModule from "./file/workspace.js";
import * as modules from "./late-modules.js";
import * as snapshotModule from "./read/snapshot.js";

/** The writers, the lease shell and the TypeScript engine. */
export function late(): typeof modules {
  return modules;
}

/** Apart from the others, because a read that finds a snapshot needs nothing else. */
export function lateSnapshot(): typeof snapshotModule {
  return snapshotModule;
}

/** Apart from the others, because only this needs a reader of TOML. */
export function lateWorkspaceFile(): typeof workspaceModule {
  return workspaceModule;
}
