// A name -> a fresh temporary folder, and a removal of all of them for afterAll.
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const made: string[] = [];

/** A new folder under the system's temporary one. Others may enter it, as the tests that give up their rights must. */
export function makeFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `lane-${name}-`));
  chmodSync(folder, 0o755);
  made.push(folder);
  return folder;
}

export function removeFolders(): void {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
}
