// Lists the hand-written files of the project, as paths from the root.
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../..", import.meta.url));

/** Folders that contain built, installed or measured files. */
const generated = /^(node_modules|dist|build|build-.*|coverage|\.git)$/;

/** Files whose wording is fixed: formats of other programs and the answers of the reference. */
const foreign = /^(package-lock\.json|prebuilds\/.*\/.*|bench\/out\/.*|test\/vectors\/.*\.json)$|\.(tgz|log|node)$/;

export interface SourceFile {
  file: string;
  text: string;
  lines: string[];
}

/** Returns every hand-written file below the root. */
export function listFiles(folder = ""): string[] {
  const children = readdirSync(path.join(root, folder), { withFileTypes: true });
  return children.flatMap((child) => {
    const file = path.posix.join(folder, child.name);
    // In a worktree `.git` is a file.
    if (generated.test(child.name)) return [];
    if (child.isDirectory()) return listFiles(file);
    return child.isFile() && !foreign.test(file) ? [file] : [];
  });
}

export function readSource(file: string): SourceFile {
  const text = readFileSync(path.join(root, file), "utf8");
  return { file, text, lines: text.replace(/\n$/, "").split("\n") };
}

/** Returns the program texts among the files, to which rule 13 of the house style applies. */
export function isProgram(file: string): boolean {
  return /\.(ts|mjs|cjs|js|cc|h)$/.test(file);
}
