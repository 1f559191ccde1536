// Runs a campaign on the built package in a process with the compiled shim preloaded, and returns its tally.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { builtFile } from "../../support/built.js";
import type { Tally } from "../nth-call-trial.js";

export interface Campaign {
  campaign: "calls" | "room";
  engine: "js" | "native";
  /** The step in bytes between two limits of space. Default 1: every offset. */
  step?: number;
}

const root = fileURLToPath(new URL("../../../", import.meta.url));

/** The modules that the child runs; the package itself comes from dist. */
const modules = [
  "test/campaign/nth-call-acts.ts",
  "test/campaign/nth-call-child.ts",
  "test/campaign/nth-call-fault.ts",
  "test/campaign/nth-call-rounds.ts",
  "test/campaign/nth-call-trial.ts",
  "test/campaign/shim/orders.ts",
  "test/generate/random.ts",
];

const childTimeout = 3_600_000;
const outputBytesMax = 64 * 1024 * 1024;

export function runUnderShim({ campaign, engine, step = 1 }: Campaign): Tally {
  const folder = mkdtempSync(join(tmpdir(), "lane-shim-"));
  try {
    const shim = join(folder, "shim.so");
    const source = fileURLToPath(new URL("shim.c", import.meta.url));
    execFileSync("cc", ["-O1", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-o", shim, source, "-ldl"]);
    for (const module of modules) compile(module, folder);
    writeFileSync(join(folder, "package.json"), '{ "type": "module" }\n');
    symlinkSync(fileURLToPath(builtFile("src")), join(folder, "src"));
    const child = join(folder, "test/campaign/nth-call-child.js");
    const answer = execFileSync(process.execPath, ["--no-warnings", child, campaign, engine, String(step)], {
      encoding: "utf8",
      // libuv's io_uring would bypass the libc.
      env: { ...process.env, LD_PRELOAD: shim, UV_USE_IO_URING: "0" },
      timeout: childTimeout,
      maxBuffer: outputBytesMax,
    });
    return readTally(answer);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Strips the types; the folder layout stays the same so that imports resolve. */
function compile(module: string, folder: string): void {
  const compilerOptions = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023, verbatimModuleSyntax: true };
  const { outputText } = ts.transpileModule(readFileSync(join(root, module), "utf8"), { compilerOptions });
  const path = join(folder, module.replace(/\.ts$/, ".js"));
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, outputText);
}

function readTally(text: string): Tally {
  const answer: Tally = JSON.parse(text);
  return answer;
}
