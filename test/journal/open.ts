// Opens a journal in a folder of its own and records its calls of the disk and of the engine.
import { existsSync, mkdtempSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { onTestFinished } from "vitest";
import { createChooser } from "../../src/engine/choose.js";
import type { JournalEngine } from "../../src/engine/engine.js";
import { loadNativeEngine } from "../../src/engine/native.js";
import { scriptEngine } from "../../src/engine/script.js";
import type { Engine } from "../../src/index.js";
import { OpenJournal } from "../../src/journal/journal.js";
import { planJournal } from "../../src/journal/plan.js";
import type { JournalOptions } from "../../src/types.js";
import { type CountingEngine, countReads, createFaultyDisk, type FaultyDisk } from "../write/faults.js";

export interface TestJournal {
  journal: OpenJournal;
  file: string;
  lockFile: string;
  disk: FaultyDisk;
  engine: CountingEngine;
  /** Of the journal alone, not of its lock. */
  fsyncs(): number;
  text(): string;
  lines(): string[];
  isLocked(): boolean;
}

const choose = createChooser(loadNativeEngine);

export function engineOf(name: Engine): JournalEngine {
  return choose(name).native ?? scriptEngine;
}

export function openTest(name: Engine = "js", options: JournalOptions = {}, now = () => "NOW"): TestJournal {
  const folder = mkdtempSync(path.join(tmpdir(), "lane-open-"));
  const file = path.join(folder, "journal.jsonl");
  const engine = countReads(engineOf(name));
  const disk = createFaultyDisk();
  let synced = 0;
  const { fsync } = disk;
  disk.fsync = (fd) => {
    fsync(fd);
    if (readlinkSync(`/proc/self/fd/${fd}`) === file) synced++;
  };
  const journal = new OpenJournal(planJournal(file, options, () => engine, { disk, now }));
  const lockFile = path.join(folder, ".lane-lease.lock");
  onTestFinished(() => {
    journal.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const text = (): string => (existsSync(file) ? readFileSync(file, "utf8") : "");
  return {
    journal,
    file,
    lockFile,
    disk,
    engine,
    fsyncs: () => synced,
    text,
    lines: () => text().split("\n").slice(0, -1),
    isLocked: () => existsSync(lockFile),
  };
}
