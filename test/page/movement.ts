// Tests how the page zooms, moves and filters, by keyboard, pointer and wheel.
import { expect, it } from "vitest";
import { drawn } from "./browser.js";
import { describePage, open, press, spanOf } from "./pages.js";

describePage("the page of a timeline", () => {
  it("zooms and moves by keyboard, and Escape shows the whole time again", async () => {
    const page = await open();
    const whole = await spanOf(page, "agent-7");
    await page.locator("#viewport").focus();
    await press(page, "+");
    const zoomed = await spanOf(page, "agent-7");
    expect(zoomed.width).toBeGreaterThan(1.4 * whole.width);
    await press(page, "ArrowLeft");
    const moved = await spanOf(page, "agent-7");
    expect(moved.right).toBeGreaterThan(zoomed.right);
    await press(page, "-");
    expect((await spanOf(page, "agent-7")).right).toBeLessThan(moved.right);
    await press(page, "Escape");
    expect(await spanOf(page, "agent-7")).toEqual(whole);
    expect(await page.locator("#status").textContent()).toContain("whole time");
  });

  it("goes from bar to bar by Tab, and keeps the focus when it zooms", async () => {
    const page = await open();
    await page.locator("#viewport").focus();
    const visited: unknown[] = [];
    for (let i = 0; i < 3; i++) {
      await press(page, "Tab");
      visited.push(await page.evaluate("document.activeElement.className"));
    }
    expect(visited).toEqual(["damage", "bar released", "bar scavenged uncertain"]);
    await press(page, "+");
    expect(await page.evaluate("document.activeElement.textContent")).toBe("agent-7");
  });

  it("zooms to what is dragged over, and by the wheel with Ctrl", async () => {
    const page = await open();
    const bar = await spanOf(page, "agent-7");
    const top = (await page.locator("#lanes").boundingBox())?.y ?? 0;
    await page.mouse.move(bar.left, top + 5);
    await page.mouse.down();
    await page.mouse.move((bar.left + bar.right) / 2, top + 5);
    await page.mouse.move(bar.right, top + 5);
    await page.mouse.up();
    await drawn(page);
    const plot = await page.locator("#back").boundingBox();
    const dragged = await spanOf(page, "agent-7");
    expect(dragged.width).toBeGreaterThan(0.95 * (plot?.width ?? 0));
    expect(await page.locator("#panel").isVisible()).toBe(false);
    await page.keyboard.down("Control");
    await page.mouse.wheel(0, 600);
    await page.keyboard.up("Control");
    await drawn(page);
    const out = await spanOf(page, "agent-7");
    expect(out.width).toBeLessThan(dragged.width);
  });

  it.each([
    ["lane", "AP", ["agent-7", "agent-9 → agent-11"]],
    ["holder", "agent-11", ["agent-9 → agent-11"]],
    ["run", "RID-3", ["agent-3"]],
    ["run", "none", []],
  ])("filters by %s", async (field, typed, expected) => {
    const page = await open();
    await page.locator(`#filter-${field}`).fill(typed);
    await drawn(page);
    expect(await page.locator(".bar .label").allTextContents()).toEqual(expected);
    expect(await page.locator("#table-rows tr").count()).toBe(expected.length);
  });
});
