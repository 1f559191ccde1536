// Steps a fold to the end of its file. All readers share this policy: when to look at the signal, when to report
// progress, and what to do if the file becomes shorter meanwhile.
import type { Course } from "../core/drive.js";
import type { Fold } from "../engine/engine.js";
import { shrunken, unreadable } from "../file/regular.js";
import type { Progress } from "../types.js";

/** The file a fold runs over, and how. */
export interface FoldRun {
  readonly path: string;
  readonly fd: number;
  /** The file's size in bytes as it is now. */
  size(): number;
  /** Bytes folded between two looks at the signal. */
  readonly stepBytes: number;
  /** The file is read as if it ended there. Default: its end. */
  readonly end?: number | undefined;
  /** Its reason is thrown after the step during which it was aborted. */
  readonly signal?: AbortSignal | undefined;
  /** Reports the bytes folded so far, after each step; at the end both numbers are equal. */
  readonly onProgress?: ((done: Progress) => void) | undefined;
  /** What a failed step throws. Default: `ERR_JOURNAL_UNREADABLE` for a failure of the operating system. */
  explain?(cause: unknown): unknown;
}

/** How often a journal is folded that becomes shorter meanwhile (docs/format.md 10). */
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
      // A torn tail is part of the file, but never of what is folded.
      const bytes = Math.max(fold.offset, Math.min(bytesTotal, found));
      run.onProgress?.({ bytes, bytesTotal: bytes });
      return fold;
    }
    if (folds === foldsMax) throw shrunken(run.path, fold.offset, found);
    fold = reopen();
  }
}

/** Folds until an entry is found or the file ends. That says whether the file is a journal at all. */
export function* foldToEntry(fold: Fold, run: FoldRun): Course<void> {
  while (!(yield* step(fold, run)) && fold.content !== "entries") run.signal?.throwIfAborted();
}

/** Returns where the end was expected. */
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
