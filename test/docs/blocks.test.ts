// Runs every code block of README.md and docs/, checks its types and compares its output. A block that is not run must
// say why.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Block, listDocuments, readBlocks, runnable, splitBlocks } from "./blocks.js";
import { checkTypes, matchesOutput, type Outcome, Stage } from "./stage.js";

const documents = listDocuments().map((name) => ({ name, blocks: readBlocks(name) }));
const isRun = ({ language, unrunBecause }: Block): boolean => runnable.has(language) && unrunBecause === "";

describe.each(documents.filter(({ blocks }) => blocks.some(isRun)))("$name", ({ name, blocks }) => {
  let stage: Stage;
  let last: Outcome | undefined;
  beforeAll(() => {
    stage = new Stage();
  });
  afterAll(() => stage.remove());

  const typed = blocks.filter((block) => isRun(block) && block.language === "ts");
  if (typed.length > 0) {
    it("its ts blocks have no type errors", () => {
      expect(checkTypes(typed)).toEqual([]);
    });
  }

  it.each(blocks.filter((block) => isRun(block) || block.isOutput))("line $line: $language", (block) => {
    if (block.isOutput) {
      if (last === undefined) throw new Error(`${name}:${block.line}: expected a block before it that was run`);
      if (!matchesOutput(block.text, last.stdout)) expect(last.stdout).toBe(block.text);
      return;
    }
    last = stage.run(block);
    expect(last, last.stderr).toMatchObject({ code: block.exitCode });
  });
});

describe("the documents", () => {
  it("have blocks of each kind that is run, with their output", () => {
    const all = documents.flatMap(({ blocks }) => blocks);
    for (const language of ["js", "ts", "sh"]) {
      expect(all.filter((block) => isRun(block) && block.language === language).length).toBeGreaterThan(1);
    }
    expect(all.filter((block) => block.isOutput).length).toBeGreaterThan(2);
  });

  it("say why for each block that could be run and is not", () => {
    const unrun = documents.flatMap(({ blocks }) =>
      blocks.filter((block) => runnable.has(block.language) && !isRun(block)),
    );
    expect(unrun.filter(({ unrunBecause }) => unrunBecause.length < "a declaration".length)).toEqual([]);
  });
});

describe("the checks themselves", () => {
  it("refuse a block without a language, an unclosed block and an unknown option", () => {
    expect(() => splitBlocks("```\nx\n```\n", "a.md")).toThrow("a.md:1: expected one of js");
    expect(() => splitBlocks("text\n```sh\nx\n", "a.md")).toThrow("a.md:2: expected the block to be closed");
    expect(() => splitBlocks("```sh quickly\n```\n", "a.md")).toThrow('found "quickly"');
  });

  it("detect a wrong exit code, a type error and different output", () => {
    const [wrong, exits, typed] = splitBlocks(
      "```sh\nfalse\n```\n```sh exits 3\nexit 3\n```\n```ts\nconst a: string = 1;\n```",
      "a",
    );
    if (wrong === undefined || exits === undefined || typed === undefined) throw new Error("expected three blocks");
    const stage = new Stage();
    try {
      expect(stage.run(wrong).code).not.toBe(wrong.exitCode);
      expect(stage.run(exits).code).toBe(exits.exitCode);
    } finally {
      stage.remove();
    }
    expect(checkTypes([typed])).toHaveLength(1);
    expect(matchesOutput("a [...] c\n", "a b\nb c\n")).toBe(true);
    expect(matchesOutput("a [...] c\n", "a b d\n")).toBe(false);
  });
});
