// Prepares a folder in which the blocks of a document run: the built package, `lj` on the PATH, and a small journal.
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import ts from "typescript";
import { readSource, root } from "../tidy/files.js";
import type { Block } from "./blocks.js";

export interface Outcome {
  stdout: string;
  stderr: string;
  code: number | null;
}

const journalLines = [
  { op: "ACQUIRE", lane: "docs", loop_ts: "2026-06-01T14:00Z", holder: "agent-7", tree: ["docs/**"], seq: 1 },
  { op: "HEARTBEAT", lane: "docs", loop_ts: "2026-06-01T14:00Z", heartbeat_at: "2026-06-01T14:05:00Z", seq: 2 },
  { op: "REFUSE", lane: "docs", loop_ts: "2026-06-01T14:06Z", holder: "agent-9", reason: "held by agent-7", seq: 3 },
];

/** One stage serves a whole document: later blocks see what earlier blocks wrote. */
export class Stage {
  readonly folder: string;
  readonly #environment: NodeJS.ProcessEnv;

  constructor() {
    const command = path.join(root, findCommand());
    if (!existsSync(command)) throw new Error(`expected ${command}, found nothing: npm run build`);
    this.folder = mkdtempSync(path.join(tmpdir(), "lane-docs-"));
    for (const name of ["bin", "node_modules", ".dos"]) mkdirSync(path.join(this.folder, name));
    for (const name of ["lane-journal", "@types", "@duckdb"]) {
      const target = name === "lane-journal" ? root : path.join(root, "node_modules", name);
      symlinkSync(target, path.join(this.folder, "node_modules", name));
    }
    writeFileSync(path.join(this.folder, "package.json"), '{ "private": true, "type": "module" }\n');
    const lines = journalLines.map((line, at) => `${JSON.stringify({ ...line, ts: `2026-06-01T14:0${at}:00Z` })}\n`);
    writeFileSync(path.join(this.folder, ".dos", "lane-journal.jsonl"), lines.join(""));
    const lj = path.join(this.folder, "bin", "lj");
    writeFileSync(lj, `#!/bin/sh\nexec "${process.execPath}" "${command}" "$@"\n`);
    chmodSync(lj, 0o755);
    this.#environment = { PATH: `${path.dirname(lj)}:${process.env["PATH"]}`, HOME: this.folder };
  }

  run(block: Block): Outcome {
    if (block.language === "sh") return this.#spawn("sh", ["-eu", "-c", block.text]);
    const file = path.join(this.folder, `line-${block.line}.${block.isCommonJs ? "cjs" : "mjs"}`);
    const options = { target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.ESNext };
    const isTyped = block.language === "ts";
    writeFileSync(file, isTyped ? ts.transpileModule(block.text, { compilerOptions: options }).outputText : block.text);
    return this.#spawn(process.execPath, [file]);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  #spawn(command: string, args: string[]): Outcome {
    const options = { cwd: this.folder, env: this.#environment, encoding: "utf8", timeout: 300_000 } as const;
    const { stdout, stderr, status, error } = spawnSync(command, args, options);
    if (error !== undefined) throw error;
    return { stdout, stderr, code: status };
  }
}

/** Returns the program that package.json names `lj`, from the root. */
function findCommand(): string {
  const described: unknown = JSON.parse(readSource("package.json").text);
  const command: unknown = Reflect.get(Object(Reflect.get(Object(described), "bin")), "lj");
  if (typeof command === "string") return command;
  throw new TypeError("package.json: expected a path for the command lj");
}

/**
 * Returns the compiler's errors for the ts blocks of a document, under options as strict as a user's project may have.
 */
export function checkTypes(blocks: readonly Block[]): string[] {
  const stage = new Stage();
  try {
    const files = blocks.map(({ line, text }) => {
      const file = path.join(stage.folder, `line-${line}.mts`);
      writeFileSync(file, text);
      return file;
    });
    const program = ts.createProgram(files, {
      target: ts.ScriptTarget.ES2023,
      module: ts.ModuleKind.NodeNext,
      strict: true,
      exactOptionalPropertyTypes: true,
      noEmit: true,
      types: ["node"],
      skipLibCheck: true,
    });
    return ts.getPreEmitDiagnostics(program).map(({ file, messageText }) => {
      const text = ts.flattenDiagnosticMessageText(messageText, " ");
      return `${path.basename(file?.fileName ?? "")}: ${text}`;
    });
  } finally {
    stage.remove();
  }
}

/** `[...]` matches anything, including line ends. */
export function matchesOutput(expected: string, found: string): boolean {
  const parts = expected.split("[...]").map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"));
  return new RegExp(`^${parts.join("[\\s\\S]*?")}$`).test(found);
}
