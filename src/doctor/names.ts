// Reports whether the journal has other paths, by which a writer would take another lock (docs/format.md 8, "Order").
import type { FileState } from "../file/disk.js";
import { isMountPoint } from "./file-system.js";
import type { Finding } from "./finding.js";

const advice = "writers that use another path take another lock, and a compaction separates them";

/** `target` is the file itself with links resolved; `table` is the text of /proc/self/mountinfo. */
export function examineNames(target: string, state: FileState, table: string): Finding[] {
  const findings: Finding[] = [];
  if (state.links > 1) {
    const others = `find the others with find -samefile ${target}, and remove them or use one path`;
    findings.push(attention(`the journal has ${state.links} names (hard links): ${advice}; ${others}`));
  }
  if (isMountPoint(table, target)) {
    findings.push(
      attention(`the journal is itself a mount point (a bind-mounted file): ${advice}; mount its folder instead`),
    );
  }
  return findings;
}

function attention(says: string): Finding {
  return { about: "journal", attention: true, says };
}
