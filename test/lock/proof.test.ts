// Checks how Windows tells living processes from dead ones. Elsewhere no file can be kept from being opened, and /proc
// tells (test/lock/process.test.ts).
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { judgeLife, systemProcesses } from "../../src/lock/process.js";
import { findLiving, findProof } from "../../src/lock/proof.js";
import { temporaryFolder } from "../contract/journals.js";

describe.runIf(process.platform === "win32")("a process on Windows", () => {
  it("proves that it is alive", () => {
    const self = systemProcesses.self();
    expect(self.start).toMatch(/^\d{19}$/);
    expect(findProof(process.pid, self.start)).toBe("alive");
    expect(findLiving(process.pid)).toBe(self.start);
    expect(judgeLife(self, systemProcesses)).toBe("alive");
    expect(judgeLife({ ...self, start: "" }, systemProcesses)).toBe("unknown");
  });

  it("is proved dead as soon as it is killed", async () => {
    const file = path.join(temporaryFolder(), "mark.json");
    const lock = path.resolve("dist/src/lock/process.js");
    const program = `import { writeFileSync } from "node:fs";
      const { systemProcesses } = await import(${JSON.stringify(`file:///${lock.replaceAll("\\", "/")}`)});
      writeFileSync(${JSON.stringify(file)}, JSON.stringify(systemProcesses.self()));
      setInterval(() => undefined, 1000);`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", program], { stdio: "ignore" });
    await expect.poll(() => read(file), { timeout: 120_000 }).toMatchObject({ pid: child.pid });
    const self = systemProcesses.self();
    const { start } = JSON.parse(readFileSync(file, "utf8"));
    const holder = { ...self, pid: child.pid ?? 0, start: String(start) };
    expect(judgeLife(holder, systemProcesses)).toBe("alive");
    child.kill();
    await once(child, "exit");
    expect(findProof(holder.pid, holder.start)).toBe("ended");
    expect(judgeLife(holder, systemProcesses)).toBe("dead");
  });
});

describe("a proof", () => {
  it.each(["", "../1", "1/2", "x"])("is not searched for under the name %j", (start) => {
    expect(findProof(process.pid, start)).toBe("absent");
  });
});

function read(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}
