// Checks that a truncated addon is refused before it is loaded, because loading it would crash the process.
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { checkElf } from "../../src/engine/elf.js";
import { temporaryFolder } from "../contract/journals.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const addon = readFileSync(path.join(root, "build", "Release", "lane_journal.node"));

function fileOf(content: Uint8Array): string {
  const file = path.join(temporaryFolder(), "lane_journal.node");
  writeFileSync(file, content);
  return file;
}

describe.runIf(process.platform === "linux")("an addon", () => {
  it("that is complete passes", () => {
    expect(() => checkElf(fileOf(addon))).not.toThrow();
  });

  it("that is truncated anywhere after its magic bytes is refused, with both lengths", () => {
    const file = fileOf(addon);
    const lengths = [addon.length - 1, addon.length - 64, ...[0.9, 0.5, 0.1].map((part) => addon.length * part)];
    for (const length of [...lengths, 4096, 120, 64, 63, 6].map(Math.floor)) {
      truncateSync(file, length);
      expect(() => checkElf(file), `${length} bytes`).toThrow(
        new RegExp(`^the file is truncated: expected at least \\d+ bytes, found ${length}$`),
      );
      writeFileSync(file, addon);
    }
  });

  it("whose segments end after the end of the file is refused although its tables are complete", () => {
    const damaged = Buffer.from(addon);
    const firstProgramHeader = Number(damaged.readBigUInt64LE(0x20));
    damaged.writeBigUInt64LE(BigInt(addon.length) + 1n, firstProgramHeader + 32);
    expect(() => checkElf(fileOf(damaged))).toThrow("the file is truncated");
  });

  it("with program headers of another size is refused", () => {
    const damaged = Buffer.from(addon);
    damaged.writeUInt16LE(8, 0x36);
    expect(() => checkElf(fileOf(damaged))).toThrow("expected program headers of at least 56 bytes, found 8");
  });

  it.each([
    ["nothing", Buffer.alloc(0)],
    ["text", Buffer.from("this is no shared object")],
    ["an ELF file of 32 bits", Buffer.from([0x7f, 0x45, 0x4c, 0x46, 1, 1])],
  ])("that is %s is left to the loader, which fails safely", (_what, content) => {
    expect(() => checkElf(fileOf(content))).not.toThrow();
  });

  it.each([
    ["build/Release", "lane_journal.node"],
    [`prebuilds/${process.platform}-${process.arch}`, "lane-journal.glibc.node"],
  ])("that is truncated in %s does not crash the process, and explainEngine() returns the reason", (place, name) => {
    const folder = temporaryFolder();
    mkdirSync(path.join(folder, place), { recursive: true });
    writeFileSync(path.join(folder, place, name), addon.subarray(0, addon.length / 2));
    const program = `process.stdout.write(JSON.stringify(require("lane-journal").explainEngine()))`;
    const env = { ...process.env, LANE_JOURNAL_PREBUILD: folder };
    const child = spawnSync(process.execPath, ["-e", program], { cwd: root, env, encoding: "utf8" });
    expect({ status: child.status, signal: child.signal }).toEqual({ status: 0, signal: null });
    expect(JSON.parse(child.stdout)).toEqual({
      engine: "js",
      reason: expect.stringMatching(/\.node does not load: the file is truncated: expected at least \d+ bytes, found/),
    });
  });
});
