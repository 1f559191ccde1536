// Tests what the page draws and explains.
import { expect, it } from "vitest";
import { drawn } from "./browser.js";
import { classesOf, describePage, open, press, spanOf } from "./pages.js";

describePage("the page of a timeline", () => {
  it("draws a bar for each episode, in a row for each lane", async () => {
    const page = await open();
    expect(await page.locator(".lane-name").allTextContents()).toEqual(["docs", "api", "web"]);
    expect(await page.locator(".bar").allTextContents()).toEqual([
      "agent-3",
      "agent-7",
      "agent-9 → agent-11",
      "agent-5",
    ]);
    expect(await classesOf(page, ".bar")).toEqual([
      "bar released",
      "bar scavenged uncertain",
      "bar released",
      "bar live",
    ]);
    expect(await page.locator("#summary").textContent()).toContain("3 lanes · 4 episodes · 1 refusal · 1 damaged line");
  });

  it("places bars in proportion to time: solid to the last sign of life, hatched after it", async () => {
    const page = await open();
    await page.locator("#fold").uncheck();
    await drawn(page);
    const early = await spanOf(page, "agent-3");
    const stalled = await spanOf(page, "agent-7");
    expect(stalled.width / early.width).toBeCloseTo(3, 0);
    const [bar, held] = await Promise.all([
      page.locator(".bar.scavenged").boundingBox(),
      page.locator(".bar.scavenged .held").boundingBox(),
    ]);
    expect((held?.width ?? 0) / (bar?.width ?? 1)).toBeCloseTo(0.25, 1);
  });

  it("marks refusals, HALTs and adoptions, and hatches damage over the whole height", async () => {
    const page = await open();
    expect(await classesOf(page, ".mark")).toEqual(["mark refused", "mark halted", "mark adopted"]);
    const damage = await page.locator(".damage").boundingBox();
    const lanes = await page.locator("#lanes").boundingBox();
    expect(damage?.height).toBe(lanes?.height);
  });

  it("explains a bar by click, and a refusal with links to its blocker by Enter", async () => {
    const page = await open();
    await page.locator(".bar.scavenged").click();
    expect(await page.locator("#panel-text").textContent()).toContain('scavenged by supervisor, "STALLED"');
    await page.locator(".mark.refused").focus();
    await press(page, "Enter");
    const text = await page.locator("#panel-text").textContent();
    expect(text).toContain("agent-9 (RID-9) wanted api: REFUSED");
    expect(text).toContain("held by  agent-7, token 2");
    expect(await page.locator(".related .label").allTextContents()).toEqual(["agent-7", "agent-9 → agent-11"]);
    await page.locator("#panel-links button", { hasText: "held by: agent-7" }).click();
    await drawn(page);
    expect(await page.locator("#panel-title").textContent()).toBe("agent-7 on api");
    expect(await page.evaluate("document.activeElement.textContent")).toBe("agent-7");
    await page.locator("#panel-links button", { hasText: "refused because of it" }).click();
    await drawn(page);
    expect(await page.locator("#panel-title").textContent()).toBe("agent-9 was refused on api");
    await page.locator("#panel-close").click();
    expect(await page.locator("#panel").isVisible()).toBe(false);
  });

  it("folds idle time, says how long it was, and unfolds it", async () => {
    const page = await open();
    expect(await page.locator("#axis-top .gap-length").allTextContents()).toEqual([expect.stringMatching(/^2 h/)]);
    expect(await page.locator("#fold-text").textContent()).toMatch(/^Fold idle time: 2 h.* in 1 period$/);
    const before = await spanOf(page, "agent-7");
    await page.locator("#fold").uncheck();
    await drawn(page);
    expect(await page.locator("#axis-top .gap-length").count()).toBe(0);
    const unfolded = await spanOf(page, "agent-7");
    expect(unfolded.width).toBeLessThan(before.width);
  });

  it("has a table of all episodes", async () => {
    const page = await open();
    const rows = await page.locator("#table-rows tr").allInnerTexts();
    expect(rows.map((row) => row.split("\t").slice(0, 2))).toEqual([
      ["docs", "agent-3"],
      ["api", "agent-7"],
      ["api", "agent-9 → agent-11"],
      ["web", "agent-5"],
    ]);
    expect(rows[1]).toContain('scavenged by supervisor, "STALLED"');
    await page.locator("#table-rows tr", { hasText: "agent-5" }).locator("button").click();
    await drawn(page);
    expect(await page.locator("#panel-title").textContent()).toBe("agent-5 on web");
  });
});
