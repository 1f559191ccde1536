// Opens pages of a made incident, and reads what they show.
import type { Page } from "playwright-core";
import { afterEach, describe, expect } from "vitest";
import type { Entry } from "../../src/index.js";
import { acquire, adopt, at, halt, heartbeat, refuse, release, scavenge } from "../history/journal.js";
import { drawn, type OpenOptions, type OpenPage, openEntries, skippedBecause } from "./browser.js";

const nowMs = Date.parse(at("18:00:00"));
const docs = { lane: "docs", loop_ts: "t2" };
const web = { lane: "web", loop_ts: "t3" };

const incident: readonly Entry[] = [
  acquire("13:00:00", "agent-3", { ...docs, run_id: "RID-3" }),
  release("13:20:00", { ...docs, by: "agent-3", reason: "explicit" }),
  acquire("13:30:00", "agent-7", { run_id: "RID-7", tree: ["api/**"] }),
  heartbeat("13:45:00"),
  refuse("14:00:00", "agent-9", { run_id: "RID-9", reason: "held by a live loop" }),
  { op: "_CORRUPT", _raw: "{" },
  halt("14:10:00", { handle: "4711" }),
  scavenge("14:30:00", { by: "supervisor", reason: "STALLED" }),
  acquire("14:31:00", "agent-9", { loop_ts: "t4", run_id: "RID-9" }),
  adopt("14:40:00", "agent-11", { loop_ts: "t4" }),
  release("15:00:00", { loop_ts: "t4", by: "agent-11" }),
  acquire("17:30:00", "agent-5", { ...web, run_id: "RID-5" }),
];

/** The page that the test opened last. */
let opened: OpenPage | undefined;

export function watch(next: OpenPage): Page {
  opened = next;
  return next.page;
}

export async function open(entries: readonly Entry[] = incident, options: Partial<OpenOptions> = {}): Promise<Page> {
  return watch(await openEntries(entries, { nowMs, ...options }));
}

/** A suite that is skipped without a browser, and in which no page may make a request, print or fail. */
export function describePage(name: string, suite: () => void): void {
  describe.skipIf(skippedBecause !== undefined)(name, () => {
    afterEach(async () => {
      expect(opened?.noticed).toEqual([]);
      await opened?.page.context().close();
      opened = undefined;
    });
    suite();
  });
}

/** Where a bar is, in whole pixels. */
export async function spanOf(page: Page, holder: string): Promise<{ left: number; right: number; width: number }> {
  const box = await page.locator(".bar", { hasText: holder }).first().boundingBox();
  const [left, width] = [Math.round(box?.x ?? 0), Math.round(box?.width ?? 0)];
  return { left, right: left + width, width };
}

export async function press(page: Page, ...keys: string[]): Promise<void> {
  for (const key of keys) await page.keyboard.press(key);
  await drawn(page);
}

/** The classes of the elements that fit, each as text. */
export function classesOf(page: Page, selector: string): Promise<unknown> {
  return page.evaluate(`[...document.querySelectorAll("${selector}")].map((element) => element.className)`);
}
