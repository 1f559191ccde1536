// `npm run bench:page`: measures how long a browser takes to open the page of `lj timeline --html` and to redraw it
// after a zoom, for a history of many episodes. The figures are medians in milliseconds.
import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import type { Browser, Page } from "playwright-core";
import { formatTable, median, readWhole, runCommand, showProgress, withFolder } from "../../src/bench/command.js";
import { fillPage, readPage } from "../../src/cli/timeline/html.js";
import { packHistory } from "../../src/timeline/pack.js";
import { findBrowser, startBrowser } from "../lib/browser.js";
import { largeNowMs, makeLargeHistory } from "../lib/large-history.js";

await runCommand("page", () => {
  const { values } = parseArgs({
    options: {
      episodes: { type: "string", default: "100000" },
      lanes: { type: "string", default: "40" },
      rounds: { type: "string", default: "5" },
    },
  });
  const episodes = readWhole("--episodes", values.episodes, 1);
  const lanes = readWhole("--lanes", values.lanes, 1);
  const rounds = readWhole("--rounds", values.rounds, 1);
  return withFolder(false, async (folder) => {
    const file = join(folder, "timeline.html");
    const history = makeLargeHistory(episodes, lanes);
    const packed = packHistory(history, { journal: "large.jsonl", nowMs: largeNowMs });
    writeFileSync(file, [...fillPage(readPage(), packed)].join(""));
    return measurePage(file, rounds);
  });
});

async function measurePage(file: string, rounds: number): Promise<number> {
  const executable = findBrowser();
  if (executable === undefined) throw new Error("expected chromium on the PATH, found none");
  const browser = await startBrowser(executable);
  try {
    const opened: number[] = [];
    const drawn: number[] = [];
    for (let round = 0; round < rounds; round++) {
      showProgress(`round ${round + 1} of ${rounds}`);
      const { openMs, drawMs } = await measureOnce(browser, file);
      opened.push(openMs);
      drawn.push(...drawMs);
    }
    showProgress("");
    const megabytes = (statSync(file).size / 1e6).toFixed(1);
    process.stdout.write(`a page of ${megabytes} MB in Chromium ${browser.version()}, medians of ${rounds} rounds\n`);
    process.stdout.write(
      formatTable([
        ["", "ms"],
        ["from opening the file to the first paint of the chart", median(opened).toFixed(0)],
        ["a redraw after a zoom or a movement", median(drawn).toFixed(1)],
      ]),
    );
    return 0;
  } finally {
    await browser.close();
  }
}

async function measureOnce(browser: Browser, file: string): Promise<{ openMs: number; drawMs: number[] }> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  try {
    await page.goto(pathToFileURL(file).href);
    // Two frames after the first drawing it is on the screen.
    const openMs = Number(
      await page.evaluate(`new Promise((resolve) =>
      requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now()))))`),
    );
    await page.locator("#viewport").focus();
    for (let i = 0; i < 8; i++) await zoom(page, "+");
    for (let i = 0; i < 4; i++) await zoom(page, "ArrowRight");
    const measured: unknown = await page.evaluate(
      `performance.getEntriesByName("draw").slice(1).map(({ duration }) => duration)`,
    );
    return { openMs, drawMs: Array.isArray(measured) ? measured.map(Number) : [] };
  } finally {
    await page.close();
  }
}

async function zoom(page: Page, key: string): Promise<void> {
  await page.keyboard.press(key);
  await page.evaluate("new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))");
}
