// Creates temporary folders, and removes all of them in afterAll.
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const made: string[] = [];

/**
 * Creates a folder in the system's temporary one. Other users may enter it, because some tests drop their permissions.
 */
export function makeFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `lane-${name}-`));
  chmodSync(folder, 0o755);
  made.push(folder);
  return folder;
}

export function removeFolders(): void {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
}
