// Keeps copies of one journal's files from its records. Each record is written at its offset, so one that arrives twice
// changes nothing and one that is missing leaves a gap that shows.
import { closeSync, copyFileSync, ftruncateSync, mkdirSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { StoredRecord } from "./log.js";
import type { FleetRecord } from "./record.js";

/** The copy of one file that is or was the journal. */
export interface Copy {
  generation: number;
  path: string;
  /** How many bytes it has, without a gap. */
  bytes: number;
  /** Whether it is shown: it once reached the end of the file, or begins with the bytes of one that did. */
  isComplete: boolean;
  /** The first bytes that are missing; what follows them is not kept. */
  gap: { from: number; to: number } | undefined;
  /** Identifies the file of the host. */
  file: string;
}

export interface MirrorOptions {
  /** Whether complete copies of earlier files of the journal are kept. Default false. */
  keepsOld?: boolean;
}

export class Mirror {
  readonly #folder: string;
  /** In the order of their generations. */
  #copies: (Copy & { fd: number })[] = [];
  /** Records of lower generations arrive late, and their bytes are known. */
  #newest = 0;
  /** When the log stored the last record, in milliseconds since 1970-01-01 UTC. */
  storedAtMs = 0;

  readonly #keepsOld: boolean;

  /** `folder` is created. It belongs to this mirror. */
  constructor(folder: string, { keepsOld = false }: MirrorOptions = {}) {
    this.#folder = folder;
    this.#keepsOld = keepsOld;
    mkdirSync(folder, { recursive: true });
  }

  /** The copy to show; undefined until one is complete. */
  get shown(): Copy | undefined {
    return this.#copies.findLast(({ isComplete }) => isComplete);
  }

  /** The copy that grows; undefined if there is none. */
  get newest(): Copy | undefined {
    return this.#copies.at(-1);
  }

  /** The copies of earlier files, oldest first. A file that was copied again is not an earlier one. */
  get old(): Copy[] {
    const shown = this.#copies.findLastIndex(({ isComplete }) => isComplete);
    return this.#copies.filter(
      (copy, at) =>
        at < shown && copy.isComplete && !this.#copies.some((later, n) => n > at && later.file === copy.file),
    );
  }

  apply({ record, storedAtMs }: StoredRecord): void {
    this.storedAtMs = storedAtMs;
    if (record.generation < this.#newest) return;
    this.#newest = record.generation;
    const copy = this.#copies.find(({ generation }) => generation === record.generation) ?? this.#begin(record);
    if (record.offset > copy.bytes) {
      copy.gap ??= { from: copy.bytes, to: record.offset };
      return;
    }
    writeAt(copy.fd, record.bytes, record.offset);
    copy.bytes = Math.max(copy.bytes, record.offset + record.bytes.length);
    if (copy.gap !== undefined && copy.bytes >= copy.gap.to) copy.gap = undefined;
    if (copy.gap === undefined && record.endReached) copy.isComplete = true;
    this.#dropOld();
  }

  /** Call it when the log was replaced: what is shown stays, and generations may begin at any number. */
  restart(): void {
    this.#newest = 0;
  }

  close(): void {
    for (const { fd } of this.#copies.splice(0)) closeSync(fd);
  }

  #begin({ generation, base, mark }: FleetRecord): Copy & { fd: number } {
    const path = join(this.#folder, `${generation}.jsonl`);
    const from = this.#copies.find((copy) => copy.generation === base?.generation);
    const isKnown = base !== undefined && from !== undefined && from.bytes >= base.offset;
    if (isKnown) copyFileSync(from.path, path);
    const fd = openSync(path, isKnown ? "r+" : "w+");
    const bytes = isKnown ? base.offset : 0;
    ftruncateSync(fd, bytes);
    const copy = {
      generation,
      path,
      fd,
      bytes,
      isComplete: isKnown && from.isComplete,
      gap: undefined,
      file: mark.file,
    };
    this.#copies.push(copy);
    return copy;
  }

  /** Removes the copies before the one that is shown. */
  #dropOld(): void {
    if (this.#keepsOld) return;
    const shown = this.#copies.findLastIndex(({ isComplete }) => isComplete);
    for (const { fd, path } of this.#copies.splice(0, Math.max(0, shown))) {
      closeSync(fd);
      rmSync(path, { force: true });
    }
  }
}

function writeAt(fd: number, bytes: Uint8Array, offset: number): void {
  for (let written = 0; written < bytes.length; ) {
    written += writeSync(fd, bytes, written, bytes.length - written, offset + written);
  }
}
