// Finds the package's root folder and version.
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

const packageName = "lane-journal";

export interface PackageFacts {
  /** The folder that contains package.json, build/ and prebuilds/. */
  root: string;
  version: string;
}

/** Walks up to our own package.json, because sources and compiled files lie at different depths. */
export function findPackage(): PackageFacts {
  // No module lies in the root itself.
  const start = dirname(import.meta.dirname);
  for (let folder = start, parent = dirname(start); ; folder = parent, parent = dirname(folder)) {
    const version = versionIn(folder);
    if (version !== undefined) return { root: folder, version };
    if (parent === folder) throw new Error(`no package.json of ${packageName} in ${start} or a folder above it`);
  }
}

function versionIn(folder: string): string | undefined {
  const file = join(folder, "package.json");
  // Most folders on the way up have none. The caller reports if none has.
  if (!existsSync(file)) return undefined;
  const described: unknown = JSON.parse(readFileSync(file, "utf8"));
  if (typeof described !== "object" || described === null) return undefined;
  if (!("name" in described) || described.name !== packageName) return undefined;
  return "version" in described && typeof described.version === "string" ? described.version : undefined;
}
