// Starts one browser for the suite, and opens pages in which no request and no error goes unnoticed.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll } from "vitest";
import { findBrowser, startBrowser } from "../../bench/lib/browser.js";
import { fillPage } from "../../src/cli/timeline/html.js";
import { type History, selectHistory } from "../../src/history/select.js";
import type { Entry } from "../../src/index.js";
import { packHistory } from "../../src/timeline/pack.js";
import { makeFolder, removeFolders } from "../generate/place.js";
import { foldHistory } from "../history/journal.js";
import { builtFile } from "../support/built.js";

const executable = findBrowser();

/** Why the suite is skipped; undefined if a browser is there. In CI its absence is a failure. */
export const skippedBecause =
  executable === undefined && process.env["CI"] !== "true"
    ? "no chromium on the PATH: apt-get install chromium"
    : undefined;

if (skippedBecause !== undefined) process.stderr.write(`test/page is SKIPPED: ${skippedBecause}\n`);

const folder = makeFolder("page");
const template = readFileSync(builtFile("package/timeline.html"), "utf8");
let browser: Browser | undefined;
let pages = 0;

export interface OpenPage {
  page: Page;
  /** Requests other than for the page itself, console messages and errors. */
  noticed: string[];
}

export function useBrowser(): void {
  beforeAll(async () => {
    if (skippedBecause !== undefined) return;
    if (executable === undefined) throw new Error("expected chromium on the PATH, found none");
    browser = await startBrowser(executable);
  });
  afterAll(async () => {
    await browser?.close();
    removeFolders();
  });
}

export interface OpenOptions extends BrowserContextOptions {
  nowMs: number;
  journal?: string;
}

/** Opens the page of a history in a browser context of its own. */
export async function openHistory(
  history: History,
  { nowMs, journal = "fleet.jsonl", ...options }: OpenOptions,
): Promise<OpenPage> {
  const file = join(folder, `page-${pages++}.html`);
  writeFileSync(file, [...fillPage(template, packHistory(history, { journal, nowMs }))].join(""));
  if (browser === undefined) throw new Error("expected a browser");
  const context = await browser.newContext({ viewport: { width: 1200, height: 800 }, ...options });
  const page = await context.newPage();
  // The suite's own limits end what hangs, so that a busy machine is not an error.
  page.setDefaultTimeout(0);
  const noticed: string[] = [];
  const own = pathToFileURL(file).href;
  await page.route("**", (route) => {
    const url = route.request().url();
    if (url === own) return route.continue();
    noticed.push(`request ${url}`);
    return route.abort();
  });
  page.on("console", (message) => noticed.push(`console ${message.text()}`));
  page.on("pageerror", (error) => noticed.push(`error ${error.message}`));
  page.on("dialog", (dialog) => {
    noticed.push(`dialog ${dialog.message()}`);
    return dialog.dismiss();
  });
  await page.goto(own);
  // A page whose script failed would let most tests wait until their limit.
  if (noticed.length > 0) throw new Error(`the page of a history: ${noticed.join("; ")}`);
  return { page, noticed };
}

export function openEntries(entries: readonly Entry[], options: OpenOptions): Promise<OpenPage> {
  return openHistory(selectHistory(foldHistory(entries, options.nowMs), {}), options);
}

/** Resolves once what was scheduled is drawn. */
export async function drawn(page: Page): Promise<void> {
  await page.evaluate("new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))");
}
