// A document's text -> its code blocks, each with what its info string asks of the test.
import { readdirSync } from "node:fs";
import path from "node:path";
import { readSource, root } from "../tidy/files.js";

/**
 * The info string is a language, then `cjs` (of js: a CommonJS file), `exits N` (the exit code, 0 if left out),
 * `output` (of text: what the block before it prints; `[...]` stands for anything) or `no-run: why`.
 */
export interface Block {
  /** Counted from 1: the line of its fence. */
  line: number;
  language: Language;
  text: string;
  isCommonJs: boolean;
  isOutput: boolean;
  exitCode: number;
  /** Why it is not run; empty if it is. */
  unrunBecause: string;
}

const languages = ["js", "ts", "sh", "python", "json", "text", "mermaid"] as const;
type Language = (typeof languages)[number];

/** Those that can be run. Others need no reason. */
export const runnable: ReadonlySet<Language> = new Set<Language>(["js", "ts", "sh"]);

/** README.md and everything in docs/, as paths from the root. */
export function listDocuments(): string[] {
  const docs = readdirSync(path.join(root, "docs")).filter((name) => name.endsWith(".md"));
  return ["README.md", ...docs.map((name) => `docs/${name}`).toSorted()];
}

export function readBlocks(document: string): Block[] {
  return splitBlocks(readSource(document).text, document);
}

/** Throws for a block that is not closed or whose info string says something else. */
export function splitBlocks(text: string, document: string): Block[] {
  const blocks: Block[] = [];
  let open: Block | undefined;
  for (const [at, line] of text.split("\n").entries()) {
    const [, fence] = /^\s*```(.*)$/.exec(line) ?? [];
    if (fence === undefined) {
      if (open !== undefined) open.text += `${line}\n`;
    } else if (open === undefined) {
      open = { ...readInfo(fence.trim(), `${document}:${at + 1}`), line: at + 1, text: "" };
    } else {
      blocks.push(open);
      open = undefined;
    }
  }
  if (open !== undefined) throw new Error(`${document}:${open.line}: expected the block to be closed`);
  return blocks;
}

function readInfo(fence: string, place: string): Omit<Block, "line" | "text"> {
  const [, before = "", unrunBecause = ""] = /^(.*?)(?:\s+no-run: (.+))?$/.exec(fence) ?? [];
  const [word, ...wishes] = before.split(" ");
  const language = languages.find((known) => known === word);
  if (language === undefined) throw new Error(`${place}: expected one of ${languages.join(", ")}, found "${fence}"`);
  const said = wishes.join(" ");
  const [, exits] = /^exits (\d+)$/.exec(said) ?? [];
  if (said !== "" && said !== "cjs" && said !== "output" && exits === undefined) {
    throw new Error(`${place}: expected cjs, output, exits N or no-run: why, found "${said}"`);
  }
  return {
    language,
    isCommonJs: said === "cjs",
    isOutput: said === "output",
    exitCode: Number(exits ?? 0),
    unrunBecause,
  };
}
