// Looks up the names of users and groups by their numbers.
import { readFileSync } from "node:fs";
import { errorCode } from "./system-error.js";

export interface Users {
  /** All users by number. */
  users: ReadonlyMap<number, { name: string; gid: number }>;
  groups: ReadonlyMap<number, { name: string; members: readonly string[] }>;
}

/** Reads `/etc/passwd` and `/etc/group`; a directory service may know more. Empty if there are no such files. */
export function readUsers(): Users {
  const users = new Map<number, { name: string; gid: number }>();
  for (const [name = "", , uid, gid] of readRows("/etc/passwd")) {
    if (!users.has(Number(uid))) users.set(Number(uid), { name, gid: Number(gid) });
  }
  const groups = new Map<number, { name: string; members: string[] }>();
  for (const [name = "", , gid, members = ""] of readRows("/etc/group")) {
    groups.set(Number(gid), { name, members: members.split(",").filter((member) => member !== "") });
  }
  return { users, groups };
}

/** Returns `bob (uid 1001)`, or `uid 1001` if the name is unknown. */
export function nameUser(uid: number, { users }: Users = readUsers()): string {
  const name = users.get(uid)?.name;
  return name === undefined ? `uid ${uid}` : `${name} (uid ${uid})`;
}

export function nameGroup(gid: number, { groups }: Users = readUsers()): string {
  const name = groups.get(gid)?.name;
  return name === undefined ? `gid ${gid}` : `${name} (gid ${gid})`;
}

/** Undefined on Windows, where files have no owner of this kind. */
export function ownUid(): number | undefined {
  return process.geteuid?.();
}

/** Whether another user than that of this process owns the file; always false on Windows. */
export function isOthers(uid: number): boolean {
  return uid !== (ownUid() ?? uid);
}

/** Splits the lines of such a file at the colons. */
function readRows(path: string): string[][] {
  try {
    const lines = readFileSync(path, "utf8").split("\n");
    return lines.filter((line) => line.includes(":")).map((line) => line.split(":"));
  } catch (error) {
    if (["ENOENT", "EACCES", "EPERM", "ERR_ACCESS_DENIED"].includes(errorCode(error) ?? "")) return [];
    throw error;
  }
}
