// Steps a fold to the end of its file. All readers share this policy: when to look at the signal, when to report
// progress, and what to do if the file becomes shorter meanwhile.
import type { Course } from "../core/drive.js";
import type { Fold } from "../engine/engine.js";
import { shrunken, unreadable } from "../file/regular.js";
import type { Progress } from "../types.js";

/** The file that a fold reads, and the settings of that read. */
export interface FoldRun {
  readonly path: string;
  readonly fd: number;
  /** The current size of the file in bytes. */
  size(): number;
  /** The number of bytes folded between two checks of the signal. */
  readonly stepBytes: number;
  /** Reads the file as if it ended there. Default: the file's end. */
  readonly end?: number | undefined;
  /** If it aborts, its reason is thrown after the current step. */
  readonly signal?: AbortSignal | undefined;
  /** Reports the number of bytes folded so far, after each step. At the end, `bytes` equals `bytesTotal`. */
  readonly onProgress?: ((done: Progress) => void) | undefined;
  /** Maps the error of a failed step. Default: `ERR_JOURNAL_UNREADABLE` for errors of the operating system. */
  explain?(cause: unknown): unknown;
}

/** The number of times to fold a journal that becomes shorter meanwhile, at most (docs/format.md 10). */
const foldsMax = 3;

/**
 * Folds to the end of the file and returns the fold: `begun`, or one of `reopen` if the file became shorter than what
 * was folded. Throws `ERR_JOURNAL_UNREADABLE` if that happens three times.
 */
export function* foldToEnd(begun: Fold, reopen: () => Fold, run: FoldRun): Course<Fold> {
  let fold = begun;
  for (let folds = 1; ; folds++) {
    const bytesTotal = yield* stepToEnd(fold, run);
    const found = endWithin(run);
    if (found >= fold.offset) {
      // A torn tail is part of the file, but it is never folded.
      const bytes = Math.max(fold.offset, Math.min(bytesTotal, found));
      run.onProgress?.({ bytes, bytesTotal: bytes });
      return fold;
    }
    if (folds === foldsMax) throw shrunken(run.path, fold.offset, found);
    fold = reopen();
  }
}

/** Folds until an entry is found or the file ends, which is enough to decide whether the file is a journal. */
export function* foldToEntry(fold: Fold, run: FoldRun): Course<void> {
  while (!(yield* step(fold, run)) && fold.content !== "entries") run.signal?.throwIfAborted();
}

/** Steps to the end and returns the size that the file had when the first step began. */
function* stepToEnd(fold: Fold, run: FoldRun): Course<number> {
  const bytesTotal = endWithin(run);
  while (!(yield* step(fold, run))) {
    run.onProgress?.({ bytes: Math.min(fold.offset, bytesTotal), bytesTotal });
    run.signal?.throwIfAborted();
  }
  run.signal?.throwIfAborted();
  return bytesTotal;
}

/** Returns whether the end of the file was reached. */
function* step(fold: Fold, { path, fd, stepBytes, end, explain }: FoldRun): Course<boolean> {
  let atEnd = false;
  try {
    yield {
      now() {
        atEnd = fold.step(fd, stepBytes, end);
      },
      async later() {
        atEnd = await fold.stepAsync(fd, stepBytes, end);
      },
    };
  } catch (cause) {
    throw explain === undefined ? unreadable(path, cause) : explain(cause);
  }
  return atEnd;
}

function endWithin({ end, size }: FoldRun): number {
  return Math.min(size(), end ?? Number.POSITIVE_INFINITY);
}
