// Checks which processes are considered alive, by pid and by mark, with the real process table and with made-up ones.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { afterEach, describe, expect, test, vi } from "vitest";
import { isGone, isPid, judgeLife, type ProcessMark, type Sighting, systemProcesses } from "../../src/lock/process.js";
import { missingPid, processesWith } from "./place.js";

const self = systemProcesses.self();
const nobody = (): Sighting => "gone";

describe("this system's processes", () => {
  test("include this one with pid, start, boot and namespaces", () => {
    expect(self.pid).toBe(process.pid);
    expect(self.bootId).toBe(readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim());
    expect(self.namespace).toMatch(/^pid:\[\d+\]( time:\[\d+\])?$/);
    expect(systemProcesses.look(process.pid)).toMatchObject({ start: self.start, finished: false });
    expect(judgeLife(self, systemProcesses)).toBe("alive");
  });

  test("B15: a killed child is gone, or finished as long as its parent has not reaped it", async () => {
    // Before that child ends, the shell turns into a process that never reaps it.
    const parent = spawn("/bin/sh", ["-c", "sleep 0.5 & echo $!; exec sleep 600"], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    try {
      const [line]: unknown[] = await once(parent.stdout, "data");
      const zombie = Number(String(line));
      await expect.poll(() => systemProcesses.look(zombie), { timeout: 240_000 }).toMatchObject({ finished: true });
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

  test("B14: a value that is not a pid is neither probed nor considered gone", () => {
    for (const pid of [0, -1, 1.5, 2 ** 31, 2 ** 53, Number.NaN, Number.POSITIVE_INFINITY, "1", null]) {
      expect(isPid(pid)).toBe(false);
    }
    expect([0, -1, 2 ** 31, Number.NaN].map(isGone)).toEqual([false, false, false, false]);
    expect([1, 2 ** 31 - 1].map(isPid)).toEqual([true, true]);
    expect([process.pid, 1, missingPid].map(isGone)).toEqual([false, false, true]);
  });
});

describe("a mark", () => {
  const cases: { name: string; mark: Partial<ProcessMark>; look: () => Sighting; life: string }[] = [
    { name: "of a pid that is gone", mark: {}, look: nobody, life: "dead" },
    { name: "of a pid that is hidden", mark: {}, look: () => "hidden", life: "unknown" },
    { name: "of the same start", mark: { start: "5" }, look: () => ({ start: "5", finished: false }), life: "alive" },
    { name: "of another start", mark: { start: "5" }, look: () => ({ start: "6", finished: false }), life: "dead" },
    { name: "of a finished process", mark: { start: "5" }, look: () => ({ start: "5", finished: true }), life: "dead" },
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

  const sameStart = (): Sighting => ({ start: "5", finished: false });
  const bootless = { bootId: "", start: "5" };
  test.each([
    ["with a start time of this host is alive", {}, sameStart, "alive"],
    ["with a start time of another host is unknown", { host: "elsewhere" }, sameStart, "unknown"],
    ["with a start time of no host is unknown", { host: "" }, sameStart, "unknown"],
    ["from a file of another boot is unknown", { bootId: "other" }, nobody, "unknown"],
    ["whose start cannot be seen is unknown", {}, (): Sighting => ({ start: "", finished: true }), "unknown"],
    ["without a start is unknown", { start: "" }, (): Sighting => ({ start: "6", finished: true }), "unknown"],
  ] as const)("on a system without a boot id, %s", (_what, mark, look, life) => {
    expect(judgeLife({ ...self, ...bootless, ...mark }, processesWith({ bootId: "" }, look))).toBe(life);
  });

  test("of another boot is unknown if neither names a host", () => {
    const hostless = { host: "" };
    expect(judgeLife({ ...self, ...hostless, bootId: "other" }, processesWith(hostless, nobody))).toBe("unknown");
  });

  test("of no boot is unknown on a system that has one", () => {
    expect(judgeLife({ ...self, bootId: "" }, processesWith({}, nobody))).toBe("unknown");
  });

  test("of this boot without a start is dead once its pid is gone", () => {
    expect(judgeLife({ ...self, start: "" }, processesWith({}, nobody))).toBe("dead");
  });

  test("on a system without boot id, namespaces or start times is unknown, because its pid may be reused", () => {
    const bare = { bootId: "", namespace: "", start: "", machine: "" };
    const table = processesWith(bare, () => ({ start: "", finished: false }));
    expect(judgeLife({ ...self, ...bare }, table)).toBe("unknown");
    expect(judgeLife({ ...self, ...bare, host: "elsewhere" }, processesWith(bare, nobody))).toBe("unknown");
  });
});

describe("a system", () => {
  afterEach(() => {
    vi.doUnmock("node:fs");
    vi.resetModules();
  });

  /** Returns the process table of a system with these files in /proc; any other file is missing. */
  async function tableOf(files: { [path: string]: string }, code = "ENOENT") {
    vi.resetModules();
    const read = (path: string): string => {
      const text = files[path];
      if (text === undefined) throw Object.assign(new Error(`${code}: ${path}`), { code });
      return text;
    };
    vi.doMock("node:fs", async (actual) => ({
      ...(await actual<typeof import("node:fs")>()),
      readFileSync: read,
      readlinkSync: read,
    }));
    return (await import("../../src/lock/process.js")).systemProcesses;
  }

  const stat = (state: string, threads: string, start: string): string =>
    `1 (a) b (c) ${[state, ...Array(16).fill("0"), threads, "0", start, "0"].join(" ")}`;
  const own = { "/proc/self": String(process.pid) };
  const lookAt = async (text: string, links = own) =>
    (await tableOf({ ...links, [`/proc/${process.pid}/stat`]: text })).look(process.pid);

  test.each(["ENOENT", "ESRCH", "EACCES", "EPERM", "ENOTDIR"])(
    "without /proc (%s) still finds out whether a pid exists",
    async (code) => {
      const table = await tableOf({}, code);
      expect(table.self()).toMatchObject({ pid: process.pid, machine: "", bootId: "", namespace: "", start: "" });
      expect(table.look(process.pid)).toBe("hidden");
      expect(table.look(missingPid)).toBe("gone");
    },
  );

  test("whose /proc cannot be read for another reason causes an error", async () => {
    const table = await tableOf({}, "EIO");
    expect(() => table.self()).toThrow("EIO");
    expect(() => table.look(process.pid)).toThrow("EIO");
  });

  test("without a time namespace is identified by the pid namespace alone", async () => {
    const table = await tableOf({ "/proc/self/ns/pid": "pid:[7]", "/proc/sys/kernel/random/boot_id": "b\n" });
    expect(table.self()).toMatchObject({ namespace: "pid:[7]", bootId: "b" });
    expect(table.self()).toBe(table.self());
  });

  test("with both namespaces is identified by both", async () => {
    const table = await tableOf({ "/proc/self/ns/pid": "pid:[7]", "/proc/self/ns/time": "time:[8]" });
    expect(table.self().namespace).toBe("pid:[7] time:[8]");
  });

  test("puts no line break into a lock", async () => {
    const table = await tableOf({
      "/etc/machine-id": " a\nb\u0085c\u2028d\u2029e\u001ff\n",
      "/proc/self/stat": stat("R", "1", "9"),
    });
    expect(table.self()).toMatchObject({ machine: "a?b?c?d?e?f", start: "9" });
  });

  test("whose /proc belongs to another namespace hides every process", async () => {
    expect(await lookAt(stat("R", "1", "77"), { "/proc/self": "1" })).toBe("hidden");
  });

  test.each([
    ["R", "1", false],
    ["Z", "1", true],
    ["Z", "0", true],
    ["Z", "2", false],
    ["X", "2", true],
  ])("with a process in state %s with %s threads finds it finished: %s", async (state, threads, finished) => {
    expect(await lookAt(stat(state, threads, "77"))).toMatchObject({ start: "77", finished });
  });

  test.each([
    "",
    "1",
    "1 (a)",
    "1 (a) R 0",
    stat("R", "1", "x"),
    stat("R", "1", ""),
    stat("R", "1", "7x"),
    stat("R", "1", "x7"),
  ])("whose stat file of a process is %j hides the process", async (text) => {
    expect(await lookAt(text)).toBe("hidden");
  });
});
