// Yields a journal's entries as they are appended, across compactions (docs/format.md 10, "Following").
import { mismatch } from "../arguments.js";
import { drive } from "../core/drive.js";
import { Op } from "../core/op.js";
import { int } from "../core/words.js";
import type { Fold, GrowingEntries, JournalEngine } from "../engine/engine.js";
import { JournalError } from "../errors.js";
import { nodeDisk, readFully } from "../file/disk.js";
import { closeReadable, openReadable, type RegularFile, readSize } from "../file/regular.js";
import type { Engine, Entry } from "../types.js";
import { commonLines, identityAt, ReplacedEnd, readBacklog } from "./backlog.js";
import { foldFile, guardRead, type ReadPlan } from "./fold.js";
import { foldToEnd } from "./fold-to-end.js";
import { notAJournal, readContent } from "./not-a-journal.js";
import { checkPollMs, JournalWatch } from "./watch.js";

/** Options of `follow`: where to start, and when to stop. */
export interface FollowOptions {
  /** Like `ReadOptions.engine`. */
  engine?: Engine | "auto";
  /** Like `ReadOptions.threads`. */
  threads?: number;
  /** Stops the iteration, which then throws the signal's reason. */
  signal?: AbortSignal;
  /** Start after the existing entries (`end`, the default) or with the first entry. Waits for a missing journal. */
  from?: "start" | "end";
  /** How often to check the file if the system reports no changes, in milliseconds. Default 500. */
  pollMs?: number;
}

export interface FollowPlan extends ReadPlan {
  from: "start" | "end";
  /** When starting from the end: how many existing entries to yield first. Default: none. */
  last?: number;
  pollMs: number;
}

/** Checks the options that only `follow` has. */
export function checkFollow(options: FollowOptions | undefined): Pick<FollowPlan, "from" | "pollMs"> {
  const from: unknown = options?.from ?? "end";
  if (from !== "start" && from !== "end") throw mismatch("from", '"start" or "end"', from);
  return { from, pollMs: checkPollMs(options?.pollMs) };
}

/** One file that is or was the journal. */
interface Source {
  file: RegularFile;
  identity: string;
  entries: GrowingEntries;
  /**
   * A file that replaced another one may begin with the output of a compaction, followed by entries that the compaction
   * carried over from the old file, where they were already read. Everything after that is the file's own.
   */
  stage: "first" | "compacted" | "carried" | "own";
}

const lineFeed = 0x0a;

export async function* followEntries(plan: FollowPlan): AsyncGenerator<Entry> {
  for await (const entries of followBatches(plan)) yield* entries;
}

/** Like `followEntries`, in batches. With `last`, the first batch holds the last entries, even if it is empty. */
export async function* followBatches(plan: FollowPlan): AsyncGenerator<Entry[]> {
  const { signal } = plan.options;
  signal?.throwIfAborted();
  const follower = new Follower(plan);
  try {
    for (;;) {
      signal?.throwIfAborted();
      const { entries, isIdle } = guardRead(plan.path, () => follower.read());
      yield entries;
      if (isIdle) await follower.watch.changed();
    }
  } finally {
    follower.close();
  }
}

class Follower {
  readonly #plan: FollowPlan;
  /** The files that were the journal in turn; the one being read comes first. */
  readonly #sources: Source[] = [];
  /** The entries before the first read, until they have been yielded. */
  #backlog: Entry[] | undefined;
  /** The end of the previous file, until it is certain that nothing more was carried over from it. */
  #replaced: ReplacedEnd | undefined;
  /** The highest number that was yielded or existed before; unknown until there is a journal. */
  #highest = 0;
  readonly watch: JournalWatch;

