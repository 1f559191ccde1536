// A failed call of the operating system -> its name, its text, another try.

/** The operating system's name for an error, such as `ENOSPC`. */
export function errorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Taken up again after a signal: Node itself repeats an interrupted call, but not each of them. */
export function uninterrupted<Result>(call: () => Result): Result {
  for (;;) {
    try {
      return call();
    } catch (error) {
      if (errorCode(error) !== "EINTR") throw error;
    }
  }
}
