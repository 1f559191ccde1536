// A journal's path and an engine -> a finished fold, or all entries, with the signal and progress looked after.
import type { CheckedOptions } from "../arguments.js";
import type { Fold, JournalEngine } from "../engine/engine.js";
import { closeReadable, openReadable, type RegularFile, readSize, shrunken, unreadable } from "../file/regular.js";
import { late, lateSnapshot } from "../late.js";
import type { Entry } from "../types.js";
import type { SnapshotsOfFile } from "./snapshot.js";

/** What a read needs besides the path: checked options and the engine they lead to. */
export interface ReadPlan {
  path: string;
  engine: JournalEngine;
  options: CheckedOptions;
  /** Whether a fold may go on from a snapshot, and leave one behind. Default: no. */
  snapshots?: "use" | "make" | undefined;
  /** Finds where the file is to end for a read of an earlier point in time; undefined between two looks. */
  cut?: ((fd: number) => Generator<undefined, number>) | undefined;
}

/** What a read may ask of a fold; a compaction does its own. */
type ReadKind = "replay" | "scan";

/** How often a journal is read that becomes shorter under the reader (docs/format.md 10). */
const readsMax = 3;

/** Less than that is folded about as fast as a snapshot is read. In bytes of journal. */
export const snapshotBytesMin = 1024 * 1024;

/**
 * Folds the whole journal; a missing one gives an empty fold. Kind `replay` throws `ERR_NOT_A_JOURNAL` for a file that
 * is none; kind `scan` tells what is there.
 */
export function foldFile(plan: ReadPlan, kind: ReadKind): Fold {
  plan.options.signal?.throwIfAborted();
  const file = openReadable(plan.path);
  try {
    const end = takeAll(findEnd(plan, file));
    const slices = foldSlices(plan, kind, file, end);
    let turn = slices.next(false);
    while (turn.done !== true) {
      const { fold, fd } = turn.value;
      const atEnd = guardRead(plan.path, () => fold.step(fd, plan.engine.stepBytes));
      turn = slices.next(atEnd);
    }
    return turn.value;
  } finally {
    closeReadable(file);
  }
}

/** As `foldFile`, off the event loop. The file is closed only after the last step has come back. */
export async function foldFileAsync(plan: ReadPlan, kind: ReadKind): Promise<Fold> {
  plan.options.signal?.throwIfAborted();
  const file = openReadable(plan.path);
  try {
    const end = await takeAllAsync(findEnd(plan, file));
    const slices = foldSlices(plan, kind, file, end);
    let turn = slices.next(false);
    while (turn.done !== true) {
      const { fold, fd } = turn.value;
      turn = slices.next(await stepGuarded(plan, fold, fd));
    }
    return turn.value;
  } finally {
    closeReadable(file);
  }
}

/** A step may fail at once or later; both become `ERR_JOURNAL_UNREADABLE`. */
async function stepGuarded(plan: ReadPlan, fold: Fold, fd: number): Promise<boolean> {
  try {
    return await fold.stepAsync(fd, plan.engine.stepBytes);
  } catch (error) {
    throw unreadable(plan.path, error);
  }
}

/** A fold that wants its next step; the answer to it is whether the end of the file was reached. */
interface Slice {
  fold: Fold;
  fd: number;
}

/** The course of a fold, the same for both drivers above: they differ in how they take a step. */
function* foldSlices(
  plan: ReadPlan,
  kind: ReadKind,
  file: RegularFile | undefined,
  end: number | undefined,
): Generator<Slice, Fold, boolean> {
  const { engine, options } = plan;
  if (file === undefined) {
    options.onProgress?.({ bytes: 0, bytesTotal: 0 });
    return engine.openFold(kind, options.threads);
  }
  // A snapshot may know more than what stands before the end.
  const snapshots = end === undefined ? snapshotsOf(plan, file) : undefined;
  for (let reads = 1; ; reads++) {
    const fold = snapshots?.open(kind) ?? engine.openFold(kind, options.threads, end);
    const bytesTotal = Math.min(readSize(file), end ?? Number.POSITIVE_INFINITY);
    while (!(yield { fold, fd: file.fd })) {
      options.onProgress?.({ bytes: Math.min(fold.offset, bytesTotal), bytesTotal });
      options.signal?.throwIfAborted();
    }
    options.signal?.throwIfAborted();
    const bytes = readSize(file);
    if (bytes >= fold.offset) {
      reportEnd(options, Math.max(fold.offset, Math.min(bytesTotal, bytes)));
      if (kind === "replay") yield* expectJournal(plan, file, fold, end);
      snapshots?.folded(fold);
      return fold;
    }
    if (reads === readsMax) throw shrunken(plan.path, fold.offset, bytes);
  }
}

