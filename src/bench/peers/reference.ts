// Runs the reference's own module, where python3 can import it. It is not a dependency.
import { spawnSync } from "node:child_process";

/** To be run with `python3 -c TEXT JOURNAL`. It prints an `Answer` of child.ts. */
export const referenceReplay = `
import json, pathlib, sys, time
from dos import lane_journal

began = time.perf_counter()
leases = lane_journal.replay(lane_journal.read_all(pathlib.Path(sys.argv[1])))
print(json.dumps({"seconds": time.perf_counter() - began, "leases": leases}))
`;

export function importsReference(python: string): boolean {
  return spawnSync(python, ["-c", "from dos import lane_journal"], { stdio: "ignore" }).status === 0;
}
