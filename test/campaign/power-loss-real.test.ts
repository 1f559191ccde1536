// Shuts down ext4 and XFS on loop devices without flushing their log while a writer appends: whatever was acknowledged
// must be there. LANE_SOAK_CUTS is the number of cuts for each file system; default 0, and 50 with LANE_SOAK=1. The
// test needs root, a loop device, python3, and mkfs.ext4 or mkfs.xfs. It names what is missing and skips that file
// system.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, describe, expect, it } from "vitest";
import { compactJournal, openJournal, readAll, replay } from "../../src/index.js";
import { makeFolder, removeFolders } from "../generate/place.js";
import { Random } from "../generate/random.js";
import { chooseSeed } from "../generate/seed.js";
import { builtFile } from "../support/built.js";

const cuts = Number(process.env["LANE_SOAK_CUTS"] || (process.env["LANE_SOAK"] === "1" ? "50" : "0"));
const seed = chooseSeed("real cuts");

/** EXT4_IOC_SHUTDOWN and XFS_IOC_GOINGDOWN have the same number; the argument 2 means "do not flush the log". */
const shutDown = `
import fcntl, os, struct, sys
fd = os.open(sys.argv[1], os.O_RDONLY)
fcntl.ioctl(fd, 0x8004587d, struct.pack("I", 2))
`;

/** Appends, sometimes compacts, and prints the number of each acknowledged entry; ends when the disk is gone. */
const writer = `
const { openJournal } = await import(${JSON.stringify(builtFile("package/index.js").href)});
const { writeSync } = await import("node:fs");
const [path, start] = process.argv.slice(1);
const journal = openJournal(path);
for (let n = Number(start); ; n++) {
  if (n % 25 === 24) journal.compact();
  journal.append({ op: "ACQUIRE", lane: "lane-" + n, loop_ts: "t", note: "n".repeat(n % 700) });
  writeSync(1, n + "\\n");
}
`;

const systems = [
  { name: "ext4", make: ["mkfs.ext4", "-q", "-F"] },
  { name: "xfs", make: ["mkfs.xfs", "-q", "-f"] },
];

const mounted: string[] = [];

function run(command: readonly string[]): string | null {
  const [program = "", ...given] = command;
  const { status, stderr, error } = spawnSync(program, given, { encoding: "utf8" });
  return status === 0 ? null : `${command.join(" ")}: ${error?.message ?? stderr.trim()}`;
}

function expectRun(command: readonly string[]): void {
  const failure = run(command);
  if (failure !== null) throw new Error(failure);
}

/** Prepares the file system; returns the reason if cuts are impossible here. */
function findObstacle(make: readonly string[], image: string, mount: string): string | null {
  if (cuts === 0) return "LANE_SOAK_CUTS is not set";
  if (process.getuid?.() !== 0) return "root is needed";
  mkdirSync(mount);
  const attempts = [
    ["truncate", "-s", "400M", image],
    [...make, image],
    ["mount", "-o", "loop", image, mount],
  ];
  for (const attempt of attempts) {
    const failure = run(attempt);
    if (failure !== null) return failure;
  }
  mounted.push(mount);
  return null;
}

afterAll(() => {
  for (const mount of mounted) run(["umount", "-l", mount]);
  removeFolders();
});

/**
 * Returns the number after the last acknowledged one. With `stops`, the writer is stopped before the cut, so that no
 * fsync is in progress.
 */
async function appendUntilCut(
  mount: string,
  journal: string,
  start: number,
  afterMs: number,
  stops: boolean,
): Promise<number> {
  const given = ["--input-type=module", "--eval", writer, "--", journal, String(start)];
  const child = spawn(process.execPath, given, { stdio: ["ignore", "pipe", "ignore"] });
  let said = "";
  child.stdout.on("data", (chunk: Buffer) => (said += chunk.toString()));
  const ended = once(child, "close");
  await once(child.stdout, "data");
  await pause(afterMs);
  if (stops) {
    child.kill("SIGSTOP");
    // A system call in progress completes first.
    await pause(20);
  }
  expectRun(["python3", "-c", shutDown, mount]);
  // The cut ends everything, so also a writer that waits for a lock on a dead disk.
  const timer = setTimeout(() => child.kill("SIGKILL"), stops ? 0 : 2000);
  await ended;
  clearTimeout(timer);
  return Number(said.split("\n").at(-2) ?? String(start - 1)) + 1;
}

describe.each(systems)("$name, shut down without a flush (A11, B2)", ({ name, make }) => {
  const folder = makeFolder("cuts");
  const [image, mount] = [join(folder, "image"), join(folder, "mount")];
  const obstacle = findObstacle(make, image, mount);
  if (obstacle !== null) process.stderr.write(`real cuts on ${name}: none, ${obstacle}\n`);

  it.skipIf(obstacle !== null)(
    `${cuts} cuts lose nothing acknowledged, and the next writer gets the lock at once`,
    async () => {
      const r = new Random(`${seed}/${name}`);
      const journal = join(mount, "j.jsonl");
      let next = 0;
      let torn = 0;
      for (let cut = 0; cut < cuts; cut++) {
        const stops = cut % 2 === 0;
        next = await appendUntilCut(mount, journal, next, r.below(120), stops);
        expectRun(["umount", mount]);
        expectRun(["mount", "-o", "loop", image, mount]);
        const lanes = new Set(replay(journal).map(({ lane }) => lane));
        const lost = Array.from({ length: next }, (_, n) => `lane-${n}`).filter((lane) => !lanes.has(lane));
        // The ioctl of ext4 lets an fsync in progress succeed without effect: a bare loop of `write` and `fsync` loses
        // its last line as often. So the last entry counts only if no fsync was in progress.
        if (!stops && name === "ext4" && lost[0] === `lane-${next - 1}`) torn += lost.splice(0, 1).length;
        expect(lost, `cut ${cut}, LANE_TEST_SEED=${seed}`).toEqual([]);
        // The entry that was being appended may be there too, but nothing else.
        expect(lanes.size).toBeLessThanOrEqual(next + 1);
        next = lanes.size;
        const open = openJournal(journal, { lockWaitMs: 100 });
        open.append({ op: "ACQUIRE", lane: `lane-${next++}`, loop_ts: "t" });
        open.close();
        expect(readAll(journal).at(-1)?.["lane"]).toBe(`lane-${next - 1}`);
      }
      compactJournal(journal);
      const counts = `${cuts} cuts, ${next} leases acknowledged or seen, 0 lost, ${torn} under way`;
      process.stderr.write(`campaign: real cuts on ${name}: ${counts}\n`);
    },
    3_600_000,
  );
});
