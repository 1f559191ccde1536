// Decides whether a writer adds check values (docs/format.md 13).
import { mismatch } from "../arguments.js";

/** The option if it is given, else the variable `LANE_JOURNAL_CHECKS`, which is read at each call. */
export function wantsChecks(option?: unknown): boolean {
  if (option !== undefined && typeof option !== "boolean") throw mismatch("checks", "true or false", option);
  return option ?? process.env["LANE_JOURNAL_CHECKS"] === "1";
}
