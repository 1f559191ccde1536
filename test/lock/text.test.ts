// Checks how the fields of a lock are formatted and parsed, and which labels are rejected.
import { describe, expect, test } from "vitest";
import { acquireLock } from "../../src/lock/lock.js";
import { systemProcesses } from "../../src/lock/process.js";
import { checkLabel, formatLock, nameOwner, parseLock } from "../../src/lock/text.js";
import { filesIn, makePlace, ownText, readIfThere, referenceText } from "./place.js";

describe("the text of a lock", () => {
  test("parses to the fields it was formatted from", () => {
    const fields = {
      ...systemProcesses.self(),
      owner: "an agent: with colons: 1",
      acquiredAt: "2026-01-02T03:04:05Z",
      uptime: "12.50",
      released: false,
    };
    expect(parseLock(formatLock(fields))).toEqual(fields);
  });

  test("begins with exactly the three lines of the reference", () => {
    const text = ownText({ owner: "a:1", acquiredAt: "2026-01-02T03:04:05Z", pid: 77 });
    expect(text.startsWith("owner: a:1\nacquired_at: 2026-01-02T03:04:05Z\npid: 77\n")).toBe(true);
  });

  test("of the reference has no host, boot or namespace", () => {
    expect(parseLock(referenceText("agent", 5))).toMatchObject({
      owner: "agent",
      pid: process.pid,
      host: "",
      bootId: "",
    });
  });

  test.each(["", "\n", "owner: a\n", "owner: a\nacquired_at: x\npid: 1", "owner:\nacquired_at: x\npid: 1\n", "{}\n"])(
    "is not %j, which is empty, incomplete or something else",
    (text) => {
      expect(parseLock(text)).toBeUndefined();
    },
  );

  test.each(["0", "-1", "1e3", "2147483648", "9".repeat(30), "", "1 2"])("pid %j names no process", (pid) => {
    expect(parseLock(`owner: a\nacquired_at: x\npid: ${pid}\n`)?.pid).toBe(0);
  });

  test("may have lines that are not fields, and spaces around those that are", () => {
    const text = " owner :  a:1 \n\nacquired_at\n released \n:pid: 5\npid: 7\n host : h \n";
    expect(parseLock(text)).toMatchObject({ owner: "a:1", acquiredAt: "", pid: 7, host: "h", released: false });
    expect(parseLock("owner: a\n acquired_at \npid: 1\n")).toMatchObject({ acquiredAt: "", pid: 1 });
  });

  test("says that it was released once its holder has added that", () => {
    expect(parseLock(`${ownText()}released: yes\n`)?.released).toBe(true);
  });

  test("B9: names the first of two owners", () => {
    expect(parseLock(`owner: evil\nowner: agent\nacquired_at: x\npid: 1\n`)?.owner).toBe("evil");
  });
});

describe("labels", () => {
  test("B1: of two owners lead to different names", () => {
    expect(nameOwner("agent")).toMatch(/^agent:[0-9a-f]{16}$/);
    expect(nameOwner("agent")).not.toBe(nameOwner("agent"));
  });

  const lineBreaks = ["\n", "\r", "\v", "\f", "\u001c", "\u001d", "\u001e", "\u0085", "\u2028", "\u2029"];
  const refused = [
    { id: "B3", label: "agent\ud800", why: "well-formed Unicode" },
    { id: "B3", label: "\udc80agent", why: "well-formed Unicode" },
    { id: "B8", label: " agent", why: "no space around it" },
    { id: "B8", label: "agent\t", why: "no space around it" },
    { id: "B8", label: "agent\u00a0", why: "no space around it" },
    { id: "B8", label: "agent\u001f", why: "no space around it" },
    { id: "B9", label: "evil\nowner: agent", why: "no line break in it" },
    ...lineBreaks.map((end) => ({ id: "B8", label: `a${end}b`, why: "no line break in it" })),
    { id: "B8", label: "", why: "1 to 1000 characters" },
    { id: "B8", label: "a".repeat(1001), why: "1 to 1000 characters" },
  ];
  test.each(refused)("$id: $label is rejected before any file is created: $why", ({ label, why }) => {
    const place = makePlace();
    expect(() => acquireLock(place.journal, { label })).toThrow(TypeError);
    expect(() => acquireLock(place.journal, { label })).toThrow(`label: expected ${why}`);
    expect(filesIn(place)).toEqual([]);
  });

  test("that are not strings cause a TypeError, and may have 1000 characters", () => {
    expect(() => checkLabel(5)).toThrow(/^label: expected a string, found /);
    expect(checkLabel("a".repeat(1000))).toHaveLength(1000);
  });

  test.each(["agent", "an agent", "Übung-東京-🚀", "a:b", "owner: x"])("%j is written unchanged", (label) => {
    const place = makePlace();
    const held = acquireLock(place.journal, { label: checkLabel(label) });
    expect(readIfThere(place.lock)?.split("\n")[0]).toBe(`owner: ${held.owner}`);
    expect(held.owner.startsWith(`${label}:`)).toBe(true);
    held.release();
    expect(filesIn(place)).toEqual([]);
  });
});
