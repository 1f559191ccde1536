// Checks what `lj doctor` says about who may write to a journal and its folders, for made-up owners and modes.
import { chmodSync, chownSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { examineLock } from "../../src/doctor/lock-files.js";
import { examinePermissions } from "../../src/doctor/permissions.js";
import { type Disk, type FileState, nodeDisk } from "../../src/file/disk.js";
import { readUsers, type Users } from "../../src/file/users.js";
import { guardPath } from "../../src/lock/guard.js";
import { makePlace, missingPid, ownText, writeLock } from "../lock/place.js";

const alice = 1000;
const users: Users = {
  users: new Map([
    [0, { name: "root", gid: 0 }],
    [alice, { name: "alice", gid: 1000 }],
    [1001, { name: "bob", gid: 1001 }],
  ]),
  groups: new Map([
    [0, { name: "root", members: [] }],
    [1000, { name: "alice", members: [] }],
    [50, { name: "staff", members: ["alice", "bob", "carol"] }],
    [51, { name: "lone", members: ["alice"] }],
  ]),
};

type Given = Partial<Pick<FileState, "uid" | "gid" | "mode">>;

/**
 * Returns the findings of alice about `/srv/fleet/j.jsonl`. Everything is hers except `/srv` and `/`, unless given
 * otherwise.
 */
function judge(given: { [path: string]: Given }): { attention: string[]; notes: string[] } {
  const folder = { ...nodeDisk.lstat("."), uid: alice, gid: 1000, mode: 0o755 };
  const states: { [path: string]: FileState } = {
    "/": { ...folder, uid: 0 },
    "/srv": { ...folder, uid: 0 },
    "/srv/fleet": folder,
    "/srv/fleet/j.jsonl": { ...folder, mode: 0o644 },
  };
  const disk: Disk = {
    ...nodeDisk,
    lstat(path) {
      const state = states[path];
      if (state === undefined) throw new Error(`expected one of the known paths, found ${path}`);
      return { ...state, ...given[path] };
    },
  };
  const findings = examinePermissions("/srv/fleet/j.jsonl", disk, { uid: alice, users });
  const said = (wanted: boolean): string[] =>
    findings.filter(({ attention }) => attention === wanted).map(({ says }) => says);
  return { attention: said(true), notes: said(false) };
}

const journal = "/srv/fleet/j.jsonl";
const home = "/srv/fleet";

describe("owners", () => {
  it("are fine if they are the current user or root", () => {
    expect(judge({})).toEqual({ attention: [], notes: [] });
    expect(judge({ [journal]: { uid: 0 }, [home]: { uid: 0 } })).toEqual({ attention: [], notes: [] });
  });

  it.each([
    [journal, `the journal ${journal} belongs to bob (uid 1001), who may write it, and not to alice (uid 1000)`],
    [home, `the folder ${home} belongs to bob (uid 1001), who may write it, and not to alice (uid 1000)`],
    ["/srv", "the folder /srv belongs to bob (uid 1001), who may write it, and not to alice (uid 1000)"],
  ])("of %s need attention if they are other users", (path, expected) => {
    const { attention, notes } = judge({ [path]: { uid: 1001 } });
    expect(attention).toEqual([`${expected}: run lj as its owner, or change the owner`]);
    expect(notes).toEqual([]);
  });

  it("without a name are shown by number", () => {
    expect(judge({ [journal]: { uid: 4711 } }).attention[0]).toContain("belongs to uid 4711, who");
  });

  it("are reported, owner and group, for another user's group-writable journal", () => {
    const { attention } = judge({ [journal]: { uid: 1001, gid: 50, mode: 0o664 } });
    expect(attention.map((says) => says.slice(0, 50))).toEqual([
      `the journal ${journal} belongs to bob (uid`.slice(0, 50),
      expect.stringContaining("its group staff (gid 50), with "),
    ]);
  });
});

describe("a group-writable journal", () => {
  it.each([
    [50, "its group staff (gid 50), with bob and 1 more,"],
    [4711, "its group gid 4711, whose members are not known,"],
  ])("needs attention if the group %i has, or may have, other users", (gid, who) => {
    const says = `${who} may write the journal (mode 0664): chmod g-w, unless meant`;
    expect(judge({ [journal]: { gid, mode: 0o664 } })).toEqual({ attention: [says], notes: [] });
  });

  it.each([
    [1000, "alice (gid 1000)"],
    [51, "lone (gid 51)"],
    [0, "root (gid 0)"],
  ])("causes a note if the group %i has no other user", (gid, name) => {
    const says = `its group ${name}, in which there is no other user, may write the journal (mode 0664)`;
    expect(judge({ [journal]: { gid, mode: 0o664 } })).toEqual({
      attention: [],
      notes: [`${says}: chmod g-w, unless meant`],
    });
  });
});

describe("a folder", () => {
  it("that is world-writable with the sticky bit causes a note, if the lock is in it", () => {
    const { attention, notes } = judge({ [home]: { mode: 0o1777 }, "/srv": { mode: 0o1777 } });
    expect(attention).toEqual([]);
    expect(notes).toEqual([
      `every user may make files in ${home} (mode 1777, sticky): a file of another user at the lock's name keeps all ` +
        "others from writing; a folder of your own is safer",
    ]);
  });

  it("that is writable without the sticky bit needs attention, for the group only if the journal is in it", () => {
    expect(judge({ "/srv": { mode: 0o777 } }).attention).toEqual([
      "every user may replace files in /srv (mode 0777, no sticky bit): chmod go-w or +t",
    ]);
    expect(judge({ [home]: { mode: 0o775, gid: 50 }, "/srv": { mode: 0o775, gid: 50 } }).attention).toEqual([
      `its group staff (gid 50), with bob and 1 more, may replace files in ${home} (mode 0775, no sticky bit): ` +
        "chmod go-w or +t",
    ]);
  });

  it("that cannot be inspected causes a note", () => {
    const disk: Disk = {
      ...nodeDisk,
      lstat(path) {
        throw new Error(`no ${path}`);
      },
    };
    const [finding] = examinePermissions("/a", disk, { uid: alice, users });
    expect(finding).toEqual({ about: "permissions", attention: false, says: "not looked at: no /" });
  });
});

describe("the users of the system", () => {
  it("come from /etc/passwd and /etc/group", () => {
    const known = readUsers();
    expect(known.users.get(0)?.name).toBe("root");
    expect(known.groups.has(0)).toBe(true);
  });
});

describe("the files of the lock", () => {
  it("are fine if they are missing, or if the lock is ours and the guard is for the journal's writers", () => {
    const place = makePlace();
    expect(examineLock(place.journal)).toEqual({ state: { held: false, path: place.lock }, findings: [] });
    writeLock(place, ownText());
    writeFileSync(guardPath(place.lock), "", { mode: 0o600 });
    expect(examineLock(place.journal)).toMatchObject({ state: { held: true, uid: process.geteuid?.() }, findings: [] });
  });

  it("need attention, with the owner, if the guard is not a regular file", () => {
    const place = makePlace();
    symlinkSync("nowhere", guardPath(place.lock));
    const [found, ...more] = examineLock(place.journal).findings;
    expect(found).toMatchObject({ about: "lock", attention: true });
    expect(found?.says).toMatch(/ belongs to .*\(uid \d+\) and is a symbolic link: locks are taken over without/);
    expect(more).toEqual([]);
  });

  it("cause a note if the guard is open to more users than the journal's writers", () => {
    const place = makePlace();
    writeFileSync(place.journal, "");
    chmodSync(place.journal, 0o664);
    for (const [mode, notes] of [
      [0o660, 0],
      [0o644, 1],
    ] as const) {
      writeFileSync(guardPath(place.lock), "");
      chmodSync(guardPath(place.lock), mode);
      const { findings } = examineLock(place.journal);
      expect(findings.filter(({ attention }) => !attention)).toHaveLength(notes);
      expect(findings.filter(({ attention }) => attention)).toEqual([]);
    }
  });

  it.runIf(process.geteuid?.() === 0)("are reported if they belong to another user", () => {
    const place = makePlace();
    for (const [text, attention] of [
      [ownText(), false],
      [ownText({ pid: missingPid }), true],
    ] as const) {
      writeLock(place, text);
      chownSync(place.lock, 4711, 4711);
      const { findings } = examineLock(place.journal);
      const says = `${place.lock} belongs to uid 4711: you may not be permitted to take it over`;
      expect(findings).toEqual([{ about: "lock", attention, says }]);
    }
  });

  it("are reported if they are folders", () => {
    const place = makePlace();
    mkdirSync(place.lock);
    const { state, findings } = examineLock(place.journal);
    expect(state).toBeNull();
    expect(findings).toMatchObject([{ attention: true, says: expect.stringContaining("found a folder") }]);
  });
});