  constructor(plan: FollowPlan) {
    this.#plan = plan;
    const { path, pollMs, options } = plan;
    this.watch = new JournalWatch({ path, pollMs, signal: options.signal, onLook: () => this.#look() });
    try {
      this.#openFirst();
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Returns part of what was appended since the last call; `isIdle` if there was nothing. */
  read(): { entries: Entry[]; isIdle: boolean } {
    this.watch.forgetNews();
    this.#openSuccessor();
    const backlog = this.#backlog;
    this.#backlog = undefined;
    if (backlog !== undefined) return { entries: backlog, isIdle: false };
    const [source, next] = this.#sources;
    if (source === undefined) return { entries: [], isIdle: true };
    this.#noticeCut(source);
    const { batch, atEnd } = source.entries.read(source.file.fd, next !== undefined);
    const given = this.#pass(source, batch.entries);
    if (!atEnd) return { entries: given, isIdle: false };
    if (next === undefined) return { entries: given, isIdle: given.length === 0 };
    this.#replaced?.close();
    this.#replaced = new ReplacedEnd(source.file, this.#plan.engine);
    this.#sources.shift();
    return { entries: given, isIdle: false };
  }

  close(): void {
    this.watch.close();
    for (const { file } of this.#sources.splice(0)) closeReadable(file);
    this.#forgetReplaced();
  }

  #forgetReplaced(): void {
    this.#replaced?.close();
    this.#replaced = undefined;
  }

  /** Opens the next file immediately, however slowly entries are consumed: another one may replace it soon. */
  #look(): void {
    try {
      this.#openSuccessor();
    } catch {
      // The next read meets the same error and throws it.
    }
  }

  #openFirst(): void {
    const { path, engine, from, last = 0 } = this.#plan;
    const file = openReadable(path);
    if (file === undefined) return;
    const source = sourceOf(file, engine, "own");
    this.#sources.push(source);
    if (readContent(file, engine) === "foreign") throw notAJournal(file);
    if (from === "start") return;
    const fold = foldFile({ ...this.#plan, snapshots: "use" }, "scan");
    if (identityAt(path) !== source.identity) throw lost(path, "in a file that was replaced at once");
    const line = fold.report().lines - (fold.hasOpenLine ? 1 : 0);
    this.#highest = fold.nextSeq() - 1;
    const end = { line, offset: fold.offset };
    source.entries = engine.openEntries(end, fold.mark());
    if (last === 0) return;
    const { entries, reader } = readBacklog(this.#plan, file, end, last);
    source.entries = reader;
    this.#backlog = this.#pass(source, entries);
  }

  #openSuccessor(): void {
    const { path, engine } = this.#plan;
    const newest = this.#sources.at(-1);
    const file = openReadable(path);
    if (file === undefined) return;
    const source = sourceOf(file, engine, newest === undefined ? "own" : "first");
    if (source.identity === newest?.identity) closeReadable(file);
    else this.#sources.push(source);
  }

  /** Notices that an append failed and was cut back, so that later entries lie where it was read. */
  #noticeCut(source: Source): void {
    const { place, mark } = source.entries;
    const { fd } = source.file;
    const begin = place.offset - mark.length;
    const found = Buffer.from(readFully(nodeDisk, fd, Buffer.allocUnsafe(mark.length), begin));
    if (found.equals(mark) && readSize(source.file) >= place.offset) return;
    const kept = commonLines(mark, found);
    if (kept === 0 && begin > 0)
      throw lost(this.#plan.path, `${place.offset} bytes were read, and were rewritten since`);
    const line = place.line - mark.subarray(kept).filter((byte) => byte === lineFeed).length;
    const { path, engine, options } = this.#plan;
    source.entries = engine.openEntries({ line, offset: begin + kept }, mark.subarray(0, kept));
    const open = (): Fold => engine.openFold({ kind: "replay", threads: 1 });
    const run = { path, fd, size: () => readSize(source.file), stepBytes: engine.stepBytes, signal: options.signal };
    this.#highest = drive(foldToEnd(open(), open, run)).nextSeq() - 1;
  }

  /** Removes the entries that the beginning of the file repeats from the previous one. */
  #pass(source: Source, entries: Entry[]): Entry[] {
    return entries.filter((entry) => {
      if (source.stage === "first") this.#begin(source, entry);
      const seq = int(entry["seq"]);
      if (source.stage === "compacted") {
        if (isOfCompaction(entry)) return false;
        source.stage = "carried";
      }
      if (source.stage === "carried") {
        // A number alone is not enough: writers without the lock repeat numbers, and one line may have a huge one.
        if (seq <= this.#highest && this.#replaced?.recognises(entry) === true) return false;
        source.stage = "own";
        this.#forgetReplaced();
      }
      this.#highest = Math.max(this.#highest, seq, int(entry["seq_watermark"]));
      return true;
    });
  }

  /** A file that does not begin like a compaction's output is another journal and is read from its start. */
  #begin(source: Source, entry: Entry): void {
    if (entry["op"] === Op.CHECKPOINT && isOfCompaction(entry)) {
      source.stage = "compacted";
      this.#checkWatermark(entry);
    } else {
      source.stage = "own";
      this.#highest = 0;
      this.#forgetReplaced();
    }
  }

  /** Detects entries that are in neither file, because two compactions happened between two reads. */
  #checkWatermark(entry: Entry): void {
    const watermark = int(entry["seq_watermark"]);
    if (watermark <= this.#highest) return;
    throw lost(this.#plan.path, `${this.#highest + 1} to ${watermark} were compacted away before they could be read`);
  }
}

function sourceOf(file: RegularFile, engine: JournalEngine, stage: Source["stage"]): Source {
  return { file, identity: file.state.identity, entries: engine.openEntries({ line: 0, offset: 0 }), stage };
}

/**
 * A compaction's entries have neither a number nor a time (docs/format.md 7); appended entries have both keys
 * (docs/format.md 8).
 */
function isOfCompaction(entry: Entry): boolean {
  return entry["seq"] === undefined && entry["ts"] === undefined;
}

function lost(path: string, what: string): JournalError {
  return new JournalError("ERR_ENTRIES_LOST", `the journal ${path}: entries ${what}`, { path });
}
