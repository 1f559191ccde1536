// Separates modules that load at start from those that load at first use. Here both are plain imports; in the published
// CommonJS, bundle.mjs replaces this file by late-require.ts, which loads the same modules at first use.

import * as workspaceModule from "./file/workspace.js";
import * as modules from "./late-modules.js";
import * as snapshotModule from "./read/snapshot.js";

/** The writers, the lease shell and the TypeScript engine. */
export function late(): typeof modules {
  return modules;
}

/** A separate module, because a read that finds a snapshot needs nothing else. */
export function lateSnapshot(): typeof snapshotModule {
  return snapshotModule;
}

/** A separate module, because only this needs a TOML parser. */
export function lateWorkspaceFile(): typeof workspaceModule {
  return workspaceModule;
}
