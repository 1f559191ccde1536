// Checks the options of the verbs that read either journals or a log.
import { type CommandLine, UsageError } from "./args.js";
import type { Flags } from "./flag.js";

/** These say what is read of a log. */
const ofLog: readonly (keyof Flags)[] = ["id", "stream", "mirrors"];

/** These say what is read instead of a log. */
const ofFiles: readonly (keyof Flags)[] = ["journal", "journals", "archive", "mustExist"];

const names: { [key in keyof Flags]?: string } = { journals: "journal", mustExist: "must-exist" };

export function checkLogFlags({ verb, flags }: CommandLine): void {
  const given = (keys: readonly (keyof Flags)[]): string | undefined => {
    const key = keys.find((each) => flags[each] !== undefined);
    return key && `--${names[key] ?? key}`;
  };
  const [needing, conflicting] = [given(ofLog), given(ofFiles)];
  if (flags.log === undefined && needing !== undefined) throw new UsageError(`${verb}: ${needing} requires --from LOG`);
  if (flags.log === undefined || conflicting === undefined) return;
  throw new UsageError(`${verb}: expected ${conflicting} or --from LOG, found both`);
}
