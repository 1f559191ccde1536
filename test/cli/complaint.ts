// Returns what is wrong with a command line.
import { UsageError } from "../../src/cli/args.js";
import { readRequest } from "../../src/cli/line.js";

/** Returns the message for a wrong line. */
export function complaintOf(argv: readonly string[]): string {
  try {
    return `read as ${JSON.stringify(readRequest(argv))}`;
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
}
