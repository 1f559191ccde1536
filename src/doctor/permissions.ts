// Reports users who can write or replace the journal. They are trusted (SECURITY.md), so an operator should know them.
import { dirname } from "node:path";
import type { Disk, FileState } from "../file/disk.js";
import { errorText } from "../file/system-error.js";
import { nameGroup, nameUser, ownUid, readUsers, type Users } from "../file/users.js";
import type { Finding } from "./finding.js";

const bits = { group: 0o020, others: 0o002, sticky: 0o1000 } as const;

/** The inputs of the examination apart from the files. */
export interface Observer {
  /** The user who runs it; undefined on Windows, where owners and modes are not examined. */
  uid: number | undefined;
  users: Users;
}

/** `target` is the file itself with links resolved; it may be missing. */
export function examinePermissions(
  target: string,
  disk: Disk,
  observer: Observer = { uid: ownUid(), users: readUsers() },
): Finding[] {
  // Windows shows no rights of others in the mode.
  if (observer.uid === undefined) return [];
  const findings = judgeFile(target, disk, observer);
  const own = dirname(target);
  for (let folder = own, above = dirname(own); ; folder = above, above = dirname(above)) {
    findings.push(...judgeFolder(folder, folder === own, disk, observer));
    if (above === folder) return findings;
  }
}

function judgeFile(path: string, disk: Disk, observer: Observer): Finding[] {
  const found = lookUp(path, disk);
  if (typeof found === "string") return [];
  const findings = judgeOwner(`the journal ${path}`, found, observer);
  if ((found.mode & bits.others) !== 0) {
    findings.push(attention(`every user may write the journal (mode ${octal(found)}): chmod o-w`));
  } else if ((found.mode & bits.group) !== 0) {
    const { who, isAlone } = tellGroup(found, observer);
    findings.push(finding(!isAlone, `${who} may write the journal (mode ${octal(found)}): chmod g-w, unless meant`));
  }
  return findings;
}

/** Without the sticky bit, a user who can write to a folder can replace the files in it (faults E6). */
function judgeFolder(path: string, isOwn: boolean, disk: Disk, observer: Observer): Finding[] {
  const found = lookUp(path, disk);
  if (typeof found === "string") return [note(found)];
  const findings = judgeOwner(`the folder ${path}`, found, observer);
  // Above the journal's own folder, a group often has only one user, or the folder is shared on purpose.
  const isOpen = (found.mode & (isOwn ? bits.group | bits.others : bits.others)) !== 0;
  if (!isOpen) return findings;
  const isEverybody = (found.mode & bits.others) !== 0;
  const { who, isAlone } = isEverybody ? { who: "every user", isAlone: false } : tellGroup(found, observer);
  const mode = `(mode ${octal(found)}`;
  if ((found.mode & bits.sticky) === 0) {
    const says = `${who} may replace files in ${path} ${mode}, no sticky bit): chmod go-w or +t`;
    return [...findings, finding(!isAlone, says)];
  }
  if (!isOwn || isAlone) return findings;
  const harm = "a file of another user at the lock's name keeps all others from writing";
  return [
    ...findings,
    note(`${who} may make files in ${path} ${mode}, sticky): ${harm}; a folder of your own is safer`),
  ];
}

/** An owner can always write, because owners can change the mode. Root can write everything anyway. */
function judgeOwner(what: string, { uid }: FileState, { uid: self, users }: Observer): Finding[] {
  if (self === undefined || uid === self || uid === 0) return [];
  const owner = nameUser(uid, users);
  const advice = "run lj as its owner, or change the owner";
  return [attention(`${what} belongs to ${owner}, who may write it, and not to ${nameUser(self, users)}: ${advice}`)];
}

/** Whether the group is known to have no members except the file's owner, the observer and root. */
function tellGroup({ gid, uid }: FileState, { uid: self, users: known }: Observer): { who: string; isAlone: boolean } {
  const who = `its group ${nameGroup(gid, known)}`;
  const primary = [...known.users].filter(([, user]) => user.gid === gid).map(([, { name }]) => name);
  const members = new Set([...(known.groups.get(gid)?.members ?? []), ...primary]);
  if (!known.groups.has(gid)) return { who: `${who}, whose members are not known,`, isAlone: false };
  for (const trusted of [uid, self ?? uid, 0]) members.delete(known.users.get(trusted)?.name ?? "");
  const [first] = members;
  if (first === undefined) return { who: `${who}, in which there is no other user,`, isAlone: true };
  return { who: `${who}, with ${first}${members.size > 1 ? ` and ${members.size - 1} more` : ""},`, isAlone: false };
}

/** Returns the state, or the reason why it cannot be determined. */
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
  return finding(true, says);
}

function note(says: string): Finding {
  return finding(false, says);
}

function finding(isAttention: boolean, says: string): Finding {
  return { about: "permissions", attention: isAttention, says };
}
