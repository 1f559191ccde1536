// Pids and marks of processes in, whether they live out: the real table of this system, and made-up ones.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { isGone, isPid, judgeLife, type ProcessMark, type Sighting, systemProcesses } from "../../src/write/process.js";
import { missingPid, processesWith } from "./place.js";

const self = systemProcesses.self();
const nobody = (): Sighting => "gone";

describe("this system's processes", () => {
  test("know this one by pid, start, boot and namespaces", () => {
    expect(self.pid).toBe(process.pid);
    expect(self.bootId).toBe(readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim());
    expect(self.namespace).toMatch(/^pid:\[\d+\]( time:\[\d+\])?$/);
    expect(systemProcesses.look(process.pid)).toEqual({ start: self.start, finished: false });
    expect(judgeLife(self, systemProcesses)).toBe("alive");
  });

  test("B15: a child that was killed is gone, or finished while nobody has asked for its end", async () => {
    // The shell turns, before that child ends, into a process that never asks for its end.
    const parent = spawn("/bin/sh", ["-c", "sleep 0.5 & echo $!; exec sleep 60"], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    try {
      const [line]: unknown[] = await once(parent.stdout, "data");
      const zombie = Number(String(line));
      await expect.poll(() => systemProcesses.look(zombie), { timeout: 10_000 }).toMatchObject({ finished: true });
      const found = systemProcesses.look(zombie);
      const start = typeof found === "object" ? found.start : "";
      expect(judgeLife({ ...self, pid: zombie, start }, systemProcesses)).toBe("dead");
      expect(isGone(zombie)).toBe(false);
    } finally {
      parent.kill("SIGKILL");
      await once(parent, "exit");
    }
    expect(systemProcesses.look(parent.pid ?? 0)).toBe("gone");
  });

  test("B14: what is no pid is neither probed nor gone", () => {
    for (const pid of [0, -1, 1.5, 2 ** 31, 2 ** 53, Number.NaN, Number.POSITIVE_INFINITY, "1", null]) {
      expect(isPid(pid)).toBe(false);
    }
    expect([0, -1, 2 ** 31, Number.NaN].map(isGone)).toEqual([false, false, false, false]);
    expect([process.pid, 1, missingPid].map(isGone)).toEqual([false, false, true]);
  });
});

describe("a mark", () => {
  const cases: { name: string; mark: Partial<ProcessMark>; look: () => Sighting; life: string }[] = [
    { name: "of a pid that is gone", mark: {}, look: nobody, life: "dead" },
    { name: "of a pid that is hidden", mark: {}, look: () => "hidden", life: "unknown" },
    { name: "of the same start", mark: { start: "5" }, look: () => ({ start: "5", finished: false }), life: "alive" },
    { name: "of another start", mark: { start: "5" }, look: () => ({ start: "6", finished: false }), life: "dead" },
    { name: "of a finished one", mark: { start: "5" }, look: () => ({ start: "5", finished: true }), life: "dead" },
    { name: "of another namespace", mark: { namespace: "pid:[9]" }, look: nobody, life: "unknown" },
    { name: "of no namespace", mark: { namespace: "" }, look: nobody, life: "unknown" },
    { name: "of another boot", mark: { bootId: "b" }, look: nobody, life: "dead" },
    { name: "of another boot of another host", mark: { bootId: "b", host: "h" }, look: nobody, life: "unknown" },
    { name: "of another boot of another machine", mark: { bootId: "b", machine: "m" }, look: nobody, life: "unknown" },
    { name: "of this boot under another host name", mark: { host: "container" }, look: nobody, life: "dead" },
    {
      name: "of nothing but a pid",
      mark: { host: "", bootId: "", namespace: "", start: "" },
      look: nobody,
      life: "unknown",
    },
  ];
  test.each(cases)("$name is $life", ({ mark, look, life }) => {
    expect(judgeLife({ ...self, ...mark }, processesWith({}, look))).toBe(life);
  });

  test("on a system that has no boot id, namespaces or start times is unknown, as its pid may be another's", () => {
    const bare = { bootId: "", namespace: "", start: "", machine: "" };
    const table = processesWith(bare, () => ({ start: "", finished: false }));
    expect(judgeLife({ ...self, ...bare }, table)).toBe("unknown");
    expect(judgeLife({ ...self, ...bare, host: "elsewhere" }, processesWith(bare, nobody))).toBe("unknown");
  });
});
