// Inspects errors of the operating system, and repeats interrupted calls.

/** The operating system's name for an error, such as `ENOSPC`. */
export function errorCode(error: unknown): string | undefined {
  if (!isError(error) || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

export function errorText(error: unknown): string {
  return isError(error) ? error.message : String(error);
}

/**
 * Checks members, because test runners load this package into a realm of its own (a `node:vm` context), where an error
 * thrown by `node:fs` is not an instance of `Error`.
 */
export function isError(value: unknown): value is Error {
  if (typeof value !== "object" || value === null) return false;
  return "message" in value && typeof value.message === "string" && "name" in value && typeof value.name === "string";
}

/** Repeats a call that a signal interrupted. Node does so itself for most calls, but not for all. */
export function uninterrupted<Result>(call: () => Result): Result {
  for (;;) {
    try {
      return call();
    } catch (error) {
      if (errorCode(error) !== "EINTR") throw error;
    }
  }
}
