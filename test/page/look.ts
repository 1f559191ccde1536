// Tests the look of the page in the dark, on paper and in a narrow window, and that hostile text stays text.
import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import type { Entry } from "../../src/index.js";
import { at } from "../history/journal.js";
import { drawn } from "./browser.js";
import { describePage, open } from "./pages.js";

const textColours = `(() => {
  const colourOf = (element, property) => {
    const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    canvas.fillStyle = getComputedStyle(element)[property];
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const backOf = (element) => {
    for (let at = element; at !== null; at = at.parentElement) {
      const [red, green, blue, alpha] = colourOf(at, "backgroundColor");
      if (alpha === 255) return [red, green, blue];
    }
    return [255, 255, 255];
  };
  const texts = "h1, h2, p, label, li, td, th, button, span.tick, span.gap-length, .label, .lane-name";
  return [...document.querySelectorAll(texts)]
    .filter((element) => element.offsetParent !== null && element.textContent.trim() !== "" && !element.disabled)
    .map((element) => {
      const held = element.className === "label" ? element.parentElement.querySelector(".held") : element;
      return { text: element.textContent.slice(0, 40), ink: colourOf(element, "color"), back: backOf(held) };
    });
})()`;

interface TextColour {
  text: string;
  ink: readonly number[];
  back: readonly number[];
}

/** The contrast of two colours by WCAG 2. */
function contrastOf(one: readonly number[], other: readonly number[]): number {
  const luminanceOf = (colour: readonly number[]): number => {
    const [red = 0, green = 0, blue = 0] = colour.map((part) => {
      const share = part / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const [light = 0, dark = 0] = [luminanceOf(one), luminanceOf(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

async function faintTexts(page: Page): Promise<string[]> {
  const colours: TextColour[] = await page.evaluate(textColours);
  expect(colours.length).toBeGreaterThan(20);
  const faint = colours.filter(({ ink, back }) => contrastOf(ink, back) < 4.5);
  return faint.map(({ text, ink, back }) => `${text}: ${contrastOf(ink, back).toFixed(2)}`);
}

function backgroundOf(page: Page): Promise<unknown> {
  return page.evaluate("getComputedStyle(document.documentElement).backgroundColor");
}

describePage("the look of the page", () => {
  it.each(["light", "dark"] as const)("has a contrast of at least 4.5 for all text in a %s scheme", async (scheme) => {
    const page = await open(undefined, { colorScheme: scheme });
    await page.locator(".bar.scavenged").click();
    await drawn(page);
    expect(await faintTexts(page)).toEqual([]);
  });

  it("follows the scheme of the reader", async () => {
    const light = await backgroundOf(await open(undefined, { colorScheme: "light" }));
    expect(await backgroundOf(await open(undefined, { colorScheme: "dark" }))).not.toBe(light);
  });

  it("in a narrow window needs no scrolling sideways", async () => {
    const page = await open(undefined, { viewport: { width: 420, height: 800 } });
    await page.locator(".bar.scavenged").click();
    await drawn(page);
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(420);
  });

  it("on paper has all lanes and no controls", async () => {
    const lanes = Array.from({ length: 60 }, (_, i): Entry => {
      const name = { lane: `lane-${i}`, loop_ts: "t" };
      return { op: "ACQUIRE", ts: at("13:00:00"), ...name, lease: { ...name, holder: `agent-${i}` } };
    });
    const page = await open(lanes);
    expect(await page.locator(".lane-name").count()).toBeLessThan(60);
    await page.emulateMedia({ media: "print" });
    await page.evaluate("dispatchEvent(new Event('beforeprint'))");
    expect(await page.locator(".lane-name").count()).toBe(60);
    expect(await page.locator("#controls").isVisible()).toBe(false);
    expect((await page.pdf()).subarray(0, 5).toString()).toBe("%PDF-");
    await page.emulateMedia({ media: "screen" });
    await page.evaluate("dispatchEvent(new Event('afterprint'))");
    expect(await page.locator(".lane-name").count()).toBeLessThan(60);
  });
});

const hostileTexts = [
  "<script>alert(1)</script>",
  "</script><script>alert(2)</script><!--",
  '"><img src=x onerror=alert(3)>',
  "\u202egnp.exe\u2066\u200f",
  "line\u2028separator\u2029\n\r\u0000",
  "@script@ @history@ $& $1",
  "\ud800 lone",
  "x".repeat(10_000),
];

/** As the page shows it: what could reorder the text or control a terminal is escaped. */
const shownAs = [
  ...hostileTexts.slice(0, 3),
  "\\u202egnp.exe\\u2066\\u200f",
  "line\\u2028separator\\u2029\\u000a\\u000d\\u0000",
  "@script@ @history@ $& $1",
  "\\ud800 lone",
  "x".repeat(10_000),
];

describePage("hostile text", () => {
  it.each(hostileTexts.map((text, i) => ({ name: text.slice(0, 20), text, shown: shownAs[i] ?? "" })))(
    "$name is shown as text in every field",
    async ({ text, shown }) => {
      const name = { lane: text, loop_ts: text };
      const lease = { ...name, holder: text, run_id: text, host_id: text, tree: [text] };
      const page = await open(
        [
          { op: "ACQUIRE", ts: at("13:00:00"), ...name, run_id: text, lease },
          {
            op: "REFUSE",
            ts: at("13:10:00"),
            lane: text,
            holder: text,
            run_id: text,
            reason: text,
            reason_class: text,
          },
          { op: "HALT", ts: at("13:20:00"), ...name, handle: text, reason: text },
          { op: "ADOPT", ts: at("13:30:00"), ...name, holder: text, prev_holder: text },
          { op: "RELEASE", ts: at("13:40:00"), ...name, by: text, reason: text },
          { op: "HEARTBEAT", ts: at("13:50:00"), ...name, holder: text },
        ],
        { journal: text },
      );
      const cut = shown.length <= 200 ? shown : `${shown.slice(0, 200)}…`;
      expect(await page.locator("h1").textContent()).toBe(shown);
      expect(await page.locator(".lane-name").textContent()).toBe(cut);
      expect(await page.locator("#table-rows td").first().textContent()).toContain(shown.slice(0, 190));
      await page.locator(".bar").click();
      expect(await page.locator("#panel-text").textContent()).toContain(shown);
      for (const mark of await page.locator(".mark").all()) {
        await mark.click();
        expect(await page.locator("#panel-text").textContent()).toContain(shown.slice(0, 20));
      }
      expect(await page.locator("script").count()).toBe(2);
      expect(await page.locator("img").count()).toBe(0);
    },
  );
});