/**
 * A file is a journal or not as a whole, whatever stands before the end of a read that looks back (docs/format.md 10).
 */
function* expectJournal(
  { engine, options }: ReadPlan,
  file: RegularFile,
  fold: Fold,
  end: number | undefined,
): Generator<Slice, void, boolean> {
  let { content } = fold;
  if (end !== undefined && content !== "entries") {
    const whole = engine.openFold("replay", options.threads);
    while (!(yield { fold: whole, fd: file.fd }) && whole.content !== "entries") options.signal?.throwIfAborted();
    content = whole.content;
  }
  if (content === "foreign") throw late().notAJournal(file);
}

/** Where the file is to end for a read that looks back; undefined for any other. */
function* findEnd(
  { options, path, cut }: ReadPlan,
  file: RegularFile | undefined,
): Generator<undefined, number | undefined> {
  if (cut === undefined || file === undefined) return undefined;
  const looks = cut(file.fd);
  for (;;) {
    const look = guardRead(path, () => looks.next());
    if (look.done === true) return look.value;
    options.signal?.throwIfAborted();
    yield undefined;
  }
}

function takeAll<Answer>(looks: Generator<undefined, Answer>): Answer {
  for (;;) {
    const look = looks.next();
    if (look.done === true) return look.value;
  }
}

/** As `takeAll`, with a turn of the event loop between two looks. */
async function takeAllAsync<Answer>(looks: Generator<undefined, Answer>): Promise<Answer> {
  for (;;) {
    const look = looks.next();
    if (look.done === true) return look.value;
    await nextTurn();
  }
}

/** The snapshots of a journal that is large enough for one; of any other not even their code is loaded. */
function snapshotsOf(plan: ReadPlan, file: RegularFile): SnapshotsOfFile | undefined {
  const { engine, options, snapshots } = plan;
  if (snapshots === undefined || readSize(file) < snapshotBytesMin) return undefined;
  const { threads, onSnapshot: note } = options;
  return lateSnapshot().openSnapshots(file, { engine, threads, makes: snapshots === "make", note });
}

/** A turn of the event loop; without `node:timers/promises`, which takes 0.3 ms to load. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/**
 * All entries in batches; the file is opened at the first `next` and closed when the generator ends, however it ends.
 */
export function* readBatches(plan: ReadPlan): Generator<Entry[]> {
  const { engine, options, path } = plan;
  options.signal?.throwIfAborted();
  const file = openReadable(path);
  try {
    const size = file === undefined ? 0 : readSize(file);
    if (file !== undefined) {
      yield* guardBatches(plan, engine.readEntries(file.fd, { line: 0, offset: 0 }));
      expectSize(file, size);
    }
    reportEnd(options, size);
  } finally {
    closeReadable(file);
  }
}

/** All entries; a journal that becomes shorter meanwhile is read again. */
export function readAllEntries(plan: ReadPlan): Entry[] {
  const { engine, options } = plan;
  options.signal?.throwIfAborted();
  const file = openReadable(plan.path);
  try {
    if (file === undefined) {
      reportEnd(options, 0);
      return [];
    }
    return readSettled(plan, file, () => {
      const all: Entry[] = [];
      for (const batch of guardBatches(plan, engine.readEntries(file.fd, { line: 0, offset: 0 }))) {
        for (const entry of batch) all.push(entry);
      }
      return all;
    });
  } finally {
    closeReadable(file);
  }
}

/**
 * Reads until the file did not become shorter meanwhile, three times at most (docs/format.md 10). `read` gets the size.
 */
export function readSettled<Answer>(plan: ReadPlan, file: RegularFile, read: (size: number) => Answer): Answer {
  for (let reads = 1; ; reads++) {
    const size = readSize(file);
    const answer = read(size);
    if (reads === readsMax) expectSize(file, size);
    if (readSize(file) < size) continue;
    reportEnd(plan.options, size);
    return answer;
  }
}

/** Batches with the signal looked at between them and failed reads named; errors of the consumer pass unchanged. */
export function* guardBatches(plan: ReadPlan, batches: Generator<Entry[]>): Generator<Entry[]> {
  try {
    for (;;) {
      const turn = guardRead(plan.path, () => batches.next());
      if (turn.done === true) return;
      plan.options.signal?.throwIfAborted();
      yield turn.value;
    }
  } finally {
    batches.return(undefined);
  }
}

export function guardRead<Answer>(path: string, read: () => Answer): Answer {
  try {
    return read();
  } catch (error) {
    throw unreadable(path, error);
  }
}

function expectSize(file: RegularFile, size: number): void {
  const found = readSize(file);
  if (found < size) throw shrunken(file.path, size, found);
}

function reportEnd(options: CheckedOptions, bytes: number): void {
  options.onProgress?.({ bytes, bytesTotal: bytes });
}
