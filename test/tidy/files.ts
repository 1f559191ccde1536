// The project's folder -> its hand-written files, as paths from the root.
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../..", import.meta.url));

/** Folders that hold what is built, installed or measured. */
const generated = /^(node_modules|dist|build|build-.*|coverage|\.git)$/;

/** Files whose content is not ours to word: other programs' formats and the reference's answers. */
const foreign = /^(package-lock\.json|prebuilds\/.*\/.*|bench\/out\/.*|test\/vectors\/.*\.json)$|\.(tgz|log|node)$/;

export interface SourceFile {
  file: string;
  text: string;
  lines: string[];
}

/** Every hand-written file below the root. */
export function listFiles(folder = ""): string[] {
  const children = readdirSync(path.join(root, folder), { withFileTypes: true });
  return children.flatMap((child) => {
    const file = path.posix.join(folder, child.name);
    // Of a worktree `.git` is a file.
    if (generated.test(child.name)) return [];
    if (child.isDirectory()) return listFiles(file);
    return child.isFile() && !foreign.test(file) ? [file] : [];
  });
}

export function readSource(file: string): SourceFile {
  const text = readFileSync(path.join(root, file), "utf8");
  return { file, text, lines: text.replace(/\n$/, "").split("\n") };
}

/** The program text among the files: what rule 13 of the house style limits. */
export function isProgram(file: string): boolean {
  return /\.(ts|mjs|cjs|js|cc|h)$/.test(file);
}
