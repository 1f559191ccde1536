// Tests the page of many episodes. How long it takes is measured by `npm run bench:page`.
import { expect, it } from "vitest";
import { largeNowMs, makeLargeHistory } from "../../bench/lib/large-history.js";
import { drawn, openHistory } from "./browser.js";
import { describePage, press, watch } from "./pages.js";

describePage("the page of 100,000 episodes", () => {
  it("draws what is visible, says what is not, and redraws it closer", async () => {
    const page = watch(await openHistory(makeLargeHistory(100_000, 40), { nowMs: largeNowMs }));
    const status = page.locator("#status");
    expect(await status.textContent()).toMatch(/more are too short and joined into \d+ blocks/);
    expect(await page.locator(".bar, .joined").count()).toBeLessThan(8_000);
    await page.locator("#viewport").focus();
    for (let i = 0; i < 18; i++) await press(page, "+");
    expect(await page.locator(".bar .label").count()).toBeGreaterThan(5);
    expect(await status.textContent()).toContain("a part of the time");
    await page.evaluate('document.getElementById("viewport").scrollTo(0, 1e9)');
    await drawn(page);
    expect((await page.locator(".lane-name").allTextContents()).at(-1)).toBe("lane-39");
  });
});
