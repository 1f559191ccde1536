// A journal's file and the folders above it -> who else may write or replace it (whoever may is trusted: SECURITY.md).
import { dirname } from "node:path";
import { errorText } from "../../system-error.js";
import type { Disk, FileState } from "../../write/disk.js";
import type { Finding } from "./finding.js";

const bits = { group: 0o020, others: 0o002, sticky: 0o1000 } as const;

/** `target` is the file itself, links resolved; it may be missing. */
export function examinePermissions(target: string, disk: Disk): Finding[] {
  const findings = judgeFile(target, disk);
  const own = dirname(target);
  for (let folder = own, above = dirname(own); ; folder = above, above = dirname(above)) {
    findings.push(...judgeFolder(folder, folder === own, disk));
    if (above === folder) return findings;
  }
}

function judgeFile(path: string, disk: Disk): Finding[] {
  const found = lookUp(path, disk);
  if (typeof found === "string" || (found.mode & bits.others) === 0) return [];
  return [attention(`every user may write the journal (mode ${octal(found)}): chmod o-w`)];
}

/** Without the sticky bit whoever may write a folder may put another file in the place of one in it (faults E6). */
function judgeFolder(path: string, isOwn: boolean, disk: Disk): Finding[] {
  const found = lookUp(path, disk);
  if (typeof found === "string") return [{ about: "permissions", attention: false, says: found }];
  if ((found.mode & bits.sticky) !== 0) return [];
  const who = (found.mode & bits.others) !== 0 ? "every user" : "its group";
  // Above the journal's own folder a group is often a user's alone, and the folder shared on purpose.
  const isOpen = (found.mode & (isOwn ? bits.group | bits.others : bits.others)) !== 0;
  if (!isOpen) return [];
  return [attention(`${who} may replace files in ${path} (mode ${octal(found)}, no sticky bit): chmod go-w or +t`)];
}

/** The state, or why there is none to look at. */
function lookUp(path: string, disk: Disk): FileState | string {
  try {
    return disk.lstat(path);
  } catch (error) {
    return `not looked at: ${errorText(error)}`;
  }
}

function octal({ mode }: FileState): string {
  return mode.toString(8).padStart(4, "0");
}

function attention(says: string): Finding {
  return { about: "permissions", attention: true, says };
}
