// Splits a document into its code blocks, each with the options of its info string.
import { readdirSync } from "node:fs";
import path from "node:path";
import { readSource, root } from "../tidy/files.js";

/**
 * The info string is a language, followed by options: `cjs` (for js: a CommonJS file), `exits N` (the exit code,
 * default 0), `output` (for text: the output of the block before it; `[...]` matches anything) or `no-run: why`.
 */
export interface Block {
  /** The line of the opening fence, counted from 1. */
  line: number;
  language: Language;
  text: string;
  isCommonJs: boolean;
  isOutput: boolean;
  exitCode: number;
  /** Why the block is not run; empty if it is run. */
  unrunBecause: string;
}

const languages = ["js", "ts", "sh", "python", "json", "sql", "text", "mermaid"] as const;
type Language = (typeof languages)[number];

/** The languages that can be run. Blocks in other languages need no reason. */
export const runnable: ReadonlySet<Language> = new Set<Language>(["js", "ts", "sh"]);

/** Returns README.md and every page in docs/, as paths from the root. */
export function listDocuments(): string[] {
  const docs = readdirSync(path.join(root, "docs")).filter((name) => name.endsWith(".md"));
  return ["README.md", ...docs.map((name) => `docs/${name}`).toSorted()];
}

export function readBlocks(document: string): Block[] {
  return splitBlocks(readSource(document).text, document);
}

/** Throws for a block that is not closed or whose info string is invalid. */
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
